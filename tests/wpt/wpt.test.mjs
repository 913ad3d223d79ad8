/** The runner itself, without browsers and without a checkout. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CLASSES, expectations } from './expectations.mjs';
import { testsOf } from './lib/checkout.mjs';
import { injection, PACKAGE } from './lib/inject.mjs';
import { startProxy } from './lib/proxy.mjs';
import { judge } from './lib/verdict.mjs';

const RUN = join(import.meta.dirname, 'run.mjs');

describe('tests of a file', () => {
  const names = (/** @type {string} */ file, source = '') => testsOf(file, source).map(({ name }) => name);

  test('a script for windows has a document', () => {
    assert.deepEqual(names('get.https.window.js'), ['get.https.window.html']);
    const [one] = testsOf('get.https.window.js', '// META: timeout=long\n');
    assert.deepEqual([one.path, one.secure, one.long], ['/background-fetch/get.https.window.html', true, true]);
  });

  test('a script for any global has one for each', () => {
    assert.deepEqual(names('a.any.js'), ['a.any.html', 'a.any.worker.html']);
    assert.deepEqual(names('a.any.js', '// META: global=window,worker\n'), [
      'a.any.html',
      'a.any.worker.html',
      'a.any.sharedworker.html',
      'a.any.serviceworker.html',
    ]);
    assert.throws(() => names('a.any.js', '// META: global=moon\n'), /moon/);
  });

  test('variants, documents, and what is no test', () => {
    assert.deepEqual(names('a.window.js', '// META: variant=?1\n// META: variant=?2\n'), [
      'a.window.html?1',
      'a.window.html?2',
    ]);
    assert.deepEqual(names('a.html', '<script src="/resources/testharness.js"></script>'), ['a.html']);
    assert.deepEqual(names('a.html', '<p>'), []);
    assert.deepEqual(names('META.yml'), []);
  });
});

describe('what is put in front', () => {
  const put = (/** @type {Record<string, string>} */ headers, path = '/a.js', text = 'text') =>
    injection({ method: 'GET', path, headers })?.put(text) ?? null;

  test('documents get the script of the page, after the doctype', () => {
    assert.equal(
      put({ 'sec-fetch-dest': 'document' }, '/', '<!doctype html>\n<p>'),
      `<!doctype html><script src="${PACKAGE}window.js"></script>\n<p>`,
    );
  });

  test('workers get their own, each kind in its way', () => {
    assert.equal(
      put({ 'service-worker': 'script', 'sec-fetch-dest': 'serviceworker' }),
      `importScripts("${PACKAGE}sw.js"); text`,
    );
    assert.equal(put({ 'sec-fetch-dest': 'sharedworker' }), `importScripts("${PACKAGE}window.js"); text`);
    assert.equal(put({ 'sec-fetch-dest': 'worker' }, '/a.any.worker-module.js'), `import "${PACKAGE}window.mjs"; text`);
  });

  test('nothing else gets anything', () => {
    assert.equal(put({ 'sec-fetch-dest': 'script' }), null);
    assert.equal(put({ 'sec-fetch-dest': 'empty' }), null);
    assert.equal(injection({ method: 'POST', path: '/', headers: { 'sec-fetch-dest': 'document' } }), null);
  });
});

describe('the proxy', () => {
  /** Not UTF-8, and not to be harmed. */
  const BODY = Buffer.from('<!doctype html>\xe9', 'latin1');
  const dist = mkdtempSync(join(tmpdir(), 'bgf-wpt-'));
  /** @type {http.Server} */
  let server;
  /** @type {Awaited<ReturnType<typeof startProxy>>} */
  let proxy;
  let port = 0;

  before(async () => {
    writeFileSync(join(dist, 'window.js'), 'the package');
    server = http.createServer((request, response) => {
      response.writeHead(200, { 'content-type': request.url === '/text' ? 'text/plain' : 'text/html' });
      response.end(BODY);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
    port = /** @type {import('node:net').AddressInfo} */ (server.address()).port;
    proxy = await startProxy({ ports: { http: [port], https: [] }, certificate: {}, dist });
  });
  after(async () => {
    await proxy.close();
    server.close();
    rmSync(dist, { recursive: true });
  });

  /** @returns {Promise<Buffer>} */
  const get = (/** @type {string} */ path, host = 'web-platform.test', headers = {}) =>
    new Promise((resolve, reject) => {
      const [address, proxyPort] = proxy.address.split(':');
      const asked = {
        host: address,
        port: proxyPort,
        path: `http://${host}:${port}${path}`,
        headers: { host: `${host}:${port}`, ...headers },
      };
      http
        .get(asked, async (response) => {
          const chunks = [];
          for await (const chunk of response) chunks.push(chunk);
          resolve(Buffer.concat(chunks));
        })
        .on('error', reject);
    });

  test('passes on what the server sends, as it is', async () => {
    assert.deepEqual(await get('/'), BODY);
    assert.deepEqual(await get('/', 'www1.not-web-platform.test'), BODY);
  });

  test('puts the polyfill into documents, and harms no byte', async () => {
    const changed = await get('/', 'web-platform.test', { 'sec-fetch-dest': 'document' });
    assert.deepEqual(changed, Buffer.from(`<!doctype html><script src="${PACKAGE}window.js"></script>\xe9`, 'latin1'));
    assert.deepEqual(await get('/text', 'web-platform.test', { 'sec-fetch-dest': 'document' }), BODY);
  });

  test('hands out the package and the reporter', async () => {
    assert.equal(String(await get(`${PACKAGE}window.js`)), 'the package');
    assert.equal(String(await get(`${PACKAGE}../secret`)), String(BODY));
    assert.match(String(await get('/resources/testharnessreport.js')), /add_completion_callback/);
  });

  test('lets nothing out', async () => {
    await assert.rejects(get('/', 'example.com'));
    await assert.rejects(get('/', 'nonexistent.web-platform.test'));
    const [address, proxyPort] = proxy.address.split(':');
    const tunnel = connect(Number(proxyPort), address);
    tunnel.write('CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n');
    const chunks = [];
    for await (const chunk of tunnel) chunks.push(chunk);
    assert.deepEqual(chunks, []);
  });
});

describe('the verdict', () => {
  const file = { name: 'a.html', path: '/a.html', secure: true, long: false, source: 'says this' };
  const outcome = (/** @type {string} */ status, subtest = 'PASS') => ({
    name: 'a.html',
    status,
    message: null,
    subtests: [{ name: 'one', status: subtest, message: null }],
    seconds: 0,
    console: [],
  });
  const expected = { test: 'a.html', subtest: 'one', class: 'engine', reason: 'why' };
  const verdicts = (/** @type {ReturnType<typeof outcome>} */ result, /** @type {any[]} */ ...list) =>
    judge(result, file, 'firefox', list).map(({ subtest, verdict }) => [subtest, verdict]);

  test('without an expectation, only passing is right', () => {
    assert.deepEqual(verdicts(outcome('OK')), [['one', 'passed']]);
    assert.deepEqual(verdicts(outcome('OK', 'FAIL')), [['one', 'failed']]);
    assert.deepEqual(verdicts(outcome('OK', 'NOTRUN')), [['one', 'failed']]);
  });

  test('with one, only failing is, and only in that way', () => {
    assert.deepEqual(verdicts(outcome('OK', 'FAIL'), expected), [['one', 'expected']]);
    assert.deepEqual(verdicts(outcome('OK'), expected), [['one', 'surprising']]);
    assert.deepEqual(verdicts(outcome('OK'), { ...expected, varies: true }), [['one', 'passed']]);
    assert.deepEqual(verdicts(outcome('TIMEOUT', 'TIMEOUT'), expected), [
      ['', 'failed'],
      ['one', 'failed'],
    ]);
    assert.deepEqual(verdicts(outcome('TIMEOUT', 'TIMEOUT'), { ...expected, status: 'TIMEOUT' }), [
      ['one', 'expected'],
    ]);
  });

  test('those for other browsers, tests and ages do not count', () => {
    for (const other of [{ browsers: ['webkit'] }, { test: 'b.html' }, { source: 'says that' }]) {
      assert.deepEqual(verdicts(outcome('OK', 'FAIL'), { ...expected, ...other }), [['one', 'failed']]);
    }
    assert.deepEqual(verdicts(outcome('OK', 'FAIL'), { ...expected, source: 'says this' }), [['one', 'expected']]);
  });

  test('a crash, a file without subtests and an expectation without one are failures', () => {
    assert.deepEqual(verdicts({ ...outcome('CRASH'), subtests: [] }), [['', 'failed']]);
    assert.deepEqual(verdicts({ ...outcome('OK'), subtests: [] }), [['', 'failed']]);
    assert.deepEqual(verdicts(outcome('OK'), { ...expected, subtest: 'two' }), [
      ['one', 'passed'],
      ['two', 'failed'],
    ]);
  });
});

test('every expectation has a class and a reason', () => {
  for (const { class: name, reason, subtest } of expectations) {
    assert.ok(name in CLASSES, `${subtest}: ${name}`);
    assert.ok(reason.length > 10, subtest);
  }
});

test('without a checkout there is one line, and 2', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [RUN, '--wpt', '/nowhere', '--build'], {
    encoding: 'utf8',
  });
  assert.equal(status, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /^There is no checkout .*--wpt DIR\.\n$/);
});
