/** Numbers and times, as they are written in the language of the page, and what is said of a download. */
import type { Download } from './download.ts';
import { fill, type States } from './strings.ts';

const UNITS = ['kilobyte', 'megabyte', 'gigabyte', 'terabyte'];

/** A time that is nearer than this, in milliseconds, is not told. */
const SOON = 60_000;

/** One that is farther off is told with its day. */
const DAY = 86_400_000;

export class Format {
  readonly #language: string | undefined;
  readonly #strings: States;
  readonly #numbers = new Map<string, Intl.NumberFormat>();

  /** `language` is a BCP 47 tag; one that is none counts as the browser's. */
  constructor(language: string | undefined, strings: States) {
    this.#strings = strings;
    try {
      Intl.getCanonicalLocales(language);
      this.#language = language;
    } catch {
      // A slip in the page is no reason to show nothing.
    }
  }

  /** How it is, in a few words. */
  state({ state, reason, nextAttempt }: Pick<Download, 'state' | 'reason' | 'nextAttempt'>): string {
    const strings: Partial<Record<string, string>> = this.#strings;
    const key = `${state}-${reason}`;
    const until = strings[`${key}-until`];
    if (until && nextAttempt && nextAttempt > Date.now() + SOON) return fill(until, { time: this.#time(nextAttempt) });
    return strings[key] ?? strings[state] ?? '';
  }

  /** The same, with how much there is of it, how fast it comes and how long that takes. */
  details(download: Download): string {
    const { state, bytes, total, rate, secondsLeft } = download;
    const isRunning = state === 'running';
    const parts = isRunning ? [] : [this.state(download)];
    if (state !== 'failed' && bytes + total > 0) parts.push(this.#amount(state === 'done' ? 0 : total, bytes));
    if (isRunning && rate > 0) parts.push(this.#size(rate, '-per-second'));
    if (isRunning && secondsLeft !== null) {
      parts.push(fill(this.#strings.left, { time: this.#duration(secondsLeft) }));
    }
    return parts.join(' · ') || this.state(download);
  }

  #amount(total: number, bytes: number): string {
    const done = this.#size(bytes);
    return total > 0 ? fill(this.#strings.amount, { done, total: this.#size(total) }) : done;
  }

  /** Three digits, more or less. */
  #size(bytes: number, per = ''): string {
    const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1000)) / 3), UNITS.length);
    const value = bytes / 1000 ** power;
    return this.#number(value, `${UNITS[power - 1]}${per}`, value < 10 ? 1 : 0);
  }

  #duration(seconds: number): string {
    const minutes = Math.round(seconds / 60);
    if (minutes < 1) return this.#number(Math.ceil(seconds), 'second');
    const hours = Math.floor(minutes / 60);
    const rest = this.#number(minutes % 60, 'minute');
    return hours < 1 ? rest : `${this.#number(hours, 'hour')} ${rest}`;
  }

  #number(value: number, unit: string, digits = 0): string {
    const key = `${unit} ${digits}`;
    let format = this.#numbers.get(key);
    if (!format) {
      const options = { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: digits } as const;
      this.#numbers.set(key, (format = new Intl.NumberFormat(this.#language, options)));
    }
    return format.format(value);
  }

  #time(at: number): string {
    const day = at > Date.now() + DAY ? ({ dateStyle: 'short' } as const) : {};
    return new Intl.DateTimeFormat(this.#language, { timeStyle: 'short', ...day }).format(at);
  }
}
