// The tests of the Rust shell, in a service worker of each browser that wasm-pack can drive: headless Chromium and
// Firefox. `npm run test:wasm -- [--browser chromium|firefox] [NAME…]`; names go to the test runner.

import { parseArgs } from 'node:util';
import { browserPath } from './lib/browsers.mjs';
import { setUp } from './lib/plans.mjs';
import { exitWith, PlainError, start } from './lib/run.mjs';
import { toolEnv } from './lib/tool-env.mjs';
import { toolPath } from './lib/wasm-tools.mjs';

const shell = 'background-fetch-polyfill';

/**
 * Each browser: the arguments of wasm-pack, and the environment of the test runner, which takes the first driver
 * that its environment names, whatever browser it was asked for.
 */
const drivers = {
  chromium: () => ({
    args: ['--chrome', '--chromedriver', browserPath('chromedriver')],
    env: { GECKODRIVER: undefined, GECKODRIVER_REMOTE: undefined },
  }),
  firefox: () => ({
    args: ['--firefox', '--geckodriver', toolPath('gecko')],
    env: {
      CHROMEDRIVER_REMOTE: undefined,
      // By itself geckodriver looks for `firefox` on PATH, and knows nothing of FIREFOX_BIN.
      GECKODRIVER_ARGS: process.env.GECKODRIVER_ARGS ?? `--binary ${quoted(browserPath('firefox'))}`,
    },
  }),
};

async function main() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { browser: { type: 'string' } } });
  const browsers = values.browser?.split(',') ?? Object.keys(drivers);
  const unknown = browsers.find((browser) => !Object.hasOwn(drivers, browser));
  if (unknown !== undefined) throw new PlainError(`--browser takes ${Object.keys(drivers).join(', ')}.`);
  await setUp('test');
  // One after the other: the failure of one must not keep the next from running.
  for (const browser of browsers) {
    const code = await test(drivers[browser](), positionals);
    process.exitCode ||= code;
  }
}

function test({ args, env }, names) {
  // As everybody types it: the members whose tests are native ones have none for wasm.
  const only = names.length > 0 ? ['--', '--package', shell, '--', ...names] : [];
  return start('wasm-pack', ['test', '--headless', ...args, ...only], { env: { ...toolEnv(), ...env } });
}

/** For the runner, which reads its variables as a shell would. */
const quoted = (path) => `'${path.replaceAll("'", "'\\''")}'`;

main().catch(exitWith);
