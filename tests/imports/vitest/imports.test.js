import { expect, test } from 'vitest';

test('every entry is imported, and nothing is there that could not work', async () => {
  await import('background-fetch-polyfill');
  await import('background-fetch-polyfill/sw/slim');
  await import('background-fetch-polyfill/sw');
  expect('BackgroundFetchManager' in globalThis).toBe(false);
});

test('the elements are defined, and say that there is nothing for them', async () => {
  const early = document.body.appendChild(document.createElement('background-fetch-button'));
  Object.assign(early, { fetchId: 'film', describe: () => ({ title: 'The Night Ferry' }) });
  await import('background-fetch-polyfill/downloads/element');
  expect(customElements.get('background-fetch-button')).toBe(undefined);
  await import('background-fetch-polyfill/downloads');
  // What was said to it before it was one.
  expect(early.shadowRoot.querySelector('button').getAttribute('aria-label')).toContain('The Night Ferry');
  for (const tag of ['background-fetch-button', 'background-fetch-downloads']) {
    const element = document.createElement(tag);
    document.body.append(element);
    expect(element.dataset.state).toBe('unknown');
    await new Promise((resolve) => setTimeout(resolve));
    expect(element.dataset.state).toBe('unavailable');
    element.remove();
  }
});
