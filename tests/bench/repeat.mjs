/**
 * One download again and again, in a fresh browser each time: is one of them out of line?
 *
 *   node tests/bench/repeat.mjs [--browser chromium|firefox|webkit] [--protocol h2|h1] [--times 50] [--size 32]
 *                               [--server auto|nginx|node] [--dist FOLDER] [--json FILE] [--verbose]
 *
 * Size in MiB. Exit code 0 only if all bytes are right, none took longer than 3 times the median, and no more
 * than 1.03 times the size was sent for any.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { fromRoot } from '../../scripts/lib/paths.mjs';
import { exitWith, PlainError } from '../../scripts/lib/run.mjs';
import { ENGINES, launch } from '../harness/launch.mjs';
import { TempDir } from '../harness/process.mjs';
import { MIB, spread } from './figures.mjs';
import { Media } from './files.mjs';
import { Seat } from './seat.mjs';
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
  const media = await Media.in(folder.path);
  const roots = { '/': fromRoot('tests/bench/pages'), '/dist/': dist };
  const server = await startServer(roots, { kind, protocol, folder: folder.path, media });
  console.log(`${browser}, ${size / MIB} MiB, ${times} times; ${server.name}`);
  const runs = [];
  try {
    for (let run = 1; run <= times; run++) {
      const seen = await once(browser, server, size, verbose);
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
 * @param {typeof ENGINES[number]} name @param {import('./served.mjs').Server} server @param {number} size
 * @param {boolean} verbose @returns {Promise<Run>}
 */
async function once(name, server, size, verbose) {
  const browser = await launch(name, { log: verbose ? console.log : undefined });
  /** @type {{ms: number | null, error?: string}} */
  let outcome;
  let key = '';
  try {
    const seat = await Seat.take(server, browser, 'index.html');
    seat.timeout = RUN_TIMEOUT;
    const download = seat.background({ count: 1, size }, 'digests').finally(() => (key = seat.key));
    outcome = { ms: (await download).ms };
  } catch (error) {
    outcome = { ms: null, error: String(error).split('\n')[0].slice(0, 200) };
  } finally {
    await browser.close();
  }
  const { requests, bytes } = await server.sent(key);
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
