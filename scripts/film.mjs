/**
 * The film that the demo has of its own, which every browser plays: `node scripts/film.mjs [--out
 * scripts/demo/night-crossing.webm]`. Chromium draws it, and encodes it as VP8.
 */
import { statSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { launch } from '../tests/harness/launch.mjs';
import { startOrigin } from '../tests/server/origin.mjs';
import { webm } from './demo/webm.mjs';
import { fromRoot } from './lib/paths.mjs';
import { exitWith, PlainError, say } from './lib/run.mjs';

const FILM = { width: 640, height: 360, rate: 12, seconds: 30, keyEvery: 36, bitrate: 90_000 };
/** It is in the repository. */
const MOST = 500_000;

async function main() {
  const out = fromRoot('scripts', 'demo', 'night-crossing.webm');
  const { values } = parseArgs({ options: { out: { type: 'string', default: out } } });
  const origin = await startOrigin({ files: { '/': { body: '<!doctype html>', type: 'text/html' } } });
  const browser = await launch('chromium');
  try {
    const page = await browser.newPage(`${origin.url}/`);
    page.timeout = 180_000;
    const frames = await page.evaluate(encode, FILM);
    const { width, height, seconds } = FILM;
    const film = {
      width,
      height,
      milliseconds: seconds * 1000,
      codec: /** @type {const} */ ('V_VP8'),
      frames: frames.map(({ at, isKey, data }) => ({ at, isKey, data: Buffer.from(data, 'base64') })),
    };
    writeFileSync(values.out, webm(film));
  } finally {
    await browser.close();
    await origin.close();
  }
  const { size } = statSync(values.out);
  if (size > MOST) throw new PlainError(`${values.out} has ${size} bytes, and not ${MOST} at most.`);
  say(`${values.out}: ${size} bytes`);
}

/** In the page. @param {typeof FILM} film @returns {Promise<{at: number, isKey: boolean, data: string}[]>} */
async function encode({ width, height, rate, seconds, keyEvery, bitrate }) {
  const canvas = new OffscreenCanvas(width, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const stars = Array.from({ length: 90 }, (_, i) => [
    (i * 197) % width,
    (i * i * 31) % (height * 0.5),
    0.6 + (i % 4) / 3,
  ]);

  const circle = (x, y, radius, colour) => {
    context.fillStyle = colour;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
  };
  const shape = (colour, ...points) => {
    context.fillStyle = colour;
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x, y);
    context.fill();
  };
  /** What there is to see after this part of the whole. */
  const draw = (part) => {
    const sky = context.createLinearGradient(0, 0, 0, height * 0.62);
    sky.addColorStop(0, '#0a1730');
    // At the end it dawns.
    sky.addColorStop(1, `hsl(${215 + 170 * part} ${45 + 20 * part}% ${26 + 30 * part}%)`);
    context.fillStyle = sky;
    context.fillRect(0, 0, width, height);
    for (const [x, y, radius] of stars) circle(x, y, radius, `rgb(253 243 220 / ${0.9 - 0.8 * part})`);
    circle(width * (0.8 - 0.25 * part), height * (0.2 + 0.3 * part), 26, '#fdf3dc');
    const shore = Array.from({ length: 33 }, (_, i) => {
      const x = (i * width) / 32;
      return [x, height * 0.6 - 14 - 12 * Math.sin(x / 61 + 2 * part) - 7 * Math.sin(x / 23 + 4 * part)];
    });
    shape('#16283c', [0, height * 0.62], ...shore, [width, height * 0.62]);
    shape('#14304a', [0, height * 0.6], [width, height * 0.6], [width, height], [0, height]);
    context.lineWidth = 3;
    for (let wave = 0; wave < 16; wave++) {
      const y = height * 0.64 + wave * 8.2;
      const x = (wave * 149 + 520 * part * (0.4 + wave / 16)) % (width + 120);
      context.strokeStyle = `rgb(120 170 210 / ${0.25 + wave / 40})`;
      context.beginPath();
      context.moveTo(x - 120, y);
      context.quadraticCurveTo(x - 95, y - 5, x - 70, y);
      context.stroke();
    }
    const [x, y] = [-60 + (width + 60) * part * 0.82, height * 0.66 + 3 * Math.sin(40 * part)];
    shape('#0b1622', [x - 62, y - 8], [x + 66, y - 8], [x + 50, y + 18], [x - 50, y + 18]);
    shape('#e9eff3', [x - 40, y - 8], [x - 40, y - 28], [x + 34, y - 28], [x + 44, y - 8]);
    shape('#c8553d', [x - 12, y - 28], [x - 12, y - 50], [x + 6, y - 50], [x + 6, y - 28]);
    for (let window = 0; window < 5; window++) circle(x - 28 + window * 14, y - 18, 3.4, '#f2a65a');
    for (let puff = 0; puff < 5; puff++)
      circle(
        x - 4 - puff * 15,
        y - 58 - puff * 8 - 2 * Math.sin(30 * part + puff),
        5 + puff * 2,
        'rgb(200 210 220 / .25)',
      );
  };

  /** @type {{at: number, isKey: boolean, data: string}[]} */
  const chunks = [];
  let problem;
  const encoder = new VideoEncoder({
    output(chunk) {
      const bytes = new Uint8Array(chunk.byteLength);
      chunk.copyTo(bytes);
      const data = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
      chunks.push({ at: Math.round(chunk.timestamp / 1000), isKey: chunk.type === 'key', data });
    },
    error(error) {
      problem = error;
    },
  });
  encoder.configure({ codec: 'vp8', width, height, bitrate, framerate: rate, latencyMode: 'quality' });
  for (let index = 0; index < rate * seconds; index++) {
    draw(index / (rate * seconds));
    const frame = new VideoFrame(canvas, { timestamp: (index * 1e6) / rate });
    encoder.encode(frame, { keyFrame: index % keyEvery === 0 });
    frame.close();
    while (encoder.encodeQueueSize > 4) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await encoder.flush();
  if (problem) throw problem;
  return chunks;
}

main().then(() => process.exit(), exitWith);
