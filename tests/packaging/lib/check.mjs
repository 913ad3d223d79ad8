/** What a built app has to be: its files, and what it does in a browser. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { listFiles } from '../../../scripts/lib/fresh.mjs';
import { fromRoot } from '../../../scripts/lib/paths.mjs';
import { fileSha256 } from '../../server/content.mjs';

const SIZE = 6_000_000;
const SEED = 21;

/** ms until a download of that size is over, on a machine that builds something else meanwhile. */
const PATIENCE = 120_000;

const sha256 = (/** @type {Buffer} */ bytes) => createHash('sha256').update(bytes).digest('hex');

const ourWasm = () => readFileSync(fromRoot('dist', 'background_fetch.wasm'));

/**
 * Weighs the worker, and looks for WebAssembly that came out as a file.
 * @param {import('./setups.mjs').Setup} setup @param {string} served
 * @returns {string} what was found, for the report
 */
export function checkFiles({ bundle, entry = 'sw.mjs', brings = 0, slim }, served) {
  if (slim) {
    const found = listFiles(served).filter((file) => file.endsWith('.wasm'));
    assert.equal(found.length, 1, `files of WebAssembly: ${found.join(', ')}`);
    assert.equal(sha256(readFileSync(found[0])), sha256(ourWasm()), `${found[0]} is not the one that went in`);
    return 'with its .wasm';
  }
  if (!bundle) return '';
  const weight = weigh(join(served, bundle));
  const more = weight - weigh(fromRoot('dist', entry));
  const sentence = `${bundle} ${weight.toLocaleString('en')} bytes, ${more.toLocaleString('en')} more than ${entry}`;
  assert.ok(more <= brings, `too large: ${sentence}, and not ${brings.toLocaleString('en')}`);
  return sentence;
}

/** Bytes after brotli, as it travels. @param {string} file */
const weigh = (file) => brotliCompressSync(readFileSync(file)).length;

/**
 * Downloads a file with the app, as its user would, and looks at what its worker has stored.
 * @param {import('./setups.mjs').Setup} setup
 * @param {Awaited<ReturnType<import('../../harness/launch.mjs').launch>>} browser
 * @param {import('./serve.mjs').Served} served
 */
export async function checkInBrowser({ isExample = false, tells }, browser, { app, files, setOffline }) {
  const page = await browser.newPage(app);
  const film = `${files}/file?size=${SIZE}&seed=${SEED}&cors=1&expose=1`;
  try {
    await page.waitFor(isReady, { timeout: PATIENCE, args: [isExample] });
    await page.evaluate(isExample ? submit : download, film);
    const stored = await page.waitFor(digestOf, { timeout: PATIENCE, args: ['films', film] });
    assert.equal(stored, fileSha256(SEED, SIZE), 'the bytes that the worker stored');
    const compiled = await page.waitFor(textOf, { args: ['witness', '/compiled'] });
    assert.equal(compiled, sha256(ourWasm()), 'the WebAssembly that was compiled');
    if (isExample) await page.waitFor(saysKept);
    if (isExample && setOffline) await checkOffline(page, setOffline);
    if (tells) await page.waitFor(answers, { args: tells });
  } finally {
    await page.close();
  }
}

/**
 * As the examples say, it plays without a network, too.
 * @param {import('../../harness/page.mjs').Page} page @param {(offline: boolean) => Promise<void>} setOffline
 */
async function checkOffline(page, setOffline) {
  await setOffline(true);
  try {
    await page.reload();
    await page.waitFor(saysKept);
    assert.ok(await page.evaluate(() => 'BackgroundFetchManager' in window), 'the API is gone offline');
  } finally {
    await setOffline(false);
  }
}

// These run in the page.

async function isReady(isExample) {
  const { active } = await navigator.serviceWorker.ready;
  if (active.state !== 'activated' || !navigator.serviceWorker.controller) return false;
  if (/\[native code\]/.test(String(globalThis.BackgroundFetchManager)))
    throw new SyntaxError('the browser has the API itself');
  return isExample || typeof globalThis.download === 'function';
}

function submit(film) {
  const form = document.querySelector('form');
  form.url.value = film;
  form.requestSubmit();
}

const download = (film) => globalThis.download(film);

async function digestOf(cacheName, url) {
  const response = await caches.match(url, { cacheName });
  if (!response) return undefined;
  const digest = await crypto.subtle.digest('SHA-256', await response.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function textOf(cacheName, url) {
  const response = await caches.match(url, { cacheName });
  return response?.text();
}

function saysKept() {
  return document.querySelector('output').value.startsWith('Kept') && !document.querySelector('video').hidden;
}

async function answers(path, pattern) {
  const response = await fetch(path);
  const text = await response.text();
  return new RegExp(pattern).test(text) && text;
}
