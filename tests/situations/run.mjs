/**
 * Situations that servers, proxies and networks put downloads in, one after another and in every engine:
 * `node tests/situations/run.mjs [--browser chromium|firefox|webkit|chromium-native|all[,…]] [--only PATTERN]
 * [--at-once N] [--dist FOLDER] [--json FILE] [--markdown FILE] [--list]`. See tests/README.md.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ENGINES } from '../harness/launch.mjs';
import { isKnown, unknownNames } from './known.mjs';
import { runIn } from './lib/crew.mjs';
import { asMarkdown, asText, complaints } from './lib/report.mjs';
import { situations as all } from './list/index.mjs';

const EVIDENCE_WIDTH = 240;

const { values } = parseArgs({
  options: {
    browser: { type: 'string', default: ENGINES.join(',') },
    only: { type: 'string', default: '' },
    'at-once': { type: 'string', default: '4' },
    dist: { type: 'string', default: resolve(import.meta.dirname, '../../dist') },
    json: { type: 'string' },
    markdown: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
});

const unknown = unknownNames(all);
if (unknown.length > 0) throw new Error(`known.mjs names situations that are none: ${unknown.join(', ')}`);

const pattern = new RegExp(values.only, 'i');
const situations = all.filter(({ case: number, name }) => pattern.test(`${number} ${name}`));
if (values.list) {
  for (const { case: number, name } of situations) console.log(`${number} ${name}`);
  process.exit();
}

const engines = values.browser === 'all' ? [...ENGINES, 'chromium-native'] : values.browser.split(',');
/** @type {import('./lib/crew.mjs').Result[]} */
const results = [];
for (const engine of engines) {
  const started = Date.now();
  const options = { dist: resolve(values.dist), atOnce: Number(values['at-once']), tell };
  results.push(...(await runIn(engine, situations, options)));
  console.log(`${engine}: ${((Date.now() - started) / 1000).toFixed(0)} s\n`);
}

if (values.json) writeFileSync(values.json, JSON.stringify(results, null, 1));
if (values.markdown) writeFileSync(values.markdown, `${asMarkdown(situations, results, engines)}\n`);
console.log(`${asText(situations, results, engines)}\n`);
const wrong = complaints(results);
for (const line of wrong) console.log(`WRONG ${line}`);
console.log(`${results.length} ends, ${wrong.length} complaints`);
// Browsers and origins are closed; nothing that hangs may keep this from ending.
process.exit(wrong.length > 0 || results.length === 0 ? 1 : 0);

/** @param {import('./lib/crew.mjs').Result} result @param {boolean} decides */
function tell(result, decides) {
  const { engine, name, outcome, detail, seconds, evidence = [] } = result;
  const mark = decides ? outcome : `${outcome}, again`;
  console.log(`${mark.padEnd(12)} ${engine}  ${name} (${seconds.toFixed(1)} s)${detail ? `: ${detail}` : ''}`);
  if (!decides || outcome === 'right' || isKnown(name, engine) || engine === 'chromium-native') return;
  for (const line of evidence) console.log(`          ${line.slice(0, EVIDENCE_WIDTH)}`);
}
