/** The test origin: each fault is what its name says. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, beforeEach, test } from 'node:test';
import { fileBytes, fileSha256 } from './content.mjs';
import { startOrigin } from './origin.mjs';

const origin = await startOrigin({ files: { '/page.html': '<p>hello' } });
const other = await startOrigin();
origin.setPeer(other.url);
beforeEach(() => origin.reset());
after(async () => {
  await origin.close();
  await other.close();
});

/** @param {string} path @param {RequestInit} [init] */
async function get(path, init) {
  const response = await fetch(origin.url + path, init);
  const body = Buffer.from(await response.arrayBuffer());
  return { status: response.status, header: (name) => response.headers.get(name), body, url: response.url };
}
const range = (value, more = {}) => ({ headers: { range: value, ...more } });

test('content is the same however it is cut, and differs by place and seed', () => {
  const whole = fileBytes(3, 0, 3 << 20);
  for (const [start, end] of [[0, 1], [1, 9], [1048570, 1048590], [2097149, 3000001], [7, 7]]) {
    assert(whole.subarray(start, end).equals(fileBytes(3, start, end)), `${start}-${end}`);
  }
  assert(!whole.subarray(0, 64).equals(whole.subarray(1 << 20, (1 << 20) + 64)));
  assert(!fileBytes(4, 0, 64).equals(whole.subarray(0, 64)));
  assert.equal(fileSha256(3, 3 << 20), createHash('sha256').update(whole).digest('hex'));
});

test('files and faultless ranges', async () => {
  const page = await get('/page.html');
  assert.deepEqual([page.status, page.header('service-worker-allowed')], [200, '/']);
  assert.equal((await get('/nowhere')).status, 404);

  const whole = await get('/file?size=5000&seed=2');
  assert.deepEqual([whole.status, whole.header('accept-ranges'), whole.header('etag')], [200, 'bytes', '"2-5000"']);
  assert(whole.body.equals(fileBytes(2, 0, 5000)));
  const part = await get('/file?size=5000&seed=2', range('bytes=1000-1999'));
  assert.deepEqual([part.status, part.header('content-range')], [206, 'bytes 1000-1999/5000']);
  assert(part.body.equals(fileBytes(2, 1000, 2000)));
  assert.equal((await get('/file?size=5000', range('bytes=-10'))).body.length, 10);
  assert.equal((await get('/file?size=5000', range('bytes=5000-'))).status, 416);
  assert.equal(origin.bytesSent('/file?size=5000&seed=2'), 6000);
});

test('If-Range', async () => {
  const path = '/file?size=5000&seed=2';
  const modified = (await get(path)).header('last-modified');
  assert.equal((await get(path, range('bytes=10-', { 'if-range': '"2-5000"' }))).status, 206);
  assert.equal((await get(path, range('bytes=10-', { 'if-range': modified }))).status, 206);
  assert.equal((await get(path, range('bytes=10-', { 'if-range': '"old"' }))).status, 200);
});

test('servers without ranges, or with them for a while', async () => {
  const none = await get('/file?size=50&ranges=0', range('bytes=10-'));
  assert.deepEqual([none.status, none.header('accept-ranges')], [200, null]);
  assert.equal((await get('/file?size=50&acceptRanges=omit')).header('accept-ranges'), null);
  const statuses = [];
  for (let i = 0; i < 3; i++) statuses.push((await get('/file?size=50&full-after=2', range('bytes=10-'))).status);
  assert.deepEqual(statuses, [206, 206, 200]);
});

test('validators', async () => {
  assert.equal((await get('/file?size=5&etag=none&lastModified=none')).header('etag'), null);
  assert.match((await get('/file?size=5&etag=weak')).header('etag') ?? '', /^W\//);
  const changing = '/file?size=5&etag=changing';
  assert.notEqual((await get(changing)).header('etag'), (await get(changing)).header('etag'));
  const before = await get('/file?size=5000&changeAfter=1');
  const behind = await get('/file?size=5000&changeAfter=1');
  assert.notEqual(before.header('etag'), behind.header('etag'));
  assert.notEqual(before.header('last-modified'), behind.header('last-modified'));
  assert(!before.body.equals(behind.body));
});

test('bodies that break off', async () => {
  for (const fault of ['cut=1000', 'truncate=1000', 'truncate=1000&chunked=1', 'cut=0']) {
    await assert.rejects(get(`/file?size=5000&${fault}`), fault);
  }
  await assert.rejects(get('/file?size=5000&cut=1000&times=1&key=once'));
  assert.equal((await get('/file?size=5000&cut=1000&times=1&key=once')).body.length, 5000);
  assert.equal(origin.bytesSent('once'), 6000);
});

test('silence lasts', async () => {
  const failing = get('/file?size=5000&silence=1000&key=mute', { signal: AbortSignal.timeout(300) });
  await assert.rejects(failing, { name: 'TimeoutError' });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const [entry] = origin.requests();
  assert.deepEqual([entry.bytesSent, entry.aborted], [1000, true]);
});

test('statuses, for a while and for some', async () => {
  const path = '/file?size=50&status=503&retryAfter=2&times=2';
  const first = await get(path);
  assert.deepEqual([first.status, first.header('retry-after')], [503, '2']);
  assert.deepEqual([(await get(path)).status, (await get(path)).status], [503, 200]);
  const onRange = '/file?size=50&status=429&on=range';
  assert.deepEqual([(await get(onRange)).status, (await get(onRange, range('bytes=1-'))).status], [200, 429]);
  const later = '/file?size=50&status=500&skip=1&times=1';
  assert.deepEqual([(await get(later)).status, (await get(later)).status, (await get(later)).status], [200, 500, 200]);
});

test('lies', async () => {
  const ask = async (lie) => get(`/file?size=9000&seed=1&lie=${lie}`, range('bytes=5000-'));
  const start = await ask('start');
  assert.equal(start.header('content-range'), 'bytes 3999-8999/9000');
  assert(start.body.equals(fileBytes(1, 3999, 9000)));
  const bytes = await ask('range');
  assert.equal(bytes.header('content-range'), 'bytes 5000-8999/9000');
  assert(!bytes.body.equals(fileBytes(1, 5000, 9000)));
  assert.equal((await ask('total')).header('content-range'), 'bytes 5000-8999/*');
  assert.equal((await ask('size')).header('content-range'), 'bytes 5000-8999/10001');
});

test('encodings, redirects, headers', async () => {
  const zipped = await get('/file?size=5000&seed=1&gzip=1');
  assert.equal(zipped.header('content-encoding'), 'gzip');
  assert(zipped.body.equals(fileBytes(1, 0, 5000)));
  assert.equal((await get('/file?size=50&chunked=1')).header('content-length'), null);
  assert.equal((await get('/file?size=50&redirect=3')).url, `${origin.url}/file?size=50`);
  assert.equal((await get('/file?size=50&redirect=cross')).url, `${other.url}/file?size=50`);
  const dressed = await get('/file?size=50&type=text/x-a&vary=Cookie&cors=1&expose=1&headers={"x-test":"1"}');
  assert.deepEqual(['content-type', 'vary', 'access-control-allow-origin', 'x-test'].map(dressed.header), ['text/x-a', 'Cookie', '*', '1']);
  const preflight = { method: 'OPTIONS', headers: { 'access-control-request-method': 'REPORT' } };
  const allowed = await get('/file?size=1&cors=1', preflight);
  assert.deepEqual([allowed.status, allowed.header('access-control-allow-methods')], [204, 'REPORT']);
  assert.equal((await get('/file?size=1&cors=1&preflight=0', preflight)).status, 403);
  assert.equal((await get('/file?size=1&cors=1', { method: 'OPTIONS' })).status, 200);
});

test('pace of a response and of the origin', async () => {
  const time = async (path) => {
    const start = performance.now();
    await get(path);
    return performance.now() - start;
  };
  assert((await time('/file?size=200000&rate=1e6')) >= 190);
  origin.setThrottle(1e6);
  try {
    const start = performance.now();
    await Promise.all([get('/file?size=100000&key=a'), get('/file?size=100000&key=b')]);
    assert(performance.now() - start >= 190);
  } finally {
    origin.setThrottle(0);
  }
  assert((await time('/file?size=1&delay=100')) >= 95);
});

test('offline and back, and restarted', async () => {
  const running = get('/file?size=5000000&rate=1e6');
  running.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 100));
  await origin.setOffline(true);
  await assert.rejects(running);
  await assert.rejects(get('/page.html'));
  await origin.setOffline(false);
  assert.equal((await get('/page.html')).status, 200);
  await origin.restart(10);
  assert.equal((await get('/page.html')).status, 200);
});

test('mute: nothing is sent, on old connections and new ones, and all of it later', async () => {
  const sent = () => origin.bytesSent('muted');
  const running = get('/file?size=500000&rate=1e6&key=muted');
  await new Promise((resolve) => setTimeout(resolve, 150));
  origin.setMute(true);
  let answered = false;
  const fresh = get('/page.html').finally(() => (answered = true));
  await new Promise((resolve) => setTimeout(resolve, 100));
  const before = sent();
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.deepEqual([sent(), answered], [before, false]);
  origin.setMute(false);
  assert.equal((await fresh).status, 200);
  assert.equal((await running).body.length, 500_000);
});

test('uploads', async () => {
  const body = new Uint8Array(fileBytes(5, 0, 300_000));
  const answer = await get('/upload?key=up', { method: 'POST', body, headers: { 'content-type': 'a/b' } });
  const expected = { method: 'POST', type: 'a/b', length: 300_000, sha256: fileSha256(5, 300_000) };
  assert.deepEqual(JSON.parse(String(answer.body)), expected);
  assert.equal(origin.requests()[0].bytesReceived, 300_000);
  assert.equal((await get('/upload?status=500', { method: 'POST', body })).status, 500);
  assert.equal(origin.requests()[1].sha256, expected.sha256);
  await assert.rejects(get('/upload?cutUpload=1000', { method: 'POST', body }));
  assert.deepEqual([origin.requests()[2].sha256, origin.requests()[2].aborted], [null, true]);
});
