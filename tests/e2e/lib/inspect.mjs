/** What scenarios of the inspection have in common. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromRoot } from '../../../scripts/lib/paths.mjs';
import { classic } from './classic.mjs';

/** The app, whose worker is watched. @param {string} [handles] what it does with a success */
export async function open(t, handles) {
  t.origin.files['/made/extras.js'] = await classic(t.dist, 'extras.mjs', 'extras');
  return t.open({ before: ['debugs'], query: handles ? { handles } : {} });
}

export const inspect = (page, options) =>
  page.evaluate(async (given) => {
    const { inspect } = await import('/dist/extras.mjs');
    return inspect(await app.ready, given ?? undefined);
  }, options ?? null);

/** Inspects until it is so. */
export const untilSeen = (t, page, isSo, what, timeout = 20_000) =>
  t.until(
    async () => {
      const seen = await inspect(page);
      return isSo(seen) && seen;
    },
    what,
    timeout,
  );

/** The page of the demo that shows it, at its place. */
export function serveInspector(t) {
  const folder = fromRoot('www', 'inspect');
  for (const name of readdirSync(folder)) t.origin.files[`/inspect/${name}`] = readFileSync(join(folder, name), 'utf8');
}
