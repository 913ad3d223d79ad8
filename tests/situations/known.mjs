/**
 * Ends of ours that are known to be wrong, by the name of the situation. One that is right after all is a failure, so
 * that this list says what is so; `varies`: it is right at times.
 *
 * @type {Record<string, {engines: string[], reason: string, varies?: boolean}>}
 */
export const KNOWN = {};

/** @param {{name: string}[]} situations */
export function unknownNames(situations) {
  const names = new Set(situations.map(({ name }) => name));
  return Object.keys(KNOWN).filter((name) => !names.has(name));
}
