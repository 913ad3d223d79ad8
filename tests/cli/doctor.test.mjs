/** `background-fetch-polyfill doctor`, against servers of each kind. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startOrigin } from '../server/origin.mjs';
import { cli } from './run.mjs';

/** @type {Awaited<ReturnType<typeof startOrigin>>} */
let origin;
before(async () => {
  origin = await startOrigin();
});
after(() => origin.close());

const SIZE = 200_000;
const APP = 'https://app.example';

/** Asks about a file with these parameters of the test origin. @param {string} parameters @param {string[]} options */
async function ask(parameters, ...options) {
  const defaults = { size: SIZE, seed: 3, key: `${parameters} ${options}` };
  const query = new URLSearchParams({ ...defaults, ...Object.fromEntries(new URLSearchParams(parameters)) });
  const { code, text } = await cli('doctor', `${origin.url}/file?${query}`, ...options);
  const line = (/** @type {RegExp} */ question) => text.split('\n').find((each) => question.test(each)) ?? '';
  return {
    code,
    text,
    comes: line(/^Can it be downloaded/),
    resumes: line(/^Does it go on/),
    splits: line(/^Can it come in parts/),
    advice: text.split('\n').filter((each) => each.startsWith('- ')),
  };
}

test('a good server needs no advice', async () => {
  const { code, comes, resumes, splits, advice } = await ask('');
  assert.equal(code, 0);
  assert.match(comes, /yes: 200,000 bytes/);
  assert.match(resumes, /yes: its ETag/);
  assert.match(splits, /yes/);
  assert.deepEqual(advice, []);
});

/** Of the app's own origin: parameters, what is said of going on, the first advice. */
const own = [
  ['a server without ranges', 'ranges=0', /no: the server ignores Range/, /Turn range requests on/],
  ['one that says so', 'acceptRanges=none', /no: .*Accept-Ranges: none/, /Turn range requests on/],
  ['a compressed file', 'gzip=1', /no: it comes compressed \(gzip\)/, /Do not compress/],
  ['an ETag at random', 'etag=changing', /no: the ETag is another/, /same ETag for the same file/],
  ['other bytes than it says', 'lie=range', /no: the bytes of a part/, /must be the bytes/],
  ['an error to ranges', 'status=500&on=range', /no: .*answered 500/, /Turn range requests on/],
];
describe('does not go on with', () => {
  for (const [name, parameters, resumes, advice] of own) {
    test(/** @type {string} */ (name), async () => {
      const answer = await ask(/** @type {string} */ (parameters));
      assert.equal(answer.code, 1, answer.text);
      assert.match(answer.resumes, /** @type {RegExp} */ (resumes));
      assert.match(answer.splits, /no/);
      assert.match(answer.advice[0], /** @type {RegExp} */ (advice));
    });
  }
});

/** Changes the answers to ranges. @param {string} key @param {(headers: Record<string, any>) => void} change */
function changeParts(key, change) {
  origin.setChange(key, async (plan, { headers }) => {
    if (headers.range) change(plan.headers);
    return plan;
  });
}

describe('does not go on with a part', () => {
  test('without the ETag of the whole', async () => {
    changeParts('bare', (headers) => delete headers.etag);
    const { code, resumes } = await ask('key=bare');
    assert.equal(code, 1);
    assert.match(resumes, /no: a part has no ETag/);
  });

  test('with another ETag', async () => {
    changeParts('other', (headers) => {
      headers.etag = '"other"';
    });
    const { code, resumes } = await ask('key=other');
    assert.equal(code, 1);
    assert.match(resumes, /no: a part has another ETag \("other"\)/);
  });

  test('that hides the ETag which the whole exposes', async () => {
    changeParts('hidden', (headers) => delete headers['access-control-expose-headers']);
    const { code, resumes } = await ask('cors=1&expose=1&key=hidden', '--origin', APP);
    assert.equal(code, 1);
    assert.match(resumes, /no: a part has no ETag/);
  });

  test('of another place', async () => {
    changeParts('later', (headers) => {
      headers['content-range'] = `bytes 5000-${SIZE - 1}/${SIZE}`;
    });
    const { code, resumes, advice } = await ask('key=later');
    assert.equal(code, 1);
    assert.match(resumes, /no: bytes 4096- were asked for, and Content-Range is bytes 5000-/);
    assert.match(advice[0], /Content-Range/);
  });

  test('that is all of the file', async () => {
    const { code, resumes } = await ask(`blocks=${SIZE}`);
    assert.equal(code, 1);
    assert.match(resumes, /no: a part is all of the file again/);
  });
});

describe('goes on', () => {
  test('with parts that begin at blocks', async () => {
    const { code, resumes } = await ask('blocks=3000');
    assert.equal(code, 0);
    assert.match(resumes, /yes/);
  });

  test('with parts that do not say where they belong, but are as long as the rest', async () => {
    changeParts('nameless', (headers) => delete headers['content-range']);
    assert.equal((await ask('key=nameless')).code, 0);
    changeParts('nameless-short', (headers) => {
      delete headers['content-range'];
      delete headers['content-length'];
    });
    const { code, resumes } = await ask('key=nameless-short');
    assert.equal(code, 1);
    assert.match(resumes, /does not say where it belongs/);
  });

  test('with a weak ETag, by Last-Modified', async () => {
    const { code, resumes, advice } = await ask('etag=weak');
    assert.equal(code, 0);
    assert.match(resumes, /yes: its Last-Modified/);
    assert.match(advice[0], /strong ETag/);
  });

  test('with neither, by comparing', async () => {
    const { code, resumes, splits, advice } = await ask('etag=none&lastModified=none');
    assert.equal(code, 0);
    assert.match(resumes, /yes: .*compared/);
    assert.match(splits, /no: nothing tells/);
    assert.match(advice[0], /strong ETag/);
  });

  test('without Accept-Ranges, as parts may come all the same', async () => {
    const { code, splits } = await ask('acceptRanges=omit');
    assert.equal(code, 0);
    assert.match(splits, /yes: where several connections/);
  });

  test('without Content-Length, but in one stream', async () => {
    const { code, comes, splits } = await ask('chunked=1');
    assert.equal(code, 0);
    assert.match(comes, /unknown length/);
    assert.match(splits, /no: there is no Content-Length/);
  });

  test('behind a redirect', async () => {
    const { code, splits, text } = await ask('redirect=1');
    assert.equal(code, 0);
    assert.match(splits, /yes: where several connections/);
    assert.match(text, /it is redirected to/);
  });

  test('with a file of one byte, and with nothing', async () => {
    assert.equal((await ask('size=1')).code, 0);
    assert.match((await ask('size=0')).resumes, /yes: it is empty/);
  });
});

describe('an app of another origin', () => {
  test('may not read it without CORS', async () => {
    const { code, comes, resumes, advice } = await ask('', '--origin', APP);
    assert.equal(code, 1);
    assert.match(comes, /no: .*no Access-Control-Allow-Origin/);
    assert.match(resumes, /cannot be told/);
    assert.match(advice[0], /Access-Control-Allow-Origin: https:\/\/app\.example/);
  });

  test('may not read it with CORS for somebody else', async () => {
    const headers = encodeURIComponent('{"access-control-allow-origin":"https://other.example"}');
    const { code, comes } = await ask(`headers=${headers}`, '--origin', APP);
    assert.equal(code, 1);
    assert.match(comes, /is https:\/\/other\.example/);
  });

  test('is told which headers are hidden', async () => {
    const { code, resumes, advice } = await ask('cors=1', '--origin', APP);
    assert.equal(code, 0);
    assert.match(resumes, /yes: its Last-Modified/);
    assert.match(advice[0], /Access-Control-Expose-Headers: ETag, Accept-Ranges, Content-Range/);
  });

  test('is not kept from going on by what it does not see', async () => {
    let requests = 0;
    origin.setChange('nodes', async (plan) => {
      requests += 1;
      plan.headers.etag = `"node ${requests}"`;
      plan.headers['accept-ranges'] = 'none';
      return plan;
    });
    const { code, resumes, text } = await ask('cors=1&key=nodes', '--origin', APP);
    assert.equal(code, 0, text);
    assert.match(resumes, /yes: its Last-Modified/);
  });

  test('does not see where a part belongs that begins earlier', async () => {
    const { code, resumes, advice } = await ask('cors=1&blocks=3000', '--origin', APP);
    assert.equal(code, 1);
    assert.match(resumes, /no: a part does not say where it belongs/);
    assert.match(advice[0], /Access-Control-Expose-Headers: .*Content-Range/);
    assert.equal((await ask('cors=1&expose=1&blocks=3000', '--origin', APP)).code, 0);
    // Where no end is known, only the bytes tell.
    assert.equal((await ask('cors=1&chunked=1', '--origin', APP)).code, 0);
  });

  test('has nothing to wish for where they are exposed', async () => {
    const { code, resumes, splits, advice } = await ask('cors=1&expose=1', '--origin', APP);
    assert.equal(code, 0);
    assert.match(resumes, /yes: its ETag/);
    assert.match(splits, /yes: where several connections/);
    assert.deepEqual(advice, []);
  });

  test('is warned of caches where the answer depends on who asks', async () => {
    const { code, advice } = await ask('cors=1&expose=1&credentials=1', '--origin', APP);
    assert.equal(code, 0);
    assert.match(advice[0], /Vary: Origin/);
  });

  test('is one of the same where the origin says so', async () => {
    const { code, splits } = await ask('', '--origin', origin.url);
    assert.equal(code, 0);
    assert.match(splits, /yes/);
  });

  test('may not read parts that lack what the whole has', async () => {
    changeParts('parts', (headers) => delete headers['access-control-allow-origin']);
    const { code, resumes } = await ask('cors=1&key=parts', '--origin', APP);
    assert.equal(code, 1);
    assert.match(resumes, /keeps the parts from the app/);
  });

  test('is also one whose own address redirects to another', async () => {
    const peer = await startOrigin({ host: '127.0.0.1' });
    try {
      const to = encodeURIComponent(`${peer.url}/file?size=${SIZE}&seed=3`);
      const { code, comes } = await ask(`redirect=cross&to=${to}`);
      assert.equal(code, 1, comes);
      assert.match(comes, /no Access-Control-Allow-Origin/);
    } finally {
      await peer.close();
    }
  });
});

describe('a redirect', () => {
  /** @type {Awaited<ReturnType<typeof startOrigin>>} */
  let peer;
  before(async () => {
    peer = await startOrigin({ host: '127.0.0.1' });
  });
  after(() => peer.close());

  /** Asks about a file that the origin redirects to the peer. @param {string} parameters @param {string} [app] */
  const redirected = (parameters, app) => {
    const to = encodeURIComponent(peer.url);
    return ask(`redirect=cross&to=${to}&${parameters}`, ...(app ? ['--origin', app] : []));
  };
  const allowing = (/** @type {string} */ allowed) =>
    `headers=${encodeURIComponent(JSON.stringify({ 'access-control-allow-origin': allowed }))}`;

  test('without CORS is refused, whatever comes after it', async () => {
    origin.setChange('bare hop', async (plan) => {
      delete plan.headers['access-control-allow-origin'];
      return plan;
    });
    const { code, comes, advice, text } = await redirected('cors=1&key=bare hop', APP);
    assert.equal(code, 1, text);
    assert.match(comes, /no: .*no Access-Control-Allow-Origin at the redirect http:\/\/localhost/);
    assert.match(
      advice[0],
      /Access-Control-Allow-Origin: https:\/\/app\.example .*or \*, with every answer, redirects/,
    );
  });

  test('from one foreign origin to another leads to where only * will do', async () => {
    const refused = await redirected(allowing(APP), APP);
    assert.equal(refused.code, 1, refused.text);
    assert.match(refused.comes, /no: .*Access-Control-Allow-Origin is https:\/\/app\.example, and Origin is null/);
    assert.match(refused.advice[0], /Access-Control-Allow-Origin: \* with every answer/);
    peer.reset();
    assert.equal((await redirected(allowing('*'), APP)).code, 0);
    assert.deepEqual(new Set(peer.requests().map(({ headers }) => headers.origin)), new Set(['null']));
  });

  test('from a foreign origin to that of the app is no way back', async () => {
    const refused = await redirected(allowing(peer.url), peer.url);
    assert.equal(refused.code, 1, refused.text);
    assert.equal((await redirected(allowing('*'), peer.url)).code, 0);
  });

  test('of the own origin needs no CORS', async () => {
    origin.setChange('own hop', async (plan, { headers }) => {
      assert.equal(headers.origin, undefined);
      delete plan.headers['access-control-allow-origin'];
      return plan;
    });
    const { code, text } = await redirected(`${allowing(origin.url)}&expose=1&key=own hop`);
    assert.equal(code, 0, text);
  });

  test('without CORS to parts only keeps those from the app', async () => {
    changeParts('bare part', (headers) => delete headers['access-control-allow-origin']);
    const { code, resumes } = await redirected('cors=1&key=bare part', APP);
    assert.equal(code, 1);
    assert.match(resumes, /keeps the parts from the app: there is no .* at the redirect/);
  });

  test('is followed twenty times', async () => {
    assert.equal((await ask('redirect=20')).code, 0);
    const { code, text } = await ask('redirect=21');
    assert.deepEqual([code, /does not answer: there are more than 20 redirects/.test(text)], [1, true]);
  });
});

describe('in one sentence', () => {
  test('a file that is not there', async () => {
    const { code, comes } = await ask('status=404');
    assert.equal(code, 1);
    assert.match(comes, /no: the server answers 404/);
  });

  test('a server that is not there', async () => {
    const gone = await startOrigin();
    await gone.close();
    const { code, text } = await cli('doctor', `${gone.url}/file`);
    assert.deepEqual([code, /does not answer/.test(text), /\n +at /.test(text)], [1, true, false]);
  });

  test('what is no address', async () => {
    for (const address of ['film.mp4', 'ftp://host/film.mp4']) {
      const { code, text } = await cli('doctor', address);
      assert.deepEqual([code, /is not an address/.test(text)], [1, true]);
    }
  });

  test('an origin that is none', async () => {
    const { code, text } = await cli('doctor', origin.url, '--origin', 'app.example');
    assert.deepEqual([code, /app\.example is not an address/.test(text)], [1, true]);
  });
});

test('what is asked, and that no more than the beginning of the file is read', async () => {
  origin.reset();
  await cli('doctor', `${origin.url}/file?size=500000000&seed=1&key=large&cors=1`, '--origin', APP);
  const requests = origin.requests().map(({ method, headers }) => [method, headers.range ?? '', headers.origin]);
  assert.deepEqual(requests, [
    ['GET', '', APP],
    ['GET', '', APP],
    ['HEAD', '', APP],
    ['GET', 'bytes=4096-', APP],
  ]);
  // What the sockets held when they were closed.
  assert.ok(origin.bytesSent('large') < 100_000_000);
});
