/** The picture of the flow names what the code has: what it lacks is found. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { draw, missingIn } from '../../scripts/lib/flow-picture.mjs';
import { lanes, parts } from '../../scripts/lib/flow-steps.mjs';

const step = { lane: 0, name: 'Client.call', file: 'js/client.ts', note: '', words: ['Client', 'call'] };
const missing = (/** @type {string} */ code) => missingIn([{ title: '', steps: [step] }], () => code);

describe('a name of the picture', () => {
  test('is in the code of its file', () => {
    assert.deepEqual(missing('class Client { call() {} }'), []);
  });

  test('is missing where it is part of another, or said in a comment only', () => {
    assert.deepEqual(missing('class Client { recall() {} }'), ['js/client.ts: call, of Client.call']);
    assert.deepEqual(missing('class Client {} // call()'), ['js/client.ts: call, of Client.call']);
  });

  test('is missing with its file', () => {
    const read = () => {
      throw new Error('no such file');
    };
    assert.throws(() => missingIn([{ title: '', steps: [step] }], read), /no such file/);
  });
});

test('each step is drawn, with its file', () => {
  const svg = draw(lanes, parts);
  for (const { name, file } of parts.flatMap(({ steps }) => steps)) {
    assert.ok(svg.includes(`>${name}</text>`) && svg.includes(`>${file}</text>`), name);
  }
});
