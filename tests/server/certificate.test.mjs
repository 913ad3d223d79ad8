/** The certificate of the test servers: made once, good for what it is for, renewed in time. */
import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { connect, createServer } from 'node:tls';
import { ensureCertificate } from '../../scripts/lib/certificate.mjs';
import { TempDir } from '../harness/process.mjs';

const DAY = 86_400_000;
const folder = new TempDir();
const file = join(folder.path, 'sub', 'certificate.pem');
after(() => folder.remove());

test('it is made once, for this user only', async () => {
  const made = await ensureCertificate(file);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(await ensureCertificate(file), made);
  const concurrent = join(folder.path, 'concurrent.pem');
  const [one, other] = await Promise.all([ensureCertificate(concurrent), ensureCertificate(concurrent)]);
  assert.deepEqual(one, other);
});

test('it is for servers on loopback, and signed by an authority that can sign no more', async () => {
  const { chain, key, authority } = await ensureCertificate(file);
  const [server, issuer] = [new X509Certificate(chain), new X509Certificate(authority)];
  assert(server.checkPrivateKey(createPrivateKey(key)));
  assert(server.verify(issuer.publicKey));
  assert.deepEqual([server.ca, issuer.ca], [false, true]);
  assert(!issuer.checkPrivateKey(createPrivateKey(key)), 'the key of the authority is not kept');
  assert.equal(server.subjectAltName, 'DNS:localhost, DNS:*.localhost, IP Address:127.0.0.1');
  assert(server.checkHost('localhost'));
  assert.equal(server.checkHost('example.org'), undefined);
});

test('a client that trusts the authority is content with the file as it is', async () => {
  const { authority } = await ensureCertificate(file);
  const pem = readFileSync(file);
  const server = createServer({ key: pem, cert: pem }, (socket) => socket.end('hello')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: authority });
    assert.equal(String((await once(socket, 'data'))[0]), 'hello');
    socket.destroy();
  } finally {
    server.close();
  }
});

test('one that is damaged, or about to expire, is made anew', async (t) => {
  const before = await ensureCertificate(file);
  writeFileSync(file, 'rubbish');
  const repaired = await ensureCertificate(file);
  assert.notEqual(repaired.spkiHash, before.spkiHash);
  const expires = Date.parse(new X509Certificate(repaired.chain).validTo);
  t.mock.timers.enable({ apis: ['Date'], now: expires - 31 * DAY });
  assert.equal((await ensureCertificate(file)).spkiHash, repaired.spkiHash);
  t.mock.timers.setTime(expires - 29 * DAY);
  const renewed = await ensureCertificate(file);
  assert.notEqual(renewed.spkiHash, repaired.spkiHash);
  assert(Date.parse(new X509Certificate(renewed.chain).validTo) > expires);
});
