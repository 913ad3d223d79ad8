// Many downloads for a long time, with kills and faults in between, and what came of them:
//
//   node tests/soak/run.mjs [--browser chromium|firefox|webkit] [--protocol h1|h2] [--minutes 2] [--seed S]
//                           [--kills-per-minute 8] [--json FILE] [--dist FOLDER]
//   node tests/soak/run.mjs --file 1GiB --rate 8MB --kills 10 [--browser …] [--protocol …]
//   node tests/soak/run.mjs --page hidden|uncontrolled --minutes 10 [--browser …] [--protocol …]
//
// The plan of every fetch and the order of the kills follow from the seed; when things happen does not. Exit
// code 0 only if nothing is wrong, lost or stuck. See tests/README.md.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { runKeptAlive } from './lib/kept-alive.mjs';
import { runOneFile } from './lib/one-file.mjs';
import { printTable, summarise } from './lib/report.mjs';
import { Soak } from './lib/soak.mjs';
import { Stage } from './lib/stage.mjs';

const UNITS = { '': 1, k: 1e3, M: 1e6, G: 1e9, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 };

const { values: options } = parseArgs({
  options: {
    browser: { type: 'string', default: 'chromium' },
    protocol: { type: 'string', default: 'h1' },
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    'kills-per-minute': { type: 'string', default: '8' },
    json: { type: 'string' },
    dist: { type: 'string', default: 'dist' },
    file: { type: 'string' },
    rate: { type: 'string', default: '8MB' },
    kills: { type: 'string', default: '10' },
    page: { type: 'string' },
  },
});

const { browser, dist, seed } = options;
const protocol = oneOf('protocol', /** @type {const} */ (['h1', 'h2']));
const report = options.file ? await oneFile() : options.page ? await keptAlive() : await soak();
printTable(report.summary);
const file = options.json ?? (report.isGood ? null : `target/soak/${browser}-${protocol}-${seed}.json`);
if (file) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ summary: report.summary, evidence: report.evidence }, null, 1));
  console.log(`${report.isGood ? 'all of it' : 'the evidence'} is in ${file}`);
}
process.exitCode = report.isGood ? 0 : 1;

async function soak() {
  console.log(`${browser}, --protocol ${protocol}, ${options.minutes} minutes, --seed ${seed}`);
  const started = Date.now();
  const stage = await Stage.start(browser, dist, protocol);
  try {
    const run = new Soak(stage, {
      seed,
      minutes: Number(options.minutes),
      killsPerMinute: Number(options['kills-per-minute']),
    });
    await run.run();
    return summarise(run, { browser, protocol, seconds: (Date.now() - started) / 1000 });
  } finally {
    await stage.close();
  }
}

function oneFile() {
  return runOneFile({
    browser,
    dist,
    protocol,
    size: bytes(options.file),
    rate: bytes(options.rate),
    kills: Number(options.kills),
  });
}

function keptAlive() {
  return runKeptAlive({
    browser,
    dist,
    protocol,
    page: oneOf('page', /** @type {const} */ (['hidden', 'uncontrolled'])),
    minutes: Number(options.minutes),
  });
}

/** @template {string} T @param {'protocol' | 'page'} option @param {readonly T[]} allowed */
function oneOf(option, allowed) {
  const found = allowed.find((each) => each === options[option]);
  if (found === undefined) throw new Error(`--${option} takes one of ${allowed.join(', ')}`);
  return found;
}

/** "1GiB", "8MB", "500". @param {string | undefined} text */
function bytes(text = '') {
  const match = /^([\d.]+)\s*([kMG]i?)?B?$/.exec(text);
  if (!match) throw new Error(`not a size: ${text}`);
  return Math.round(Number(match[1]) * UNITS[match[2] ?? '']);
}
