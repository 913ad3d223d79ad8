import type { RecordResult, ResponseHead } from '../border/engine.ts';
import { abortError } from '../webidl/exceptions.ts';

/** https://fetch.spec.whatwg.org/#null-body-status */
const NULL_BODY_STATUSES = [0, 101, 103, 204, 205, 304];

/** A response's body may be given only where its status allows one. */
export const hasNullBody = (head: ResponseHead): boolean => NULL_BODY_STATUSES.includes(head.status);

/**
 * The Response of a stored head, as https://wicg.github.io/background-fetch/#create-record-objects has it; with the
 * length of the body, if that is known: the media elements of Chromium do not seek without.
 */
export function createResponse(head: ResponseHead, body: BodyInit | null, length: number | undefined): Response {
  const { status, statusText } = head;
  // Of a redirect that the app wanted to see, no script can make another one.
  if (status === 0) return dress(Response.error(), head);
  // What must not be seen of a response that may have been put together from ranges, or is not what came.
  const headers = new Headers(head.headers);
  headers.delete('Content-Range');
  headers.delete('Content-Length');
  if (length !== undefined) headers.set('Content-Length', `${length}`);
  // Servers may send a higher one than scripts may give.
  return dress(new Response(body, { status: Math.min(status, HIGHEST_STATUS), statusText, headers }), head);
}

const HIGHEST_STATUS = 599;

/** A Response made by a script has no url and the type "default"; its clones shall have them, too. */
function dress(response: Response, head: ResponseHead): Response {
  const clone = (): Response => dress(Response.prototype.clone.call(response), head);
  const { url, type, redirected, status } = head;
  const values = { url, type, redirected, status, clone };
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(response, name, { value, writable: value === clone, configurable: true });
  }
  return response;
}

/** https://wicg.github.io/background-fetch/#background-fetch-response-exposed */
export function isExposed(result: RecordResult): boolean {
  return ['', 'success', 'bad-status'].includes(result);
}

/** What a response that may not be exposed fails with. */
export function failureOf(result: RecordResult | 'lost'): Error {
  return result === 'aborted'
    ? abortError('The background fetch was aborted.')
    : new TypeError(`The background fetch has no response: ${result}`);
}
