import type { KeepAliveAnswer } from '../border/messages.ts';
import { lockName } from '../border/names.ts';
import { isGecko } from '../platform.ts';

/** Enough for a newer worker to take over; and how often the lock is looked at where nobody may wait for it. */
const PAUSE = 1_000;

/** What it takes of a connection. */
interface Connection {
  readonly scope: string;
  /** The run of the worker that answered last. */
  readonly run: string | undefined;
  call(kind: 'keepAlive', hold: boolean): Promise<KeepAliveAnswer>;
  reconnect(): void;
}

/** What keeps a worker alive. */
export interface KeepAlive {
  /** Goes on for as long as there is work. */
  start(): void;
  /** Makes the worker look what there is to do, at once. */
  wake(): Promise<void>;
  /** Whoever waits for a lock cannot go into the back/forward cache. */
  sleep(): void;
}

/**
 * Keeps a working service worker from being stopped while this page is open: a message, an answer
 * after about 20 s, the next message. No timer of the page is in it, because those of hidden pages
 * hardly run, and no event of the worker lasts long, because each is killed in the end.
 */
export function keepAlive(connection: Connection): KeepAlive {
  let running = false;
  let watch: AbortController | undefined;
  /** Runs while there is nothing to do but wait. */
  let rest: ReturnType<typeof setTimeout> | undefined;
  /** Whether a newer worker waits for the one that answered last. */
  let followed = false;

  function start(): void {
    if (!running) void run();
    if (!watch) void watchWorker();
  }

  async function wake(): Promise<void> {
    if (await isActive(false)) start();
  }

  function sleep(): void {
    watch?.abort();
    watch = undefined;
  }

  async function run(): Promise<void> {
    running = true;
    while (await isActive(true)) await makeWay();
    running = false;
    sleep();
  }

  /**
   * A worker that dies in spite of all owes the page an answer that will not come. But it holds a
   * lock, and the browser tells by that, within milliseconds, when it is gone.
   */
  async function watchWorker(): Promise<void> {
    const own = new AbortController();
    watch = own;
    const name = lockName(connection.scope);
    let run: string | undefined;
    // The answer means that the engine runs, and so has the lock; unless it is the same that did not.
    while ((await isActive(false)) && run !== (run = connection.run)) {
      if (!(await isReleased(name, own.signal))) break;
      await makeWay();
      connection.reconnect();
    }
    if (watch === own) watch = undefined;
  }

  /** Without a message, the old worker ends, and the newer one begins; which then says hello. */
  async function makeWay(): Promise<void> {
    if (followed) await pause();
  }

  /** A worker that does not answer, or is gone, has no work that a page could keep alive. */
  async function isActive(hold: boolean): Promise<boolean> {
    try {
      const answer = await connection.call('keepAlive', hold);
      followed = answer.pause;
      clearTimeout(rest);
      if (answer.rest) rest = setTimeout(() => void wake(), answer.rest);
      return answer.active;
    } catch {
      return false;
    }
  }

  return { start, wake, sleep };
}

/** Resolves with true when nobody holds the lock, with false when there is no telling any more. */
async function isReleased(name: string, signal: AbortSignal): Promise<boolean> {
  try {
    // In Firefox no page that has asked for a lock goes into the back/forward cache.
    if (isGecko()) while (!signal.aborted && (await isHeld(name))) await pause();
    else await navigator.locks.request(name, { mode: 'shared', signal }, () => undefined);
  } catch {
    // Gained, and stolen at once by the next worker.
  }
  return !signal.aborted;
}

const isHeld = async (name: string): Promise<boolean | undefined> =>
  (await navigator.locks.query()).held?.some((lock) => lock.name === name);

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE));
