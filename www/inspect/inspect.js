/** Looks into the background fetches of this origin's service worker, twice a second, and draws what it finds. */
import { inspect } from '/dist/extras.mjs';
import { drawEvents, drawFetches, drawServers } from './draw.js';
import { say } from './words.js';

/** In milliseconds. */
const EVERY = 500;

/** @template {HTMLElement} T @param {string} id @returns {T} */
const byId = (id) => /** @type {T} */ (document.getElementById(id));

/** What was seen last. @type {import('background-fetch-polyfill/extras').Inspection | undefined} */
let seen;
/** Of the next look; undefined while none is to come. @type {ReturnType<typeof setTimeout> | undefined} */
let next;
let isLive = true;

/** WebKit may list none, though one controls this very page. */
async function registrations() {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return [];
  const all = await serviceWorker.getRegistrations();
  return all.length || !serviceWorker.controller ? all : [await serviceWorker.ready];
}

/** That which is chosen, or the one of this page. */
async function chosen() {
  const all = await registrations();
  const select = /** @type {HTMLSelectElement} */ (byId('scope'));
  const scopes = all.map(({ scope }) => scope);
  if (scopes.join() !== [...select.options].map(({ value }) => value).join()) {
    select.replaceChildren(...scopes.map((scope) => new Option(new URL(scope).pathname, scope)));
    const wanted = new URL(location.href).searchParams.get('scope') ?? '/';
    select.value = scopes.find((scope) => new URL(scope).pathname === wanted) ?? scopes[0] ?? '';
    byId('which').hidden = scopes.length < 2;
  }
  return all.find(({ scope }) => scope === select.value);
}

/** @param {string} text */
function tellProblem(text) {
  const problem = byId('problem');
  // What is said again is read out again.
  if (problem.textContent !== text) problem.textContent = text;
  problem.hidden = !text;
}

async function look() {
  try {
    const registration = await chosen();
    if (!registration) return tellProblem('No service worker is registered here.');
    seen = await inspect(registration);
    draw(seen);
    tellProblem('');
  } catch (error) {
    const { name, message } = /** @type {Error} */ (error);
    tellProblem(
      name === 'NotSupportedError' ? 'This browser has the API itself, and tells nobody what it does.' : message,
    );
  }
}

/** @param {import('background-fetch-polyfill/extras').Inspection} found */
function draw(found) {
  const { fetches, origins, events, engines, watched } = found;
  const connections = origins.reduce((sum, each) => sum + each.connections, 0);
  byId('summary').textContent =
    `${say(fetches.length, 'fetch', 'fetches')}, ${say(connections, 'connection')}, engine ${engines}`;
  byId('unwatched').hidden = watched;
  byId('none').hidden = fetches.length > 0;
  drawServers(byId('servers'), found);
  drawFetches(byId('fetches'), found);
  drawEvents(byId('events'), events);
}

async function goOn() {
  await look();
  // For those who drive this page by a program.
  document.documentElement.dataset.looked = 'true';
  // One at a time, however often it was switched meanwhile.
  clearTimeout(next);
  if (isLive) next = setTimeout(goOn, EVERY);
}

byId('look').addEventListener('click', ({ currentTarget }) => {
  isLive = !isLive;
  /** @type {HTMLElement} */ (currentTarget).setAttribute('aria-pressed', String(isLive));
  if (isLive) goOn();
});

byId('copy').addEventListener('click', async () => {
  const text = JSON.stringify(seen, null, 2);
  const done = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  );
  byId('copied').textContent = done ? 'Copied.' : 'The browser does not let it be copied.';
});

byId('scope').addEventListener('change', look);
// There is nothing to be sent.
byId('controls').addEventListener('submit', (event) => event.preventDefault());
goOn();
