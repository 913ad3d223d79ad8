/**
 * What an open page does for the background fetches of its origin, whether it uses them or not: it
 * wakes their workers and keeps them alive.
 */

import { type Broadcast, CHANNEL } from '../border/messages.ts';
import { hasStoredWork } from '../border/stored-work.ts';
import { Client } from './client.ts';

/** By scope; never forgotten, which also keeps a strong reference to each registration. */
const clients = new Map<string, Client>();

/** Open while the page is awake: see {@link listen}. */
let channel: BroadcastChannel | undefined;

export function clientOf(registration: ServiceWorkerRegistration): Client {
  let client = clients.get(registration.scope);
  if (client) client.registration = registration;
  else clients.set(registration.scope, (client = new Client(registration)));
  return client;
}

/** Begins now, and looks again at every sign that something may have changed. */
export function attend(container: ServiceWorkerContainer): void {
  const look = (): void => void forEachRegistration(container, wakeIfWorking);
  look();
  // That of this page may come later: WebKit may not list it even when it has begun to control the page.
  void container.ready.then(wakeIfWorking);
  listen(look);
  container.addEventListener('controllerchange', look);
  addEventListener('online', look);
  // Not every worker is told by the browser.
  addEventListener('offline', look);
  // Plain workers have none.
  const { document } = globalThis as Partial<typeof globalThis>;
  document?.addEventListener('resume', look);
  document?.addEventListener('visibilitychange', look);
  addEventListener('pagehide', () => {
    for (const client of clients.values()) client.leave();
    channel?.close();
  });
  addEventListener('pageshow', (event) => {
    // The first one belongs to the load.
    if (!(event as PageTransitionEvent).persisted) return;
    for (const client of clients.values()) client.reconnect();
    listen(look);
    look();
  });
}

/**
 * Hears of workers that have started, or begun to work. One that this page does not know yet may have been
 * left without a page by whoever registered it. A page that goes to sleep must stop, or it cannot sleep.
 */
function listen(look: () => void): void {
  channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<Broadcast | null>) => {
    const client = data && clients.get(data.scope);
    client ? client.hear(data) : look();
  };
}

/** Whatever is done with them is done side by side. */
export async function forEachRegistration(
  container: ServiceWorkerContainer,
  steps: (registration: ServiceWorkerRegistration) => Promise<void>,
): Promise<void> {
  try {
    for (const registration of await container.getRegistrations()) steps(registration).catch(() => undefined);
  } catch {
    // Storage or service workers are not allowed here, so nothing can have been left.
  }
}

/** A worker is not started for nothing. */
async function wakeIfWorking(registration: ServiceWorkerRegistration): Promise<void> {
  const client = clientOf(registration);
  if (await hasStoredWork(registration.scope)) await client.keepAlive.wake();
}
