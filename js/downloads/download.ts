/** One line of what is shown: a background fetch that is under way or has ended, or what has been kept of one. */
import type { Ended } from '../extras/history.ts';
import type { Shown } from '../extras/meter.ts';
import type { ObservedFetch } from '../extras/observe.ts';
import type { Item } from '../offline/items.ts';

export type State = 'running' | 'waiting' | 'paused' | 'finishing' | 'done' | 'failed';

export interface Download {
  /** Of the background fetch. */
  id: string;
  state: State;
  /** What it waits for, or why it has failed. */
  reason: string;
  /** When it is to go on, as of `Date.now()`; `null` if nobody knows. */
  nextAttempt: number | null;
  /** Bytes a second. */
  rate: number;
  secondsLeft: number | null;
  /** Bytes sent and received; of how many, 0 where nobody knows. */
  bytes: number;
  total: number;
  title: string;
  /** URL of an image. */
  icon: string;
  /** The standard's object, where it was seen. */
  fetch?: Shown;
  /** What is kept. */
  item?: Item;
}

/** What all is known from. */
export interface Sources {
  observed: readonly ObservedFetch[];
  items: readonly Item[];
  ended: readonly Ended[];
  /** What is not to be shown, though it was observed. */
  gone: Pick<WeakSet<object>, 'has'>;
  /** Whether the browser says that there is a network. */
  online: boolean;
}

/**
 * One for each id: what is under way, else what is kept, else what has failed. What the user has stopped is none. The order
 * is that of the observer, then the newest first, so that nothing changes its place while one looks.
 */
export function merge({ observed, items, ended, gone, online }: Sources): Download[] {
  const all = new Map<string, Download>();
  const kept = new Map(items.map((item) => [item.id, item]));
  for (const each of observed) {
    if (isOver(each) && (gone.has(each.fetch) || each.reason === 'aborted')) continue;
    const item = isOver(each) ? kept.get(each.id) : undefined;
    all.set(each.id, item ? ofItem(item, each.icons[0]?.src) : ofFetch(each, online));
  }
  for (const item of [...kept.values()].reverse()) if (!all.has(item.id)) all.set(item.id, ofItem(item));
  // Of several with the same id the last one counts.
  for (const each of new Map(ended.map((one) => [one.id, one])).values()) {
    if (each.result === 'failure' && each.failureReason !== 'aborted' && !all.has(each.id)) {
      all.set(each.id, { ...still, id: each.id, state: 'failed', reason: each.failureReason, title: each.title });
    }
  }
  return [...all.values()];
}

export const isOver = ({ state }: { state: string }): boolean => state === 'success' || state === 'failure';

const still = { reason: '', nextAttempt: null, rate: 0, secondsLeft: null, bytes: 0, total: 0, title: '', icon: '' };

function ofItem(item: Item, icon = ''): Download {
  const { id, title, size } = item;
  return { ...still, id, state: 'done', bytes: size, total: size, title, icon, item };
}

const states: Partial<Record<ObservedFetch['state'], State>> = { success: 'done', failure: 'failed' };

/** What is under way or has ended. */
export function ofFetch(each: ObservedFetch, online: boolean): Download {
  const { id, state, reason, nextAttempt, rate, secondsLeft, title, icons, fetch } = each;
  // The browser's own does not say that it waits.
  const isStuck = state === 'running' && !online && !each.requests;
  const { downloaded, downloadTotal, uploaded, uploadTotal } = each;
  return {
    id,
    state: isStuck ? 'waiting' : (states[state] ?? (state as State)),
    reason: isStuck ? 'offline' : reason,
    nextAttempt,
    rate,
    secondsLeft,
    // Of what is only sent, nobody says how long the answers are.
    ...(downloadTotal === 0 && uploadTotal > 0
      ? { bytes: uploaded, total: uploadTotal }
      : { bytes: downloaded + uploaded, total: downloadTotal && downloadTotal + uploadTotal }),
    title,
    icon: icons[0]?.src ?? '',
    fetch,
  };
}
