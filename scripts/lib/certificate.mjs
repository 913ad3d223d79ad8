// The certificate with which the tests' own servers speak HTTPS on loopback: made once for each user, by
// an authority that exists for nothing else and whose key is thrown away.

import { createHash, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { withLock } from './lock.mjs';
import { fromCache } from './paths.mjs';
import { say } from './run.mjs';

/** As long as browsers accept. */
const LIFETIME_DAYS = 397;
/** A run of tests must not be the one in which it expires. */
const RENEWED_DAYS_BEFORE = 30;
/** So that a clock that is put right does not find it to be of the future. */
const BACKDATED_DAYS = 2;
const DAY = 86_400_000;
/** Chromium and WebKit take the second for hosts below localhost; Firefox would want each by its name. */
const DNS_NAMES = ['localhost', '*.localhost'];
const PEM = /-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----\n?/g;

/**
 * @typedef {object} Certificate
 * @property {string} file with key, certificate and authority, in PEM: what servers such as nginx read
 * @property {string} key in PEM
 * @property {string} chain certificate and authority, in PEM
 * @property {string} authority in PEM: what a client has to trust
 * @property {string} spkiHash SHA-256 of the certificate's public key, in Base64: what Chromium is told to trust
 */

/** Makes the certificate unless there is one, and one that is not about to expire. */
export async function ensureCertificate(file = fromCache('certificate-1.pem')) {
  const found = read(file);
  if (found) return found;
  await withLock(`${file}.lock`, async () => {
    if (read(file)) return;
    write(file, await make());
    say('made a certificate for servers on loopback');
  });
  const made = read(file);
  if (!made) throw new Error(`the certificate in ${file} cannot be read`);
  return made;
}

/** @param {string} file @returns {Certificate | undefined} undefined if there is none that will do */
function read(file) {
  try {
    const text = readFileSync(file, 'utf8');
    const [key, certificate, authority] = [...text.matchAll(PEM)].map(([block]) => block);
    const { validTo, publicKey } = new X509Certificate(certificate);
    if (Date.parse(validTo) < Date.now() + RENEWED_DAYS_BEFORE * DAY) return undefined;
    const spki = publicKey.export({ type: 'spki', format: 'der' });
    return {
      file,
      key,
      chain: certificate + authority,
      authority,
      spkiHash: createHash('sha256').update(spki).digest('base64'),
    };
  } catch {
    return undefined; // missing, or damaged
  }
}

/** In one step, for whoever reads it meanwhile. @param {string} file @param {string} text */
function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, text, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

async function make() {
  // Not at the top: set-up installs it.
  const { generate } = await import('selfsigned');
  const common = {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - BACKDATED_DAYS * DAY),
    notAfterDate: new Date(Date.now() + (LIFETIME_DAYS - BACKDATED_DAYS) * DAY),
  };
  const authority = await generate(named('Tests of background-fetch-polyfill'), {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate(named('localhost'), {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [...DNS_NAMES.map((value) => ({ type: 2, value })), { type: 7, ip: '127.0.0.1' }],
      },
    ],
  });
  return [server.private, server.cert, authority.cert].map((pem) => `${pem.trim()}\n`).join('');
}

/** @param {string} value */
const named = (value) => [{ name: 'commonName', value }];
