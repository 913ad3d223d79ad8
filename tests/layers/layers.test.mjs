/** The layer rules themselves: each finds a slip that is planted in a copy of the sources. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { fromRoot } from '../../scripts/lib/paths.mjs';
import { sourceRules } from '../../scripts/lib/source-rules.mjs';

const CHECK = fromRoot('scripts', 'check-layers.mjs');

const FOLDERS = ['src', 'js', 'crates/engine/src'];

/** @type {string} */
let root;

before(() => {
  root = mkdtempSync(join(tmpdir(), 'layers-'));
});
after(() => rmSync(root, { recursive: true }));

/** A fresh copy of the sources, in which `slips` are added to the end of files, new ones among them. */
function copyWith(/** @type {Record<string, string>} */ slips = {}) {
  const copy = mkdtempSync(join(root, 'copy-'));
  for (const folder of FOLDERS) cpSync(fromRoot(folder), join(copy, folder), { recursive: true });
  for (const [path, text] of Object.entries(slips)) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    appendFileSync(join(copy, path), text);
  }
  return copy;
}

/** What breaks the rule whose name has `words`. */
function broken(/** @type {string} */ words, /** @type {string} */ folder) {
  const [rule, ...others] = sourceRules.filter((each) => each.rule.includes(words));
  assert.ok(rule && others.length === 0, words);
  return rule.broken(folder);
}

test('the sources as they are break no rule', () => {
  const copy = copyWith();
  for (const { rule, broken } of sourceRules) assert.deepEqual(broken(copy), [], rule);
});

test('a rule that is broken fails the check, which says where', () => {
  const run = (/** @type {string} */ sources) => {
    const { status, stdout } = spawnSync(process.execPath, [CHECK, '--sources', sources], { encoding: 'utf8' });
    return { status, stdout };
  };
  const calm = run(copyWith());
  assert.equal(calm.status, 0, calm.stdout);
  assert.match(calm.stdout, /^\d+ passed, 0 failed$/m);

  const { status, stdout } = run(
    copyWith({
      'crates/engine/src/http.rs': 'use super::Engine;\n',
      'crates/engine/src/time.rs': 'use super::ports::Clock;\n',
      'js/api/slip.ts': 'navigator.userAgent;\n',
    }),
  );
  assert.equal(status, 1);
  assert.equal(stdout.match(/^BROKEN: /gm)?.length, 3, stdout);
  assert.match(stdout, /^ {2}js\/api\/slip\.ts:1: userAgent$/m);
  assert.match(stdout, /^\d+ passed, 3 failed$/m);
});

describe('a room that calls the engine', () => {
  const found = (/** @type {string} */ path, /** @type {string} */ slip) =>
    broken('calls the Engine', copyWith({ [`crates/engine/src/${path}`]: slip }));

  for (const [how, slip] of Object.entries({
    'by its path': 'fn slip(all: &mut crate::engine::Engine) { all.poll_output(); }\n',
    'as its parent passes it on': 'use super::Engine as All;\n',
    'among others': 'use crate::{engine::After, time};\n',
    'by a method of it': 'fn slip() { Engine::new(todo!(), 1); }\n',
    'to add to it': 'impl Engine { fn slip(&mut self) {} }\n',
  })) {
    test(how, () => {
      const [place, ...others] = found('http.rs', slip);
      assert.match(place ?? '', /^crates\/engine\/src\/http\.rs:\d+$/);
      assert.deepEqual(others, []);
    });
  }

  test('from a folder', () => {
    const slip = 'use super::super::engine::After;\n';
    assert.deepEqual(found('room/deep.rs', slip), ['crates/engine/src/room/deep.rs:1']);
    assert.deepEqual(found('room/mod.rs', 'use super::Engine;\n'), ['crates/engine/src/room/mod.rs:1']);
  });

  test('who only speaks of it, or tests with it, does not', () => {
    const none = `
      /// Of an [\`Engine\`](crate::engine::Engine).
      /* Engine */ const TEXT: &str = "crate::engine::Engine";
      fn lifetime<'a>(it: &'a str) -> &'a str { it }
      #[cfg(test)]
      mod slips { use crate::engine::Engine; fn all() { let _ = [Engine::new()]; } }
      struct Engines;
    `;
    assert.deepEqual(found('http.rs', none), []);
  });
});

describe('a circle between rooms', () => {
  const found = (/** @type {Record<string, string>} */ slips) => broken('rooms of the engine', copyWith(slips));

  test('of two, of which one uses the other already', () => {
    const [circle, ...others] = found({ 'crates/engine/src/time.rs': 'use crate::ports::Clock;\n' });
    assert.match(circle ?? '', /\bports → time \(/);
    assert.match(circle ?? '', /\btime → ports \(crates\/engine\/src\/time\.rs:\d+\)/);
    assert.deepEqual(others, []);
  });

  test('by a path in the middle of the code, and by what the crate passes on', () => {
    for (const slip of ['fn slip() { crate::ports::slip() }\n', 'fn slip(_: super::Config) {}\n']) {
      assert.equal(found({ 'crates/engine/src/time.rs': slip }).length, 1, slip);
    }
  });

  test('of three that are folders', () => {
    const [circle] = found({
      'crates/engine/src/one/mod.rs': 'use crate::two::Two;\n',
      'crates/engine/src/two/deep.rs': 'use super::super::three::Three;\n',
      'crates/engine/src/three/mod.rs': 'use crate::{time, one::One};\n',
    });
    assert.equal(
      circle,
      [
        'one → two (crates/engine/src/one/mod.rs:1)',
        'three → one (crates/engine/src/three/mod.rs:1)',
        'two → three (crates/engine/src/two/deep.rs:1)',
      ].join(', '),
    );
  });

  test('of a test, or inside a room, is none', () => {
    assert.deepEqual(
      found({
        'crates/engine/src/time.rs': '#[cfg(test)]\nmod slips { use crate::ports::Clock; }\n',
        'crates/engine/src/one/mod.rs': 'use self::deep::Deep;\n',
        'crates/engine/src/one/deep.rs': 'use super::One; use crate::one::One;\n',
      }),
      [],
    );
  });

  test('in the shell', () => {
    const copy = copyWith({ 'src/clock.rs': 'use crate::exports::Engine;\nuse crate::browser::Browser;\n' });
    const [circle] = broken('rooms of the shell', copy);
    assert.match(circle ?? '', /\bclock → browser \(src\/clock\.rs:\d+\)/);
  });
});

describe('which browser it is, asked outside its room', () => {
  const found = (/** @type {string} */ path, /** @type {string} */ slip) =>
    broken('which browser', copyWith({ [path]: slip }));

  for (const [path, slip, word] of [
    ['src/body_store.rs', 'fn is_firefox() -> bool { false }\n', 'fn is_firefox'],
    ['src/network/mod.rs', 'fn slip() { get(&navigator(), "userAgentData"); }\n', 'userAgentData'],
    ['crates/engine/src/config.rs', 'const SLIP: &str = "mozInnerScreenX";\n', 'mozInnerScreenX'],
    ['js/worker/occasions.ts', 'if (/Firefox/.test(navigator.userAgent)) listen();\n', 'userAgent'],
    ['js/api/response-body.ts', "const slow = 'sourceURL' in new Error();\n", 'sourceURL'],
    ['js/api/response-body.ts', "const isSafari = navigator.vendor.startsWith('Apple');\n", 'const isSafari'],
    ['js/worker/slip.ts', "export const late = 'serviceWorker' in self;\n", "'serviceWorker' in"],
  ]) {
    test(`${word} in ${path}`, () => {
      const [place] = found(path, slip);
      assert.match(place ?? '', /^\S+:\d+: /);
      assert.ok(place?.startsWith(`${path}:`) && place.endsWith(`: ${word}`), place);
    });
  }

  test('but in its room, and in comments', () => {
    assert.deepEqual(found('src/platform.rs', 'fn is_webkit() -> bool { false }\n'), []);
    assert.deepEqual(found('js/platform.ts', 'navigator.userAgent;\n'), []);
    assert.deepEqual(found('js/worker/occasions.ts', '// navigator.userAgent\n/* mozInnerScreenX */\n'), []);
    assert.deepEqual(found('src/clock.rs', "/// `userAgent`\nfn slip<'a>(it: &'a str) {} // sourceURL\n"), []);
  });
});

describe('in js', () => {
  const found = (/** @type {string} */ words, /** @type {Record<string, string>} */ slips) =>
    broken(words, copyWith(slips));

  test('an arrow up, of a type too', () => {
    const slip = "import type { Server } from '../worker/server.ts';\n";
    assert.deepEqual(found('arrow up', { 'js/api/slip.ts': slip }), ['js/api/slip.ts:1: worker/server.ts']);
    const loaded = "export const slip = () => import('./client/client.ts');\n";
    assert.match(
      found('arrow up', { 'js/platform.ts': loaded })[0] ?? '',
      /^js\/platform\.ts:\d+: client\/client\.ts$/,
    );
  });

  test('an arrow between rooms of one floor', () => {
    const slip = "import '../worker/hold.ts';\n";
    assert.deepEqual(found('arrow up', { 'js/client/slip.ts': slip }), ['js/client/slip.ts:1: worker/hold.ts']);
  });

  test('a room that has no floor', () => {
    assert.deepEqual(found('has its floor', { 'js/misc/slip.ts': '\n', 'js/slip.ts': '\n' }).sort(), [
      'js/misc',
      'js/slip.ts',
    ]);
  });

  test('a circle inside a room', () => {
    const slips = { 'js/api/one.ts': "import './two.ts';\n", 'js/api/two.ts': "export * from './one.ts';\n" };
    assert.deepEqual(found('files of js', slips), ['api/one.ts, api/two.ts']);
  });

  test('what a page loads of the worker', () => {
    const slip = "import './worker/hold.ts';\n";
    assert.deepEqual(found('a page reaches', { 'js/install.ts': slip }), ['js/worker/hold.ts']);
  });

  test('words about it are nothing', () => {
    const words = "// import '../worker/hold.ts';\n/* from '../worker/hold.ts' */\n";
    for (const rule of ['arrow up', 'a page reaches']) assert.deepEqual(found(rule, { 'js/api/slip.ts': words }), []);
  });
});

test('an export that borrows for as long as a promise lasts is found', () => {
  const slip = '#[wasm_bindgen]\nimpl Slip { pub async fn slip(&mut self) {} }\n';
  const [place] = broken('async method', copyWith({ 'src/slip.rs': slip }));
  assert.match(place ?? '', /^src\/slip\.rs:2: /);
});

test('what the exports decide is found', () => {
  const found = (/** @type {string} */ slip) =>
    broken('the exports', copyWith({ 'src/exports.rs': slip })).map(
      (/** @type {string} */ place) => place.split(': ')[1],
    );
  assert.deepEqual(found('fn slip(a: bool) -> u64 { if a { 8 } else { 4 } }\n'), ['if', '8', '4']);
  assert.deepEqual(found('fn slip(a: bool) { match a { _ => {} } }\n'), ['match']);
  assert.deepEqual(found('/// If 1.\n#[wasm_bindgen(js_name = match)]\npub fn slip(a: u32) { f("2") }\n'), []);
});

describe('a ring of calls between the files of the Engine', () => {
  const found = (/** @type {Record<string, string>} */ files) => {
    const folder = mkdtempSync(join(root, 'ring-'));
    for (const [path, methods] of Object.entries(files)) {
      const file = join(folder, 'crates/engine/src', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `impl Engine {\n${methods}\n}\n`);
    }
    return broken('ring of calls', folder);
  };
  const calm = {
    'engine.rs': `pub fn handle(&mut self) { self.start(); self.commit(); self.follow() }
      fn follow(&mut self) { self.start(); }
      pub(super) fn emit(&mut self) { self.outputs.push(1) }`,
    'engine/schedule.rs': 'pub(super) fn start(&mut self, _: [u8; 4]) { self.commit(); self.emit() }',
    'engine/ledger.rs': 'pub(super) fn commit(&mut self) { self.emit(); self.records.start() }',
  };

  test('who calls down only is in none', () => assert.deepEqual(found(calm), []));

  test('of two siblings', () => {
    const up = 'fn commit(&mut self) { self\n    .start() }';
    assert.deepEqual(found({ ...calm, 'engine/ledger.rs': up }), ['ledger → schedule, schedule → ledger']);
  });

  test('by way of the file that sees all', () => {
    const up = 'fn commit(&mut self) { Self::follow(self) }';
    const [ring] = found({ ...calm, 'engine/ledger.rs': up });
    assert.match(ring ?? '', /\bledger → engine\b/);
  });
});
