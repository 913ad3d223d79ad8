/** Exceptions that cross a border as data, and back. */

/** An exception as plain data: the name that the standard gives it, and a sentence. */
export interface ErrorData {
  name: string;
  message: string;
}

/** JavaScript's own errors among the names; all others are those of a DOMException. */
const errors: Record<string, ErrorConstructor | undefined> = { TypeError, RangeError };

export function toErrorData(thrown: unknown): ErrorData {
  const { name, message } = Object(thrown) as Partial<ErrorData>;
  return { name: `${name ?? 'UnknownError'}`, message: `${message ?? (thrown as string)}` };
}

/** An exception of this realm. */
export function toException({ name, message }: ErrorData): Error {
  const constructor = errors[name];
  if (constructor) return new constructor(message);
  if (name === 'QuotaExceededError') return quotaExceeded(message);
  return new DOMException(message, name);
}

/** An interface of its own in newer browsers, https://webidl.spec.whatwg.org/#quotaexceedederror. */
function quotaExceeded(message: string): DOMException {
  const { QuotaExceededError } = globalThis as {
    QuotaExceededError?: new (message: string) => DOMException;
  };
  return QuotaExceededError ? new QuotaExceededError(message) : new DOMException(message, 'QuotaExceededError');
}

export const abortError = (message: string): DOMException => new DOMException(message, 'AbortError');

export const invalidState = (message: string): DOMException => new DOMException(message, 'InvalidStateError');
