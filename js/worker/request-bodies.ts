/** Bodies of requests that come from a page of WebKit. */

import type { RequestData } from '../border/engine.ts';
import type { SentRequest } from '../border/messages.ts';
import { type FormEntries, isWebKit } from '../platform.ts';
import { release } from './bytes.ts';

/** Bytes that are in memory at a time. */
const PIECE = 4 << 20;

/** A request with its body as it is to be stored. */
export async function receiveRequest(request: SentRequest): Promise<RequestData> {
  let { body } = request;
  if (isWebKit && body) {
    if (!(body instanceof Blob)) body = await toMultipart(body, new Headers(request.headers));
    body = await copy(body);
  }
  return { ...request, body } as RequestData;
}

/**
 * What is a part of another Blob, WebKit's IndexedDB keeps as the whole of that one. The copy has no
 * type, which is among the headers if there is one.
 */
async function copy(blob: Blob): Promise<Blob> {
  const copies: Blob[] = [];
  for (let at = 0; at < blob.size; at += PIECE) {
    const bytes = await blob.slice(at, at + PIECE).arrayBuffer();
    copies.push(new Blob([bytes]));
    release(bytes);
  }
  return new Blob(copies);
}

/** As the browser itself does it, but for the bytes of the files, which it cannot read. */
async function toMultipart(entries: FormEntries, headers: Headers): Promise<Blob> {
  const form = new FormData();
  const files = entries.map(([name, value]) => {
    const isText = typeof value === 'string';
    form.append(name, isText ? value : new File([], value.name, value));
    return isText ? '' : value;
  });
  const response = new Response(form);
  const [, ...parts] = (await response.text()).split(delimiterOf(response));
  const delimiter = delimiterOf({ headers });
  return new Blob(parts.flatMap((part, index) => [delimiter, part.slice(0, -2), files[index] ?? '', '\r\n']));
}

const delimiterOf = ({ headers }: { headers: Headers }): string =>
  `--${headers.get('content-type')?.split('boundary=')[1] as string}`;
