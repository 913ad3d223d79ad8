// The tests of the Rust shell, in a service worker of headless Chromium. Arguments go to the test runner:
// `npm run test:wasm -- NAME`.

import { browserPath } from './lib/browsers.mjs';
import { setUp } from './lib/plans.mjs';
import { exitWith, start } from './lib/run.mjs';
import { toolEnv } from './lib/tool-env.mjs';

const shell = 'background-fetch-polyfill';

async function main() {
  await setUp('test');
  const driver = ['--headless', '--chrome', '--chromedriver', browserPath('chromedriver')];
  const names = process.argv.slice(2);
  // As everybody types it: the members whose tests are native ones have none for wasm.
  const args = ['test', ...driver, ...(names.length > 0 ? ['--', '--package', shell, '--', ...names] : [])];
  // A service worker that starts on a busy machine is easily slower than the default of 20 s.
  const env = { WASM_BINDGEN_TEST_TIMEOUT: '300', ...toolEnv() };
  process.exitCode = await start('wasm-pack', args, { env });
}

main().catch(exitWith);
