/** Two thousand tiles in one background fetch, and how long the page was busy at a time while they came. */
import { PlainError } from '../lib/run.mjs';
import { MAP } from './catalogue.mjs';

/** For so long is looked at what a page does that does nothing, in milliseconds. */
const IDLE = 2_000;
/**
 * Milliseconds that are too much, and how many times those of the idle page: other programs may have the processor. The
 * figure that is aimed at is a hundred; it is told.
 */
const TOO_LONG = 500;
const TOO_OFTEN = 3;

/**
 * @param {any} app
 * @returns {Promise<{tiles: number, tiles_seconds: number, longest_task_ms: number, idle_task_ms: number, tasks_by: string}>}
 */
export async function getChart(app) {
  const { page } = app;
  const idle = await page.evaluate(watchIdle, IDLE);
  const started = Date.now();
  await app.get(MAP.id);
  await app.kept(MAP.id);
  const seconds = (Date.now() - started) / 1000;
  const longest = await page.waitFor(() => document.getElementById('item-chart')?.dataset.longest, {
    timeout: app.timeLeft,
  });
  await page.waitFor(() => Number(document.querySelector('.chart')?.dataset.tiles) > 0, { timeout: app.timeLeft });
  const { columns, rows } = MAP.grid;
  const report = {
    tiles: columns * rows,
    tiles_seconds: Math.round(seconds * 10) / 10,
    longest_task_ms: Number(longest),
    idle_task_ms: idle.longest,
    tasks_by: idle.by,
  };
  if (report.longest_task_ms > Math.max(TOO_LONG, TOO_OFTEN * idle.longest))
    throw new PlainError(`the page was busy for too long: ${JSON.stringify(report)}`);
  return report;
}

/** In the page, by its own means. @param {number} ms */
async function watchIdle(ms) {
  const { Watch } = await import(`${location.origin}/js/watch.js`);
  const watch = new Watch();
  await new Promise((resolve) => setTimeout(resolve, ms));
  watch.stop();
  return { longest: watch.longest, by: Watch.tellsTasks ? 'long tasks' : 'late timers' };
}
