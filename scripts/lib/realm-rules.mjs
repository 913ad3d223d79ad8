// The layer rules of `js/`, whose folders say in which realm their code runs. Each rule is given the folder that has the
// sources, and answers with the places where it is broken.

import { readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';

import { circlesOf, reachableFrom } from './circles.mjs';
import { listFiles } from './fresh.mjs';
import { lineOf, withoutComments } from './source-code.mjs';

/** From the ground up: each may import from those of lower floors, and the rooms of one floor know nothing of each other. */
const floors = [
  ['platform.ts', 'webidl'],
  ['border'],
  ['api'],
  ['client', 'worker', 'extras', 'offline'],
  ['install.ts', 'ponyfill.ts', 'downloads', 'aliases', 'inspect'],
  ['notifications'],
  ['entries'],
];

/** What a page loads, and what it must not. */
const page = 'entries/window.ts';
const ofWorkers = 'worker/';

export const realmRules = [
  {
    rule: 'no arrow up between the rooms of js',
    broken: (root) =>
      importsOf(root)
        .filter(({ from, to }) => roomOf(from) !== roomOf(to) && floorOf(from) <= floorOf(to))
        .map(describe),
  },
  {
    rule: 'each room of js has its floor',
    broken: (root) =>
      [...new Set(pathsOf(root).map(roomOf))]
        .filter((room) => !floors.flat().includes(room))
        .map((room) => `js/${room}`),
  },
  {
    rule: 'no circle between the files of js',
    broken: (root) => circlesOf(graphOf(root)).map((circle) => circle.join(', ')),
  },
  {
    rule: 'a page reaches nothing that only workers need',
    broken: (root) =>
      [...reachableFrom(graphOf(root), page)].filter((path) => path.startsWith(ofWorkers)).map((path) => `js/${path}`),
  },
];

const pathsOf = (root) =>
  listFiles(join(root, 'js'))
    .map((file) => relative(join(root, 'js'), file).split(sep).join('/'))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'));

/** Of types, too: they would be an arrow of the reader's. */
function importsOf(root) {
  return pathsOf(root).flatMap((from) => {
    const code = withoutComments(readFileSync(join(root, 'js', from), 'utf8'), from);
    return [...code.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(({ 1: name, index }) => ({
      from,
      to: posix.join(posix.dirname(from), name),
      line: lineOf(code, index),
    }));
  });
}

function graphOf(root) {
  const graph = new Map(pathsOf(root).map((path) => [path, new Set()]));
  for (const { from, to } of importsOf(root)) graph.get(from).add(to);
  return graph;
}

/** A folder, or a file beside them. */
const roomOf = (path) => path.split('/')[0];

const floorOf = (path) => floors.findIndex((rooms) => rooms.includes(roomOf(path)));

const describe = ({ from, to, line }) => `js/${from}:${line}: ${to}`;
