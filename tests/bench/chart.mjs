/**
 * The chart of docs/performance.md, from what `npm run bench -- --json FILE` has written:
 * `node tests/bench/chart.mjs FILE… [--out docs/performance.svg]`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fromRoot } from '../../scripts/lib/paths.mjs';
import { exitWith, PlainError } from '../../scripts/lib/run.mjs';
import { chart } from './svg.mjs';

function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { out: { type: 'string', default: fromRoot('docs', 'performance.svg') } },
  });
  if (!positionals.length) throw new PlainError('Which figures? node tests/bench/chart.mjs FILE…');
  const reports = positionals.map((file) => JSON.parse(readFileSync(file, 'utf8')));
  const loads = reports.flatMap(({ blocks }) => blocks.flatMap(({ results }) => results.map(({ load }) => load)));
  const [{ date, cpus, runs }] = reports;
  const load = `load ${Math.min(...loads.map(({ min }) => min)).toFixed(1)}–${Math.max(...loads.map(({ max }) => max)).toFixed(1)}`;
  const note = `Medians of ${runs} runs by turns, least to most, on ${cpus} cores, ${load}; ${date.slice(0, 10)}. Upright: what is aimed at.`;
  writeFileSync(
    values.out,
    chart(
      reports.flatMap(({ blocks }) => blocks),
      note,
    ),
  );
}

try {
  main();
} catch (error) {
  exitWith(error);
}
