/** The app's hooks, as the core of the worker calls them. Whatever they do, no download gets stuck by it. */
import type { Attempt, Configuration } from '../border/configuration.ts';
import { within } from './within.ts';

/** How long `mayRun()` may take, in milliseconds: whoever wakes the worker waits for it. */
const PERMISSION_TIMEOUT = 5_000;

/** The same of `prepareRequest()`, which may have to ask a server; the engine gives it somewhat more. */
const PREPARATION_TIMEOUT = 20_000;

/** Whether the app wants anything to be asked for now. One that cannot say is taken for one that does not. */
export const asking =
  (mayRun: (preferences: unknown) => unknown): NonNullable<Configuration[6]> =>
  async (preferences) =>
    Boolean(await bounded(PERMISSION_TIMEOUT, async () => mayRun(preferences)));

/** Sends what the app makes of a request. Method and body are not its business. */
export const sending =
  (prepareRequest: (request: Request, attempt: Attempt) => unknown): NonNullable<Configuration[7]> =>
  async (url, init, attempt) => {
    const { method, body, signal, priority } = init;
    const headers = new Headers(init.headers);
    const range = headers.get('range');
    const condition = headers.get('if-range');
    headers.delete('range');
    headers.delete('if-range');
    const prepared = await bounded(PREPARATION_TIMEOUT, async () => {
      const own = new Request(url, { ...init, headers, body: null });
      return new Request(((await prepareRequest(own, attempt)) ?? own) as Request);
    });
    if (!prepared) throw null;
    init.url = prepared.url;
    if (range) prepared.headers.set('range', range);
    // Elsewhere, a condition would cause a preflight.
    if (condition && prepared.url.startsWith(`${location.origin}/`)) prepared.headers.set('if-range', condition);
    // With any member, these are not taken over.
    const { referrer, referrerPolicy } = prepared;
    return fetch(prepared, { method, body, signal, priority, referrer, referrerPolicy } as RequestInit);
  };

/** What a hook gives; undefined, which is reported, if it fails or takes too long. */
const bounded = <T>(time: number, hook: () => Promise<T>): Promise<T | undefined> =>
  within(time, new Error(`A hook takes longer than ${time} ms.`), hook()).catch(
    (error: unknown) => reportError(error) as undefined,
  );
