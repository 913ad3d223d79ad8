/** How it is with a background fetch, in more words than the standard has. */
import type { Status } from '../border/engine.ts';
import { isNative } from '../platform.ts';
import { invalidState } from '../webidl/exceptions.ts';
import { ask } from './ask.ts';
import { meterOf, type Shown } from './meter.ts';

export interface FetchStatus {
  state: 'running' | 'waiting' | 'paused' | 'finishing' | 'success' | 'failure';
  /** What it waits for, or why it has failed: `failureReason`. */
  reason: string;
  /** When it is to go on, as of `Date.now()`; `null` if nobody knows. */
  nextAttempt: number | null;
  /** Bytes a second, and how many seconds it takes to `downloadTotal`; `null` without one, or while nothing comes. */
  rate: number;
  secondsLeft: number | null;
  downloaded: number;
  downloadTotal: number;
  uploaded: number;
  uploadTotal: number;
  /** `null` where only the browser knows. */
  requests: { done: number; failed: number; total: number } | null;
  title: string;
  icons: readonly { src: string }[];
}

/**
 * The status of a fetch now. `registration` is the service worker's that it belongs to; by default this worker's, or the one
 * of this page. `more` is what its worker tells, if that is known.
 */
export async function status(
  fetch: Shown,
  registration?: ServiceWorkerRegistration,
  more?: Status | undefined,
): Promise<FetchStatus> {
  if (fetch.result === '') more ??= await lookUp(fetch, registration);
  const { result, failureReason, downloaded, downloadTotal, uploaded, uploadTotal } = fetch;
  const { rate } = meterOf(fetch);
  const condition = more?.state ?? 'running';
  const waits = condition !== 'running' && condition !== 'finishing' && condition !== 'paused';
  const left = downloadTotal + uploadTotal - downloaded - uploaded;
  return {
    state: result || (waits ? 'waiting' : condition),
    reason: result ? failureReason : waits ? condition : '',
    nextAttempt: more?.next == null ? null : Date.now() + more.next,
    rate,
    secondsLeft: result === '' && downloadTotal && rate && left >= 0 ? left / rate : null,
    downloaded,
    downloadTotal,
    uploaded,
    uploadTotal,
    requests: more ? { done: more.done, failed: more.failed, total: more.requests } : null,
    title: more?.title ?? '',
    icons: more?.icons ?? [],
  };
}

/** What ours tells; of a fetch of the browser's own, or of a worker of before, nobody does. */
export async function lookUp(fetch: Shown, registration?: ServiceWorkerRegistration): Promise<Status | undefined> {
  if (isNative(fetch.constructor)) return undefined;
  try {
    return await ask(registration ?? (await ownRegistration()), 'status', fetch.id);
  } catch {
    return undefined;
  }
}

/** Of this worker, or of the one that is for this page. */
export const ownRegistration = (): Promise<ServiceWorkerRegistration> | ServiceWorkerRegistration =>
  (globalThis as { registration?: ServiceWorkerRegistration }).registration ?? navigator.serviceWorker.ready;

/** Whether it is over, and nobody knows how any more: the site's data were cleared, or the registration is gone. */
export const isLost = ({ result, recordsAvailable }: Shown): boolean => result === '' && !recordsAvailable;

/** How often is looked, in milliseconds, for an end of which no event tells. */
const LOST_EVERY = 5_000;

/**
 * Resolves with the result, and why it has failed, when it is over: at once if it is. Rejects with an InvalidStateError if
 * that is lost: the site's data were cleared, or the registration is gone.
 */
export function finished(fetch: Shown): Promise<{ result: 'success' | 'failure'; failureReason: string }> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const { result, failureReason, recordsAvailable } = fetch;
      if (result === '' && recordsAvailable) return;
      fetch.removeEventListener('progress', look);
      clearInterval(timer);
      if (result === '') reject(invalidState('How this background fetch has ended is lost.'));
      else resolve({ result, failureReason });
    };
    const timer = setInterval(look, LOST_EVERY);
    fetch.addEventListener('progress', look);
    look();
  });
}
