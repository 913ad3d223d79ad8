// wasm-bindgen's command-line tools, of exactly the version in Cargo.lock, wasm-pack, and geckodriver, by
// which it drives Firefox.

import { readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { withLock } from './lock.mjs';
import { fromCache, fromRoot } from './paths.mjs';
import { capture, isExecutable, PlainError, run, say, seconds, which } from './run.mjs';

const wasmPackVersion = '0.15.1';
const geckodriverVersion = '0.37.1';

/**
 * Each tool: the crate it comes with, the programs needed, the version to install, which others `fit` by what
 * they print (all, by default), and the variable that names one, if there is such a variable. They go to the
 * cache, one directory for each version, and not to cargo's own bin directory: there a second clone, with
 * another version in its lock file, would take this one's tool away.
 */
const tools = {
  bindgen: () => ({
    crate: 'wasm-bindgen-cli',
    programs: ['wasm-bindgen', 'wasm-bindgen-test-runner'],
    version: lockedVersion('wasm-bindgen'),
    fits: (printed, version) => printed === `wasm-bindgen ${version}`,
  }),
  pack: () => ({
    crate: 'wasm-pack',
    programs: ['wasm-pack'],
    version: wasmPackVersion,
  }),
  gecko: () => ({
    crate: 'geckodriver',
    programs: ['geckodriver'],
    version: geckodriverVersion,
    // Firefox from 121 on is for 0.34 and later only.
    fits: (printed) => Number(/^geckodriver 0\.(\d+)/.exec(printed)?.[1]) >= 34,
    variable: 'GECKODRIVER',
  }),
};

/** Installs what is missing of `names` (keys of `tools`). */
export async function ensureWasmTools(names) {
  const missing = names.filter((name) => !namedTool(name) && !findTool(name));
  if (missing.length === 0) return;
  await withLock(fromCache('tools.lock'), async () => {
    for (const name of missing) if (!findTool(name)) await install(tools[name]());
    // Kept until here, because the tools share many dependencies.
    rmSync(buildDir(), { recursive: true, force: true });
  });
}

/** The directories that hold the tools; goes in front of PATH, which is where wasm-pack looks. */
export function toolDirs(names = Object.keys(tools)) {
  return [...new Set(names.map(findTool).filter(Boolean))];
}

/** The absolute path of the program of the tool `name`; undefined if it is missing. */
export function toolPath(name) {
  const dir = findTool(name);
  return namedTool(name) ?? (dir && join(dir, tools[name]().programs[0]));
}

/** The program that the user's environment names, which goes before all others, whatever its version. */
function namedTool(name) {
  const { variable } = tools[name]();
  const file = variable && process.env[variable];
  if (!file) return undefined;
  const path = file.includes(sep) ? resolve(file) : which(file);
  if (!path || !isExecutable(path)) throw new PlainError(`${variable} names ${file}, which is no program.`);
  return path;
}

/** The directory of the tool `name`, from PATH or from the cache; undefined if it is missing. */
function findTool(name) {
  const tool = tools[name]();
  const onPath = which(tool.programs[0]);
  return [onPath && dirname(onPath), installDir(tool)].find((dir) => dir && holds(dir, tool));
}

function holds(dir, { programs, version, fits }) {
  if (!programs.every((program) => isExecutable(join(dir, program)))) return false;
  return !fits || fits(capture(join(dir, programs[0]), ['--version']), version);
}

const installDir = ({ crate, version }) => fromCache(`${crate}-${version}`, 'bin');
const buildDir = () => fromCache('build');

async function install(tool) {
  const { crate, version } = tool;
  const started = Date.now();
  say(`cargo install ${crate} ${version} (once; about a minute)`);
  // A debug build is as good here and done in a third of the time. Not `--locked`, which fails.
  await run('cargo', ['install', crate, '--version', version, '--debug', '--root', dirname(installDir(tool))], {
    env: { CARGO_TARGET_DIR: buildDir(), CARGO_PROFILE_DEV_DEBUG: '0' },
    failure: `\`cargo install ${crate} --version ${version}\` failed: see above.`,
  });
  if (!holds(installDir(tool), tool)) {
    throw new PlainError(`${crate} ${version} was installed but does not run.`);
  }
  say(`installed ${crate} in ${seconds(started)}`);
}

function lockedVersion(crate) {
  const lock = readFileSync(fromRoot('Cargo.lock'), 'utf8');
  const version = new RegExp(`name = "${crate}"\\nversion = "([^"]+)"`).exec(lock)?.[1];
  if (!version) throw new PlainError(`Cargo.lock has no ${crate}.`);
  return version;
}
