/** `custom-elements.json` says what the elements have, and nothing else. Its parts are looked for in browsers: `tests/e2e/scenarios/downloads.mjs`. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fromRoot } from '../../scripts/lib/paths.mjs';

const { modules } = JSON.parse(readFileSync(fromRoot('custom-elements.json'), 'utf8'));
const declarations = modules.flatMap((module) => module.declarations ?? []);
const sources = readdirSync(fromRoot('js', 'downloads'))
  .map((name) => readFileSync(fromRoot('js', 'downloads', name), 'utf8'))
  .join('\n');
const types = readFileSync(fromRoot('types', 'downloads.element.d.ts'), 'utf8');

const all = (/** @type {string} */ text, /** @type {RegExp} */ pattern) =>
  [...new Set([...text.matchAll(pattern)].map(([, name]) => name))].sort();
const told = (/** @type {string} */ key) =>
  [...new Set(declarations.flatMap((each) => each[key] ?? []).map(({ name }) => name))].sort();

describe('custom-elements.json tells', () => {
  test('the properties of the styles', () => {
    assert.deepEqual(told('cssProperties'), all(sources, /var\((--background-fetch-\w+)/g));
  });

  test('the events of the types', () => {
    assert.deepEqual(told('events'), all(types, /^ {2}(\w+request): CustomEvent/gm));
  });

  test('the names of the elements, and their attributes', () => {
    const tags = declarations.map(({ tagName }) => tagName).filter(Boolean);
    assert.deepEqual(tags.sort(), all(sources, /readonly tag: string = '([a-z-]+)'/g));
    assert.deepEqual(told('attributes'), ['compact', 'fetch-id', 'label', 'src']);
  });
});
