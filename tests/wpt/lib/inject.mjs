/**
 * How the polyfill gets into the tests: what is put in front of what a browser asks for. The browser itself
 * says what it will do with a response, so no names of files have to be known.
 */

/** Where the built package is on every host, and nothing else. */
export const PACKAGE = '/.background-fetch-polyfill/';

/** @typedef {{method: string, path: string, headers: import('node:http').IncomingHttpHeaders}} Asked */

/**
 * @param {Asked} asked
 * @returns {{put: (text: string) => string, type: RegExp} | null} what to do with a body of that type
 */
export function injection({ method, path, headers }) {
  if (method !== 'GET') return null;
  if (headers['service-worker'] === 'script') return { type: /javascript/, put: before(path, 'sw') };
  switch (headers['sec-fetch-dest']) {
    case 'document':
    case 'iframe':
    case 'frame':
      return { type: /^text\/html/, put: intoDocument };
    case 'worker':
    case 'sharedworker':
      return { type: /javascript/, put: before(path, 'window') };
    default:
      return null;
  }
}

/** As an app does it: first in the page. @param {string} html */
function intoDocument(html) {
  const doctype = /^\s*<!doctype[^>]*>/i.exec(html)?.[0] ?? '';
  return `${doctype}<script src="${PACKAGE}window.js"></script>${html.slice(doctype.length)}`;
}

/**
 * As an app does it: first in the worker. On the first line, so that the others keep their numbers.
 * @param {string} path @param {'window' | 'sw'} entry
 */
function before(path, entry) {
  // Nothing in the request tells a module; in WPT the name does.
  const isModule = /-module\.|\.mjs(\?|$)/.test(path);
  const load = isModule ? `import "${PACKAGE}${entry}.mjs";` : `importScripts("${PACKAGE}${entry}.js");`;
  return (/** @type {string} */ text) => `${load} ${text}`;
}
