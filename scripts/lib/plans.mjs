// What each kind of work needs on the machine.

import { ensureBrowsers } from './browsers.mjs';
import { ensureCertificate } from './certificate.mjs';
import { ensureNodePackages, ensurePackagingTools } from './node-packages.mjs';
import { PlainError, say, seconds } from './run.mjs';
import { ensureCargo, ensureRustLinters, ensureWasmTarget } from './rust.mjs';
import { ensureWasmTools } from './wasm-tools.mjs';

const build = [ensureNodePackages, ensureCargo, ensureWasmTarget, () => ensureWasmTools(['bindgen'])];

const test = [...build, () => ensureWasmTools(['pack', 'gecko']), ensureBrowsers, ensureCertificate];

/** The steps of each plan, in the order of installation; `packaging` is everything the tests need. */
const plans = {
  node: [ensureNodePackages],
  engine: [ensureCargo],
  build,
  check: [...build, ensureRustLinters],
  test,
  packaging: [...test, ensurePackagingTools],
};

/** Installs what is missing for the plan `name`. */
export async function setUp(name) {
  const plan = plans[name];
  if (!plan) throw new PlainError(`--for takes one of ${Object.keys(plans).join(', ')}.`);
  checkNode();
  const started = Date.now();
  for (const step of plan) await step();
  say(
    `ready to ${{ node: 'run scripts', engine: 'build the engine', packaging: 'test' }[name] ?? name} (${seconds(started)})`,
  );
}

function checkNode() {
  if (Number(process.versions.node.split('.')[0]) >= 20) return;
  throw new PlainError(`Node.js 20 or later is needed; this is ${process.versions.node}.`);
}
