// A picture of steps that follow each other, each in the lane of who does it; and whether the code has what it names.

import { withoutComments } from './source-code.mjs';

/**
 * What the picture names and the code has not. `read` gives the text of a file, or throws.
 * @param {typeof import('./flow-steps.mjs').parts} parts @param {(file: string) => string} read
 */
export function missingIn(parts, read) {
  return parts
    .flatMap(({ steps }) => steps)
    .flatMap(({ name, file, words }) => {
      const code = withoutComments(read(file), file);
      return words
        .filter((word) => !new RegExp(`\\b${word}\\b`).test(code))
        .map((word) => `${file}: ${word}, of ${name}`);
    });
}

/** As SVG. @param {string[]} lanes @param {typeof import('./flow-steps.mjs').parts} parts */
export function draw(lanes, parts) {
  const rows = placed(parts);
  const height = TOP + rows.length * ROW + 8;
  const width = lanes.length * LANE;
  const all = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" role="img">`,
    '<title>How a download flows</title>',
    STYLE,
    ...lanes.map((lane, at) => text('lane', middle(at), 24, lane)),
    ...lanes.slice(1).map((_, at) => `<path class="faint" d="M${(at + 1) * LANE} 8V${height - 8}"/>`),
    ...rows.flatMap((row, at) => (row.title ? [text('part', 12, row.y + 30, row.title)] : drawStep(row, rows[at - 1]))),
    '</svg>',
  ];
  return `${all.join('\n')}\n`;
}

/** One row for each step, and for the title of each part. */
function placed(parts) {
  const rows = parts.flatMap(({ title, steps }) => [{ title }, ...steps]);
  return rows.map((row, at) => ({ ...row, y: TOP + at * ROW }));
}

function drawStep({ lane, name, file, note, y }, before) {
  const left = lane * LANE + MARGIN;
  const box = `<rect x="${left}" y="${y}" width="${LANE - 2 * MARGIN}" height="${BOX}" rx="6"/>`;
  const lines = [
    text('name', left + 8, y + 15, name),
    text('', left + 8, y + 29, note),
    text('file', left + 8, y + 41, file),
  ];
  return [...arrow(lane, y, before), box, ...lines];
}

/** From the step before, if it is of the same part. */
function arrow(lane, y, before) {
  if (before?.lane === undefined) return [];
  const from = `M${middle(before.lane)} ${before.y + BOX}`;
  const across = before.lane === lane ? '' : `V${y - GAP / 2}H${middle(lane)}`;
  return [
    `<path class="arrow" d="${from}${across}V${y - 4}"/>`,
    `<path class="head" d="M${middle(lane)} ${y}l-4 -6h8z"/>`,
  ];
}

const middle = (lane) => (lane + 0.5) * LANE;

const text = (kind, x, y, words) => `<text${kind && ` class="${kind}"`} x="${x}" y="${y}">${words}</text>`;

/** In pixels. */
const LANE = 272;
const MARGIN = 6;
const BOX = 48;
const GAP = 16;
const ROW = BOX + GAP;
const TOP = 40;

const STYLE = `<style>
  text { font: 11px system-ui, sans-serif; fill: #24292f }
  .lane { font-size: 13px; font-weight: 600; text-anchor: middle }
  .part { font-size: 14px; font-weight: 600 }
  .name { font: 600 11px ui-monospace, monospace }
  .file { font-size: 9.5px; opacity: .7 }
  rect { fill: #3b82c4; fill-opacity: .1; stroke: #3b82c4 }
  .arrow { fill: none; stroke: #8c959f; stroke-width: 1.5 }
  .head { fill: #8c959f }
  .faint { stroke: #8c959f; stroke-opacity: .35; stroke-dasharray: 3 4 }
  @media (prefers-color-scheme: dark) { text { fill: #d0d7de } }
</style>`;
