/** What the benchmark makes of its samples, and that its servers do what its workloads rely on: `node --test tests/bench/bench.test.mjs` */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fromRoot } from '../../scripts/lib/paths.mjs';
import { ENGINES } from '../harness/launch.mjs';
import { TempDir } from '../harness/process.mjs';
import { compare, MIB, meets, middle, spread, UNITS } from './figures.mjs';
import { digestsOf, Media } from './files.mjs';
import { aimOf, alternate, contendersOf } from './measure.mjs';
import { configuration, countLog } from './nginx.mjs';
import { parse } from './options.mjs';
import { startServer } from './server.mjs';
import { asGain, chart } from './svg.mjs';
import { table } from './table.mjs';

const CASE = /** @type {const} */ ({ workload: 'big', title: '1 MiB', unit: 'MiB/s', relation: 'ratio' });
const taking = (...times) => times.map((ms) => ({ ms, size: MIB, count: 4, extras: { requests: ms / 10 } }));

test('medians and spreads, of odd and even numbers, in any order', () => {
  assert.deepEqual(spread([3, 1, 10]), { min: 1, median: 3, max: 10 });
  assert.deepEqual(spread([4, 1, 2, 10]), { min: 1, median: 3, max: 10 });
  assert.deepEqual(spread([7]), { min: 7, median: 7, max: 7 });
  assert.equal(middle([100, 1, 2, 3]), 2.5);
  assert.equal(middle([5]), 5);
});

test('ratios are run by run, and of speeds: the faster one is above 1', () => {
  const result = compare(CASE, { name: 'plain', aim: 2 }, taking(100, 200, 400), taking(200, 400, 400));
  assert.deepEqual(result.figure, { min: 1, median: 2, max: 2 });
  assert.deepEqual([result.ours.median, result.theirs.median], [5, 2.5]);
  assert.deepEqual(result.extras.requests, { min: 10, median: 20, max: 40 });
  assert.equal(result.runs, 3);
  const files = compare({ ...CASE, unit: 'files/s' }, { name: 'plain', aim: null }, taking(100), taking(200));
  assert.deepEqual([files.ours.median, files.figure.median], [40, 2]);
});

test('of costs less is better, and a difference has a unit', () => {
  const cost = compare({ ...CASE, unit: 'ms' }, { name: 'plain', aim: 1.5 }, taking(30), taking(10));
  assert.deepEqual([cost.figure.median, cost.better, meets(cost)], [3, 'less', false]);
  assert.equal(meets({ ...cost, aim: 3 }), true);
  assert.equal(meets({ ...cost, aim: null }), null);
  const memory = (peak) => [{ peak: peak * MIB }];
  const above = compare(
    { ...CASE, unit: 'MiB', relation: 'difference' },
    { name: 'plain', aim: 96 },
    memory(150),
    memory(50),
  );
  assert.deepEqual([above.figure.median, meets(above)], [100, false]);
  assert.match(table([above]), /100 MiB {2}100 to 100 +≤ 96 ✗ {2}150 MiB {2}50.0 MiB/);
});

test('the table has a line for each rival, and what else there is of a case below the last', () => {
  const against = (title, name, ms, sent) =>
    compare(
      { ...CASE, title },
      { name, aim: 1.2 },
      [{ ms, size: MIB, extras: { 'sent ÷ size': sent, requests: 4 } }],
      taking(100),
    );
  const results = [against('one', 'plain', 100, 1.5), against('one', 'loop', 80, 1.5), against('two', 'plain', 90, 1)];
  const [head, first, second, more, ...rest] = table(results).split('\n');
  assert.match(head, /^workload +against +median +least to most +aim +ours +theirs$/);
  assert.match(first, /^big: one {2}plain +1\.00 +1\.00 to 1\.00 +≥ 1\.2 ✗ +10\.0 MiB\/s +10\.0 MiB\/s$/);
  assert.match(second, /^big: one {2}loop +1\.25 .*≥ 1\.2 ✓/);
  assert.equal(more, '    sent ÷ size 1.500 ✗, requests 4');
  assert.deepEqual([rest.length, rest[1]], [2, '    sent ÷ size 1, requests 4']);
});

test('who is first changes with every run', async () => {
  const seen = [];
  const contenders = /** @type {any} */ ([{ name: 'plain' }, { name: 'ours' }]);
  const samples = await alternate(contenders, 3, async ({ name }, run) => {
    seen.push(`${name} ${run}`);
    return { ms: run };
  });
  assert.deepEqual(seen, ['plain 1', 'ours 1', 'ours 2', 'plain 2', 'plain 3', 'ours 3']);
  assert.deepEqual(samples.ours, [{ ms: 1 }, { ms: 2 }, { ms: 3 }]);
});

test('rivals are those that the browser has, and another build where there is one', () => {
  const all = Object.fromEntries(['plain', 'native', 'base', 'ours'].map((name) => [name, { name, download() {} }]));
  const wanted = /** @type {any} */ ({ action: 'download', rivals: { plain: { webkit: 1.5 }, native: 1.6 } });
  const names = (settings) => contendersOf(wanted, /** @type {any} */ (all), settings).map(({ name }) => name);
  assert.deepEqual(names({ browser: 'chromium' }), ['plain', 'native', 'ours']);
  assert.deepEqual(names({ browser: 'webkit', base: 'there' }), ['plain', 'base', 'ours']);
  assert.throws(() => contendersOf({ ...wanted, action: 'match' }, /** @type {any} */ (all), { browser: 'webkit' }));
  assert.deepEqual(
    [
      aimOf(wanted.rivals.plain, 'webkit'),
      aimOf(wanted.rivals.plain, 'firefox'),
      aimOf(1.6, 'chromium'),
      aimOf(undefined, 'chromium'),
    ],
    [1.5, null, 1.6, null],
  );
});

test('every case of every workload has rivals that can do what it is about', async () => {
  const load = async (folder) => {
    const files = readdirSync(new URL(folder, import.meta.url));
    return Promise.all(files.map((file) => import(new URL(folder + file, import.meta.url).href)));
  };
  const contenders = [await import('./ours.mjs'), ...(await load('./rivals/'))].map((each) => each.default);
  const all = Object.fromEntries(contenders.map((each) => [each.name, each]));
  for (const { cases } of await load('./workloads/')) {
    for (const sizes of [{}, { size: 2 * MIB, files: 3 }]) {
      for (const each of cases(sizes)) {
        for (const browser of ENGINES) contendersOf(each, all, { browser, base: 'there' });
        assert.ok(UNITS[each.unit], each.title);
        if (sizes.size) assert.ok(each.job.count <= 3 && each.job.size <= 2 * MIB, each.title);
      }
    }
  }
});

test('options', () => {
  const workloads = ['big', 'small'];
  const { browsers, protocols, only, runs, size, dist } = parse([], workloads);
  assert.deepEqual(
    [browsers, protocols, only, runs, size, dist],
    [['chromium'], ['h1'], workloads, 5, undefined, fromRoot('dist')],
  );
  const told = ['--browser', 'firefox,webkit', '--only', 'small', '--size', '8', '--files', '20', '--base', '/there'];
  const options = parse(told, workloads);
  assert.deepEqual(
    [options.browsers, options.only, options.size, options.files, options.base],
    [['firefox', 'webkit'], ['small'], 8 * MIB, 20, '/there'],
  );
  for (const wrong of [
    '--only=medium',
    '--browser=lynx',
    '--runs=0',
    '--size=1.5',
    '--protocol=h1,h3',
    '--server=apache',
  ])
    assert.throws(() => parse([wrong], workloads), /takes/, wrong);
});

test('a chart has a dot for each browser, and better is to the right', () => {
  const result = compare(CASE, { name: 'a & b', aim: 2 }, taking(100), taking(200));
  const cost = compare(
    { ...CASE, title: 'a call', unit: 'ms' },
    { name: 'plain', aim: null },
    taking(200),
    taking(100),
  );
  const difference = { ...cost, title: 'no ratio', relation: /** @type {const} */ ('difference') };
  assert.deepEqual(asGain({ ...cost, aim: 4 }), { min: 0.5, median: 0.5, max: 0.5, aim: 0.25 });
  const block = (browser, results) => ({ browser, version: `${browser} 1.2.3`, protocol: 'h1', results });
  const svg = chart([block('One', [result, cost, difference]), block('Two', [result])], 'as it was');
  assert.equal(svg.match(/<circle[^>]*><title>/g)?.length, 3);
  assert.match(svg, /big: 1 MiB, ÷ a &amp; b/);
  assert.match(svg, /One 1\.2, h1/);
  assert.doesNotMatch(svg, /no ratio|NaN|undefined/);
  const [[, better], , [, worse]] = [...svg.matchAll(/<circle cx="([\d.]+)" cy="[\d.]+" r="4" fill="[^"]+"><title>/g)];
  assert.ok(Number(better) > Number(worse));
});

test('nginx limits and hides where it should, and its log is counted by run', () => {
  const text = configuration({ '/': '/pages' }, '/media', ['listen 127.0.0.1:1;']);
  const line = (prefix) => text.split('\n').find((each) => each.includes(`location ${prefix} {`)) ?? '';
  assert.match(line('/limited/'), /limit_rate 8000000;.*Expose-Headers/);
  assert.match(line('/hidden-limited/'), /limit_rate 8000000;.*Allow-Origin/);
  assert.doesNotMatch(line('/hidden-limited/'), /Expose/);
  assert.doesNotMatch(line('/files/'), /limit_rate/);
  const log = '/files/4.bin?key=run-1&n=0 4\n/files/4.bin?key=run-11&n=0 4\n/files/4.bin?key=run-1&n=1 3\n/page.js 9\n';
  assert.deepEqual(countLog(log, 'run-1'), { requests: 2, bytes: 7 });
});

test('the Node server: exposed or hidden, late, paced in all, and counted', async () => {
  const folder = new TempDir();
  const media = await Media.in(folder.path);
  const server = await startServer(
    { '/': folder.path, '/dist/': folder.path },
    { kind: 'node', protocol: 'h1', folder: folder.path, media, throttle: 1_000_000 },
  );
  try {
    const headers = async (job) => {
      const [url] = await server.urls({ count: 1, size: 10, ...job }, 'heads');
      assert.equal(new URL(url).origin === server.url, !job.other);
      return (await fetch(url)).headers;
    };
    assert.match((await headers({})).get('access-control-expose-headers') ?? '', /ETag.*Content-Range/);
    assert.equal((await headers({ other: true, hidden: true })).get('access-control-expose-headers'), null);
    const started = Date.now();
    await headers({ delay: 200 });
    // Timers may be a millisecond early.
    assert.ok(Date.now() - started >= 195);
    const both = Date.now();
    const urls = await server.urls({ count: 2, size: 200_000 }, 'run-2');
    await Promise.all(urls.map(async (url) => (await fetch(url)).arrayBuffer()));
    assert.ok(Date.now() - both >= 350, `${Date.now() - both} ms for 400 KB at 1 MB/s`);
    assert.deepEqual(await server.sent('run-2'), { requests: 2, bytes: 400_000 });
    await fetch(`${server.url}/tick?n=7`);
    assert.ok(Math.abs(/** @type {any} */ (server.ticks).get('7') - Date.now()) < 60_000);
  } finally {
    await server.close();
    folder.remove();
  }
});

test('files on the disk are those of the test origin', async () => {
  const folder = new TempDir();
  try {
    const media = await Media.in(folder.path);
    const size = 16 * MIB + 5;
    const [name, again] = await Promise.all([media.name(size), media.name(size)]);
    assert.equal(name, again);
    const bytes = readFileSync(`${media.folder}/${name}`);
    const sha256 = (part) => createHash('sha256').update(part).digest('hex');
    assert.deepEqual(digestsOf(size), [sha256(bytes.subarray(0, 16 * MIB)), sha256(bytes.subarray(16 * MIB))]);
  } finally {
    folder.remove();
  }
});
