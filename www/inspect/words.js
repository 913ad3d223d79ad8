/** Numbers and times as people read them. */

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  const [factor, unit] = bytes < 1e6 ? [1e3, 'kB'] : bytes < 1e9 ? [1e6, 'MB'] : [1e9, 'GB'];
  return `${(bytes / factor).toFixed(bytes < 1e4 ? 1 : bytes < 1e6 ? 0 : 1)} ${unit}`;
}

/** @param {number} count @param {string} one @param {string} [many] */
export const say = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

/** How long it is to a time, in minutes and seconds. @param {number} until @param {number} now */
export function countdown(until, now) {
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (/** @type {number} */ number) => String(number).padStart(2, '0');
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** @param {number} at */
export const clock = (at) => new Date(at).toLocaleTimeString('en-GB', { hour12: false });

/** What is not the whole of a URL, but tells it from others. @param {string} url */
export function shortName(url) {
  const { pathname, search } = new URL(url);
  return (pathname.split('/').at(-1) || pathname) + search.replace(/^\?%E2%80%A6$/, '');
}

/** What a fetch is at. @type {Record<string, string>} */
export const STATES = {
  running: 'running',
  offline: 'waits for the network',
  server: 'waits for its server',
  retry: 'waits for its next attempt',
  turn: 'waits for a connection',
  paused: 'paused',
  app: 'waits until the app wants it',
  finishing: 'finishing',
};
