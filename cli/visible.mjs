/** The CORS-safelisted response headers: https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name */
const SAFELIST = [
  'cache-control',
  'content-language',
  'content-length',
  'content-type',
  'expires',
  'last-modified',
  'pragma',
];

/**
 * How an app sees the headers of an answer.
 * @param {import('./probe.mjs').Answer} answer
 * @returns {(name: string) => string | null}
 */
export function visible({ headers, origin }) {
  if (!origin) return (name) => headers.get(name);
  const list = (headers.get('access-control-expose-headers') ?? '').split(',');
  const exposed = list.map((name) => name.trim().toLowerCase());
  return (name) => {
    const isSeen = [...SAFELIST, ...exposed].includes(name.toLowerCase()) || exposed.includes('*');
    return isSeen ? headers.get(name) : null;
  };
}
