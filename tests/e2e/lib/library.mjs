/** What scenarios of the library have in common. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { fileBytes } from '../../server/content.mjs';
import { classic } from './classic.mjs';
import { MIB } from './context.mjs';

export const SIZE = 64 * MIB;

/** The app, whose worker has the library and does all that `does` names, and whose page has it as `library`. */
export async function open(t, does = []) {
  t.origin.files['/made/library.js'] = await classic(t.dist, 'offline.mjs', 'library');
  const page = await t.open({ before: ['library'], do: does });
  await page.evaluate(async () => {
    globalThis.library = await import('/dist/offline.mjs');
    globalThis.changes = [];
    library.library.addEventListener('change', ({ detail }) => changes.push(detail.name ?? null));
    // What answers requests, and not the server.
    if (!navigator.serviceWorker.controller) {
      await new Promise((resolve) =>
        navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
      );
    }
  });
  return page;
}

/** What the worker wrote down of the end of a fetch that it kept. */
export const kept = (t, page, id, timeout = 60_000) =>
  t.until(async () => (await t.rows(page, { kind: 'kept', id })).at(-1), `${id} is kept`, timeout);

export async function keepFile(t, page, id, parameters) {
  const file = t.file(parameters);
  await t.fetch(page, id, file);
  return { file, row: await kept(t, page, id) };
}

/** In the page: what comes for a request of this kind. */
export const ask = (page, url, init = {}) =>
  page.evaluate(
    async (...args) => {
      const response = await fetch(...args);
      const bytes = await response.arrayBuffer();
      const digest = [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))];
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        size: bytes.byteLength,
        sha256: digest.map((byte) => byte.toString(16).padStart(2, '0')).join(''),
      };
    },
    url,
    init,
  );

export const sha256 = ({ seed }, start, end) =>
  createHash('sha256')
    .update(fileBytes(Number(seed), start, end))
    .digest('hex');

export const range = (text) => ({ headers: { range: text } });

/** These items, and nothing else of ours. */
export async function expectOnly(t, page, names) {
  const listed = await page.evaluate(() => library.list());
  assert.deepEqual(
    listed.map(({ name }) => name),
    names,
  );
  let left;
  const isClean = async () => {
    left = await t.leftovers(page);
    const { entries, rows, locks } = left;
    const { kept = 0, segments = 0, fetches = 0, bodies = 0 } = rows;
    return kept === names.length && entries.length === segments && fetches + bodies + locks.length === 0;
  };
  await t.until(isClean, 'nothing else', 5_000).catch((error) => {
    throw new Error(`${error.message}: ${JSON.stringify(left)}`);
  });
}
