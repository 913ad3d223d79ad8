// From the Rust sources to the wasm file and its JavaScript bindings, in three steps: cargo,
// wasm-bindgen, wasm-opt.

import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { unlessFresh } from './fresh.mjs';
import { lean } from './lean-bindings.mjs';
import { fromRoot, root, targetDir } from './paths.mjs';
import { capture, PlainError, run } from './run.mjs';
import { shorten, shortNamesPass } from './short-names.mjs';
import { silencePanics } from './silent-panics.mjs';
import { toolEnv } from './tool-env.mjs';
import { rearranged } from './wasm-order.mjs';
import { wasmTarget } from './wasm-target.mjs';

const crate = 'background-fetch-polyfill';
const name = 'background_fetch';

/** Other flags than those of the tests: in one folder, each would have the other compile all anew. */
const ownDir = join(targetDir, 'dist');

export const bindgenDir = join(targetDir, 'bindgen');
export const wasmFile = `${bindgenDir}/${name}_bg.wasm`;

const bindgenArgs = [
  '--target',
  'web',
  '--out-name',
  name,
  // The loader says where the wasm is; the default would make every bundler look for a file.
  '--omit-default-module-path',
  // Gives `__wbg_reset_state()`: after a trap the loader drops the instance and makes a new one.
  '--experimental-reset-state-function',
];

// `-Oz` alone leaves 2 % more, measured after brotli, which is how the file travels: functions inlined a
// little less, and like beside like, compress better.
const optArgs = [
  '--one-caller-inline-max-function-size=30',
  '--flatten',
  '--rereloop',
  '--simplify-locals-notee-nostructure',
  '--precompute-propagate',
  // Below its address 1,024 there is nothing but the very end of the stack.
  '-Oz',
  '-Oz',
  '--monomorphize',
  '-Oz',
  '--optimize-added-constants-propagate',
  '--merge-locals',
  '--coalesce-locals',
  '--reorder-locals',
  '--low-memory-unused',
  '--dealign',
  '--reorder-functions-by-name',
  '--reorder-types',
  '--strip-debug',
  '--strip-producers',
  '--strip-target-features',
  // What rustc enables for this target by default, and every supported browser has.
  '--enable-bulk-memory',
  '--enable-multivalue',
  '--enable-mutable-globals',
  '--enable-nontrapping-float-to-int',
  '--enable-reference-types',
  '--enable-sign-ext',
  shortNamesPass,
];

/** Of `sha2`: its rounds as a loop, which is a twentieth slower and 8 KB smaller. */
const compact = ['--cfg', 'sha2_backend_soft="compact"'];

/**
 * Passes of LLVM that make loops and loads faster by more code, against which `opt-level` does nothing:
 * without them the file is 2 KB smaller after brotli. And somewhat more is inlined than for `opt-level`:
 * the calls of tiny functions are larger than those.
 */
const terseCode = [
  '-disable-lsr',
  '-enable-pre=false',
  '-enable-load-pre=false',
  '-disable-licm-promotion',
  '-disable-machine-cse',
  '-enable-gvn-sink',
  '-enable-partial-inlining',
  '-memdep-block-scan-limit=10',
  '-memdep-block-number-limit=10',
  '-simplifycfg-merge-cond-stores=false',
  '-simplifycfg-hoist-cond-stores=false',
  '-inline-threshold=10',
  '-simplifycfg-sink-common=false',
].map((option) => `-Cllvm-args=${option}`);

/** What is done here to what those tools make. */
const ownSteps = [
  'assignment',
  'lean-bindings',
  'short-names',
  'silent-panics',
  'wasm-locals',
  'wasm-module',
  'wasm-order',
  'wasm-streams',
  'wasm-text',
];

/** Builds `target/bindgen/`. Returns whether anything changed. */
export async function buildWasm({ force = false } = {}) {
  const terse = withoutLocations(toolEnv());
  const { env } = terse;
  // `cargo rustc` and not `cargo build`: with an rlib made beside the cdylib, for the tests, cargo
  // would leave out the link-time optimisation, an eighth of the size.
  const args = [
    '--lib',
    '--crate-type',
    'cdylib',
    '--release',
    '--target',
    wasmTarget,
    '--target-dir',
    ownDir,
    '--config',
    `target.${wasmTarget}.rustflags=${JSON.stringify([...nameless(), ...compact, ...terseCode, ...terse.flags])}`,
  ];
  await run('cargo', ['rustc', '--package', crate, ...args], { env });
  const compiled = join(ownDir, wasmTarget, 'release', `${name}.wasm`);
  return unlessFresh(
    {
      force,
      stamp: `${bindgenDir}/.stamp`,
      inputs: {
        files: [
          compiled,
          fromRoot('node_modules', 'binaryen', 'package.json'),
          ...ownSteps.map((file) => fromRoot('scripts', 'lib', `${file}.mjs`)),
        ],
        // The version of wasm-bindgen is in the compiled file.
        values: [bindgenArgs, optArgs],
      },
      outputs: [wasmFile, `${bindgenDir}/${name}.js`, `${bindgenDir}/${name}.d.ts`],
    },
    () => bind(compiled, env),
  );
}

/**
 * A panic ends the instance, and nobody reads where it was: without those places the file is 1.4 KB
 * smaller. The flag is not stable yet, so a compiler that does not take it does without.
 */
function withoutLocations(env) {
  const flags = ['-Zlocation-detail=none'];
  const allowed = { ...env, RUSTC_BOOTSTRAP: '1' };
  const taken = capture('rustc', [...flags, '--print', 'cfg'], { env: allowed }) !== undefined;
  return taken ? { flags, env: allowed } : { flags: [], env };
}

/** Messages of panics name source files: they need not tell where on this machine those were. */
function nameless() {
  const registry = join(process.env.CARGO_HOME || join(homedir(), '.cargo'), 'registry', 'src');
  const places = existsSync(registry) ? readdirSync(registry).map((name) => join(registry, name)) : [];
  return [root, ...places].map((place) => `--remap-path-prefix=${place.replace(/\/$/, '')}=`);
}

async function bind(compiled, env) {
  await run('wasm-bindgen', [compiled, '--out-dir', bindgenDir, ...bindgenArgs], { env });
  writeFileSync(wasmFile, await silencePanics(readFileSync(wasmFile)));
  const optimised = `${wasmFile}.opt`;
  const wasmOpt = fromRoot('node_modules', 'binaryen', 'bin', 'wasm-opt');
  const printed = capture(process.execPath, [wasmOpt, wasmFile, '-o', optimised, ...optArgs], { timeout: 300_000 });
  if (!printed) throw new PlainError('wasm-opt failed: try `npm ci`.');
  const bindings = `${bindgenDir}/${name}.js`;
  const { text, imports } = shorten(lean(readFileSync(bindings, 'utf8')), printed);
  writeFileSync(bindings, text);
  writeFileSync(optimised, rearranged(readFileSync(optimised), imports));
  renameSync(optimised, wasmFile);
}
