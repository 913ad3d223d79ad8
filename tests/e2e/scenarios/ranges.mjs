/** What our own `Range` provokes gives nothing up that is stored. */
import assert from 'node:assert/strict';
import { MIB } from '../lib/context.mjs';
import { atMost } from '../lib/measure.mjs';

const LOGIN = '<!doctype html><title>Log in</title><form method="post"></form>';

/** A connection that breaks in mid-download, and a server that answers ranges so from then on. */
const afterBreak = (name, parameters, { most = 1.25, timeout = 25_000, ...more } = {}) => ({
  name,
  ...more,
  async run(t) {
    t.origin.files['/login.html'] = { type: 'text/html; charset=utf-8', body: LOGIN };
    const page = await t.open();
    const file = t.file({ size: 6 * MIB, rate: 4e6, on: 'range', ...parameters });
    await t.fetch(page, 'file', file);
    await t.until(() => page.evaluate((bytes) => app.state('file').downloaded > bytes, 4 * MIB), 'most of it');
    t.origin.breakOff('reset');
    await t.expectSuccess(page, 'file', file, { timeout });
    atMost(file.sent / file.size, most, 'bytes sent ÷ size');
    await t.expectNothingLeft(page);
  },
});

const NATIVE = 'what it has is thrown away, or the fetch fails';

export default [
  afterBreak('403 to a range, twice', { status: 403, times: 2 }, { nativeDiffers: NATIVE }),
  afterBreak('404 to a range, twice', { status: 404, times: 2 }, { nativeDiffers: NATIVE }),
  afterBreak(
    'a redirect to a login page, twice',
    {
      status: 302,
      times: 2,
      headers: JSON.stringify({ location: '/login.html' }),
    },
    { nativeDiffers: NATIVE },
  ),
  afterBreak('a server that refuses every range: the whole comes', { status: 403 }, { most: 2, nativeDiffers: NATIVE }),
  afterBreak('a server that never holds to If-Range', { ifRange: 'never' }),
  afterBreak('a cache of blocks, which begins its parts earlier than asked', { blocks: 65_536 }),
  {
    name: 'a server without ranges sends all once more: what there is stays',
    nativeDiffers: 'what it has is thrown away, or the fetch fails',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 8 * MIB, rate: 6e6, ranges: 0 });
      const downloaded = () => page.evaluate(() => app.state('file').downloaded);
      await t.fetch(page, 'file', file);
      await t.until(async () => (await downloaded()) > 5 * MIB, 'most of it');
      for (let time = 1; time <= 2; time++) {
        const [before, sent] = [await downloaded(), file.sent];
        t.origin.breakOff('reset');
        await t.until(() => file.sent > sent + 3 * MIB, 'a part of what there is');
        assert.ok((await downloaded()) >= before, `${await downloaded()} bytes after ${before}, break ${time}`);
      }
      await t.expectSuccess(page, 'file', file, { timeout: 25_000 });
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'nodes with an ETag each, and nine breaks',
    nativeDiffers: 'it begins again, or fails',
    timeout: 60_000,
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 36 * MIB, rate: 8e6, etag: 'nodes', cut: 4_000_000, times: 9 });
      await t.fetch(page, 'nodes', file);
      await t.expectSuccess(page, 'nodes', file, { timeout: 50_000 });
      // What came before it was noticed is lost.
      atMost(file.sent / file.size, 1.3, 'bytes sent ÷ size');
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'a file that is gone in mid-download is a bad status',
    nativeDiffers: 'it is a success, of what had come',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: 6 * MIB, rate: 2e6, status: 404, skip: 1 });
      await t.fetch(page, 'gone', file);
      await t.until(() => file.sent > 2 * MIB, 'some bytes');
      t.origin.breakOff('reset');
      const {
        records: [{ response }],
      } = await t.expectFailure(page, 'gone', 'bad-status', { timeout: 25_000 });
      assert.equal(response.status, 404);
      await t.expectNothingLeft(page);
    },
  },
];
