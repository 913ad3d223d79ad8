/** Exceptions that cross a border as data, and back. */

/** An exception as plain data: the name that the standard gives it, and a sentence. */
export interface ErrorData {
  name: string;
  message: string;
}

export function toErrorData(thrown: unknown): ErrorData {
  const { name, message } = Object(thrown) as Partial<ErrorData>;
  return { name: `${name ?? 'UnknownError'}`, message: `${message ?? (thrown as string)}` };
}

/**
 * An exception of this realm. Some names are those of errors of their own, of JavaScript's or, in newer browsers,
 * https://webidl.spec.whatwg.org/#quotaexceedederror; all others are those of a DOMException.
 */
export function toException({ name, message }: ErrorData): Error {
  const constructor = (globalThis as Record<string, unknown>)[name] as (new (message: string) => Error) | undefined;
  return constructor?.prototype instanceof Error ? new constructor(message) : new DOMException(message, name);
}

export const abortError = (message: string): DOMException => new DOMException(message, 'AbortError');

export const invalidState = (message: string): DOMException => new DOMException(message, 'InvalidStateError');

export const notSupported = (message: string): DOMException => new DOMException(message, 'NotSupportedError');
