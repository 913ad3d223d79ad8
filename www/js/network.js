/** The switchboard: what the network to the file server is like, and the end of the worker. The app works without it. */
import { supports } from '/dist/extras.mjs';
import { megabytes } from './format.js';

const POLL_MS = 2_000;

/** @template {HTMLElement} T @param {string} id @returns {T} */
const byId = (id) => /** @type {T} */ (document.getElementById(id));

/** @param {ServiceWorkerRegistration} registration @param {(text: string) => void} log */
export function startNetworkPanel(registration, log) {
  const panel = /** @type {HTMLDetailsElement} */ (byId('network'));
  const selects = /** @type {NodeListOf<HTMLSelectElement>} */ (panel.querySelectorAll('select[name]'));
  const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (panel.querySelectorAll('input[name]'));

  const change = async (/** @type {object | undefined} */ wish) => {
    try {
      show(await ask('/network', wish));
    } catch {
      byId('network-state').textContent = 'The demo’s server cannot be reached.';
    }
  };
  const show = (/** @type {Record<string, any>} */ network) => {
    for (const select of selects) choose(select, network[select.name]);
    for (const box of boxes) box.checked = network[box.name];
    byId('cut').textContent = network.isCut ? 'Connect it' : 'Cut it off';
    byId('cut').dataset.cut = String(network.isCut);
    const sent = `${megabytes(network.bytesSent)} sent so far`;
    byId('network-state').textContent = `${network.server}, ${network.isCut ? 'cut off' : 'connected'}, ${sent}.`;
  };

  for (const select of selects) {
    select.addEventListener('change', () => {
      log(`${select.name}: ${select.selectedOptions[0].textContent}`);
      change({ [select.name]: Number(select.value) });
    });
  }
  for (const box of boxes) {
    box.addEventListener('change', () => {
      log(`${box.name}: ${box.checked}`);
      change({ [box.name]: box.checked });
    });
  }
  byId('cut').addEventListener('click', () => {
    const isCut = byId('cut').dataset.cut === 'true';
    const seconds = Number(/** @type {HTMLSelectElement} */ (byId('cut-seconds')).value);
    log(isCut ? 'connected again' : `cut off for ${seconds} s`);
    change({ cutFor: isCut ? 0 : seconds * 1000 });
  });
  byId('kill').addEventListener('click', () => killWorker(registration, log));
  // The browser's own API asks nobody before it sends.
  if (supports('native')) /** @type {HTMLInputElement} */ (panel.querySelector('[name=wantsPass]')).disabled = true;
  panel.addEventListener('toggle', () => change(undefined));
  setInterval(() => panel.open && !document.hidden && change(undefined), POLL_MS);
  change(undefined);
}

/**
 * No page can end its worker, but a new version of it can: it takes over at once, in the midst of what the old one does.
 * @param {ServiceWorkerRegistration} registration @param {(text: string) => void} log
 */
async function killWorker(registration, log) {
  try {
    const version = await ask('/new-worker', {});
    log(`the worker is ended: version ${version} takes over`);
    await registration.update();
  } catch (error) {
    log(`the worker lives on: ${error.message}`);
  }
}

/** @param {string} url @param {object} [wish] */
async function ask(url, wish) {
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(url, wish && { method: 'POST', headers, body: JSON.stringify(wish) });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return response.json();
}

/** The speed may be one that the list does not have. @param {HTMLSelectElement} select @param {number} rate */
function choose(select, rate) {
  if (document.activeElement === select) return;
  if (![...select.options].some(({ value }) => value === String(rate)))
    select.add(new Option(`${megabytes(rate)}/s`, String(rate)));
  select.value = String(rate);
}
