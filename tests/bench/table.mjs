/** The figures as a table in the terminal. */
import { meets } from './figures.mjs';

const COLUMNS = ['workload', 'against', 'median', 'min–max', 'aim', 'ours', 'theirs'];

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
  return [lines[0], ...results.flatMap((result, index) => [lines[index + 1], ...extraLine(result)])].join('\n');
}

/** @param {import('./figures.mjs').Result} result */
function row(result) {
  const { workload, title, rival, figure, unit, relation, ours, theirs } = result;
  const own = relation === 'difference' ? ` ${unit}` : '';
  return [
    `${workload}: ${title}`,
    rival,
    `${digits(figure.median)}${own}`,
    `${digits(figure.min)}–${digits(figure.max)}`,
    aimText(result),
    `${digits(ours.median)} ${unit}`,
    `${digits(theirs.median)} ${unit}`,
  ];
}

/** What else there is to say of ours, under its row. @param {import('./figures.mjs').Result} result */
function extraLine({ extras }) {
  const texts = Object.entries(extras).map(([name, { min, median, max }]) => {
    const text = Number.isInteger(median) ? String : (value) => value.toFixed(3);
    return `${name} ${text(median)}${min === max ? '' : ` (${text(min)}–${text(max)})`}`;
  });
  return texts.length ? [`    ${texts.join(', ')}`] : [];
}
