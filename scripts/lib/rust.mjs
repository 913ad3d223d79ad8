// Cargo, and a Rust toolchain that can compile to wasm32-unknown-unknown.

import { join } from 'node:path';

import { PlainError, capture, run, say, start, which, withPath } from './run.mjs';
import { aptInstall, canInstall } from './apt.mjs';
import { buildDebianToolchain, findDebianToolchain } from './debian-rust.mjs';
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
  say('no wasm32 target from rustup: building it from the sources that Debian has');
  if (!canInstall()) {
    throw new PlainError(
      `The Rust target ${wasmTarget} is missing. Get it with \`rustup target add ${wasmTarget}\`.`,
    );
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
  // Offline this fails at once or hangs; either way there is another road.
  const code = await start('rustup', ['target', 'add', wasmTarget], {
    timeout: 300_000,
    env: { RUSTUP_MAX_RETRIES: '1' },
  });
  return code === 0 && rustEnv() !== undefined;
}

/** rustfmt and clippy for `npm run check`. Where rustup cannot bring them, Debian has its own. */
export async function ensureRustLinters() {
  const env = rustEnv();
  const has = (name) => capture('cargo', [name, '--version'], { env }) !== undefined;
  const missing = ['fmt', 'clippy'].filter((name) => !has(name));
  if (missing.length === 0) return;
  if (which('rustup') && !env?.SYSROOT) {
    const components = missing.map((name) => ({ fmt: 'rustfmt', clippy: 'clippy' })[name]);
    await run('rustup', ['component', 'add', ...components]);
    return;
  }
  const packages = missing.map((name) => ({ fmt: 'rustfmt-web', clippy: 'rust-web-clippy' })[name]);
  await aptInstall(packages, `cargo ${missing.join(' and cargo ')} are missing. ${rustup}`);
}
