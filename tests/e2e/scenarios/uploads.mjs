/** Requests with bodies: what the server and the records get of them. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { MIB } from '../lib/context.mjs';
import { OVER_BOTH } from '../lib/protocols.mjs';

const sha256 = (/** @type {string | Buffer} */ bytes) => createHash('sha256').update(bytes).digest('hex');
const ENGINES_WITH_STREAMS = ['chromium', 'chromium-native'];

/** Starts one fetch of a request for each kind of body; resolves with what the browser itself makes of each. */
async function fetchEveryKind(urls) {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7919) >> 3);
  const form = new FormData();
  form.append('field', 'a value with \u00fc, "quotes" and\r\nlines');
  const kinds = {
    string: 'text with \u00fc, \u2603 and \0',
    'empty string': '',
    URLSearchParams: new URLSearchParams([
      ['a', '1&2'],
      ['\u00fc', ' + '],
    ]),
    FormData: form,
    'empty FormData': new FormData(),
    'Blob with a type': new Blob([bytes, 'more'], { type: 'Text/X-Blob;charset=utf-8' }),
    'Blob without a type': new Blob([bytes.subarray(5)]),
    'a slice of a Blob': new Blob(['abc', bytes, 'xyz']).slice(2, -2, 'video/x-slice'),
    File: new File([bytes], 'x.png', { type: 'image/png' }),
    'empty Blob': new Blob([]),
    ArrayBuffer: bytes.buffer,
    'Uint8Array with an offset': bytes.subarray(1001, 54_321),
    'Float64Array with an offset': new Float64Array(bytes.buffer, 16, 1000),
    DataView: new DataView(bytes.buffer, 3, 77),
    'empty ArrayBuffer': new ArrayBuffer(0),
    none: undefined,
  };
  const requests = [];
  const expected = {};
  for (const [name, body] of Object.entries(kinds)) {
    const request = new Request(urls[requests.length], { method: 'POST', body });
    requests.push(request);
    const sent = await request.clone().arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', sent));
    expected[name] = {
      type: request.headers.get('content-type'),
      size: sent.byteLength,
      sha256: [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    };
  }
  const state = await app.fetch('kinds', requests);
  return { expected, total: state.uploadTotal, used: requests.map(({ bodyUsed }) => bodyUsed) };
}

/** Starts one fetch of a form, after a plain one; resolves with what was in it, and what is in its record. */
async function fetchForm([plain, url]) {
  const whole = new Blob(['before', new Uint8Array(100_000).fill(7), 'after']);
  const entries = [
    ['field', 'a value with \u00fc, "quotes" and\r\nlines'],
    ['file', new File([whole], 'a file n\u00e4me.bin', { type: 'image/x-test' })],
    ['empty', new File([], 'empty.txt', { type: 'text/plain' })],
    ['part', whole.slice(3, -3, 'video/x-slice'), 'part "of" it'],
    ['field', ''],
  ];
  const form = new FormData();
  for (const entry of entries) form.append(...entry);
  await fetch(plain, { method: 'POST', body: form });
  const request = new Request(url, { method: 'POST', body: form });
  // The request has what was in the form when it was made.
  form.append('late', 'too late');
  await app.fetch('form', new Request(request));
  const [record] = await app.fetches.form.matchAll();
  const describe = async (given) => {
    const all = [];
    for (const [name, value] of given) {
      const file = typeof value === 'object' && { size: value.size, type: value.type, text: await value.text() };
      all.push([name, file || value, file && value.name.replaceAll('%22', '"')]);
    }
    return all;
  };
  form.delete('late');
  return {
    expected: await describe(form),
    seen: await describe(await record.request.formData()),
    type: request.headers.get('content-type'),
    used: request.bodyUsed,
  };
}

/** More than there are kinds. */
const TARGETS = 20;

/** Starts it, and checks what the server got; resolves with what the records should say about it. */
async function uploadEveryKind(t, page) {
  const targets = Array.from({ length: TARGETS }, () => t.upload());
  const { expected, total, used } = await page.evaluate(
    fetchEveryKind,
    targets.map(({ url }) => url),
  );
  const bodies = Object.entries(expected);
  assert.equal(
    total,
    bodies.reduce((sum, [, { size }]) => sum + size, 0),
  );
  const { type, uploaded } = await t.outcome(page, 'kinds');
  assert.deepEqual([type, uploaded], ['backgroundfetchsuccess', total]);
  for (const [index, [name, body]] of bodies.entries()) {
    assert.deepEqual(targets[index].requests.map(received), [{ method: 'POST', ...body }], name);
    assert.ok(body.size === 0 || used[index], `${name} is used up`);
  }
  return bodies.map(([, body], index) => ({
    url: targets[index].url,
    method: 'POST',
    ...body,
    again: body.size ? 'TypeError' : 'nothing',
  }));
}

/** As one request reached the server. */
const received = ({ method, headers, bytesReceived, sha256 }) => ({
  method,
  type: headers['content-type'] ?? null,
  size: bytesReceived,
  sha256,
});

export default [
  {
    name: 'bodies of every kind arrive byte for byte, and once',
    ...OVER_BOTH,
    async run(t) {
      const page = await t.open();
      await uploadEveryKind(t, page);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'a form with files',
    ...OVER_BOTH,
    async run(t) {
      const page = await t.open();
      const [plain, target] = [t.upload(), t.upload({ delay: 3_000 })];
      const { expected, seen, type, used } = await page.evaluate(fetchForm, [plain.url, target.url]);
      assert.deepEqual(seen, expected);
      assert.equal(used, true);
      assert.equal((await t.outcome(page, 'form')).type, 'backgroundfetchsuccess');
      const [[sent], [own]] = [target.requests, plain.requests];
      assert.equal(sent.headers['content-type'], type);
      // But for the boundary it is what the browser itself sends.
      const length = ({ headers, bytesReceived }) => bytesReceived - 6 * headers['content-type'].length;
      assert.equal(length(sent), length(own));
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'the requests of the records have their bodies, again and again',
    nativeDiffers: 'they have none',
    async run(t) {
      const page = await t.open({ do: ['request-bodies'] });
      const seen = await uploadEveryKind(t, page);
      const [row] = await t.until(
        () => t.rows(page, { kind: 'requests' }).then((rows) => rows.length && rows),
        'the requests of the records',
      );
      assert.deepEqual(row.first, seen);
      assert.deepEqual(row.second, seen);
    },
  },
  {
    name: 'every method arrives as it is',
    async run(t) {
      const page = await t.open();
      const methods = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'REPORT', 'PROPPATCH'];
      const inits = [
        ...methods.map((method) => ({
          method,
          body: `the body of ${method}`,
          headers: { 'content-type': 'text/x-test', 'x-test': method },
        })),
        ...methods.map((method) => ({ method })),
        { method: 'HEAD' },
        { method: 'get' },
        { method: 'post', body: 'in capitals' },
      ];
      const targets = inits.map(() => t.upload());
      await t.fetch(
        page,
        'methods',
        inits.map((init, index) => [targets[index].url, init]),
      );
      const { type, records } = await t.outcome(page, 'methods');
      assert.equal(type, 'backgroundfetchsuccess');
      for (const [index, { method, body = '', headers = {} }] of inits.entries()) {
        const [request, ...more] = targets[index].requests;
        assert.equal(more.length, 0);
        const sent = ['get', 'post'].includes(method) ? method.toUpperCase() : method;
        assert.deepEqual(received(request), {
          method: sent,
          type: headers['content-type'] ?? (body ? 'text/plain;charset=UTF-8' : null),
          size: body.length,
          sha256: sha256(body),
        });
        assert.equal(request.headers['x-test'], headers['x-test']);
        const record = records.find((each) => each.request.url === targets[index].url);
        assert.deepEqual([record.request.method, record.response.status], [sent, 200]);
      }
    },
  },
  {
    name: 'a streamed body',
    ...OVER_BOTH,
    nativeDiffers: 'it is sent as an empty one',
    // Where a Request can have one: elsewhere it is the string "[object ReadableStream]", or an exception.
    browsers: ENGINES_WITH_STREAMS,
    async run(t) {
      const page = await t.open();
      const target = t.upload();
      const pieces = ['one, ', 'two, ', 'x'.repeat(300_000)];
      const state = await page.evaluate(
        async (url, parts) => {
          const body = new ReadableStream({
            async pull(controller) {
              await new Promise((resolve) => setTimeout(resolve, 50));
              if (parts.length) controller.enqueue(new TextEncoder().encode(parts.shift()));
              else controller.close();
            },
          });
          return app.fetch('streamed', new Request(url, { method: 'PUT', body, duplex: 'half' }));
        },
        target.url,
        pieces,
      );
      const whole = pieces.join('');
      assert.equal(state.uploadTotal, whole.length);
      assert.equal((await t.outcome(page, 'streamed')).type, 'backgroundfetchsuccess');
      assert.deepEqual(target.requests.map(received), [
        { method: 'PUT', type: null, size: whole.length, sha256: sha256(whole) },
      ]);
    },
  },
  {
    name: 'a streamed body that fails: TypeError, and the others are cancelled',
    nativeDiffers: 'it is sent as an empty one',
    browsers: ENGINES_WITH_STREAMS,
    async run(t) {
      const page = await t.open();
      const target = t.upload();
      const seen = await page.evaluate(async (url) => {
        const init = { method: 'POST', duplex: 'half' };
        let reason = 'not cancelled';
        const endless = new ReadableStream({
          pull: () => new Promise((resolve) => setTimeout(resolve, 10_000)),
          cancel: ({ name }) => void (reason = name),
        });
        const failing = new ReadableStream({ pull: (controller) => controller.error(new RangeError('gone')) });
        const requests = [failing, endless].map((body) => new Request(url, { ...init, body }));
        const manager = await app.manager();
        const rejection = await app.rejection(() => manager.fetch('fails', requests));
        return { rejection, reason, ids: await manager.getIds() };
      }, target.url);
      assert.deepEqual(seen, { rejection: 'TypeError', reason: 'AbortError', ids: [] });
      assert.equal(target.requests.length, 0);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'a Request is used up at once, and one that was is refused',
    async run(t) {
      const page = await t.open();
      const target = t.upload();
      const seen = await page.evaluate(async (url) => {
        const manager = await app.manager();
        const request = new Request(url, { method: 'POST', body: 'once' });
        const begun = manager.fetch('first', request);
        const used = request.bodyUsed;
        const again = await app.rejection(() => manager.fetch('second', request));
        await begun;
        return { used, again };
      }, target.url);
      assert.deepEqual(seen, { used: true, again: 'TypeError' });
      await t.outcome(page, 'first');
      assert.equal(target.requests.length, 1);
    },
  },
  {
    name: 'what is uploaded counts when the answer begins',
    async run(t) {
      const page = await t.open();
      const target = t.upload({ bodyDelay: 2_000 });
      const file = t.file({ size: 300_000, rate: 100_000 });
      const { uploadTotal, uploaded } = await t.fetch(page, 'counts', [
        [target.url, { method: 'POST', body: 'x'.repeat(MIB) }],
        file.url,
      ]);
      assert.deepEqual([uploadTotal, uploaded], [MIB, 0]);
      const row = await t.outcome(page, 'counts');
      assert.deepEqual([row.type, row.uploaded], ['backgroundfetchsuccess', MIB]);
      assert.ok(row.downloaded > file.size);
      const progress = await page.evaluate(() => app.progress.counts);
      assert.ok(
        progress.some((each) => each.uploaded === MIB && each.result === ''),
        'an event tells while it goes on',
      );
      assert.ok(
        progress.every((each, index) => index === 0 || each.uploaded >= progress[index - 1].uploaded),
        'it never goes down',
      );
      assert.equal(progress.at(-1).result, 'success');
    },
  },
  {
    name: 'one URL with several bodies: each record has its own',
    nativeVaries: 'it lists records in the order in which they ended',
    async run(t) {
      const page = await t.open();
      const target = t.upload({ delay: 1_500 });
      const bodies = ['first', 'second', 'third', 'second'];
      await t.fetch(
        page,
        'same',
        bodies.map((body) => [target.url, { method: 'PUT', body }]),
      );
      const texts = await page.evaluate(async (url) => {
        const query = new Request(url, { method: 'PUT' });
        const all = await app.fetches.same.matchAll(query, { ignoreMethod: true });
        return Promise.all(all.map(({ request }) => request.text()));
      }, target.url);
      assert.deepEqual(texts, bodies);
      const { type, records } = await t.outcome(page, 'same');
      assert.equal(type, 'backgroundfetchsuccess');
      assert.deepEqual(target.requests.map((each) => each.sha256).sort(), bodies.map(sha256).sort());
      // The server's answer tells which body it is for.
      const answers = bodies.map((body) =>
        sha256(
          JSON.stringify({
            method: 'PUT',
            type: 'text/plain;charset=UTF-8',
            length: body.length,
            sha256: sha256(body),
          }),
        ),
      );
      assert.deepEqual(
        records.map(({ response }) => response.sha256),
        answers,
      );
    },
  },
  {
    name: 'the request of a record is fetched again by the handler of its failure',
    nativeDiffers: 'the requests of the records have no bodies',
    async run(t) {
      const page = await t.open({ do: ['fetch-again'] });
      const target = t.upload({ status: 500, times: 1 });
      const body = 'z'.repeat(300_000);
      await t.fetch(page, 'first', [[target.url, { method: 'PUT', body }]]);
      assert.equal((await t.outcome(page, 'first')).type, 'backgroundfetchfail');
      assert.equal((await t.outcome(page, 'first, again')).type, 'backgroundfetchsuccess');
      const sent = { method: 'PUT', type: 'text/plain;charset=UTF-8', size: body.length, sha256: sha256(body) };
      assert.deepEqual(target.requests.map(received), [sent, sent]);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'bodies that there is no room for: QuotaExceededError, and nothing is left',
    nativeDiffers: 'bodies count for nothing',
    // WebKitGTK has no way to make the room smaller.
    browsers: ['chromium', 'firefox', 'chromium-native'],
    // Firefox gives one site a fifth of it, but 10 MiB at least.
    launch: { prefs: { 'dom.quotaManager.temporaryStorage.fixedLimit': 50 * 1024 } },
    async run(t) {
      const page = await t.open();
      // Before IndexedDB is used: it remembers for a while how much room there was.
      const cdp = await page.target?.createCDPSession();
      await cdp?.send('Storage.overrideQuotaForOrigin', { origin: t.origin.url, quotaSize: 5 << 20 });
      const target = t.upload();
      await t.fetch(page, 'before', [[target.url, { method: 'POST', body: 'small' }]]);
      await t.outcome(page, 'before');
      const seen = await page.evaluate(async (url) => {
        const manager = await app.manager();
        const body = new Blob([new Uint8Array(20 << 20)]);
        const rejection = await app.rejection(() => manager.fetch('large', new Request(url, { method: 'POST', body })));
        return { rejection, ids: await manager.getIds() };
      }, target.url);
      assert.deepEqual(seen, { rejection: 'QuotaExceededError', ids: [] });
      await t.expectNothingLeft(page);
      await t.fetch(page, 'after', [[target.url, { method: 'POST', body: 'small' }]]);
      assert.equal((await t.outcome(page, 'after')).type, 'backgroundfetchsuccess');
      assert.equal(target.requests.length, 2);
    },
  },
  {
    name: 'from inside the worker',
    nativeDiffers: 'workers may not start fetches without a permission',
    async run(t) {
      const page = await t.open({ do: ['inside'] });
      const target = t.upload();
      const body = 'y'.repeat(200_000);
      await page.evaluate((url, text) => app.ask({ call: 'upload', id: 'inside', url, body: text }), target.url, body);
      assert.equal((await t.outcome(page, 'inside')).type, 'backgroundfetchsuccess');
      assert.deepEqual(target.requests.map(received), [
        { method: 'POST', type: 'text/plain;charset=UTF-8', size: body.length, sha256: sha256(body) },
      ]);
    },
  },
  {
    name: 'aborted in the middle of it',
    ...OVER_BOTH,
    async run(t) {
      const page = await t.open();
      const target = t.upload({ rate: 4e6 });
      await page.evaluate(async (url) => {
        const body = new Blob([new Uint8Array(32 << 20)]);
        await app.fetch('aborted', new Request(url, { method: 'POST', body }));
      }, target.url);
      await t.until(() => target.requests[0]?.bytesReceived > 500_000, 'some bytes');
      assert.equal(await page.evaluate(() => app.abort('aborted')), true);
      await t.expectFailure(page, 'aborted', 'aborted');
      // The origin hears of it when it has read what the system had taken already.
      await t.until(() => target.requests[0].aborted, 'the connection is closed', 20_000);
      assert.equal(target.requests.length, 1);
      await t.expectNothingLeft(page);
    },
  },
];
