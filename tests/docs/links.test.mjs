/** What the documents refer to is there. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import { describe, test } from 'node:test';

import { fromRoot } from '../../scripts/lib/paths.mjs';
import { documents, guides, read } from './blocks.mjs';

/** As GitHub makes it of a heading. */
const anchorOf = (/** @type {string} */ heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\- _]/gu, '')
    .replaceAll(' ', '-');

const anchors = (/** @type {string} */ document) =>
  [...read(document).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading));

/** @param {string} document */
function brokenLinks(document) {
  const links = [...read(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);
  return links.filter((link) => {
    if (/^https:/.test(link)) return false;
    const [path, anchor] = link.split('#');
    const target = path ? posix.join(dirname(document), path) : document;
    if (!existsSync(fromRoot(target))) return true;
    return anchor !== undefined && !anchors(target).includes(anchor);
  });
}

describe('links of', () => {
  for (const document of documents) test(document, () => assert.deepEqual(brokenLinks(document), []));
});

test('the README leads to each guide', () => {
  const missing = guides.filter((guide) => !read('README.md').includes(`(${guide})`));
  assert.deepEqual(missing, []);
});

describe('each guide begins with what works:', () => {
  for (const guide of guides) {
    test(guide, () => assert.match(read(guide), /^# .+\n\n(?:[^\n#]+\n){0,4}\n?```/));
  }
});
