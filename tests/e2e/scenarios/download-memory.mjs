/**
 * Many files of a few MiB hardly take memory: counted are all processes of the browser, as
 * the kernel sees them, since what is on its way into the stores may be in any of them.
 */
import { ENGINES } from '../../harness/launch.mjs';
import { memoryBelow } from '../../harness/memory.mjs';
import { sleep } from '../../harness/process.mjs';
import { MIB } from '../lib/context.mjs';
import { atMost } from '../lib/measure.mjs';

const SIZE = 4 * MIB;
/** With 2,000, which is 8 GB on the disk, by hand: `MEMORY_FILES=2000`. */
const FILES = Number(process.env.MEMORY_FILES ?? 50);
/** In MiB. */
const MOST = 250;
/** Until a browser that has just done something is at rest, and between two looks. In milliseconds. */
const REST = 2_000;
const EVERY = 100;
/** A file takes so long at most, in milliseconds. */
const EACH = 600;

export default [
  {
    name: `${FILES} files of 4 MiB, in ${MOST} MiB of memory`,
    browsers: ENGINES,
    alone: true,
    launch: {},
    timeout: 60_000 + FILES * EACH,
    async run(t) {
      const page = await t.open();
      const first = t.file();
      await t.fetch(page, 'first', first);
      await t.expectSuccess(page, 'first', first);
      await sleep(REST);
      const idle = memoryBelow(process.pid);
      const seen = [];
      const looking = setInterval(() => seen.push({ at: Date.now(), bytes: memoryBelow(process.pid) }), EVERY);
      try {
        const files = Array.from({ length: FILES }, () => t.file({ size: SIZE, seed: 1 }));
        await t.fetch(page, 'many', files);
        await t.expectSuccess(page, 'many', files, { timeout: FILES * EACH });
      } finally {
        clearInterval(looking);
      }
      // What the app's handler takes, which loads the files, is not ours.
      const [{ at: end }] = await t.rows(page, { kind: 'begin', id: 'many' });
      const peak = Math.max(...seen.filter(({ at }) => at < end).map(({ bytes }) => bytes));
      atMost((peak - idle) / MIB, MOST, 'MiB by which the browser has grown');
    },
  },
];
