import { restoreRequest } from '../api/request.ts';
import { hasStoredWork } from '../border/stored-work.ts';
import { clientOf } from './presence.ts';

/** What TypeScript does not know: the browser's own. */
interface WithNative {
  backgroundFetch: {
    fetch(id: string, requests: Request[], options: object): Promise<unknown>;
    get(id: string): Promise<unknown>;
  };
}

/** Begins with the browser's own API what ours has left unfinished before the browser had it. */
export async function handOver(registration: ServiceWorkerRegistration): Promise<void> {
  if (!(await hasStoredWork(registration.scope))) return;
  const { backgroundFetch } = registration as unknown as WithNative;
  const client = clientOf(registration);
  for (const { uid, id, requests, ...options } of await client.call('handOver')) {
    const fetched = await backgroundFetch.fetch(id, requests.map(restoreRequest), options).catch(() => undefined);
    // It may have been begun before, by a page that is gone, or by the app.
    await client.call('handedOver', uid, Boolean(fetched ?? (await backgroundFetch.get(id))));
  }
}
