import { toErrorData } from '../webidl/exceptions.ts';

/** Answers a message of ours, of whatever shape, with an exception. */
export function refuse(port: MessagePort | undefined, data: object, error: DOMException): void {
  const { id } = data as { id?: unknown };
  port?.postMessage({ kind: 'error', id: typeof id === 'number' ? id : NaN, error: toErrorData(error) });
}
