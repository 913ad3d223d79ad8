/** What was found, as it is shown. All of it is made anew each time, but for what would lose its place: lists are patched. */
import { clock, countdown, STATES, say, shortName, size } from './words.js';

/**
 * @typedef {import('background-fetch-polyfill/extras').Inspection} Inspection
 * @typedef {import('background-fetch-polyfill/extras').InspectedFetch} Fetch
 * @typedef {import('background-fetch-polyfill/extras').InspectedRecord} Record
 * @typedef {import('background-fetch-polyfill/extras').InspectedEvent} Event
 */

const SVG = 'http://www.w3.org/2000/svg';
/** Of a strip, in its own units. */
const WIDTH = 1000;
/** Between two pieces. */
const GAP = 1.5;
/** So many records of a fetch are shown, those first that are not settled. */
const SHOWN_RECORDS = 12;
const SHOWN_EVENTS = 200;

/**
 * @param {string} tag @param {string} className @param {...(Node | string)} children
 */
function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/** @param {HTMLElement} list @param {Inspection} found */
export function drawServers(list, { origins, at }) {
  list.replaceChildren(
    ...origins.map(({ origin, heldUntil, connections, ranges }) => {
      const item = element('li', '', element('b', '', origin), say(connections, 'connection'));
      item.append(ranges === null ? '' : ranges ? ', sends parts' : ', sends no parts');
      if (heldUntil !== null) item.append(element('div', 'held', `left alone for ${countdown(heldUntil, at)}`));
      return item;
    }),
  );
}

/** @param {HTMLElement} place @param {Inspection} found */
export function drawFetches(place, { fetches, at }) {
  place.replaceChildren(...fetches.map((fetch) => drawFetch(fetch, at)));
}

/** @param {Fetch} fetch @param {number} now */
function drawFetch(fetch, now) {
  const { id, title, records, downloadTotal, nextAttempt } = fetch;
  const bytes = records.reduce((sum, record) => sum + stored(record), 0);
  const article = element('article', '', element('h3', '', title || id));
  const of = downloadTotal ? ` of ${size(downloadTotal)}` : '';
  const settled = records.filter(({ result }) => result).length;
  const facts = [stateOf(fetch), `${size(bytes)}${of}`, `${settled} of ${say(records.length, 'request')} settled`];
  article.append(element('p', 'facts', facts.join(' · ')));
  if (nextAttempt !== null) article.append(element('p', 'held', `goes on in ${countdown(nextAttempt, now)}`));
  const sorted = [...records].sort((one, other) => Number(Boolean(one.result)) - Number(Boolean(other.result)));
  const shown = sorted.slice(0, SHOWN_RECORDS).map(drawRecord);
  article.append(element('ul', 'records', ...shown));
  if (records.length > shown.length) article.append(element('p', 'soft', `and ${records.length - shown.length} more`));
  return article;
}

/** @param {Fetch} fetch */
function stateOf({ stage, state, failureReason, deliveries }) {
  if (stage === 'ended') {
    const again = deliveries ? `, delivered ${deliveries} times` : '';
    return `${failureReason || 'success'}: its event is being handled${again}`;
  }
  return state ? (STATES[state] ?? state) : stage;
}

const stored = (/** @type {Record} */ { segments }) => segments.reduce((sum, { length }) => sum + length, 0);

/** @param {Record} record */
function drawRecord(record) {
  const { url, method, result, attempts, responses, segments, parts, seams, status } = record;
  const bytes = stored(record);
  const total = lengthOf(record);
  const facts = [
    method === 'GET' ? '' : method,
    result || (status === null ? '' : String(status)),
    `${size(bytes)}${record.length === null ? '' : ` of ${size(record.length)}`} in ${say(segments.length, 'piece')}`,
    attempts ? say(attempts, 'attempt') : '',
    responses > 1 ? `${responses} responses begun` : '',
  ].filter(Boolean);
  const name = element('div', 'name', element('span', '', shortName(url)), element('span', 'facts', facts.join(' · ')));
  const percent = total ? Math.floor((bytes / total) * 100) : 0;
  const strip = drawStrip('strip', `${percent} % stored, ${say(parts.length, 'connection')}`, total, [
    ...parts.map(({ from, to }) => ({ kind: 'coming', start: from, end: to ?? total })),
    ...segments.map(({ start, length }) => ({ kind: 'stored', start, end: start + length })),
    ...seams.map((seam) => ({ kind: 'seam', start: seam, end: seam })),
  ]);
  const item = element('li', '', name, strip);
  if (parts.length > 1) item.append(drawLanes(record, total));
  return item;
}

/** A lane for each connection: what it is to bring, and what of that is stored. @param {Record} record @param {number} total */
function drawLanes({ parts, segments }, total) {
  const lanes = parts.map(({ connection, from, to, status }) => {
    const end = to ?? total;
    const done = segments
      .map(({ start, length }) => ({
        kind: 'stored',
        start: Math.max(start, from),
        end: Math.min(start + length, end),
      }))
      .filter((bar) => bar.end > bar.start);
    const label = `Connection ${connection}: ${size(from)} to ${size(end)}, ${status ?? 'not answered yet'}`;
    return element('li', '', drawStrip('lane', label, total, [{ kind: 'coming', start: from, end }, ...done]));
  });
  return element('ul', 'lanes', ...lanes);
}

/** Where the body ends, as far as anybody knows. @param {Record} record */
const lengthOf = ({ length, segments, parts }) =>
  Math.max(
    length ?? 0,
    ...segments.map(({ start, length }) => start + length),
    ...parts.map(({ from, to }) => to ?? from),
  );

/**
 * @param {string} className @param {string} label @param {number} total
 * @param {{kind: string, start: number, end: number}[]} bars
 */
function drawStrip(className, label, total, bars) {
  const svg = document.createElementNS(SVG, 'svg');
  for (const [name, value] of Object.entries({
    class: className,
    viewBox: `0 0 ${WIDTH} 10`,
    preserveAspectRatio: 'none',
    role: 'img',
    'aria-label': label,
  })) {
    svg.setAttribute(name, value);
  }
  const place = (/** @type {number} */ offset) => (total ? (offset / total) * WIDTH : 0);
  for (const { kind, start, end } of bars) {
    const rect = document.createElementNS(SVG, 'rect');
    const x = place(start);
    const bar = { class: kind, x, y: 0, width: Math.max(2, place(end) - x - GAP), height: 10 };
    for (const [name, value] of Object.entries(bar)) rect.setAttribute(name, String(value));
    svg.append(rect);
  }
  return svg;
}

/** What has been drawn is not drawn again: who reads the list keeps their place. @param {HTMLElement} body @param {readonly Event[]} events */
export function drawEvents(body, events) {
  const rows = events.slice(-SHOWN_EVENTS).reverse().map(describe);
  const known = [...body.children].map(({ textContent }) => textContent);
  if (rows.map((cells) => cells.join('')).join() === known.join()) return;
  body.replaceChildren(...rows.map((cells) => element('tr', '', ...cells.map((text) => element('td', '', text)))));
}

/** @param {Event} event @returns {string[]} */
function describe({ at, type, connection, url, from = 0, to, status, id, uid, index, bytes, result, reason, event }) {
  const of = url ? shortName(url) : (id ?? (index === undefined ? '' : `request ${index} of ${uid?.slice(0, 8)}`));
  const range = from || to ? `${size(from)} to ${to ? size(to) : 'the end'}` : '';
  const more = [
    connection ? `connection ${connection}` : '',
    status ?? '',
    type === 'sent' || status === 206 ? range : '',
    bytes === undefined ? '' : size(bytes),
    result ?? '',
    event ?? '',
    reason ?? '',
  ];
  return [clock(at), type, of, more.filter(Boolean).join(', ')];
}
