/** The code in the documents. */
import { readdirSync, readFileSync } from 'node:fs';
import { fromRoot } from '../../scripts/lib/paths.mjs';

const folder = (/** @type {string} */ name) =>
  readdirSync(fromRoot(name))
    .filter((each) => each.endsWith('.md'))
    .map((each) => `${name}/${each}`);

/** From the root of the repository, with slashes. */
export const guides = folder('docs/guides');
export const documents = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...folder('docs'), ...guides];

export const read = (/** @type {string} */ document) => readFileSync(fromRoot(document), 'utf8');

/**
 * @typedef {object} Block
 * @property {string} document
 * @property {number} line of its first line, from 1
 * @property {string} realm where it runs: `page`, which is meant without a word, `worker` or `node`
 * @property {string} code
 * @property {boolean} isFile one of {@link filesOf}
 */

/** What is in a fence of "js", and the word after it. @param {string} document @returns {Block[]} */
export function blocksOf(document) {
  const text = read(document);
  return [...text.matchAll(/^```js(?: (\w+))?\n([\s\S]*?)^```$/gm)].map(
    ({ 0: all, 1: realm = 'page', 2: code, index }) => ({
      document,
      line: text.slice(0, index + all.indexOf('\n') + 1).split('\n').length,
      realm,
      code,
      isFile: NAME.test(text.slice(0, index)),
    }),
  );
}

/** The last words before the fence of a whole file. */
const NAME = /`([\w./-]+\.\w+)`:\n\n$/;

/** The files of an app that a document has in full, by their names. @param {string} document @returns {Record<string, string>} */
export function filesOf(document) {
  const parts = read(document).split(/^(?=```)/m);
  const files = parts.map((part, at) => [NAME.exec(parts[at - 1] ?? '')?.[1], part.replace(/^.*\n/, '')]);
  return Object.fromEntries(files.filter(([name]) => name !== undefined));
}

export const blocks = documents.flatMap(blocksOf);
