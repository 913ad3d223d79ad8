/** The test origin, over both protocols: each fault is what its name says. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { connect } from 'node:http2';
import { request } from 'node:https';
import { after, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureCertificate } from '../../scripts/lib/certificate.mjs';
import { H2Client } from './client.mjs';
import { fileBytes, fileSha256 } from './content.mjs';
import { startOrigin } from './origin.mjs';

const range = (value, more = {}) => ({ headers: { range: value, ...more } });

test('content is the same however it is cut, and differs by place and seed', () => {
  const whole = fileBytes(3, 0, 3 << 20);
  for (const [start, end] of [
    [0, 1],
    [1, 9],
    [1048570, 1048590],
    [2097149, 3000001],
    [7, 7],
  ]) {
    assert(whole.subarray(start, end).equals(fileBytes(3, start, end)), `${start}-${end}`);
  }
  assert(!whole.subarray(0, 64).equals(whole.subarray(1 << 20, (1 << 20) + 64)));
  assert(!fileBytes(4, 0, 64).equals(whole.subarray(0, 64)));
  assert.equal(fileSha256(3, 3 << 20), createHash('sha256').update(whole).digest('hex'));
});

for (const protocol of /** @type {const} */ (['h1', 'h2']))
  describe(protocol, async () => {
    const origin = await startOrigin({ protocol, files: { '/page.html': '<p>hello' } });
    const other = await startOrigin({ protocol });
    const client = protocol === 'h2' ? await H2Client.make() : null;
    origin.setPeer(other.url);
    beforeEach(() => origin.reset());
    after(async () => {
      client?.close();
      await origin.close();
      await other.close();
    });

    /** @param {string} path @param {RequestInit} [init] */
    async function get(path, init) {
      const response = await (client ? client.fetch(origin.url + path, init) : fetch(origin.url + path, init));
      const body = Buffer.from(await response.arrayBuffer());
      return { status: response.status, header: (name) => response.headers.get(name), body, url: response.url };
    }

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
      for (const fault of ['cut=1000', 'truncate=1000', 'cut=0', 'disconnect=1000']) {
        await assert.rejects(get(`/file?size=5000&${fault}`), fault);
      }
      await assert.rejects(get('/file?size=5000&cut=1000&times=1&key=once'));
      assert.equal((await get('/file?size=5000&cut=1000&times=1&key=once')).body.length, 5000);
      assert.equal(origin.bytesSent('once'), 6000);
      assert(origin.requests().every((entry) => entry.protocol === protocol));
    });

    test('an answer that no parameter says', async () => {
      origin.setChange('changed', async (plan, { method }) => ({ ...plan, status: method === 'GET' ? 203 : 404 }));
      assert.equal((await get('/file?size=50&key=changed')).status, 203);
      assert.equal((await get('/file?size=50')).status, 200);
      origin.setChange('broken', async (_plan, _request, exchange) => {
        exchange.breakOff('reset');
        return null;
      });
      await assert.rejects(get('/file?size=50&key=broken'));
    });

    test('without a length only the last chunk of HTTP/1.1 tells a whole body from one that ends early', async () => {
      const short = get('/file?size=5000&truncate=1000&chunked=1');
      if (protocol === 'h1') await assert.rejects(short);
      else assert.equal((await short).body.length, 1000);
    });

    test('what breaks off alone, and what takes the connection along', async () => {
      const beside = () => get('/file?size=300000&rate=1e6');
      const [whole] = await Promise.all([beside(), assert.rejects(get('/file?size=500000&cut=100000'))]);
      assert.equal(whole.body.length, 300_000);
      const [other] = await Promise.allSettled([beside(), assert.rejects(get('/file?size=500000&disconnect=100000'))]);
      assert.equal(other.status, protocol === 'h1' ? 'fulfilled' : 'rejected');
    });

    test('all that is under way is broken off', async () => {
      const bodies = [1, 2].map((seed) => get(`/file?size=5000000&rate=1e6&seed=${seed}`));
      const outcomes = Promise.allSettled(bodies);
      while (!(origin.requests().length === 2 && origin.requests().every(({ bytesSent }) => bytesSent > 0)))
        await sleep(10);
      origin.breakOff('reset');
      assert.deepEqual(
        (await outcomes).map(({ status }) => status),
        ['rejected', 'rejected'],
      );
      await sleep(50);
      assert(origin.requests().every(({ aborted }) => aborted));
      assert.equal((await get('/page.html')).status, 200);
    });

    test('silence lasts', async () => {
      const failing = get('/file?size=5000&silence=1000&key=mute', { signal: AbortSignal.timeout(300) });
      await assert.rejects(failing, { name: 'TimeoutError' });
      await new Promise((resolve) => setTimeout(resolve, 50));
      const [entry] = origin.requests();
      assert.deepEqual([entry.bytesSent, entry.aborted], [1000, true]);
    });

    test('silence for a while', async () => {
      const start = performance.now();
      const { body } = await get('/file?size=5000&seed=1&silence=1000&silenceFor=400');
      assert(body.equals(fileBytes(1, 0, 5000)));
      assert(performance.now() - start >= 390);
      const [entry] = origin.requests();
      assert.deepEqual([entry.bytesSent, entry.aborted], [5000, false]);
    });

    test('statuses, for a while and for some', async () => {
      const path = '/file?size=50&status=503&retryAfter=2&times=2';
      const first = await get(path);
      assert.deepEqual([first.status, first.header('retry-after')], [503, '2']);
      assert.deepEqual([(await get(path)).status, (await get(path)).status], [503, 200]);
      const onRange = '/file?size=50&status=429&on=range';
      assert.deepEqual([(await get(onRange)).status, (await get(onRange, range('bytes=1-'))).status], [200, 429]);
      const later = '/file?size=50&status=500&skip=1&times=1';
      assert.deepEqual(
        [(await get(later)).status, (await get(later)).status, (await get(later)).status],
        [200, 500, 200],
      );
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
      assert.deepEqual(['content-type', 'vary', 'access-control-allow-origin', 'x-test'].map(dressed.header), [
        'text/x-a',
        'Cookie',
        '*',
        '1',
      ]);
      const only = '/file?size=1&cors=ifOrigin';
      assert.equal((await get(only)).header('access-control-allow-origin'), null);
      assert.equal(
        (await get(only, { headers: { origin: 'https://a.test' } })).header('access-control-allow-origin'),
        '*',
      );
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

    test('what was not sent does not count', async () => {
      const size = 40_000_000;
      const { received, sent } = await (protocol === 'h2' ? halfRead : halfReadH1)(
        `${origin.url}/file?size=${size}&key=held`,
        () => origin.bytesSent('held'),
      );
      assert(sent < size / 2, `${sent} bytes`);
      assert(sent > received - 20_000, `${sent} bytes were sent, ${received} received`);
      assert.equal(origin.requests()[0].aborted, true);
    });

    test('faults that HTTP/1.1 does not have', { skip: protocol === 'h2' && 'it has them' }, async () => {
      assert.equal((await get('/file?size=5000&refuse=1')).status, 500);
    });
  });

describe('h2', async () => {
  const origin = await startOrigin({ protocol: 'h2', files: { '/page.html': '<p>hello' } });
  const client = await H2Client.make();
  beforeEach(() => {
    origin.reset();
    client.goneAway = [];
  });
  after(async () => {
    client.close();
    await origin.close();
  });
  const get = async (path) => Buffer.from(await (await client.fetch(origin.url + path)).arrayBuffer());

  test('nothing else is spoken', async () => {
    const { authority } = await ensureCertificate();
    const asking = new Promise((resolve, reject) => {
      request(origin.url, { ca: authority, ALPNProtocols: ['http/1.1'] }, resolve)
        .on('error', reject)
        .end();
    });
    await assert.rejects(asking);
    assert.equal(origin.requests().length, 0);
  });

  test('a stream that is reset says so', async () => {
    await assert.rejects(get('/file?size=5000&cut=1000'), /NGHTTP2_INTERNAL_ERROR/);
    const body = assert.rejects(get('/file?size=5000000&rate=1e6&key=now'), /NGHTTP2_INTERNAL_ERROR/);
    while (origin.bytesSent('now') === 0) await sleep(10);
    origin.breakOff('reset');
    await body;
  });

  test('streams that are refused, some and a hundred', async () => {
    const path = '/file?size=5000&refuse=1&times=2&key=twice';
    for (let i = 0; i < 2; i++) await assert.rejects(get(path), /REFUSED_STREAM/);
    assert.equal((await get(path)).length, 5000);
    assert.deepEqual(
      origin.requests().map(({ status, bytesSent }) => [status, bytesSent]),
      [
        [0, 0],
        [0, 0],
        [200, 5000],
      ],
    );
    const many = Array.from({ length: 100 }, () => get('/file?size=10&refuse=1&times=100&key=many'));
    const outcomes = await Promise.allSettled(many);
    assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, 100);
    assert.equal((await get('/file?size=10&refuse=1&times=100&key=many')).length, 10);
  });

  test('GOAWAY on each connection, and its end', async () => {
    for (const how of /** @type {const} */ (['goaway-processed', 'disconnect'])) {
      origin.reset();
      const bodies = Promise.allSettled([1, 2, 3].map((seed) => get(`/file?size=5000000&rate=1e6&seed=${seed}`)));
      while (origin.requests().length < 3) await sleep(10);
      origin.breakOff(how);
      assert.deepEqual(
        (await bodies).map(({ status }) => status),
        ['rejected', 'rejected', 'rejected'],
      );
    }
    assert.equal(new Set(client.goneAway).size, 1);
  });

  test('GOAWAY, with the stream, without it, and after it', async () => {
    const stream = async (as) => {
      await get('/page.html');
      const before = client.lastStream;
      const body = get(`/file?size=500000&goaway=100000&goawayAs=${as}&key=${as}`);
      const outcome = await body.then(
        ({ length }) => length,
        (error) => String(error),
      );
      await sleep(100);
      // Node answers a GOAWAY by one.
      const [last, ...more] = new Set(client.goneAway.splice(0));
      return { outcome, sent: origin.bytesSent(as), last: last - before, more };
    };
    const cut = await stream('processed');
    assert.match(String(cut.outcome), /closed/);
    assert.deepEqual([cut.sent, cut.last, cut.more], [100_000, 2, []]);
    const unprocessed = await stream('unprocessed');
    assert.match(String(unprocessed.outcome), /REFUSED_STREAM/);
    assert.deepEqual([unprocessed.sent, unprocessed.last, unprocessed.more], [100_000, 0, []]);
    const drained = await stream('drain');
    assert.deepEqual([drained.outcome, drained.sent, drained.last, drained.more], [500_000, 500_000, 2, []]);
    assert.deepEqual(
      origin
        .requests()
        .filter(({ url }) => url.startsWith('/file'))
        .map(({ aborted }) => aborted),
      [false, false, false],
    );
  });
});

/** Reads some of a response, then nothing for a while, then gives up. */
async function halfReadH1(url, sentNow) {
  const reader = (await fetch(url)).body.getReader();
  let received = 0;
  while (received < 1_000_000) received += (await reader.read()).value.length;
  await sleep(300);
  const sent = sentNow();
  await reader.cancel();
  await sleep(50);
  return { received, sent };
}

async function halfRead(url, sentNow) {
  const { origin, pathname, search } = new URL(url);
  const session = connect(origin, { ca: (await ensureCertificate()).authority });
  const stream = session.request({ ':path': pathname + search });
  let received = 0;
  await new Promise((resolve) =>
    stream.on('data', (chunk) => {
      received += chunk.length;
      if (received >= 1_000_000) resolve(stream.pause());
    }),
  );
  await sleep(300);
  const sent = sentNow();
  stream.close();
  await sleep(50);
  session.destroy();
  return { received, sent };
}
