/** The demo's network, without a browser: what the gate lets in, and how fast the link is. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { Gate } from '../../scripts/demo/gate.mjs';
import { Link } from '../../scripts/demo/link.mjs';
import { webm } from '../../scripts/demo/webm.mjs';

const FILE = Buffer.alloc(200_000, 'night ferry');
/** What the file server was asked for, and how. @type {string[]} */
const asked = [];
const server = createServer((request, response) => {
  asked.push(`${request.method} ${request.url} ${request.headers.range ?? ''}`);
  response.writeHead(200, { 'Content-Length': FILE.length, ETag: '"one"' }).end(FILE);
});
/** @type {Gate} */
let gate;
/** @type {Link} */
let link;
let url = '';

before(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  gate = new Gate({ port, host: '127.0.0.1' });
  link = new Link(await gate.open(), 0);
  url = `http://127.0.0.1:${await link.open(0)}`;
});

after(async () => {
  await link.close();
  await gate.close();
  server.close();
  server.closeAllConnections();
});

const bytesOf = async (/** @type {Response} */ response) => Buffer.from(await response.arrayBuffer());

test('it hands on what it is asked for, as it is', async () => {
  const response = await fetch(`${url}/film?pass=old`, { headers: { Range: 'bytes=5-' } });
  assert.equal(response.headers.get('etag'), '"one"');
  assert.deepEqual(await bytesOf(response), FILE);
  assert.equal(asked.at(-1), 'GET /film bytes=5-');
});

test('where it wants passes, nobody is let in without one that is good', async () => {
  gate.wantsPass = true;
  try {
    const statuses = [];
    for (const query of ['', '?pass=none', `?pass=${gate.issuePass()}`])
      statuses.push((await fetch(`${url}/film${query}`)).status);
    assert.deepEqual(statuses, [403, 403, 200]);
    assert.equal(
      (await fetch(`${url}/film`)).headers.get('access-control-allow-origin'),
      '*',
      'who is denied may know',
    );
  } finally {
    gate.wantsPass = false;
  }
});

test('where it is faulty, some answers are refusals, some end in the middle, and most are right', async () => {
  gate.isFaulty = true;
  try {
    const seen = [];
    for (let attempt = 0; attempt < 10; attempt++) {
      const response = await fetch(`${url}/film`);
      if (response.status !== 200) seen.push(response.status);
      else
        seen.push(
          await bytesOf(response).then(
            ({ length }) => (length === FILE.length ? 'right' : 'short'),
            () => 'broken',
          ),
        );
    }
    assert.deepEqual(seen.sort(), [503, 503, 'broken', 'broken', ...Array(6).fill('right')]);
  } finally {
    gate.isFaulty = false;
  }
});

test('the inbox keeps the digest of what is sent', async () => {
  const permission = await fetch(`${url}/inbox/a`, { method: 'OPTIONS' });
  assert.match(permission.headers.get('access-control-allow-methods') ?? '', /PUT/);
  assert.equal((await fetch(`${url}/inbox/night%20sky.png`, { method: 'PUT', body: FILE })).status, 201);
  const sha256 = createHash('sha256').update(FILE).digest('hex');
  assert.deepEqual(gate.letters, [{ name: 'night sky.png', bytes: FILE.length, sha256 }]);
});

test('each connection has its own speed, and both directions count', async () => {
  link.ratePerConnection = 400_000;
  try {
    const started = Date.now();
    await Promise.all([1, 2].map(async () => bytesOf(await fetch(`${url}/film`))));
    const seconds = (Date.now() - started) / 1000;
    assert.ok(seconds > 0.4, `${seconds} s for half a second of bytes`);
    await fetch(`${url}/inbox/slow`, { method: 'PUT', body: FILE });
    assert.ok(Date.now() - started > 800, 'what is sent is no faster');
  } finally {
    link.ratePerConnection = 0;
  }
});

test('a film has its frames in clusters, each with a cue that leads to it', () => {
  const frames = Array.from({ length: 6 }, (_, i) => ({
    at: i * 500,
    isKey: i % 3 === 0,
    data: Buffer.from(`frame${i}`),
  }));
  const bytes = webm({ width: 64, height: 32, milliseconds: 3000, codec: 'V_VP8', frames });
  const cluster = Buffer.from('1f43b675', 'hex');
  const segment = bytes.indexOf(Buffer.from('18538067', 'hex')) + 12;
  const places = [];
  for (let at = bytes.indexOf(cluster); at >= 0; at = bytes.indexOf(cluster, at + 1)) places.push(at - segment);
  const cues = bytes.subarray(bytes.indexOf(Buffer.from('1c53bb6b', 'hex'), segment + 200), segment + places[0]);
  const told = [];
  const name = Buffer.from('f1', 'hex');
  for (let at = cues.indexOf(name); at >= 0; at = cues.indexOf(name, at + 17))
    told.push(Number(cues.readBigUInt64BE(at + 9)));
  assert.equal(places.length, 2);
  assert.deepEqual(told, places);
  assert.ok(frames.every(({ data }) => bytes.includes(data)));
});
