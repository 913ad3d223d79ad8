/** What a click on a notification does. */
import { ask } from '../extras/ask.ts';
import { type Data, dataOf, type Fetch, tagOf } from './data.ts';
import { follow, type Lasting } from './events.ts';
import type { Action, Notifier } from './notifier.ts';
import { clickEvent, pastRegistration } from './past.ts';

/** What is used of a NotificationEvent. */
type Click = Lasting & { notification: Notification; action: string };

/** The events `backgroundfetchclick` are dispatched at `target`. */
export function listenForClicks(target: EventTarget, notifier: Notifier): void {
  const { global, scope } = notifier;
  const listen = (type: string, steps: (event: Click, data: Data) => unknown): void =>
    global.addEventListener(type, (event) => {
      const data = dataOf((event as Click).notification, scope);
      if (!data) return;
      // The app's listeners would look for what theirs carry.
      event.stopImmediatePropagation();
      steps(event as Click, data);
    });
  listen('notificationclick', (event, data) => event.waitUntil(act(event, data, notifier, target)));
  listen('notificationclose', (event, data) => event.waitUntil(close(data, notifier)));
}

/** One that was taken away, or in the place of which there is another, has not been put away. */
async function close({ id, uid }: Data, notifier: Notifier): Promise<void> {
  const isTaken = notifier.views.get(tagOf(notifier.scope, id)) === null;
  if (!isTaken && (await notifier.visible(id)).length === 0) notifier.dismissed.add(uid);
}

async function act(event: Click, data: Data, notifier: Notifier, target: EventTarget): Promise<void> {
  const { notification } = event;
  const action = event.action as Action | '';
  const fetch = await find(data, notifier).catch(() => undefined);
  const isActive = fetch?.result === '';
  if (action === 'cancel') {
    notification.close();
    if (isActive) await fetch.abort();
  } else if (action === 'pause' || action === 'resume') {
    if (!isActive) return notification.close();
    const isPaused = action === 'pause';
    await ask(notifier.global.registration, 'pause', data.id, isPaused).catch(() => undefined);
    // Some browsers take away what was clicked, and tell that as if the user had.
    notifier.dismissed.delete(data.uid);
    await notifier.show(fetch, {}, isPaused);
  } else {
    if (!isActive) notification.close();
    await click(fetch ?? pastRegistration(data), data.link, notifier, target);
  }
}

/** The standard's object of what is active, or has ended in this life of the worker; undefined if nobody has it. */
async function find(data: Data, { views, manager, global, scope }: Notifier): Promise<Fetch | undefined> {
  const view = views.get(tagOf(scope, data.id));
  if (view && view.uid === data.uid) return view.fetch;
  if (data.result !== '') return undefined;
  if (data.uid) {
    const [state] = await ask(global.registration, 'subscribe', [data.uid], []);
    // It has ended while nobody looked; what is active under its id is another one.
    if (state?.result !== '') return void Object.assign(data, state);
  }
  return manager?.get(data.id);
}

/** The standard's event; then, if no handler does anything, what a click does by itself. */
async function click(
  registration: EventTarget,
  link: string | undefined,
  { global, scope }: Notifier,
  target: EventTarget,
): Promise<void> {
  const event = clickEvent(registration) as Lasting;
  const handlers = follow(event, () => undefined);
  target.dispatchEvent(event);
  if (!(await handlers.begun)) await open(global.clients, scope, link).catch(() => undefined);
  await handlers.ended();
}

/** Goes to a page that is open, or opens one: the linked one, or any of the app's. */
async function open(clients: Clients, scope: string, link: string | undefined): Promise<void> {
  const all = await clients.matchAll({ type: 'window', includeUncontrolled: true });
  const isIt = ({ url }: Client): boolean => (link ? pathOf(url) === pathOf(link) : url.startsWith(scope));
  const found = all.find(isIt);
  if (!found) return void (await clients.openWindow(link ?? scope));
  const { url } = await found.focus();
  // It is only scrolled, or told by `hashchange`.
  if (link && url !== link) await found.navigate(link);
}

/** Without the fragment. */
const pathOf = (url: string): string | undefined => url.split('#')[0];
