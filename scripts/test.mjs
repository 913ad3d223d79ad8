// Runs the tests, stage by stage, and sums up: `npm test [-- --only STAGE[,STAGE…]]`. A stage that fails
// does not keep the next from running, unless that needs what it makes. Set-up comes first.

import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fromRoot } from './lib/paths.mjs';
import { setUp } from './lib/plans.mjs';
import { exitWith, PlainError, seconds, start } from './lib/run.mjs';
import { stages } from './lib/stages.mjs';
import { failures, tally } from './lib/tally.mjs';

/** From the least to the most: each plan includes those before it, but for `node`. */
const planOrder = ['engine', 'node', 'build', 'test', 'packaging'];

async function main() {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const chosen = choose(values.only);
  await setUpFor(chosen);
  const results = [];
  for (const group of groups(chosen)) {
    results.push(...(await Promise.all(group.map((stage) => runStage(stage, results, group.length > 1)))));
  }
  report(results);
}

/** `e2e` stands for all stages whose name begins with it. */
function choose(only) {
  if (only === undefined) return stages;
  const names = only.split(',');
  const fits = (stage, name) => stage.name === name || stage.name.startsWith(`${name}-`);
  const unknown = names.find((name) => !stages.some((stage) => fits(stage, name)));
  if (unknown !== undefined) {
    throw new PlainError(`There is no stage ${unknown}; there are ${stages.map(({ name }) => name).join(', ')}.`);
  }
  return withRequired(stages.filter((stage) => names.some((name) => fits(stage, name))));
}

/** Adds the stages that others come after. */
function withRequired(chosen) {
  const required = new Set(chosen.map(({ after }) => after));
  return stages.filter((stage) => chosen.includes(stage) || required.has(stage.name));
}

async function setUpFor(chosen) {
  const plans = new Set(chosen.filter(isThere).map(({ plan }) => plan));
  // One that includes the rest is enough.
  for (const all of ['packaging', 'test']) if (plans.has(all)) return setUp(all);
  for (const plan of planOrder) if (plans.has(plan)) await setUp(plan);
}

const isThere = ({ needs }) => needs === undefined || existsSync(fromRoot(needs));

/** Stages that follow each other and are to run side by side, each other stage by itself. */
function groups(chosen) {
  const all = [];
  for (const stage of chosen) {
    const last = all.at(-1);
    if (stage.beside && last?.[0].beside === stage.beside) last.push(stage);
    else all.push([stage]);
  }
  return all;
}

/** What one of several prints is shown when it is over, so that it can be read. */
async function runStage(stage, before, isOneOfSeveral) {
  const title = `\n=== ${stage.name}: ${stage.title}`;
  if (!isOneOfSeveral) console.log(title);
  const result = (ok, counted, note, failed = []) => ({ stage, ok, ...counted, note, failures: failed });
  const broken = before.find(({ stage: { name }, ok }) => name === stage.after && !ok);
  if (broken) return result(false, { passed: 0, failed: 1 }, `not run: ${stage.after} failed`);
  if (!isThere(stage)) return result(true, { passed: 0, failed: 0 }, `there is no ${stage.needs} yet`);

  const started = Date.now();
  let output = '';
  let ok = true;
  for (const step of stage.steps) {
    const code = await runStep(step, (data, stream) => {
      if (!isOneOfSeveral) stream.write(data);
      output += data;
    });
    ok &&= code === 0;
    if (!ok) break;
  }
  const note = seconds(started);
  if (isOneOfSeveral) console.log(`${title}\n${output}`);
  console.log(`=== ${stage.name}: ${ok ? 'passed' : 'FAILED'} (${note})`);
  return result(ok, count(output, ok), note, ok ? [] : failures(output));
}

/** A stage that counts nothing is one test, and a failure that no test accounts for is one more. */
function count(output, ok) {
  const { passed, failed } = tally(output) ?? { passed: ok ? 1 : 0, failed: 0 };
  return { passed, failed: ok ? failed : Math.max(failed, 1) };
}

function runStep([program, ...args], onOutput) {
  const programs = {
    node: [process.execPath],
    tsc: [process.execPath, fromRoot('node_modules', 'typescript', 'bin', 'tsc')],
  };
  const [command, ...before] = programs[program] ?? [program];
  return start(command, [...before, ...args], {
    // Far more than any of them takes: one that hangs must not take the others' results with it.
    timeout: 20 * 60_000,
    onOutput,
  });
}

function report(results) {
  for (const { stage, failures: blocks } of results) {
    for (const block of blocks) console.log(`\n=== ${stage.name} again\n${block}`);
  }
  console.log('\n=== summary');
  for (const { stage, ok, passed, failed, note } of results) {
    const mark = ok ? 'ok    ' : 'FAILED';
    console.log(`${mark} ${stage.name.padEnd(14)} ${passed} passed, ${failed} failed (${note})`);
  }
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  const failed = sum('failed');
  console.log(`\n${sum('passed')} passed, ${failed} failed`);
  if (failed > 0 || results.some(({ ok }) => !ok)) process.exitCode = 1;
}

main().catch(exitWith);
