/**
 * How fast a background fetch is, against the browser's own `cache.put(await fetch())` in the same worker:
 * `npm run bench -- --browser chromium|firefox|webkit|chromium-native [--json FILE] [--runs 5] [--size 256]
 * [--files 300] [--protocol h1|h2] [--cross-origin] [--server auto|nginx|node] [--dist FOLDER] [--verbose]`. What the
 * figures mean: docs/performance.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { browserPath } from '../../scripts/lib/browsers.mjs';
import { fromRoot } from '../../scripts/lib/paths.mjs';
import { capture, exitWith, PlainError } from '../../scripts/lib/run.mjs';
import { launch } from '../harness/launch.mjs';
import { TempDir } from '../harness/process.mjs';
import { figures, table } from './figures.mjs';
import { MIB, makeFile } from './files.mjs';
import { KINDS, PROTOCOLS, startServer } from './server.mjs';

const BROWSERS = /** @type {const} */ (['chromium', 'firefox', 'webkit', 'chromium-native']);
const SMALL_SIZE = 20_000;
/** As many as the polyfill has connections. */
const AT_A_TIME = 4;
const FILES = 300;
/** Chromium's own Background Fetch takes up to a third of a second for each. */
const FILES_NATIVE = 30;
const RUN_TIMEOUT = 300_000;
/** What the run before has left to the disk. */
const PAUSE_MS = 500;

function options() {
  const { values } = parseArgs({
    options: {
      browser: { type: 'string', default: 'chromium' },
      json: { type: 'string' },
      runs: { type: 'string', default: '5' },
      size: { type: 'string', default: '256' },
      files: { type: 'string' },
      'cross-origin': { type: 'boolean', default: false },
      protocol: { type: 'string', default: 'h1' },
      server: { type: 'string', default: 'auto' },
      dist: { type: 'string', default: fromRoot('dist') },
      verbose: { type: 'boolean', default: false },
    },
  });
  /** @template {string} T @param {'browser' | 'protocol' | 'server'} option @param {readonly T[]} allowed */
  const oneOf = (option, allowed) => {
    const found = allowed.find((each) => each === values[option]);
    if (found) return found;
    throw new PlainError(`--${option} takes one of ${allowed.join(', ')}.`);
  };
  const name = oneOf('browser', BROWSERS);
  const count = (/** @type {'runs' | 'size' | 'files'} */ option) => {
    const value = Number(values[option] ?? (name === 'chromium-native' ? FILES_NATIVE : FILES));
    if (Number.isInteger(value) && value >= (option === 'runs' ? 1 : 0)) return value;
    throw new PlainError(`--${option} takes a whole number.`);
  };
  return {
    ...values,
    name,
    protocol: oneOf('protocol', PROTOCOLS),
    server: oneOf('server', KINDS),
    runs: count('runs'),
    size: count('size') * MIB,
    files: count('files'),
    dist: resolve(values.dist),
  };
}

/** The files on a server, and a page of a browser. */
class Bench {
  #server;
  #page;
  #say;
  #run = 0;

  /** @param {import('./served.mjs').Server} server @param {any} page @param {(line: string) => void} say */
  constructor(server, page, say) {
    this.#server = server;
    this.#page = page;
    this.#say = say;
    page.timeout = RUN_TIMEOUT;
  }

  /**
   * A B A B …
   * @param {(run: number) => string[]} urls @param {number} size of all together @param {number} runs
   * @param {string[]} [digests] compared once, before what is measured: it takes time
   */
  async pairs(urls, size, runs, digests) {
    const title = urls(0).length === 1 ? 'large' : 'small';
    const first = await this.#background(urls, size, Boolean(digests));
    if (digests && digests.join() !== first.digests.join()) throw new PlainError('the stored bytes are wrong.');
    /** @type {import('./figures.mjs').Pair[]} */
    const pairs = [];
    for (let at = 1; at <= runs; at++) {
      const plainMs = await this.#plain(urls, size);
      const { ms, readMs, progressEvents, requests, bytes } = await this.#background(urls, size);
      const sentOverSize = bytes / size;
      pairs.push({ plainMs, ms, readMs, sentOverSize, requests, progressEvents, load: loadavg()[0] });
      this.#say(
        `${title} ${at}/${runs}: ${plainMs.toFixed(0)} ms, ${ms} ms, ratio ${(plainMs / ms).toFixed(2)}; read ${readMs.toFixed(0)} ms; sent ${sentOverSize.toFixed(3)} in ${requests}; ${progressEvents} progress events; load ${loadavg()[0]}`,
      );
    }
    return pairs;
  }

  /** @param {(run: number) => string[]} urls @param {number} size */
  async #plain(urls, size) {
    await this.#pause();
    const { ms, sizes } = await this.#page.evaluate(
      (/** @type {string[]} */ list, /** @type {number} */ atATime) =>
        /** @type {any} */ (window).bench.plain(list, atATime),
      urls(++this.#run),
      AT_A_TIME,
    );
    check(sizes, size);
    return ms;
  }

  /** @param {(run: number) => string[]} urls @param {number} size @param {boolean} [digest] */
  async #background(urls, size, digest = false) {
    await this.#pause();
    // Another URL each time: nothing comes from the HTTP cache.
    const run = ++this.#run;
    const outcome = await this.#page.evaluate(
      (/** @type {any[]} */ ...args) => /** @type {any} */ (window).bench.background(...args),
      `run ${run}`,
      urls(run),
      size,
      digest,
    );
    check(outcome.sizes, size);
    return { ...outcome, ...(await this.#server.sent(run)) };
  }

  async #pause() {
    await this.#page.evaluate(() => /** @type {any} */ (window).bench.cleared());
    await sleep(PAUSE_MS);
  }
}

/** @param {number[]} sizes @param {number} size */
function check(sizes, size) {
  const sum = sizes.reduce((a, b) => a + b, 0);
  if (sum !== size) throw new PlainError(`${sum} bytes are stored in the place of ${size}.`);
}

/** @param {string} name */
function versionOf(name) {
  // Its browser wants a display to tell its version.
  if (name === 'webkit')
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own
    return capture('dpkg-query', ['-W', '-f', 'WebKitGTK ${Version}', 'libwebkit2gtk-4.1-0']) ?? name;
  const binary = browserPath(name === 'firefox' ? 'firefox' : 'chromium');
  return capture(binary, ['--version'])?.split(' built on')[0] ?? name;
}

async function main() {
  const { name, json, runs, size, files, server: kind, protocol, dist, verbose, 'cross-origin': isCross } = options();
  const say = (/** @type {string} */ line) => console.error(`bench: ${line}`);
  const folder = new TempDir();
  const media = join(folder.path, 'files');
  mkdirSync(media);
  const digests = await makeFile(join(media, 'large.bin'), size);
  await makeFile(join(media, 'small.bin'), SMALL_SIZE);
  const roots = { '/': fromRoot('tests/bench/pages'), '/dist/': dist, '/files/': media };
  const server = await startServer(roots, folder.path, { kind, protocol });
  const browser = await launch(name, { log: verbose ? say : undefined });
  try {
    const version = versionOf(name);
    say(
      `${version}${name === 'chromium-native' ? ', its own Background Fetch' : ''}; ${server.name}${isCross ? ' of another origin' : ''}`,
    );
    const base = `${isCross ? server.otherUrl : server.url}/files`;
    if (verbose) browser.on('console', (/** @type {any} */ { type, text }) => say(`[${type}] ${text}`));
    const page = await browser.newPage(`${server.url}/index.html`);
    await page.waitFor(() => /** @type {any} */ (window).bench, { timeout: 30_000 });
    const bench = new Bench(server, page, say);
    const report = {
      browser: name,
      version,
      server: server.name,
      protocol,
      crossOrigin: isCross,
      date: new Date().toISOString(),
      size,
      runs,
    };
    const results = [];
    if (size > 0) {
      const pairs = await bench.pairs((run) => [`${base}/large.bin?run=${run}`], size, runs, digests);
      results.push({ what: `1 × ${size / MIB} MiB`, pairs, ...figures(pairs, size) });
    }
    if (files > 0) {
      const urls = (/** @type {number} */ run) =>
        Array.from({ length: files }, (_, at) => `${base}/small.bin?run=${run}&file=${at}`);
      const pairs = await bench.pairs(urls, files * SMALL_SIZE, runs);
      results.push({ what: `${files} × ${SMALL_SIZE / 1000} KB`, pairs, ...figures(pairs, files * SMALL_SIZE) });
    }
    for (const { what, pairs: _, ...result } of results) console.log(`${table(`${name}, ${what}`, result)}\n`);
    for (const { what, ratio } of results)
      console.log(`${name}, ${what}: ${ratio.median.toFixed(2)} of the browser's own speed`);
    if (json) writeFileSync(json, `${JSON.stringify({ ...report, results }, null, 2)}\n`);
  } finally {
    await browser.close();
    await server.close();
    folder.remove();
  }
}

main().then(() => process.exit(), exitWith);
