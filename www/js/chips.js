/** What the app says of itself: who downloads, whether there is a network, how much is stored. */
import { supports } from '/dist/extras.mjs';
import { library } from '/dist/offline.mjs';
import { megabytes } from './format.js';

const WHO = {
  native: 'This browser has the API itself; the polyfill has installed nothing.',
  polyfill: 'This browser lacks the API; background-fetch-polyfill provides it.',
  missing: 'Neither the browser nor the polyfill provides the API.',
};

export function showBadge() {
  const kind = supports('native') ? 'native' : 'BackgroundFetchManager' in self ? 'polyfill' : 'missing';
  const badge = /** @type {HTMLElement} */ (document.getElementById('badge'));
  badge.dataset.kind = kind;
  badge.textContent = `Background Fetch: ${kind}`;
  badge.title = WHO[kind];
}

export function showNetwork() {
  const chip = /** @type {HTMLElement} */ (document.getElementById('online'));
  const show = () => {
    chip.dataset.online = String(navigator.onLine);
    chip.textContent = navigator.onLine ? 'online' : 'offline';
  };
  addEventListener('online', show);
  addEventListener('offline', show);
  show();
}

/** Now, and whenever something comes or goes. */
export function showStorage() {
  const show = async () => {
    const { usage, quota } = (await navigator.storage?.estimate?.()) ?? {};
    const line = /** @type {HTMLElement} */ (document.getElementById('storage'));
    line.textContent = usage !== undefined && quota ? `${megabytes(usage)} of ${megabytes(quota)} used here.` : '';
  };
  library.addEventListener('change', show);
  show();
}
