/**
 * A large body is nowhere loaded into the memory of scripts. Counted is the resident memory of the
 * processes in which service workers run, as the kernel keeps its peak: an upper bound of what the
 * worker takes. In Chromium the page is in the same process, and so counted with it.
 *
 * The Blob comes out of the app's IndexedDB after a restart of the browser, so that nothing that made
 * it is left in these processes, to be freed while the upload takes its place.
 */
import assert from 'node:assert/strict';
import { ENGINES } from '../../harness/launch.mjs';
import { memoryOf, resetPeak, workerProcesses } from '../../harness/memory.mjs';
import { sleep } from '../../harness/process.mjs';
import { MIB } from '../lib/context.mjs';

const SIZE = 100 * MIB;
const MOST = 32 * MIB;
/** Until a process that has just done something is at rest. */
const REST = 2_000;

async function openWithLargeFile(t) {
  const file = t.file({ size: SIZE });
  await (await t.open()).evaluate(async (url) => {
    await import('/app/large-file.js');
    await largeFile.put(await (await fetch(url)).blob());
  }, file.url);
  await t.relaunch();
  const page = await t.open({ do: ['large'] });
  // What the engine itself takes is not of the upload.
  const small = t.upload();
  await t.fetch(page, 'small', [[small.url, { method: 'POST', body: 'small' }]]);
  await t.outcome(page, 'small');
  await page.evaluate(async () => {
    await import('/app/large-file.js');
    globalThis.large = await largeFile.get();
  });
  await sleep(REST);
  return { page, file };
}

/** Uploads it, by `begin`, and checks what that took. Measured: 0.5 MiB in Chromium, 0.3 to 4 in Firefox, 16 in WebKit. */
const uploads = (begin) => async (t) => {
  const { page, file } = await openWithLargeFile(t);
  const processes = workerProcesses(process.pid).map((pid) => ({ pid, before: memoryOf(pid).resident }));
  assert.ok(processes.length > 0, 'there is a process with a worker');
  for (const { pid } of processes) resetPeak(pid);
  const target = t.upload();
  assert.equal(await page.evaluate(begin, target.url), null);
  const { type, uploaded } = await t.outcome(page, 'large', { timeout: 60_000 });
  assert.deepEqual([type, uploaded], ['backgroundfetchsuccess', SIZE]);
  assert.deepEqual(
    target.requests.map(({ sha256 }) => sha256),
    [file.sha256],
  );
  for (const { pid, before } of processes) {
    const grown = memoryOf(pid).peak - before;
    assert.ok(grown < MOST, `the worker’s process has grown by ${(grown / MIB).toFixed(1)} MiB`);
  }
  await t.expectNothingLeft(page);
};

const COMMON = { browsers: ENGINES, alone: true, launch: {}, timeout: 120_000 };

export default [
  {
    ...COMMON,
    name: '100 MiB of a Blob, from a page',
    run: uploads(async (url) => {
      await app.fetch('large', new Request(url, { method: 'POST', body: large }));
      return null;
    }),
  },
  {
    ...COMMON,
    name: '100 MiB of a Blob, from inside the worker',
    run: uploads((url) => app.ask({ uploadLarge: { id: 'large', url } })),
  },
];
