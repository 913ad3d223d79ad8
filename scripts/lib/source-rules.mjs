// The layer rules that can be read off the sources. Each is given the folder that has them, and answers
// with the places where it is broken.

import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

import { circlesOf, reachableFrom } from './circles.mjs';
import { listFiles } from './fresh.mjs';
import { realmRules } from './realm-rules.mjs';
import { codeOf, lineOf, methodsOf, namesAtRoot, withoutComments } from './source-code.mjs';

export const sourceRules = [
  {
    rule: 'no room of the engine calls the Engine: verdicts go up, calls go down',
    broken: (root) =>
      engineFiles(root)
        .filter(({ room }) => room !== 'engine' && room !== 'driver')
        .flatMap(namingTheEngine),
  },
  {
    rule: 'no circle between the rooms of the engine',
    broken: (root) => circlesBetweenRooms(engineFiles(root)),
  },
  {
    rule: 'no circle between the rooms of the shell',
    broken: (root) => circlesBetweenRooms(rustFiles(root, 'src')),
  },
  {
    rule: 'no ring of calls between the files of the Engine',
    // To be deleted as soon as it is not broken any more.
    broken: (root) =>
      ringsOf(
        'Engine',
        engineFiles(root).filter(({ room }) => room === 'engine'),
      ),
  },
  {
    rule: 'no file but the two `platform` asks which browser this is',
    broken: (root) =>
      ['src', 'js', 'crates/engine/src']
        .flatMap((folder) => listFiles(join(root, folder)))
        .map((file) => relative(root, file).split(sep).join('/'))
        .filter((path) => /\.(rs|ts)$/.test(path) && !rooms.includes(path))
        .flatMap((path) => find(askingForBrowsers, withoutComments(read(root, path), path), path)),
  },
  {
    // What a method of `Option` or `Result` decides is left to the reader: they convert, too.
    rule: 'the exports neither decide nor count: no `if`, no `match`, no number',
    broken(root) {
      const path = 'src/exports.rs';
      const attribute = /#\[[^\]\n]*\]/g;
      return find(/\b(?:if|match)\b|\b\d\w*/g, codeOf(read(root, path)).replace(attribute, ' '), path);
    },
  },
  {
    // Its borrow would last until the promise settles, and the next call would throw.
    rule: 'no export is an async method with `&mut self`',
    broken: (root) =>
      rustFiles(root, 'src')
        .filter(({ code }) => code.includes('#[wasm_bindgen'))
        .flatMap(({ path, code }) => find(/\bpub async fn \w+\(\s*&mut self/g, code, path)),
  },
  ...realmRules,
];

const read = (root, path) => readFileSync(join(root, path), 'utf8');

const find = (pattern, code, path) =>
  [...code.matchAll(pattern)].map(({ 0: found, index }) => `${path}:${lineOf(code, index)}: ${found}`);

/** The files of the engine, but for those that are there for tests. */
const engineFiles = (root) => rustFiles(root, 'crates/engine/src').filter(({ room }) => room !== 'testing');

/**
 * The sources of a crate with what they name at its root. A room is a file beside `lib.rs`, or a folder
 * with the file of its name. What `lib.rs` passes on is of the room that it is from.
 */
function rustFiles(root, folder) {
  const paths = listFiles(join(root, folder))
    .map((file) => relative(join(root, folder), file).split(sep).join('/'))
    .filter((path) => path.endsWith('.rs') && !/(^|[_/])tests\.rs$/.test(path));
  const codes = new Map(paths.map((path) => [path, codeOf(read(join(root, folder), path))]));
  const passedOn = passedOnBy(codes.get('lib.rs') ?? '');
  return paths
    .filter((path) => path !== 'lib.rs')
    .map((path) => {
      const code = codes.get(path);
      const names = namesAtRoot(code, path).map(({ name, line }) => ({ name: passedOn.get(name) ?? name, line }));
      return { path: `${folder}/${path}`, room: path.split('/')[0].replace(/\.rs$/, ''), code, names };
    });
}

/** From each name of `pub use room::{name, …}` to its room. */
function passedOnBy(code) {
  const found = [...code.matchAll(/\bpub use (\w+)::([^;]+);/g)];
  return new Map(found.flatMap(([, room, names]) => names.match(/\w+/g).map((name) => [name, room])));
}

/** By its type, by that under another name, or by what else is in its room. */
function namingTheEngine({ path, code, names }) {
  const lines = names.filter(({ name }) => name === 'engine').map(({ line }) => line);
  for (const { index } of code.matchAll(/\bEngine\b/g)) lines.push(lineOf(code, index));
  return [...new Set(lines)].map((line) => `${path}:${line}`);
}

function circlesBetweenRooms(files) {
  const graph = new Map(files.map(({ room }) => [room, new Set()]));
  const places = new Map();
  for (const { room, path, names } of files) {
    for (const { name, line } of names) {
      if (name === room || !graph.has(name)) continue;
      graph.get(room).add(name);
      places.set(`${room} → ${name}`, ` (${path}:${line})`);
    }
  }
  return describeCircles(graph, (arrow) => places.get(arrow));
}

/**
 * Circles between files by calls of the methods of `type`. The first file calls the others; of its own
 * methods they may call those that do not lead back to any of them.
 */
function ringsOf(type, files) {
  const methods = files.flatMap(({ path, code }) =>
    methodsOf(type, code).map((method) => ({ ...method, file: path.split('/').at(-1).replace('.rs', '') })),
  );
  const calls = new Map(methods.map((method) => [method.name, method.calls]));
  const homes = new Map(methods.map(({ name, file }) => [name, file]));
  const isOfOthers = (name) => homes.has(name) && !top.includes(homes.get(name));
  const nodeOf = (name) => {
    const helps = top.includes(homes.get(name)) && ![...reachableFrom(calls, name)].some(isOfOthers);
    return helps ? `${homes.get(name)}'s helpers` : homes.get(name);
  };
  const graph = new Map(methods.map(({ name }) => [nodeOf(name), new Set()]));
  for (const { name, calls: called } of methods) {
    const others = [...called].filter((other) => homes.has(other)).map(nodeOf);
    for (const other of others) if (other !== nodeOf(name)) graph.get(nodeOf(name)).add(other);
  }
  return describeCircles(graph, () => '');
}

const describeCircles = (graph, placeOf) =>
  circlesOf(graph).map((circle) =>
    circle
      .flatMap((from) => circle.filter((to) => graph.get(from).has(to)).map((to) => `${from} → ${to}`))
      .map((arrow) => `${arrow}${placeOf(arrow)}`)
      .join(', '),
  );

/** The names that the first file may have. */
const top = ['engine', 'mod'];

/** Where "which browser is this?" is asked. */
const rooms = ['src/platform.rs', 'js/platform.ts'];

/** What some browsers have and others have not, as far as it was ever used to tell them apart. */
const askingForBrowsers = new RegExp(
  [
    /\buserAgent\w*/,
    /\bnavigator\.vendor\b/,
    /\bmoz[A-Z]\w+/,
    /\bwebkit[A-Z]\w+/,
    /\bsourceURL\b/,
    /\bInstallTrigger\b/,
    /'serviceWorker' in\b/,
    /\b(?:fn|const|let|static|function|get) is_?(?:[cC]hrom|[fF]irefox|[gG]ecko|[wW]ebKit|webkit|[sS]afari|[bB]link)\w*/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);
