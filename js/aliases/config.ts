/** What holds of the background fetches that are begun in this page or worker, until it says something else. */
import { isObject, toUnsignedLongLong } from '../webidl/convert.ts';

const NAMES = ['downloadTotal'] as const;

type Members = Partial<Record<(typeof NAMES)[number], unknown>>;

/** Not of the standard. */
export class BackgroundFetchConfig {
  /** Bytes that the responses of one fetch may have which names no limit of its own; 0 for none. */
  readonly downloadTotal: number;

  constructor(members: unknown = undefined) {
    const { downloadTotal = 0 } = read(members);
    this.downloadTotal = toUnsignedLongLong(downloadTotal, 'BackgroundFetchConfig');
  }
}

let current = new BackgroundFetchConfig();

/** Sets what is given; what holds then. */
export function configure(members: unknown): BackgroundFetchConfig {
  current = new BackgroundFetchConfig({ ...current, ...read(members) });
  return current;
}

/** The options of `fetch()`, with the limit, if there is one and they have none. */
export function withDefaults(options: unknown): unknown {
  const { downloadTotal } = current;
  // What is no dictionary is refused by who gets it.
  if (!downloadTotal || !isObject(options ?? {})) return options;
  const { downloadTotal: given } = Object(options) as Members;
  return given === undefined ? { ...(options as object), downloadTotal } : options;
}

/** A slip must not go unnoticed. */
function read(members: unknown): Members {
  if (!isObject(members ?? {})) throw new TypeError("It is not of type 'BackgroundFetchConfig'.");
  const given = Object(members) as Record<string, unknown>;
  const unknown = Object.keys(given).find((name) => !(NAMES as readonly string[]).includes(name));
  if (unknown !== undefined) throw new TypeError(`BackgroundFetchConfig has no "${unknown}".`);
  // What is undefined is not given.
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
