/** Where nothing of it can work, every entry is imported without an error, and leaves no trace. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import vm from 'node:vm';
import { JSDOM } from 'jsdom';

import { fromRoot } from '../../scripts/lib/paths.mjs';

const PACKAGE = 'background-fetch-polyfill';
const { exports } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8'));

/** All that can be imported as code. */
const NAMES = Object.entries(exports)
  .filter(([, target]) => target.default)
  .map(([entry]) => PACKAGE + entry.slice(1));

/** What the standard has. */
const INTERFACES = /^(on)?background_?fetch/i;

/** The scripts that a server might run, too, as they are in `dist/`. */
const scripts = ['window.js', 'sw.js'].map((name) => ({ name, text: readFileSync(fromRoot('dist', name), 'utf8') }));

/** In a process of its own. @param {string} code @param {string[]} [flags] */
function run(code, flags = []) {
  const args = [...flags, '--input-type=module', '--eval', code];
  return spawnSync(process.execPath, args, { cwd: fromRoot(), encoding: 'utf8', timeout: 60_000 });
}

const report = `console.log(JSON.stringify(Object.getOwnPropertyNames(globalThis).filter((name) => ${INTERFACES}.test(name))));`;

describe('in Node.js', () => {
  for (const name of NAMES) {
    test(name, () => {
      const { status, stdout, stderr } = run(`await import('${name}'); ${report}`);
      assert.deepEqual([status, stdout.trim(), stderr], [0, '[]', '']);
    });
  }

  test('all of them, as a CommonJS module would', () => {
    const all = NAMES.map((name) => `require('${name}');`).join(' ');
    const code = `import { createRequire } from 'node:module'; const require = createRequire('${fromRoot('package.json')}'); ${all} ${report}`;
    const { status, stdout } = run(code, ['--no-warnings']);
    assert.deepEqual([status, stdout.trim()], [0, '[]']);
  });
});

test('the ponyfill, called where it cannot work, says so', () => {
  const code = `
    import { backgroundFetch } from '${PACKAGE}/ponyfill';
    import { serve, backgroundFetch as inWorker } from '${PACKAGE}/ponyfill/sw';
    for (const steps of [() => backgroundFetch({}), () => serve(), () => inWorker({})]) {
      try { steps(); } catch ({ name, message }) { console.log(name + ': ' + message); }
    }`;
  const { stdout } = run(code, ['--no-warnings']);
  assert.deepEqual(stdout.trim().split('\n'), [
    'NotSupportedError: Background fetches need service workers, IndexedDB, caches and WebAssembly.',
    'NotSupportedError: background-fetch-polyfill/ponyfill/sw is for service workers.',
    "InvalidStateError: This service worker does not serve: call serve({ prefer: 'ours' }) first.",
  ]);
});

test('in vitest with jsdom', () => {
  const vitest = fromRoot('node_modules', 'vitest', 'vitest.mjs');
  const args = [
    vitest,
    'run',
    '--root',
    fromRoot('tests', 'imports', 'vitest'),
    '--environment',
    'jsdom',
    '--no-color',
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 120_000 });
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /Tests +\d+ passed/);
});

/** A realm with these globals beside those of the language. */
function realm(globals) {
  const warnings = [];
  const warn = (...words) => warnings.push(words.join(' '));
  const context = vm.createContext({ console: { ...console, warn }, ...globals });
  vm.runInContext('globalThis.self = globalThis', context);
  return {
    warnings,
    run: (text) => vm.runInContext(text, context),
    get found() {
      return Object.getOwnPropertyNames(context).filter((name) => INTERFACES.test(name));
    },
  };
}

/** What servers of the edge have: some names of service workers, and no registration. */
const edge = () => {
  class ServiceWorkerGlobalScope extends EventTarget {}
  class ExtendableEvent extends Event {}
  const { addEventListener } = EventTarget.prototype;
  return {
    ServiceWorkerGlobalScope,
    ExtendableEvent,
    addEventListener,
    caches: {},
    isSecureContext: true,
    Event,
    EventTarget,
    Request,
    Response,
    Headers,
    URL,
    WebAssembly,
    navigator: { userAgent: 'edge' },
    setTimeout,
    TextDecoder,
    TextEncoder,
  };
};

for (const { name, text } of scripts) {
  test(`${name} in a realm of an edge server`, () => {
    const { run, warnings, ...rest } = realm(edge());
    run(text);
    assert.deepEqual([rest.found, warnings], [[], []]);
  });
}

test('the entry of pages in a service worker says which one that needs', () => {
  const { run, warnings, found } = realm({ ...edge(), registration: {} });
  run(scripts[0].text);
  assert.deepEqual([found, warnings], [[], ['A service worker needs background-fetch-polyfill/sw']]);
});

/** A page of jsdom as a browser without something would have it. */
function page(without) {
  const { window } = new JSDOM('', { url: 'https://app.example/', runScripts: 'outside-only' });
  const warnings = [];
  window.console.warn = (...words) => warnings.push(words.join(' '));
  const container = Object.assign(new window.EventTarget(), {
    getRegistrations: async () => [],
    ready: new Promise(() => {}),
  });
  const all = { BroadcastChannel: EventTarget, indexedDB: {}, caches: {}, WebAssembly, Request, Response, Headers };
  for (const [name, value] of Object.entries(all)) {
    Object.defineProperty(window, name, { configurable: true, value: name === without ? undefined : value });
  }
  const value = without === 'serviceWorker' ? undefined : container;
  const refuse = () => {
    throw new window.DOMException('The operation is insecure.', 'SecurityError');
  };
  Object.defineProperty(window.navigator, 'serviceWorker', without === 'sandbox' ? { get: refuse } : { value });
  if (without === 'storage') Object.defineProperty(window, 'caches', { get: refuse });
  return { window, warnings };
}

const windowScript = scripts[0].text;

describe('a page', () => {
  const install = (without) => {
    const { window, warnings } = page(without);
    window.eval(windowScript);
    return [Object.getOwnPropertyNames(window).filter((name) => INTERFACES.test(name)).length, warnings.length];
  };

  test('that has all of it has the interfaces', () => assert.deepEqual(install(), [3, 0]));
  for (const without of ['serviceWorker', 'sandbox', 'storage', 'indexedDB', 'caches', 'WebAssembly']) {
    test(`has none of them without ${without}`, () => assert.deepEqual(install(without), [0, 0]));
  }

  test('is told that it has the entry of workers', () => {
    const { window, warnings } = page();
    window.eval(scripts[1].text);
    assert.deepEqual(
      Object.getOwnPropertyNames(window).filter((name) => INTERFACES.test(name)),
      [],
    );
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /background-fetch-polyfill\/sw .* service worker/);
  });

  test('of a browser with the API on the prototype alone keeps that', () => {
    const { window } = page();
    window.ServiceWorkerRegistration = class ServiceWorkerRegistration {
      get backgroundFetch() {
        return 'native';
      }
    };
    window.eval(windowScript);
    assert.deepEqual(
      Object.getOwnPropertyNames(window).filter((name) => INTERFACES.test(name)),
      [],
    );
    assert.equal(new window.ServiceWorkerRegistration().backgroundFetch, 'native');
  });
});
