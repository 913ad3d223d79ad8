/** Tables of what came of it: for a terminal, and as Markdown. */
import { isKnown, KNOWN } from '../known.mjs';
import { OUTCOMES } from './judge.mjs';

/** @typedef {import('./crew.mjs').Result} Result */

/** Whether it is wrong as it is known to be. @param {Result} result */
const isAsKnown = ({ engine, name, outcome }) => isKnown(name, engine) && KNOWN[name].end === outcome;

/** What makes the run fail. @param {Result[]} results @returns {string[]} */
export function complaints(results) {
  const ours = results.filter(({ engine }) => engine !== 'chromium-native');
  return ours.flatMap((result) => {
    const { engine, name, outcome, detail } = result;
    if (outcome !== 'right' && !isAsKnown(result))
      return [`${engine}: ${name}: ${outcome}${detail ? ` (${detail})` : ''}`];
    if (outcome === 'right' && isKnown(name, engine) && !KNOWN[name].varies)
      return [`${engine}: ${name}: right, though known.mjs says not`];
    return [];
  });
}

/** @param {import('./play.mjs').Situation[]} situations @param {Result[]} results @param {string[]} engines */
function rowsOf(situations, results, engines) {
  const cell = (/** @type {string} */ name, /** @type {string} */ engine) => {
    const result = results.find((each) => each.name === name && each.engine === engine);
    if (!result) return '–';
    return isAsKnown(result) ? `${show(result.outcome)} (known)` : show(result.outcome);
  };
  return situations
    .map(({ case: number, name }) => [number, name, ...engines.map((engine) => cell(name, engine))])
    .filter((row) => row.slice(2).some((each) => each !== '–'));
}

const show = (/** @type {string} */ outcome) => (outcome === 'wrong bytes' ? 'WRONG BYTES' : outcome);

/** @param {Result[]} results @param {string[]} engines */
function sums(results, engines) {
  const count = (/** @type {string} */ outcome, /** @type {string} */ engine) =>
    results.filter((each) => each.engine === engine && each.outcome === outcome).length;
  return OUTCOMES.map((outcome) => [
    '',
    show(outcome),
    ...engines.map((engine) => String(count(outcome, engine))),
  ]).filter(
    ([, outcome, ...counts]) => outcome === 'right' || outcome === 'WRONG BYTES' || counts.some((each) => each !== '0'),
  );
}

/** @param {import('./play.mjs').Situation[]} situations @param {Result[]} results @param {string[]} engines */
export function asText(situations, results, engines) {
  const head = ['', 'situation', ...engines];
  const rows = rowsOf(situations, results, engines);
  const all = [head, ...rows, [], ...sums(results, engines)];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** @param {import('./play.mjs').Situation[]} situations @param {Result[]} results @param {string[]} engines */
export function asMarkdown(situations, results, engines) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [
    line(['case', 'situation', ...engines]),
    line(['---', '---', ...engines.map(() => '---')]),
    ...rowsOf(situations, results, engines).map(line),
    ...sums(results, engines).map(([, outcome, ...counts]) => line(['', `**${outcome}**`, ...counts])),
  ].join('\n');
}
