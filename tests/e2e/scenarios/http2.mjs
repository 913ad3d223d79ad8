/** What only HTTP/2 has: streams that are reset or refused, GOAWAY, and many streams on one connection. */
import assert from 'node:assert/strict';
import { sleep } from '../../harness/process.mjs';
import { MIB, SETTLED } from '../lib/context.mjs';
import { atMost, TooMuch } from '../lib/measure.mjs';

export const protocols = ['h2'];

/** Bytes a second, of all files together. */
const RATE = 6e6;
const SIZE = 8 * MIB;
const AFTER = 3_000_000;
/** What a fault may cost, in seconds and in bytes. */
const MOST_SECONDS = 8;
const MOST_BYTES = MIB;

const sizeOf = (files) => files.reduce((sum, { size }) => sum + size, 0);
const sentOf = (files) => files.reduce((sum, { sent }) => sum + sent, 0);

/** Seconds until one fetch of these files is over, which must be a success. */
async function secondsOf(t, page, id, files) {
  const begun = performance.now();
  await t.fetch(page, id, files);
  await t.expectSuccess(page, id, files, { timeout: 60_000 });
  return (performance.now() - begun) / 1000;
}

/** Compared with the same files from a server without faults. */
const costsLittle = (name, { files, faults, check = () => {} }) => ({
  name: `${name}: less than ${MOST_SECONDS} s and 1 MiB`,
  timeout: 100_000,
  async run(t) {
    const page = await t.open();
    t.origin.setThrottle(RATE);
    const [plain, faulty] = [
      files.map((each) => t.file(each)),
      files.map((each, index) => t.file({ ...each, ...(typeof faults === 'function' ? faults(index) : faults) })),
    ];
    const usual = await secondsOf(t, page, 'plain', plain);
    const seconds = await secondsOf(t, page, 'faulty', faulty);
    check(faulty);
    assert.ok(sentOf(faulty) <= sizeOf(faulty) + MOST_BYTES, `${sentOf(faulty)} bytes sent for ${sizeOf(faulty)}`);
    atMost(seconds - usual, MOST_SECONDS, `seconds more than the ${usual.toFixed(1)} without`);
    await t.expectNothingLeft(page);
  },
});

/**
 * Chromium at times (one of forty) sends again on the very connection that is just being closed, and then its `fetch()`
 * is never settled. No script can know; what is sent once only is waited for ten minutes. So that is tried again.
 * WebKit does not settle them, either, once in a while (one of thirty, on a busy machine).
 */
const orNeverSettled = (t) => (error) => {
  const { name } = t.browser;
  const isLate = ['chromium', 'webkit'].includes(name) && /^not within/.test(error.message);
  throw isLate ? new TooMuch(`${name} does not settle them: ${error.message}`) : error;
};

const ONE = [{ size: SIZE }];
const wasBroken = ([file]) => assert.ok(file.requests.length > 1, 'the fault has come');

export default [
  costsLittle('RST_STREAM in mid-body', { files: ONE, faults: { cut: AFTER, times: 1 }, check: wasBroken }),
  costsLittle('END_STREAM in mid-body', { files: ONE, faults: { truncate: AFTER, times: 1 }, check: wasBroken }),
  costsLittle('GOAWAY in mid-body, and the connection closes', {
    files: ONE,
    faults: { goaway: AFTER, times: 1 },
    check: wasBroken,
  }),
  costsLittle('GOAWAY that leaves out the stream', {
    files: ONE,
    faults: { goaway: AFTER, goawayAs: 'unprocessed', times: 1 },
    check: wasBroken,
  }),
  costsLittle('GOAWAY, after which the body goes on', {
    files: ONE,
    faults: { goaway: AFTER, goawayAs: 'drain', times: 1 },
    check: ([file]) => assert.equal(file.requests.length, 1, 'nothing is asked for again'),
  }),
  costsLittle('the connection ends under four files', {
    files: Array.from({ length: 4 }, () => ({ size: SIZE / 4 })),
    // The first three are not to have it at the same moment, but to go down with the fourth.
    faults: (index) => (index === 3 ? { disconnect: AFTER / 4, times: 1 } : {}),
    check: (files) =>
      assert.ok(
        files.every(({ requests }) => requests.length > 1),
        'all of them were broken off',
      ),
  }),
  costsLittle('100 streams are refused', {
    files: Array.from({ length: 100 }, () => ({ size: 20_000 })),
    faults: { refuse: 1, times: 1 },
    check: (files) =>
      assert.ok(
        files.every(({ requests }) => requests.some(({ status }) => status === 0)),
        'each was refused',
      ),
  }),
  {
    name: 'a stream that is refused has cost no byte',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: MIB, refuse: 1, times: 2 });
      await t.fetch(page, 'refused', file);
      await t.expectSuccess(page, 'refused', file);
      assert.deepEqual([file.sent, file.requests.length], [file.size, 3]);
    },
  },
  {
    name: 'uploads on a connection that ends fail, and none is sent twice',
    timeout: 60_000,
    async run(t) {
      const page = await t.open();
      const targets = Array.from({ length: 3 }, () => t.upload({ rate: 1e6 }));
      await page.evaluate(
        (urls) => {
          const body = new Blob([new Uint8Array(8 << 20)]);
          return app.fetch(
            'uploads',
            urls.map((url) => new Request(url, { method: 'POST', body })),
          );
        },
        targets.map(({ url }) => url),
      );
      await t.until(
        () => targets.every(({ requests }) => requests[0]?.bytesReceived > 500_000),
        'three uploads under way',
        20_000,
      );
      // Nobody must be there yet: Chromium sends by itself again what was on a connection that had been in use.
      await t.origin.setOffline(true);
      await t.expectFailure(page, 'uploads', 'fetch-error', { timeout: 20_000 }).catch(orNeverSettled(t));
      await t.origin.setOffline(false);
      await sleep(SETTLED);
      assert.deepEqual(
        targets.map(({ requests }) => requests.length),
        [1, 1, 1],
      );
      await t.expectNothingLeft(page);
    },
  },
];
