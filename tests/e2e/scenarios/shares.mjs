/** Whoever has work has a connection, whatever the others do with theirs. */
import { ENGINES } from '../../harness/launch.mjs';
import { MIB } from '../lib/context.mjs';
import { atMost } from '../lib/measure.mjs';

export const protocols = ['h1', 'h2'];

/** Bytes a second: such a file takes more than a minute. */
const TRICKLE = 30_000;
/** In milliseconds, from the call to the event. */
const MOST = 10_000;

const slowFiles = (t, count) => Array.from({ length: count }, () => t.file({ size: 2 * MIB, rate: TRICKLE }));

/** A small download is not kept waiting by fetches of these slow files. */
const isQuickBeside = (fetches) => async (t) => {
  const page = await t.open();
  const slow = fetches.map((count) => slowFiles(t, count));
  for (const [index, files] of slow.entries()) await t.fetch(page, `slow-${index}`, files);
  await t.until(() => slow.every((files) => files.some(({ sent }) => sent > 0)), 'each slow fetch under way');
  const small = t.file({ size: 100_000 });
  const begun = performance.now();
  await t.fetch(page, 'small', small);
  await t.expectSuccess(page, 'small', small);
  atMost(performance.now() - begun, MOST, 'ms');
  for (const index of slow.keys()) {
    await page.evaluate((id) => app.fetches[id].abort(), `slow-${index}`);
    await t.expectFailure(page, `slow-${index}`, 'aborted');
  }
  await t.expectNothingLeft(page);
};

export default [
  { name: 'a small download beside four that trickle', browsers: ENGINES, run: isQuickBeside([1, 1, 1, 1]) },
  { name: 'a small download beside one of eight slow files', browsers: ENGINES, run: isQuickBeside([8]) },
];
