/**
 * One download again and again, in a fresh browser each time: is one of them out of line?
 *
 *   node tests/bench/repeat.mjs [--browser chromium|firefox|webkit] [--protocol h2|h1] [--times 50] [--size 32]
 *                               [--server auto|nginx|node] [--dist FOLDER] [--json FILE] [--verbose]
 *
 * Size in MiB. Exit code 0 only if all bytes are right, none took longer than 3 times the median, and no more
 * than 1.03 times the size was sent for any.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { fromRoot } from '../../scripts/lib/paths.mjs';
import { exitWith, PlainError } from '../../scripts/lib/run.mjs';
import { ENGINES, launch } from '../harness/launch.mjs';
import { TempDir } from '../harness/process.mjs';
import { spread } from './figures.mjs';
import { MIB, makeFile } from './files.mjs';
import { KINDS, PROTOCOLS, startServer } from './server.mjs';

const MOST_OF_MEDIAN = 3;
/** Of a median that is longer than so many times the least: most of them hang, and it says nothing. */
const MOST_OF_LEAST = 4;
const MOST_SENT = 1.03;
const RUN_TIMEOUT = 180_000;

function options() {
  const { values } = parseArgs({
    options: {
      browser: { type: 'string', default: 'chromium' },
      protocol: { type: 'string', default: 'h2' },
      times: { type: 'string', default: '50' },
      size: { type: 'string', default: '32' },
      server: { type: 'string', default: 'auto' },
      dist: { type: 'string', default: fromRoot('dist') },
      json: { type: 'string' },
      verbose: { type: 'boolean', default: false },
    },
  });
  for (const [option, allowed] of Object.entries({ browser: ENGINES, protocol: PROTOCOLS, server: KINDS })) {
    if (!allowed.includes(/** @type {never} */ (values[option])))
      throw new PlainError(`--${option} takes one of ${allowed.join(', ')}.`);
  }
  const [times, size] = [Number(values.times), Number(values.size)];
  if (![times, size].every((value) => Number.isInteger(value) && value > 0))
    throw new PlainError('--times and --size take whole numbers.');
  return { .../** @type {any} */ (values), times, size: size * MIB, dist: resolve(values.dist) };
}

async function main() {
  const { browser, protocol, times, size, server: kind, dist, json, verbose } = options();
  const folder = new TempDir();
  const media = join(folder.path, 'files');
  mkdirSync(media);
  const digests = await makeFile(join(media, 'large.bin'), size);
  const roots = { '/': fromRoot('tests/bench/pages'), '/dist/': dist, '/files/': media };
  const server = await startServer(roots, folder.path, { kind, protocol });
  console.log(`${browser}, ${size / MIB} MiB, ${times} times; ${server.name}`);
  const runs = [];
  try {
    for (let run = 1; run <= times; run++) {
      const seen = await once(browser, server, run, { size, digests, verbose });
      runs.push(seen);
      console.log(
        `${String(run).padStart(3)}  ${seen.ms === null ? seen.error : `${(seen.ms / 1000).toFixed(2)} s`}  sent ÷ size ${seen.sentOverSize.toFixed(3)} in ${seen.requests}`,
      );
    }
  } finally {
    await server.close();
    folder.remove();
  }
  const verdict = judge(runs);
  console.log(verdict.text);
  if (json)
    writeFileSync(
      json,
      `${JSON.stringify({ browser, protocol, server: server.name, size, ...verdict, runs }, null, 1)}\n`,
    );
  return verdict.isGood;
}

/**
 * @typedef {{ms: number | null, error?: string, sentOverSize: number, requests: number}} Run ms null: not in time, or wrong
 *
 * @param {typeof ENGINES[number]} name @param {import('./served.mjs').Server} server @param {number} run
 * @param {{size: number, digests: string[], verbose: boolean}} expected @returns {Promise<Run>}
 */
async function once(name, server, run, { size, digests, verbose }) {
  const browser = await launch(name, { log: verbose ? console.log : undefined });
  /** @type {{ms: number | null, error?: string}} */
  let outcome;
  try {
    const page = await browser.newPage(`${server.url}/index.html`);
    page.timeout = RUN_TIMEOUT;
    await page.waitFor(() => /** @type {any} */ (window).bench, { timeout: 30_000 });
    const { ms, digests: seen } = await page.evaluate(
      (/** @type {any[]} */ ...args) => /** @type {any} */ (window).bench.background(...args),
      `run ${run}`,
      [`${server.url}/files/large.bin?run=${run}`],
      size,
      true,
    );
    outcome = seen.join() === digests.join() ? { ms } : { ms: null, error: 'the bytes are wrong' };
  } catch (error) {
    outcome = { ms: null, error: String(error).split('\n')[0].slice(0, 200) };
  } finally {
    await browser.close();
  }
  const { requests, bytes } = await server.sent(run);
  return { ...outcome, sentOverSize: bytes / size, requests };
}

/** @param {Run[]} runs */
function judge(runs) {
  const times = runs.flatMap(({ ms }) => (ms === null ? [] : [ms]));
  const [time, sent] = [spread(times), spread(runs.map(({ sentOverSize }) => sentOverSize))];
  const usual = Math.min(time.median, MOST_OF_LEAST * time.min);
  const slow = times.filter((ms) => ms > MOST_OF_MEDIAN * usual).length;
  const wasteful = runs.filter(({ sentOverSize }) => sentOverSize > MOST_SENT).length;
  const failed = runs.length - times.length;
  const seconds = (/** @type {number} */ ms) => (ms / 1000).toFixed(2);
  const text = [
    `seconds: median ${seconds(time.median)}, least ${seconds(time.min)}, most ${seconds(time.max)}`,
    `sent ÷ size: median ${sent.median.toFixed(3)}, most ${sent.max.toFixed(3)}`,
    `${failed} failed, ${slow} longer than ${MOST_OF_MEDIAN} × the median, ${wasteful} above ${MOST_SENT} × the size`,
  ].join('\n');
  return { isGood: failed + slow + wasteful === 0, text, time, sent, failed, slow, wasteful };
}

main().then((isGood) => process.exit(isGood ? 0 : 1), exitWith);
