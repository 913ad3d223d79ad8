/** The log on the page: what the worker did, and what the page saw of it. */

const MOST_LINES = 200;

/** @param {'page' | 'worker'} source @param {string} text */
export function addToLog(source, text) {
  const list = /** @type {HTMLElement} */ (document.getElementById('log'));
  const isAtEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 8;
  const line = document.createElement('div');
  line.dataset.source = source;
  const time = document.createElement('time');
  time.textContent = new Date().toLocaleTimeString('en-GB');
  const from = document.createElement('b');
  from.textContent = source;
  line.append(time, from, text);
  list.append(line);
  while (list.childElementCount > MOST_LINES) list.firstElementChild?.remove();
  // Somebody who has scrolled up is reading.
  if (isAtEnd) list.scrollTop = list.scrollHeight;
}

/** Tells what the worker tells. */
export function listenToWorker() {
  const channel = new BroadcastChannel('night-ferry');
  channel.addEventListener('message', ({ data }) => data.type === 'log' && addToLog('worker', data.text));
}
