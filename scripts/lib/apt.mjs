// System packages, where the system is Debian or Ubuntu and we may install.

import { capture, PlainError, run, say, which } from './run.mjs';

/** How to run apt-get without a password, or undefined where that is not possible. */
function aptGet() {
  if (!which('apt-get')) return undefined;
  if (process.getuid?.() === 0) return ['apt-get'];
  return capture('sudo', ['-n', 'true']) === undefined ? undefined : ['sudo', '-n', 'apt-get'];
}

export const canInstall = () => aptGet() !== undefined;

const quiet = ['-qq', '-o', 'Dpkg::Use-Pty=0'];

let updated = false;

/** Installs `packages` or throws `otherwise`, the sentence that tells a person what to do. */
export async function aptInstall(packages, otherwise) {
  const prefix = aptGet();
  if (!prefix) throw new PlainError(otherwise);
  const [command, ...before] = prefix;
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) =>
    run(command, [...before, ...quiet, '-o', 'DPkg::Lock::Timeout=300', ...args], {
      env,
      failure: `\`apt-get ${args.join(' ')}\` failed. ${otherwise}`,
    });

  say(`apt-get install ${packages.join(' ')}`);
  if (!updated) await apt('update');
  updated = true;
  // `--no-remove`: rather fail than take away a package that someone else put here.
  await apt('install', '-y', '--no-install-recommends', '--no-remove', ...packages);
}
