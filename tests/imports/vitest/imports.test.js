import { expect, test } from 'vitest';

test('every entry is imported, and nothing is there that could not work', async () => {
  await import('background-fetch-polyfill');
  await import('background-fetch-polyfill/sw/slim');
  await import('background-fetch-polyfill/sw');
  expect('BackgroundFetchManager' in globalThis).toBe(false);
});
