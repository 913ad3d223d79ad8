/** How fast a background fetch comes, by its `progress` events: ours or the browser's own. */

/** What is looked at of one: the attributes of the standard. */
export interface Shown extends EventTarget {
  readonly id: string;
  readonly uploadTotal: number;
  readonly uploaded: number;
  readonly downloadTotal: number;
  readonly downloaded: number;
  readonly result: '' | 'success' | 'failure';
  readonly failureReason: string;
  readonly recordsAvailable: boolean;
}

/** So far back, in milliseconds, is looked. */
const WINDOW = 10_000;

/** After so many milliseconds without a byte nothing comes. */
const SILENCE = 5_000;

interface Sample {
  at: number;
  bytes: number;
}

const meters = new WeakMap<object, Meter>();

/** The meter of a fetch, which begins with the first who asks. */
export function meterOf(fetch: Shown): Meter {
  let meter = meters.get(fetch);
  if (!meter) meters.set(fetch, (meter = new Meter(fetch)));
  return meter;
}

export class Meter {
  readonly #fetch: Shown;
  readonly #samples: Sample[] = [];

  constructor(fetch: Shown) {
    this.#fetch = fetch;
    this.#note();
    fetch.addEventListener('progress', () => this.#note());
  }

  /** Bytes a second, sent and received, of the last seconds; 0 while nothing comes. */
  get rate(): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || first === last || performance.now() - last.at > SILENCE) return 0;
    return ((last.bytes - first.bytes) * 1000) / (last.at - first.at);
  }

  #note(): void {
    const at = performance.now();
    const samples = this.#samples;
    const bytes = this.#fetch.downloaded + this.#fetch.uploaded;
    const last = samples.at(-1);
    // It may have begun again.
    if (last && bytes < last.bytes) samples.length = 0;
    // What is new at the same moment takes the place of what was.
    if (last?.at === at) samples.pop();
    samples.push({ at, bytes });
    while (samples.length > 2 && (samples[0]?.at ?? at) < at - WINDOW) samples.shift();
  }
}
