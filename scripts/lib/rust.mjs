// Cargo, and a Rust toolchain that can compile to wasm32-unknown-unknown.

import { join } from 'node:path';
import { aptInstall, canInstall } from './apt.mjs';
import { buildDebianToolchain, debianClippy, findDebianToolchain } from './debian-rust.mjs';
import { capture, isExecutable, PlainError, run, say, start, which, withPath } from './run.mjs';
import { hasWasmTarget, wasmTarget } from './wasm-target.mjs';

const rustup = 'Install Rust with rustup (see rustup.rs), then run the command again.';

/** Cargo for the native build: tests of the engine, and the command-line tools. */
export async function ensureCargo() {
  if (which('cargo') && which('rustc')) return;
  if (!canInstall()) throw new PlainError(`Rust is missing: there is no cargo on PATH. ${rustup}`);
  await aptInstall(['rustc-web', 'cargo-web'], `Rust is missing. ${rustup}`);
}

export async function ensureWasmTarget() {
  if (rustEnv()) return;
  if (await addTargetByRustup()) return;
  if (!canInstall()) {
    throw new PlainError(`The Rust target ${wasmTarget} is missing. Get it with \`rustup target add ${wasmTarget}\`.`);
  }
  await buildDebianToolchain();
}

/**
 * The environment in which `cargo … --target wasm32-unknown-unknown` works, or undefined if none is
 * known. Every script takes it from here. The toolchain that is active anyway comes first; the
 * user's own settings are never changed.
 */
export function rustEnv() {
  const sysroot = capture('rustc', ['--print', 'sysroot']);
  if (sysroot && hasWasmTarget(sysroot)) return {};
  const dir = findDebianToolchain();
  if (!dir) return undefined;
  // clippy-driver is the one program that takes its sysroot from here and not from `bin/rustc`.
  return withPath([join(dir, 'bin')], { SYSROOT: dir });
}

async function addTargetByRustup() {
  if (!which('rustup')) return false;
  say(`rustup target add ${wasmTarget}`);
  // Offline this fails at once or hangs; either way there is another road, and rustup's long account of
  // the failure would only alarm.
  const code = await start('rustup', ['target', 'add', wasmTarget], {
    timeout: 300_000,
    env: { RUSTUP_MAX_RETRIES: '1' },
    onOutput() {},
  });
  if (code !== 0) say('rustup cannot get it: is this machine offline?');
  return code === 0 && rustEnv() !== undefined;
}

/** rustfmt and clippy for `npm run check`. Where rustup cannot bring them, Debian has its own. */
export async function ensureRustLinters() {
  const ofDebian = rustEnv()?.SYSROOT !== undefined;
  const missing = linters.filter((linter) => !isLinterThere(linter, ofDebian));
  if (missing.length === 0) return;
  if (which('rustup') && !ofDebian) {
    await run('rustup', ['component', 'add', ...missing.map(({ component }) => component)]);
  } else {
    const commands = missing.map(({ command }) => `cargo ${command}`).join(' and ');
    await aptInstall(
      missing.map((linter) => linter.package),
      `Missing: ${commands}. ${rustup}`,
    );
  }
}

const linters = [
  { command: 'fmt', component: 'rustfmt', package: 'rustfmt-web' },
  { command: 'clippy', component: 'clippy', package: 'rust-web-clippy' },
];

function isLinterThere({ command }, ofDebian) {
  // Clippy is tied to its compiler, so that of rustup would not do for Debian's.
  if (ofDebian && command === 'clippy') return isExecutable(debianClippy);
  return capture('cargo', [command, '--version']) !== undefined;
}
