/** One question to the service worker, of a script that need not be the one which installs the API. */
import {
  type Answer,
  type Arguments,
  BRAND,
  type CallMessage,
  type Kind,
  NEEDED,
  type WorkerMessage,
} from '../border/messages.ts';
import { invalidState, toException } from '../webidl/exceptions.ts';

/** A worker without our code never answers; one that sleeps starts within this time, in milliseconds. */
const WELCOME_TIMEOUT = 5_000;

/**
 * An answer takes no longer. That to `purge` waits for handlers, and for gigabytes to go: whoever does it beside a worker that
 * is at it stops that one for good.
 */
const ANSWER_TIMEOUT = 30_000;

/** Rejects with what the worker says, or an InvalidStateError if there is none of ours. */
export function ask<K extends Kind>(
  { active }: ServiceWorkerRegistration,
  kind: K,
  ...args: Arguments<K>
): Promise<Answer<K>> {
  const { port1, port2 } = new MessageChannel();
  const message: CallMessage<K> = { brand: BRAND, version: NEEDED, session: crypto.randomUUID(), id: 1, kind, args };
  const answer = new Promise<Answer<K>>((resolve, reject) => {
    const fail = (): void => reject(invalidState('The service worker does not answer.'));
    let timer = setTimeout(fail, WELCOME_TIMEOUT);
    port1.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
      clearTimeout(timer);
      if (data.kind === 'answer') resolve(data.value as Answer<K>);
      else if (data.kind === 'error') reject(toException(data.error));
      else timer = setTimeout(fail, ANSWER_TIMEOUT);
    };
    if (active) active.postMessage(message, [port2]);
    else fail();
  });
  return answer.finally(() => {
    // It need not wait for this session at any end.
    port1.postMessage({ kind: 'bye' });
    port1.close();
  });
}
