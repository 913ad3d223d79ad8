/** The app that the README has in full, put together by its text: by a stranger, who has nothing else. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { filesOf, read } from '../../docs/blocks.mjs';

/** What the README calls the film, and what it is here: what every browser plays is a sound without compression. */
const [THEIRS, OURS] = ['ferry.mp4', 'ferry.wav'];

/** Of the sound: samples a second, of 16 bits, in two channels. */
const RATE = 48_000;
export const SECONDS = 100;

/** Path of the film. */
export const FILM = `/films/${OURS}`;

/** Writes it. @param {string} app an empty folder */
export function assembleReadme(app) {
  // As `npm install` leaves it.
  put(app, 'package.json', '{}');
  put(app, `public${FILM}`, film());
  const files = Object.entries(filesOf('README.md'));
  for (const [name, text] of files) put(app, name, text.replaceAll(THEIRS, OURS));
  const imported = files.flatMap(([, text]) => [...text.matchAll(/^import .*?'(@[^/']+\/[^/']+|[^/'.]+)/gm)]);
  const missing = imported.map(([, name]) => name).filter((name) => !installed().includes(name));
  assert.deepEqual(missing, [], 'imported, but not installed');
  const text = read('README.md').replaceAll(THEIRS, OURS);
  // What `setups.mjs` and `preview.mjs` do.
  for (const said of [`public${FILM}`, 'npx vite build && npx vite preview'])
    assert.ok(text.includes(`\`${said}\``), said);
}

/** The packages that a reader installs. */
const installed = () =>
  [...read('README.md').matchAll(/^npm install (.+)$/gm)].flatMap(([, words]) =>
    words.split(' ').filter((word) => !word.startsWith('-')),
  );

/** @param {string} app @param {string} name @param {string | Buffer} content */
function put(app, name, content) {
  const path = join(app, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** A tone that rises, so that no two places are alike, as a WAVE file. */
export function film() {
  const [head, frame] = [44, 4];
  const bytes = Buffer.alloc(head + SECONDS * RATE * frame);
  bytes.write('RIFF    WAVEfmt                     data');
  bytes.writeUInt32LE(bytes.length - 8, 4);
  // Of "fmt ": its length, samples as they are, channels, frames and bytes a second, bytes of a frame, bits of a sample.
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(2, 22);
  bytes.writeUInt32LE(RATE, 24);
  bytes.writeUInt32LE(RATE * frame, 28);
  bytes.writeUInt16LE(frame, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.writeUInt32LE(bytes.length - head, 40);
  for (let at = 0; at < SECONDS * RATE; at++) {
    const sample = Math.round(8000 * Math.sin((at * at) / 4e8));
    bytes.writeInt16LE(sample, head + at * frame);
    bytes.writeInt16LE(-sample, head + 2 + at * frame);
  }
  return bytes;
}
