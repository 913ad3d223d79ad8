/** The ratios of a bench as a picture: a dot for each median, a line from least to most, a tick for what is aimed at. */
import { digits } from './table.mjs';

const LEFT = 375;
const PLOT = 430;
const RIGHT = 70;
const LINE = 22;
const HEAD = 74;
const WIDTH = LEFT + PLOT + RIGHT;
/** Where the axis has a word. */
const TICKS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];
/** Of browsers, by the order in which they come; good on white and on black. */
const COLOURS = ['#3b82c4', '#d9822b', '#4f9d69', '#a05fb4', '#b8513f', '#7a7f87'];
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 14px; font-weight: 600 }
  .faint { stroke: #8c959f; stroke-opacity: .35 }
  .one { stroke: #8c959f; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) { text { fill: #d0d7de } }`;

/**
 * @typedef {{browser: string, version: string, protocol: string, results: import('./figures.mjs').Result[]}} Block
 *   as `--json` has them
 */

/**
 * Ratios where less is better are turned over: to the right is always better.
 * @param {import('./figures.mjs').Result} result
 */
export function asGain({ figure, aim, better }) {
  if (better === 'more') return { ...figure, aim };
  return { min: 1 / figure.max, median: 1 / figure.median, max: 1 / figure.min, aim: aim === null ? null : 1 / aim };
}

/** @param {Block[]} blocks @param {string} note what else there is to say of the machine @returns {string} */
export function chart(blocks, note) {
  const rows = rowsOf(blocks);
  const values = rows.flatMap(({ dots }) => dots.flatMap(({ min, max, aim }) => [min, max, aim ?? 1]));
  const [least, most] = [Math.min(0.5, ...values) * 0.9, Math.max(2, ...values) * 1.1];
  const x = (/** @type {number} */ value) => round(LEFT + (Math.log(value / least) / Math.log(most / least)) * PLOT);
  const heights = rows.map(({ dots }) => LINE + (dots.length - 1) * 10);
  const bottom = HEAD + heights.reduce((sum, height) => sum + height, 0);
  const parts = [
    '<text class="title" x="12" y="22">A background fetch against its rivals: times as good</text>',
    `<text x="12" y="40">${escape(note)}</text>`,
    ...blocks.map(legend),
    ...TICKS.filter((tick) => tick > least && tick < most).map((tick) => axis(x(tick), bottom, tick)),
  ];
  let top = HEAD;
  for (const [index, { text, dots }] of rows.entries()) {
    parts.push(`<text x="12" y="${top + 15}">${escape(text)}</text>`);
    parts.push(...dots.map((dot, at) => mark(dot, x, top + 11 + at * 10)));
    top += heights[index];
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${bottom + 28}" width="${WIDTH}" role="img">
<title>Ratios of npm run bench</title>
<style>${STYLE}
</style>
${parts.join('\n')}
</svg>
`;
}

/** One for each case and rival, with a dot of each block that has it. @param {Block[]} blocks */
function rowsOf(blocks) {
  /** @type {Map<string, (ReturnType<typeof asGain> & {colour: string})[]>} */
  const rows = new Map();
  for (const [index, { results }] of blocks.entries()) {
    for (const result of results.filter(({ relation }) => relation === 'ratio')) {
      const text = `${result.workload}: ${result.title}, ÷ ${result.rival}`;
      const dots = rows.get(text) ?? [];
      rows.set(text, dots);
      dots.push({ ...asGain(result), colour: COLOURS[index % COLOURS.length] });
    }
  }
  return [...rows].map(([text, dots]) => ({ text, dots }));
}

/** @param {Block} block @param {number} index */
function legend({ version, protocol }, index) {
  const x = 12 + index * Math.floor((WIDTH - 24) / 3);
  const text = `${version.replace(/^(\D*\d+\.\d+).*/, '$1')}, ${protocol}`;
  return `<circle cx="${x + 4}" cy="56" r="4" fill="${COLOURS[index % COLOURS.length]}"/><text x="${x + 14}" y="60">${escape(text)}</text>`;
}

/** @param {number} x @param {number} bottom @param {number} tick */
function axis(x, bottom, tick) {
  const style = tick === 1 ? 'one' : 'faint';
  return `<path class="${style}" d="M${x} ${HEAD - 4}V${bottom}"/><text x="${x}" y="${bottom + 18}" text-anchor="middle">${tick}</text>`;
}

/** @param {ReturnType<typeof asGain> & {colour: string}} dot @param {(value: number) => number} x @param {number} y */
function mark({ min, median, max, aim, colour }, x, y) {
  const goal = aim === null ? '' : `<path stroke="${colour}" stroke-width="2" d="M${x(aim)} ${y - 5}v10"/>`;
  return `<path stroke="${colour}" stroke-opacity=".5" stroke-width="3" d="M${x(min)} ${y}H${x(max)}"/>${goal}<circle cx="${x(median)}" cy="${y}" r="4" fill="${colour}"><title>${digits(median)} (${digits(min)}–${digits(max)})</title></circle>`;
}

const round = (/** @type {number} */ value) => Math.round(value * 10) / 10;

/** @param {string} text */
const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
