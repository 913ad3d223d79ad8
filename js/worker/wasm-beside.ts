/**
 * The wasm file of the slim build, which lies beside the script. It is kept here, too: what an app precaches does not
 * answer a worker's own `fetch()`, and without the file nothing could begin, or end, offline.
 */
import { wasmFile } from 'virtual:wasm-url';
import { keptFile, wasmCacheName } from '../border/names.ts';

const { url, hash } = wasmFile;
const key = keptFile(hash);

/** Its bytes, from here if they are. To be called by the active version only. */
export async function wasmBytes(scope: string): Promise<ArrayBuffer> {
  const kept = await read(scope).catch(() => undefined);
  const bytes = kept ?? (await load());
  // Where nothing can be kept, it goes on without.
  tidy(scope, kept ? undefined : bytes).catch(() => undefined);
  return bytes;
}

/** What is kept; undefined where it is not, or is damaged. */
async function read(scope: string): Promise<ArrayBuffer | undefined> {
  const kept = await caches.match(key, { cacheName: wasmCacheName(scope) });
  const bytes = await kept?.arrayBuffer();
  return bytes && (await sha256(bytes)) === hash ? bytes : undefined;
}

/** To be called when a version is installed: has it here before anything is begun. */
export async function keepWasm(scope: string): Promise<void> {
  const cache = await caches.open(wasmCacheName(scope));
  // Another version of the app may have the same one.
  if (!(await cache.match(key))) await store(cache, await load());
}

const store = (cache: Cache, bytes: ArrayBuffer): Promise<void> => cache.put(key, new Response(bytes));

/** Keeps these bytes, and nothing of the versions before. */
async function tidy(scope: string, bytes: ArrayBuffer | undefined): Promise<void> {
  const cache = await caches.open(wasmCacheName(scope));
  if (bytes) await store(cache, bytes);
  const kept = await cache.keys();
  // A later version has its own there already.
  const { installing, waiting } = (globalThis as unknown as ServiceWorkerGlobalScope).registration;
  if (installing || waiting) return;
  for (const other of kept) if (other.url !== key) await cache.delete(other);
}

async function load(): Promise<ArrayBuffer> {
  const response = await fetch(url);
  const bytes = await response.arrayBuffer();
  if ((await sha256(bytes)) === hash) return bytes;
  const { status, headers } = response;
  throw new TypeError(
    `${url} is not the file of this version of background-fetch-polyfill, but ${status}, ${headers.get('Content-Type')}: ` +
      'serve the background_fetch.wasm beside it, or import background-fetch-polyfill/sw, which has it inside.',
  );
}

async function sha256(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
