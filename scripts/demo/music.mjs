/**
 * Ambient music for the demo's podcast: long WAV files that are pleasant to hear, the same on every
 * run, and different in every second, so that a byte out of place would be noticed.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

export const RATE = 44_100;
const BLOCK_SECONDS = 10;
const NOTE_SECONDS = 7;
const BELL_GAP_SECONDS = 1.1;
const CHANNELS = 2;
const LOUDNESS = 1.7;
const BYTES_PER_FRAME = CHANNELS * 2;

/**
 * @typedef {object} Chapter
 * @property {string} title
 * @property {number} seconds
 * @property {number} root MIDI number of the lowest note
 * @property {number[]} scale semitones above the root
 * @property {number} step seconds between two chances of a note
 * @property {number} density how likely a note is at each step
 *
 * @typedef {{at: number, note: Float32Array, left: number, right: number}} Event one note, `at` in frames
 */

/** How each kind of note sounds: [multiple of the pitch, loudness, decay per second] of its partials. */
const TIMBRES = {
  pluck: {
    attack: 0.012,
    partials: [
      [1, 1, 0.9],
      [2.001, 0.35, 1.6],
      [3.003, 0.16, 2.4],
      [5.01, 0.05, 4],
    ],
  },
  pad: {
    attack: 1.6,
    partials: [
      [1, 1, 0.35],
      [1.004, 0.8, 0.35],
      [0.5, 0.5, 0.3],
      [2, 0.12, 0.5],
    ],
  },
  bell: {
    attack: 0.004,
    partials: [
      [1, 1, 0.8],
      [2.76, 0.5, 1.1],
      [5.4, 0.22, 1.9],
      [8.93, 0.1, 3],
    ],
  },
};

/** @param {{file: string, seed: number, chapters: Chapter[]}} episode */
export async function writeEpisode({ file, seed, chapters }) {
  const events = chapters.reduce(
    (all, chapter, index) => {
      const start = chapters.slice(0, index).reduce((sum, each) => sum + each.seconds, 0);
      return all.concat(compose(chapter, index + 1, start, random(seed + index)));
    },
    /** @type {Event[]} */ ([]),
  );
  events.sort((a, b) => a.at - b.at);

  const frames = RATE * chapters.reduce((sum, each) => sum + each.seconds, 0);
  const out = createWriteStream(file);
  out.write(header(frames));
  for (const block of render(events, frames)) {
    if (!out.write(block)) await once(out, 'drain');
  }
  out.end();
  await finished(out);
}

/**
 * The notes of one chapter. Its number is struck on a bell, so that a listener who seeks hears where
 * he has come out.
 * @param {Chapter} chapter @param {number} number @param {number} start in seconds @param {() => number} chance
 */
function compose(chapter, number, start, chance) {
  /** @type {Event[]} */
  const events = [];
  /** @param {keyof typeof TIMBRES} timbre @param {number} seconds @param {number} key @param {number} volume */
  const add = (timbre, seconds, key, volume) => {
    const pan = 0.25 + 0.5 * chance();
    const at = Math.round((start + seconds) * RATE);
    events.push({ at, note: noteOf(timbre, key), left: volume * (1 - pan), right: volume * pan });
  };
  const pick = () => chapter.scale[Math.floor(chance() * chapter.scale.length)] ?? 0;

  for (let strike = 0; strike < number; strike++) add('bell', 0.4 + strike * BELL_GAP_SECONDS, chapter.root + 24, 0.3);
  // The last notes of a chapter may ring into the next one, but not past the end of the file.
  const end = chapter.seconds - NOTE_SECONDS;
  for (let at = 0.5; at < end; at += chapter.step * 16) {
    add('pad', at, chapter.root - 12, 0.3);
    add('pad', at + chapter.step / 2, chapter.root + pick(), 0.22);
  }
  for (let at = number * BELL_GAP_SECONDS + 1; at < end; at += chapter.step) {
    if (chance() < chapter.density)
      add('pluck', at, chapter.root + 12 + pick() + 12 * Math.floor(chance() * 2), 0.12 + 0.16 * chance());
  }
  return events;
}

/** @type {Map<string, Float32Array>} */
const notes = new Map();

/** A note as samples, made once for all the times it is played. @param {keyof typeof TIMBRES} timbre @param {number} key */
function noteOf(timbre, key) {
  const id = `${timbre} ${key}`;
  const known = notes.get(id);
  if (known) return known;
  const { attack, partials } = TIMBRES[timbre];
  const pitch = 440 * 2 ** ((key - 69) / 12);
  const note = new Float32Array(NOTE_SECONDS * RATE);
  for (let i = 0; i < note.length; i++) {
    const t = i / RATE;
    const edge = Math.min(1, t / attack) * Math.min(1, (NOTE_SECONDS - t) * 2);
    let value = 0;
    for (const [multiple, loudness, decay] of partials) {
      value += loudness * Math.exp(-t * decay) * Math.sin(2 * Math.PI * pitch * multiple * t);
    }
    note[i] = value * edge;
  }
  notes.set(id, note);
  return note;
}

/**
 * Mixes block by block: what rings on past a block is carried into the next one.
 * @param {Event[]} events in order @param {number} frames
 */
function* render(events, frames) {
  const size = BLOCK_SECONDS * RATE;
  const left = new Float32Array(size + NOTE_SECONDS * RATE);
  const right = new Float32Array(left.length);
  let next = 0;
  for (let start = 0; start < frames; start += size) {
    for (; next < events.length && events[next].at < start + size; next++) {
      const event = events[next];
      mix(left, event.note, event.at - start, event.left);
      mix(right, event.note, event.at - start, event.right);
    }
    yield toPcm(left, right, Math.min(size, frames - start));
    for (const channel of [left, right]) channel.copyWithin(0, size).fill(0, channel.length - size);
  }
}

/** @param {Float32Array} into @param {Float32Array} note @param {number} at @param {number} volume */
function mix(into, note, at, volume) {
  for (let i = 0; i < note.length; i++) into[at + i] += note[i] * volume;
}

/** @param {Float32Array} left @param {Float32Array} right @param {number} frames */
function toPcm(left, right, frames) {
  const pcm = new Int16Array(frames * CHANNELS);
  for (let i = 0; i < frames; i++) {
    pcm[2 * i] = 32_000 * soften(LOUDNESS * left[i]);
    pcm[2 * i + 1] = 32_000 * soften(LOUDNESS * right[i]);
  }
  return Buffer.from(pcm.buffer);
}

/** Loud moments are bent, not cut. @param {number} value */
const soften = (value) => value / (1 + Math.abs(value));

/** @param {number} frames */
function header(frames) {
  const bytes = frames * BYTES_PER_FRAME;
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + bytes, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20); // PCM
  head.writeUInt16LE(CHANNELS, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE * BYTES_PER_FRAME, 28);
  head.writeUInt16LE(BYTES_PER_FRAME, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(bytes, 40);
  return head;
}

/** The same numbers for the same seed: mulberry32. @param {number} seed @returns {() => number} */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
