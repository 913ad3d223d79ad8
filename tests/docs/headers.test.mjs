/** A server that sends what the guide to CDN headers says is one of which `doctor` has nothing to say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cli } from '../cli/run.mjs';
import { startOrigin } from '../server/origin.mjs';
import { read } from './blocks.mjs';

const guide = read('docs/guides/cdn-headers.md');
const app = guide.match(/--origin (\S+)/)?.[1];
const headers = [...guide.matchAll(/^ {2}add_header (\S+) "(.+)" always;$/gm)].map(([, name, value]) => [
  name.toLowerCase(),
  value,
]);

/** What `doctor` says where a server sends these, too. @param {string[][]} sent */
async function ask(sent) {
  const origin = await startOrigin();
  try {
    origin.setChange('guide', async (/** @type {any} */ plan) => {
      for (const name of Object.keys(plan.headers)) if (name.startsWith('access-control-')) delete plan.headers[name];
      Object.assign(plan.headers, Object.fromEntries(sent));
      return plan;
    });
    return await cli('doctor', `${origin.url}/file?size=200000&seed=3&key=guide`, '--origin', app);
  } finally {
    await origin.close();
  }
}

test('with the headers of the guide there is nothing to change', async () => {
  assert.equal(headers.length, 3);
  const { code, text } = await ask(headers);
  assert.equal(code, 0, text);
  assert.doesNotMatch(text, /^- /m);
});

for (const [name] of headers) {
  test(`${name} is needed`, async () => {
    const { text } = await ask(headers.filter(([each]) => each !== name));
    assert.match(text, /^- /m);
  });
}
