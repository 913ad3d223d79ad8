import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cacheName, entryUrl } from '../../js/border/names.ts';
import { RecordedEntries } from '../../js/worker/recorded-entries.ts';
import { installDatabase } from './fake-database.ts';

const SCOPE = 'https://app.example/';
const MIB = 2 ** 20;

/** A cache with these entries, beside a database with rows for some; `list` resolves with what is found. */
function stored(present: string[], { segments = {} as Record<string, string>, kept = 0, fetches = [] as string[] }) {
  const entries = new Set(present.map(entryUrl));
  const rows = {
    segments: Object.entries(segments).map(([entry, uid]) => ({ key: entry, value: { uid, entry } })),
    fetches: fetches.map((uid) => ({ key: uid, value: {} })),
    kept: Array.from({ length: kept }, (_, key) => ({ key, value: {} })),
    meta: [],
  };
  const { connections } = installDatabase(cacheName(SCOPE), rows);
  const cache = {
    keys: async (url: string) => (entries.has(url) ? [{ url }] : []),
    delete: async (url: string) => entries.delete(url),
  };
  Object.assign(globalThis, {
    caches: {
      open: async () => cache,
      delete: async () => entries.clear(),
    },
  });
  const shortened = (urls: Iterable<string>) =>
    [...urls].map((url) => decodeURIComponent(new URL(url).pathname).slice(1));
  return {
    connections,
    entries: () => shortened(entries),
    arrives: (entry: string) => entries.add(entryUrl(entry)),
    list: async (recorded: RecordedEntries) => shortened((await recorded.list(cache as never)).map(({ url }) => url)),
  };
}

/** A worker that writes these entries, and dies. */
async function write(...entries: string[]): Promise<void> {
  const recorded = new RecordedEntries(SCOPE);
  await recorded.list({ keys: async () => [] } as never);
  for (const entry of entries) recorded.note(entryUrl(entry), MIB);
}

test('found are the entries of fetches, and none of the library', async () => {
  const world = stored(['a/0/1.1', 'b/0/1.2'], {
    segments: { 'a/0/1.1': 'a', 'b/0/1.2': 'b' },
    fetches: ['a'],
    kept: 1,
  });
  assert.deepEqual(await world.list(new RecordedEntries(SCOPE)), ['a/0/1.1']);
});

test('found is what was being written when its worker died', async () => {
  const world = stored(['a/0/1.1', 'a/0/1.2', 'b/0/1.3'], {
    segments: { 'a/0/1.1': 'a', 'b/0/1.3': 'b' },
    fetches: ['a'],
    kept: 1,
  });
  await write('a/0/1.1', 'a/0/1.2', 'b/0/1.3');
  assert.deepEqual(await world.list(new RecordedEntries(SCOPE)), ['a/0/1.1', 'a/0/1.2']);
});

test('what arrives later goes when all is done, and what is kept stays', async () => {
  const world = stored(['b/0/1.1'], { segments: { 'b/0/1.1': 'b' }, kept: 1 });
  await write('b/0/1.1', 'b/0/1.2');
  const recorded = new RecordedEntries(SCOPE);
  assert.deepEqual(await world.list(recorded), []);
  recorded.note(entryUrl('b/0/2.1'), MIB);
  world.arrives('b/0/1.2');
  await recorded.tidy();
  assert.deepEqual(world.entries(), ['b/0/1.1']);
});

test('nothing goes while something is unfinished', async () => {
  const world = stored(['a/0/1.1'], { fetches: ['a'], kept: 1 });
  await write('a/0/1.1');
  const recorded = new RecordedEntries(SCOPE);
  await world.list(recorded);
  await recorded.tidy();
  assert.deepEqual(world.entries(), ['a/0/1.1']);
});

test('where nothing is kept, all goes', async () => {
  const world = stored(['a/0/1.1'], {});
  await new RecordedEntries(SCOPE).tidy();
  assert.deepEqual(world.entries(), []);
});

test('small ones are not remembered, as each would take as long again', async () => {
  const world = stored(['a/0/1.1'], { fetches: ['a'], kept: 1 });
  const recorded = new RecordedEntries(SCOPE);
  await world.list(recorded);
  recorded.note(entryUrl('a/0/1.1'), MIB / 8);
  assert.deepEqual(await world.list(new RecordedEntries(SCOPE)), []);
});

test('those of many dead workers are remembered, and not without an end', async () => {
  const names = Array.from({ length: 100 }, (_, index) => `a/0/${index}.1`);
  const world = stored(names, { fetches: ['a'], kept: 1 });
  for (const name of names) await write(name);
  assert.deepEqual(await world.list(new RecordedEntries(SCOPE)), names.slice(-64));
});

test('what is written while it looks, as at the end of another fetch, is not forgotten', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `a/0/${index}.1`);
  const world = stored(names, { fetches: ['a'] });
  const recorded = new RecordedEntries(SCOPE);
  await world.list(recorded);
  const looking = world.list(recorded);
  for (const name of names) {
    recorded.note(entryUrl(name), MIB);
    await undefined;
  }
  await looking;
  assert.deepEqual(await world.list(new RecordedEntries(SCOPE)), names);
});

test('however often it looks, one connection stays open', async () => {
  const world = stored([], { fetches: ['a'] });
  const recorded = new RecordedEntries(SCOPE);
  for (let times = 0; times < 5; times++) await world.list(recorded);
  assert.equal(world.connections.open, 1);
});
