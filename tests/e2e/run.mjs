/**
 * The end-to-end tests: `node tests/e2e/run.mjs [--browser B[,B…]] [--protocol h1,h2] [--only PATTERN]
 * [--repeat N] [--lanes N] [--json FILE] [--dist FOLDER] [--list] [--differences] [--checklist]`.
 * See tests/README.md.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ENGINES } from '../harness/launch.mjs';
import { checklistTable, unknownTitles } from './checklist.mjs';
import { PROTOCOLS } from './lib/protocols.mjs';
import { runInBrowser } from './lib/runner.mjs';
import { loadScenarios } from './lib/scenarios.mjs';

const { values } = parseArgs({
  options: {
    browser: { type: 'string', default: ENGINES.join(',') },
    protocol: { type: 'string', default: PROTOCOLS.join(',') },
    only: { type: 'string', default: '' },
    repeat: { type: 'string', default: '1' },
    lanes: { type: 'string', default: '5' },
    dist: { type: 'string', default: resolve(import.meta.dirname, '../../dist') },
    json: { type: 'string' },
    list: { type: 'boolean', default: false },
    differences: { type: 'boolean', default: false },
    checklist: { type: 'boolean', default: false },
  },
});

const pattern = new RegExp(values.only, 'i');
const all = await loadScenarios();
const unknown = unknownTitles(all);
if (unknown.length > 0) throw new Error(`the checklist names scenarios that are none: ${unknown.join(', ')}`);
if (values.checklist) {
  console.log(checklistTable());
  process.exit();
}

const protocols = values.protocol.split(',');
const scenarios = all.filter(({ title, protocol }) => pattern.test(title) && protocols.includes(protocol));
if (values.list) {
  for (const { title } of scenarios) console.log(title);
  process.exit();
}

if (values.differences) {
  const differing = scenarios.filter((each) => each.nativeDiffers ?? each.nativeVaries);
  console.log(
    [
      '| scenario | natively |',
      '|---|---|',
      ...differing.map((each) => `| ${each.title} | ${each.nativeDiffers ?? each.nativeVaries} |`),
    ].join('\n'),
  );
  process.exit();
}

/** @type {import('./lib/runner.mjs').Result[]} */
const results = [];
for (const browser of values.browser.split(',')) {
  results.push(
    ...(await runInBrowser(browser, scenarios, {
      dist: resolve(values.dist),
      repeat: Number(values.repeat),
      lanes: Number(values.lanes),
    })),
  );
}

if (values.json) writeFileSync(values.json, JSON.stringify(results, null, 1));
const count = (/** @type {string} */ outcome) => results.filter((each) => each.outcome === outcome).length;
for (const { browser, title, error } of results.filter(({ outcome }) => outcome === 'failed')) {
  console.log(`FAILED ${browser}: ${title}: ${error?.split('\n')[0]}`);
}
console.log(`\n${count('differs')} known differences, ${count('skipped')} skipped`);
console.log(`${count('passed')} passed, ${count('failed')} failed`);
// Browsers and origins are closed; nothing that hangs may keep the stage from ending.
process.exit(count('failed') > 0 || results.length === 0 ? 1 : 0);
