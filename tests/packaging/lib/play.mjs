/** What the README's app must do: show how far it is, and play without a network, from anywhere. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { FILM, film, SECONDS } from './readme.mjs';

/** ms until the film has come, on a machine that builds something else meanwhile. */
const PATIENCE = 120_000;

/** Bytes that are compared at each place. */
const SAMPLE = 200_000;

/**
 * @param {Awaited<ReturnType<import('../../harness/launch.mjs').launch>>} browser
 * @param {import('./serve.mjs').Served} served
 */
export async function checkPlayback(browser, { app, setOffline }) {
  const page = await browser.newPage(app);
  const bytes = film();
  try {
    await page.waitFor(isReady, { timeout: PATIENCE });
    await page.evaluate(pressAndWatch);
    await page.waitFor(hasFilm, { timeout: PATIENCE });
    const seen = await page.evaluate(() => globalThis.seen);
    assert.ok(seen.length >= 3, `the bar moved ${seen.length} times`);
    assert.deepEqual(
      seen,
      [...seen].sort((one, other) => one - other),
      'the bar goes forward',
    );
    // Firefox gives it with 15 digits.
    assert.equal(seen.at(-1).toFixed(9), (bytes.length / 1_400_000_000).toFixed(9), 'the bar, in the end');

    await page.waitFor(hasDuration, { timeout: PATIENCE, args: [SECONDS] });

    await setOffline?.(true);
    await page.reload();
    await page.waitFor(hasFilm, { timeout: PATIENCE });
    assert.equal(await page.evaluate(isOnline), false, 'the server is gone');
    await page.waitFor(hasDuration, { timeout: PATIENCE, args: [SECONDS] });
    for (const place of [0.9, 0.2, 0.5]) {
      await page.evaluate(seek, place * SECONDS);
      await page.waitFor(isThere, { timeout: PATIENCE, args: [place * SECONDS] });
      const start = Math.floor(place * bytes.length);
      const expected = createHash('sha256')
        .update(bytes.subarray(start, start + SAMPLE))
        .digest('hex');
      assert.deepEqual(await page.evaluate(digestAt, FILM, start, SAMPLE), [206, expected], `the bytes at ${start}`);
    }
  } finally {
    await setOffline?.(false);
    await page.close();
  }
}

// These run in the page.

async function isReady() {
  const { active } = await navigator.serviceWorker.ready;
  if (/\[native code\]/.test(String(globalThis.BackgroundFetchManager)))
    throw new SyntaxError('the browser has the API itself');
  return active.state === 'activated' && navigator.serviceWorker.controller !== null;
}

function pressAndWatch() {
  const bar = document.querySelector('progress');
  globalThis.seen = [];
  // What the user sees: each value once.
  const look = () => {
    if (bar.value > 0 && bar.value !== globalThis.seen.at(-1)) globalThis.seen.push(bar.value);
  };
  new MutationObserver(look).observe(bar, { attributes: true });
  document.querySelector('button').click();
}

const hasFilm = () => document.querySelector('video').src !== '';

function isOnline() {
  return fetch('/anything').then(
    () => true,
    () => false,
  );
}

function hasDuration(seconds) {
  const { error, duration } = document.querySelector('video');
  if (error) throw new SyntaxError(`the film does not play: ${error.code} ${error.message}`);
  return Math.abs(duration - seconds) < 0.1;
}

function seek(seconds) {
  document.querySelector('video').currentTime = seconds;
}

/** There is a picture, or sound, of that place. */
function isThere(seconds) {
  const { seeking, readyState, currentTime, buffered } = document.querySelector('video');
  const has = [...Array(buffered.length).keys()].some(
    (at) => buffered.start(at) <= seconds && seconds < buffered.end(at),
  );
  return !seeking && Math.abs(currentTime - seconds) < 0.5 && readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && has;
}

async function digestAt(url, start, length) {
  const response = await fetch(url, { headers: { range: `bytes=${start}-${start + length - 1}` } });
  const digest = await crypto.subtle.digest('SHA-256', await response.arrayBuffer());
  return [response.status, Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')];
}
