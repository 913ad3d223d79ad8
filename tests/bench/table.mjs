/** The figures as a table in the terminal. */
import { meets } from './figures.mjs';

const COLUMNS = ['workload', 'against', 'median', 'least to most', 'aim', 'ours', 'theirs'];
/** More than that of a file is never sent where nothing breaks. */
const MOST_SENT = { 'sent ÷ size': 1.03 };

/** As many digits as mean something. @param {number} value */
export function digits(value) {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

/** @param {import('./figures.mjs').Result} result */
export function aimText(result) {
  if (result.aim === null) return '';
  return `${result.better === 'more' ? '≥' : '≤'} ${result.aim} ${meets(result) ? '✓' : '✗'}`;
}

/** @param {import('./figures.mjs').Result[]} results */
export function table(results) {
  const rows = [COLUMNS, ...results.map(row)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((cells) => cells[column].length)));
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
  const below = (/** @type {import('./figures.mjs').Result} */ result, /** @type {number} */ index) =>
    caseOf(result) === caseOf(results[index + 1]) ? [] : extraLine(result);
  return [lines[0], ...results.flatMap((result, index) => [lines[index + 1], ...below(result, index)])].join('\n');
}

/** @param {import('./figures.mjs').Result | undefined} result */
const caseOf = (result) => result && `${result.workload}: ${result.title}`;

/** @param {import('./figures.mjs').Result} result */
function row(result) {
  const { rival, figure, unit, relation, ours, theirs } = result;
  const own = relation === 'difference' ? ` ${unit}` : '';
  return [
    String(caseOf(result)),
    rival,
    `${digits(figure.median)}${own}`,
    `${digits(figure.min)} to ${digits(figure.max)}`,
    aimText(result),
    `${digits(ours.median)} ${unit}`,
    `${digits(theirs.median)} ${unit}`,
  ];
}

/** What else there is to say of ours, under its last row. @param {import('./figures.mjs').Result} result */
function extraLine({ extras }) {
  const texts = Object.entries(extras).map(([name, { min, median, max }]) => {
    const text = Number.isInteger(median) ? String : (value) => value.toFixed(3);
    const spread = min === max ? '' : ` (${text(min)} to ${text(max)})`;
    return `${name} ${text(median)}${spread}${median > MOST_SENT[name] ? ' ✗' : ''}`;
  });
  return texts.length ? [`    ${texts.join(', ')}`] : [];
}
