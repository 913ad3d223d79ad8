/** Uploads and servers, networks, workers and browsers that fail: none is sent twice. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { ENGINES } from '../../harness/launch.mjs';
import { sleep } from '../../harness/process.mjs';
import { MIB, SETTLED } from '../lib/context.mjs';

export const protocols = ['h1', 'h2'];

const sha256 = (/** @type {string | Buffer} */ bytes) => createHash('sha256').update(bytes).digest('hex');

/** Starts a fetch of uploads of so many zeros each. */
const fetchZeros = (page, id, targets, size, method = 'POST') =>
  page.evaluate(
    (name, urls, length, verb) => {
      const body = new Blob([new Uint8Array(length)]);
      return app.fetch(
        name,
        urls.map((url) => new Request(url, { method: verb, body })),
      );
    },
    id,
    targets.map(({ url }) => url),
    size,
    method,
  );

const zerosSha256 = (size) => sha256(Buffer.alloc(size));

const counts = (targets) => targets.map(({ requests }) => requests.length);

/** A response that would have a GET asked again. */
const answersOnce = (parameters) => async (t) => {
  const page = await t.open();
  const target = t.upload(parameters);
  await t.fetch(page, 'refused', [[target.url, { method: 'POST', body: 'x'.repeat(1000) }]]);
  const row = await t.expectFailure(page, 'refused', 'bad-status');
  assert.equal(row.uploaded, 1000);
  assert.equal(row.records[0].response.status, parameters.status);
  await sleep(SETTLED);
  assert.deepEqual(counts([target]), [1]);
  await t.expectNothingLeft(page);
};

/**
 * A connection that breaks. To another origin, as nothing may have used it before: on one that was
 * kept alive and breaks without an answer, Chromium and Firefox send any request again by themselves.
 */
const breaksOnce = (parameters, path) => async (t) => {
  const page = await t.open();
  const target = t.upload({ cors: 1, ...parameters }, await t.startOrigin(), path);
  const expected = await timesSentByFetch(t, page, parameters);
  await fetchZeros(page, 'broken', [target], 3 * MIB);
  const row = await t.expectFailure(page, 'broken', 'fetch-error', { timeout: 20_000 });
  assert.ok(row.records[0].error ?? row.records[0].response.bodyError);
  await sleep(SETTLED);
  assert.deepEqual(counts([target]), [expected]);
  await t.expectNothingLeft(page);
};

/**
 * Over HTTP/2 not in WebKit, which reports no stream that is reset: what is not asked again is waited for
 * ten minutes, as its server may be at work.
 */
const breaksInTheAnswer = (name, fault, nativeDiffers) => {
  const scenario = { name, nativeDiffers, run: breaksOnce({ size: 3 * MIB, seed: 1, rate: 3e6, ...fault }, '/file') };
  return [
    { ...scenario, protocols: ['h1'] },
    { ...scenario, protocols: ['h2'], browsers: ['chromium', 'firefox'] },
  ];
};

/** Once, but for Firefox: over HTTP/2 it sends any request again by itself, ten times, that is reset before the head. */
async function timesSentByFetch(t, page, parameters) {
  if (t.browser.name !== 'firefox' || t.protocol !== 'h2' || !('cutUpload' in parameters)) return 1;
  const target = t.upload({ cors: 1, ...parameters }, await t.startOrigin());
  await page.evaluate(
    (url) =>
      fetch(url, { method: 'POST', body: new Uint8Array(3 << 20) }).then(
        () => null,
        () => null,
      ),
    target.url,
  );
  return target.requests.length;
}

/** Kills in the middle of uploads that have all connections, with others in the queue. */
async function killInUploads(t, kill) {
  const page = await t.open();
  const targets = Array.from({ length: 7 }, () => t.upload({ rate: 2e6 }));
  const [first, later] = [targets.slice(0, 5), targets.slice(5)];
  await fetchZeros(page, 'first', first, 8 * MIB);
  await fetchZeros(page, 'later', later, 8 * MIB);
  const begun = () => targets.filter(({ requests }) => requests[0]?.bytesReceived > MIB);
  await t.until(() => begun().length >= 4, 'four uploads under way', 20_000);
  const atLeast = begun();
  const again = (await kill(page)) ?? page;
  const rows = [
    await t.outcome(again, 'first', { timeout: 40_000 }),
    await t.outcome(again, 'later', { timeout: 40_000 }),
  ];
  await sleep(SETTLED);
  // That each is about to be sent is made durable first: whoever is killed between the two fails it unsent. So few at a
  // time are: the one of a connection above the limit.
  const sent = counts(targets);
  assert.ok(
    sent.every((count) => count <= 1),
    `none was sent twice: ${sent}`,
  );
  assert.ok(sent.filter((count) => count === 0).length <= 1, `all were sent, but for one at most: ${sent}`);
  // With those that had only just begun.
  const killed = targets.filter(({ requests: [request] }) => request?.aborted ?? true);
  assert.ok(
    atLeast.every((each) => killed.includes(each)),
    'those under way broke off',
  );
  const records = rows.flatMap((row) => row.records);
  for (const target of targets) {
    const { error, response } = records.find(({ request }) => request.url === target.url);
    if (killed.includes(target)) {
      assert.equal(error, 'TypeError');
    } else {
      assert.equal(response.status, 200);
      assert.equal(target.requests[0].sha256, zerosSha256(8 * MIB));
    }
  }
  assert.deepEqual(
    rows.map(({ failureReason }) => failureReason === 'fetch-error'),
    [first, later].map((each) => each.some((one) => killed.includes(one))),
  );
  await t.expectNothingLeft(again);
}

/** The worker says offline; then `end` makes it send what waits. */
const waitsOffline = (end) => async (t) => {
  const page = await t.open({ before: ['offline'] });
  await t.origin.setOffline(true);
  const target = t.upload();
  const state = await fetchZeros(page, 'waits', [target], MIB, 'PUT');
  assert.equal(state.uploadTotal, MIB);
  await sleep(6_000);
  assert.equal((await page.evaluate(() => app.state('waits'))).result, '');
  await end(t, page);
  const { type, uploaded } = await t.outcome(page, 'waits', { timeout: 30_000 });
  assert.deepEqual([type, uploaded], ['backgroundfetchsuccess', MIB]);
  const puts = target.requests.filter(({ method }) => method === 'PUT');
  assert.deepEqual(
    puts.map((each) => each.sha256),
    [zerosSha256(MIB)],
  );
  await t.expectNothingLeft(page);
};

/** A redirect of an upload. */
const redirected = (status, method, sent) => async (t) => {
  const page = await t.open();
  const other = await t.startOrigin();
  t.origin.setPeer(other.url);
  for (const [id, parameters] of [
    ['here', { redirect: 1 }],
    ['elsewhere', { redirect: 'cross', cors: 1 }],
  ]) {
    const target = t.upload({ ...parameters, redirectStatus: status });
    const body = 'z'.repeat(20_000);
    await t.fetch(page, id, [[target.url, { method, body, headers: { 'content-type': 'text/plain' } }]]);
    const {
      type,
      records: [{ response }],
    } = await t.outcome(page, id);
    assert.deepEqual([type, response.status, response.redirected], ['backgroundfetchsuccess', 200, true]);
    const last =
      id === 'here'
        ? target.requests[1]
        : other.requests().find(({ key, method: verb }) => key === target.key && verb !== 'OPTIONS');
    assert.deepEqual([last.method, last.bytesReceived], sent ? [method, body.length] : ['GET', 0]);
    if (sent) assert.equal(last.sha256, sha256(body));
    assert.equal(target.requests.length, id === 'here' ? 2 : 1);
  }
};

export default [
  {
    name: 'a store that cannot be read for a moment costs an upload nothing but that',
    browsers: ENGINES,
    protocols: ['h1'],
    async run(t) {
      const page = await t.open({ before: ['unreadable-bodies'], query: { unreadable: '3' } });
      const target = t.upload();
      await fetchZeros(page, 'upload', [target], MIB);
      const row = await t.outcome(page, 'upload');
      assert.equal(row.type, 'backgroundfetchsuccess');
      assert.deepEqual(counts([target]), [1]);
      await t.expectNothingLeft(page);
    },
  },
  { name: '500 is not asked again', run: answersOnce({ status: 500 }) },
  { name: '503 with Retry-After is not asked again', run: answersOnce({ status: 503, retryAfter: 1, times: 1 }) },
  { name: '429 with Retry-After is not asked again', run: answersOnce({ status: 429, retryAfter: 1, times: 1 }) },
  { name: 'the connection is cut before any of the body', run: breaksOnce({ cutUpload: 0 }) },
  { name: 'the connection is cut in the body', run: breaksOnce({ cutUpload: MIB }) },
  ...breaksInTheAnswer('the connection is cut in the answer', { cut: MIB }, 'it succeeds with an empty answer'),
  ...breaksInTheAnswer('the answer ends early', { truncate: MIB }, 'it asks for the rest by a GET'),
  {
    name: 'the server cannot be reached',
    nativeDiffers: 'it begins some seconds later, when the server is back',
    async run(t) {
      const page = await t.open();
      const target = t.upload();
      await t.origin.setOffline(true);
      await t.fetch(page, 'unreachable', [[target.url, { method: 'POST', body: 'x' }]]);
      await sleep(1_000);
      await t.origin.setOffline(false);
      await t.expectFailure(page, 'unreachable', 'fetch-error');
      assert.deepEqual(counts([target]), [0]);
    },
  },
  {
    name: 'the worker is killed in the middle of uploads: those fail, the others are sent',
    browsers: ENGINES,
    timeout: 90_000,
    run: (t) => killInUploads(t, async (page) => void (await t.browser.killWorker(page))),
  },
  {
    name: 'the browser is killed in the middle of uploads: those fail, the others are sent',
    browsers: ENGINES,
    timeout: 90_000,
    run: (t) =>
      killInUploads(t, async () => {
        await t.relaunch();
        return t.open();
      }),
  },
  {
    name: 'the worker is killed right after fetch() has resolved',
    async run(t) {
      const page = await t.open();
      const targets = [t.upload(), t.upload(), t.upload()];
      await fetchZeros(page, 'at once', targets, MIB);
      await t.browser.killWorker(page);
      await t.outcome(page, 'at once');
      await sleep(SETTLED);
      assert.ok(
        counts(targets).every((count) => count <= 1),
        String(counts(targets)),
      );
    },
  },
  {
    name: 'begun offline: sent once there is a network, by an event',
    browsers: ENGINES,
    run: waitsOffline(async (t, page) => {
      await t.origin.setOffline(false);
      await page.evaluate(() => app.ask({ onLine: true, tells: true }));
    }),
  },
  {
    name: 'begun offline: sent once there is a network, without an event',
    browsers: ENGINES,
    run: waitsOffline(async (t, page) => {
      await t.origin.setOffline(false);
      await page.evaluate(() => app.ask({ onLine: true }));
    }),
  },
  {
    name: 'begun offline, and the worker is killed',
    browsers: ENGINES,
    run: waitsOffline(async (t, page) => {
      await t.browser.killWorker(page);
      await sleep(3_000);
      await t.origin.setOffline(false);
      await page.evaluate(() => app.ask({ onLine: true }));
    }),
  },
  {
    name: 'begun offline, and the browser is killed: all of every body is there still',
    browsers: ENGINES,
    timeout: 60_000,
    async run(t) {
      const page = await t.open({ before: ['offline'] });
      await t.origin.setOffline(true);
      const targets = [t.upload(), t.upload(), t.upload(), t.upload()];
      const sent = await page.evaluate(
        async (urls) => {
          const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7919) >> 3);
          const whole = new Blob(['before', bytes, 'after']);
          const form = new FormData();
          form.append('part', whole.slice(1, -1));
          const bodies = [
            whole.slice(3, -3, 'video/x-slice'),
            new Blob(['a', whole.slice(10, 20_000), 'b']),
            'text',
            form,
          ];
          await app.fetch(
            'kept',
            urls.map((url, index) => new Request(url, { method: 'POST', body: bodies[index] })),
          );
          const digest = async (blob) =>
            [...new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()))]
              .map((byte) => byte.toString(16).padStart(2, '0'))
              .join('');
          return [await digest(bodies[0]), await digest(bodies[1])];
        },
        targets.map(({ url }) => url),
      );
      const { uploadTotal } = await page.evaluate(() => app.state('kept'));
      await t.relaunch();
      await t.origin.setOffline(false);
      const again = await t.open({ before: ['offline'], registers: false });
      await again.evaluate(() => app.ask({ onLine: true }));
      assert.equal((await t.outcome(again, 'kept', { timeout: 30_000 })).type, 'backgroundfetchsuccess');
      const posts = targets.map(({ requests }) => requests.find(({ method }) => method === 'POST'));
      assert.deepEqual(
        posts.slice(0, 2).map((each) => each.sha256),
        sent,
      );
      assert.equal(
        posts.reduce((sum, { bytesReceived }) => sum + bytesReceived, 0),
        uploadTotal,
      );
    },
  },
  {
    name: 'a browser that says offline by mistake',
    browsers: ENGINES,
    run: waitsOffline((t) => t.origin.setOffline(false)),
  },
  {
    name: 'offline for real',
    protocols: ['h1'],
    browsers: ['firefox'],
    launch: { prefs: { 'network.disable-localhost-when-offline': true } },
    async run(t) {
      const page = await t.open();
      const target = t.upload();
      await t.browser.privileged('(offline) => { Services.io.offline = offline; }', true);
      // A connection that is open would still be used.
      await t.origin.restart();
      try {
        await fetchZeros(page, 'offline', [target], MIB);
        await sleep(6_000);
        assert.equal((await page.evaluate(() => app.state('offline'))).result, '');
        assert.deepEqual(counts([target]), [0]);
      } finally {
        await t.browser.privileged('(offline) => { Services.io.offline = offline; }', false);
      }
      assert.equal((await t.outcome(page, 'offline')).type, 'backgroundfetchsuccess');
      assert.deepEqual(counts([target]), [1]);
    },
  },
  {
    name: 'a preflight that is allowed',
    nativeDiffers: 'such requests fail',
    async run(t) {
      const page = await t.open();
      const other = await t.startOrigin();
      const inits = [
        { method: 'PUT', body: 'put' },
        { method: 'POST', body: 'typed', headers: { 'content-type': 'application/json' } },
        { method: 'POST', body: 'dressed', headers: { 'x-app': 'its own' } },
        { method: 'DELETE' },
      ];
      const targets = inits.map(() => t.upload({ cors: 1 }, other));
      const simple = t.upload({ cors: 1 }, other);
      await t.fetch(page, 'preflights', [
        ...inits.map((init, index) => [targets[index].url, init]),
        [simple.url, { method: 'POST', body: 'simple' }],
      ]);
      const { type, records } = await t.outcome(page, 'preflights');
      assert.equal(type, 'backgroundfetchsuccess');
      assert.deepEqual(counts(targets), [1, 1, 1, 1]);
      for (const [index, { method, body = '' }] of inits.entries()) {
        const [request] = targets[index].requests;
        assert.deepEqual(
          [request.method, request.sha256, request.headers['x-app']],
          [method, sha256(body), inits[index].headers?.['x-app']],
        );
        assert.equal(targets[index].preflights.length, 1);
      }
      assert.deepEqual([simple.requests.length, simple.preflights.length], [1, 0]);
      assert.ok(records.every(({ response }) => response.type === 'cors'));
    },
  },
  {
    name: 'a preflight that is refused: nothing is sent',
    nativeDiffers: 'such requests fail before it',
    async run(t) {
      const page = await t.open();
      const other = await t.startOrigin();
      const target = t.upload({ cors: 1, preflight: 0 }, other);
      await t.fetch(page, 'refused', [[target.url, { method: 'PUT', body: 'x' }]]);
      const {
        records: [{ error }],
      } = await t.expectFailure(page, 'refused', 'fetch-error');
      assert.equal(error, 'TypeError');
      await sleep(SETTLED);
      assert.deepEqual([target.requests.length, target.preflights.length], [0, 1]);
    },
  },
  {
    name: 'an answer that CORS hides fails, and is not asked for again',
    async run(t) {
      const page = await t.open();
      const other = await t.startOrigin();
      const target = t.upload({}, other);
      await t.fetch(page, 'hidden', [[target.url, { method: 'POST', body: 'x' }]]);
      await t.expectFailure(page, 'hidden', 'fetch-error');
      await sleep(SETTLED);
      assert.deepEqual(counts([target]), [1]);
    },
  },
  { name: 'a 307 repeats the method and the body', run: redirected(307, 'POST', true) },
  { name: 'a 308 repeats the method and the body', run: redirected(308, 'PUT', true) },
  { name: 'a 303 makes a GET of it', run: redirected(303, 'POST', false) },
  { name: 'a 302 makes a GET of a POST', run: redirected(302, 'POST', false) },
];
