/** `Request` objects as plain data, and back. */
import type { RequestData } from '../border/engine.ts';
import type { SentRequest } from '../border/messages.ts';
import { sourceOf } from '../platform.ts';
import { abortError } from '../webidl/exceptions.ts';

/**
 * Steps 3.1 to 3.4 of https://wicg.github.io/background-fetch/#dom-backgroundfetchmanager-fetch for
 * one request: makes it in this realm, against whose URL a relative one resolves, and takes over
 * the body of a Request that is given.
 */
export function createRequest(input: Request | string): Request {
  const request = new Request(input);
  if (request.mode === 'no-cors') {
    throw new TypeError(`A background fetch cannot be 'no-cors': ${request.url}`);
  }
  return request;
}

/**
 * All requests with their bodies, https://wicg.github.io/background-fetch/#request-body. One after
 * the other: a stream that is being read can no longer be cancelled, and if one fails, all that
 * follow must be.
 */
export async function storeRequests(requests: Request[]): Promise<SentRequest[]> {
  const stored: SentRequest[] = [];
  try {
    for (const request of requests) {
      stored.push({ ...describeRequest(request), body: await readBody(request) });
    }
    return stored;
  } catch (error) {
    const message = `A body could not be read: ${error as string}`;
    // Refused by one that has been read.
    for (const { body } of requests) body?.cancel(abortError(message)).catch(() => undefined);
    throw new TypeError(message);
  }
}

/** What is taken as it is. */
const MEMBERS = /* @__PURE__ */ 'url method mode credentials cache redirect referrer referrerPolicy integrity'.split(
  ' ',
) as Member[];

type Member = Exclude<keyof RequestData, 'headers' | 'body'>;

/** A request as data. */
export function describeRequest(request: Request): RequestData {
  const data = Object.fromEntries(MEMBERS.map((name) => [name, request[name]])) as Record<Member, string>;
  // A navigation's own request, which no script may make again.
  if (data.mode === 'navigate') data.mode = 'same-origin';
  return { ...data, headers: [...request.headers], body: null };
}

/** A fresh Request, as stored, body included. */
export function restoreRequest({ url, ...init }: RequestData): Request {
  return new Request(url, init as RequestInit);
}

/** As a Blob, so that the bytes of a file stay where they are. */
async function readBody(request: Request): Promise<SentRequest['body']> {
  // First of all: to look at its `body` is to begin to read it.
  const source = sourceOf(request);
  if (source) return source;
  if (request.method === 'GET' || request.method === 'HEAD' || request.body === null) return null;
  const body = await request.blob();
  // Where `Request.body` is missing (Firefox) an empty body cannot be told from none.
  return body.size === 0 && !('body' in request) ? null : body;
}
