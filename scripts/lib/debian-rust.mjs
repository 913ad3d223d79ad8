// A toolchain for wasm32 where rustup cannot download one.
//
// Debian has a current compiler together with the very sources of its standard library, so the library
// can be compiled for wasm32 here. The result is a directory laid out like a rustup toolchain: the
// compiler and the native library are Debian's, linked; only the wasm32 library is ours. Nothing under
// /usr or in rustup's settings changes.

import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { aptInstall } from './apt.mjs';
import { withLock } from './lock.mjs';
import { fromCache } from './paths.mjs';
import { capture, isExecutable, PlainError, run, say, seconds } from './run.mjs';
import { hasWasmTarget, wasmTarget } from './wasm-target.mjs';

const rustc = '/usr/bin/rustc';
const cargo = '/usr/bin/cargo';
export const debianClippy = '/usr/bin/cargo-clippy';
const sources = '/usr/lib/rustlib/src/rust/library';
const debianPackages = ['rustc-web', 'cargo-web', 'rust-web-src'];
const byHand = `Install it by hand: \`apt-get install ${debianPackages.join(' ')}\`.`;

/** The finished toolchain directory for the Debian compiler on this machine, or undefined. */
export function findDebianToolchain() {
  const version = compilerVersion();
  if (!version) return undefined;
  const dir = toolchainDir(version);
  return hasWasmTarget(dir) && isExecutable(join(dir, 'bin', 'rustc')) ? dir : undefined;
}

/** Installs Debian's packages where they are missing, and builds the toolchain directory. */
export async function buildDebianToolchain() {
  if (!compilerVersion() || !existsSync(cargo) || !existsSync(sources)) {
    await aptInstall(debianPackages, byHand);
  }
  const version = compilerVersion();
  if (!version) throw new PlainError(`Debian's Rust compiler is missing. ${byHand}`);
  const dir = toolchainDir(version);
  await withLock(`${dir}.lock`, async () => {
    if (findDebianToolchain()) return;
    const started = Date.now();
    say(`compiling the standard library for ${wasmTarget} (once; a minute or two)`);
    await assemble(dir, version);
    say(`built ${dir} in ${seconds(started)}`);
  });
}

function compilerVersion() {
  if (!isExecutable(rustc)) return undefined;
  const lines = capture(rustc, ['-vV'])?.split('\n') ?? [];
  const fields = Object.fromEntries(lines.map((line) => line.split(': ')));
  return fields.host && fields;
}

const toolchainDir = (version) => fromCache(`rust-${version.release}-${(version['commit-hash'] ?? '').slice(0, 9)}`);

/** Builds beside the final place and renames, so that a half-made directory is never found. */
async function assemble(dir, version) {
  mkdirSync(fromCache(), { recursive: true });
  const draft = mkdtempSync(`${dir}.`);
  try {
    const library = await compileLibrary(join(draft, 'build'));
    await linkToolchain(draft, dir, version);
    const libDir = join(draft, 'lib', 'rustlib', wasmTarget, 'lib');
    mkdirSync(libDir, { recursive: true });
    for (const file of library) copyFileSync(file.from, join(libDir, file.name));
    rmSync(join(draft, 'build'), { recursive: true });
    rmSync(dir, { recursive: true, force: true });
    renameSync(draft, dir);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Compiles an empty crate together with the library; returns the library's files. */
async function compileLibrary(project) {
  mkdirSync(join(project, 'src'), { recursive: true });
  writeFileSync(join(project, 'Cargo.toml'), '[package]\nname = "empty_crate"\nedition = "2021"\n');
  writeFileSync(join(project, 'src', 'lib.rs'), '#![no_std]\n');
  await run(cargo, ['build', '--release', '--target', wasmTarget, '-Z', 'build-std=std,panic_abort,proc_macro,test'], {
    cwd: project,
    env: {
      RUSTC: rustc,
      // The stable compiler, allowed to compile its own library.
      RUSTC_BOOTSTRAP: '1',
      // Without the bitcode a release build with LTO could not take the library in.
      RUSTFLAGS: '-C embed-bitcode=yes',
      CARGO_TARGET_DIR: join(project, 'target'),
    },
    failure:
      'The standard library could not be compiled: see above. ' +
      `Get the target with \`rustup target add ${wasmTarget}\` instead, if that is possible.`,
  });
  const deps = join(project, 'target', wasmTarget, 'release', 'deps');
  return readdirSync(deps)
    .filter((name) => name.endsWith('.rlib') && !name.startsWith('libempty_crate'))
    .map((name) => ({ name, from: join(deps, name) }));
}

async function linkToolchain(draft, finalDir, version) {
  const hostDir = join(draft, 'lib', 'rustlib', version.host);
  mkdirSync(join(hostDir, 'bin'), { recursive: true });
  mkdirSync(join(draft, 'bin'));
  symlinkSync(`/usr/lib/rustlib/${version.host}/lib`, join(hostDir, 'lib'));
  symlinkSync(await findLinker(version), join(hostDir, 'bin', 'rust-lld'));
  symlinkSync(cargo, join(draft, 'bin', 'cargo'));
  // It may not be installed yet; only `npm run check` wants it.
  symlinkSync(debianClippy, join(draft, 'bin', 'cargo-clippy'));
  for (const name of ['rustc', 'rustdoc']) {
    const wrapper = join(draft, 'bin', name);
    writeFileSync(wrapper, `#!/bin/sh\nexec /usr/bin/${name} --sysroot '${finalDir}' "$@"\n`);
    chmodSync(wrapper, 0o755);
  }
}

/** rustc calls its own LLD, which Debian leaves out: a rustup toolchain has one, or Debian's lld. */
async function findLinker(version) {
  const ofRustup = linkerOfRustup(version.host);
  if (ofRustup) return ofRustup;
  const major = /^\d+/.exec(version['LLVM version'] ?? '')?.[0] ?? '';
  const lld = `/usr/lib/llvm-${major}/bin/lld`;
  if (!isExecutable(lld)) {
    await aptInstall([`lld-${major}`], `The linker is missing: \`apt-get install lld-${major}\`.`);
  }
  return lld;
}

function linkerOfRustup(host) {
  const toolchains = join(process.env.RUSTUP_HOME || join(homedir(), '.rustup'), 'toolchains');
  if (!existsSync(toolchains)) return undefined;
  return readdirSync(toolchains)
    .map((name) => join(toolchains, name, 'lib', 'rustlib', host, 'bin', 'rust-lld'))
    .find(isExecutable);
}
