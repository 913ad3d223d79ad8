/** Bodies that come to an end of which nobody had said where it would be: the server is asked. */
import assert from 'node:assert/strict';
import { MIB } from '../lib/context.mjs';
import { atMost } from '../lib/measure.mjs';

const SIZE = 6 * MIB;
/** Where a chunk may end, too. */
const AT = 46 * 65_536;

const NATIVE = 'it is a success, of what had come';

/** A first response that ends early, without a word of its length; whoever asks later gets all. */
const endsEarly = (name, parameters, { most = 1.6, elsewhere = false, ...more } = {}) => ({
  name,
  ...more,
  async run(t) {
    const page = await t.open();
    const origin = elsewhere ? await t.startOrigin() : t.origin;
    const file = t.file({ size: SIZE, rate: 12e6, truncate: AT, times: 1, ...parameters }, origin);
    await t.fetch(page, 'file', file);
    await t.expectSuccess(page, 'file', file, { timeout: 25_000 });
    atMost(file.sent / file.size, most, 'bytes sent ÷ size');
    await t.expectNothingLeft(page);
  },
});

export default [
  endsEarly('in chunks, without the last one', { chunked: 1 }),
  endsEarly('with the connection', { delimited: 1 }, { nativeDiffers: NATIVE }),
  endsEarly(
    'with the connection, of another origin that shows nothing',
    { delimited: 1, cors: 1 },
    { elsewhere: true, nativeDiffers: NATIVE },
  ),
  endsEarly('in a content coding', { gzip: 1 }, { most: 2.2 }),
  endsEarly(
    'with the connection, without a validator',
    { delimited: 1, etag: 'none', lastModified: 'none' },
    { most: 2.2, nativeDiffers: NATIVE },
  ),
  {
    name: 'a body that is whole costs one question',
    nativeDiffers: 'it asks none',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: SIZE, delimited: 1 });
      await t.fetch(page, 'file', file);
      await t.expectSuccess(page, 'file', file, { timeout: 25_000 });
      assert.equal(file.requests.length, 2);
      await t.expectNothingLeft(page);
    },
  },
  {
    name: 'a content coding that breaks is left out, and the body resumed',
    nativeDiffers: 'it begins again each time',
    async run(t) {
      const page = await t.open();
      const file = t.file({ size: SIZE, rate: 6e6, gzip: 1, cut: 1_500_000, times: 6 });
      await t.fetch(page, 'file', file);
      const {
        records: [{ response }],
      } = await t.expectSuccess(page, 'file', file, { timeout: 30_000 });
      assert.equal(response.status, 200);
      atMost(file.sent / file.size, 2, 'bytes sent ÷ size');
      await t.expectNothingLeft(page);
    },
  },
];
