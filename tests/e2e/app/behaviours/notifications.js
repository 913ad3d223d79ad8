/**
 * The worker shows its background fetches as notifications: query `notify` has the options as JSON. What is shown is logged;
 * pages list it, and click, as no driver can.
 */
importScripts('/made/notifications.js');

const { showNotification } = ServiceWorkerRegistration.prototype;
ServiceWorkerRegistration.prototype.showNotification = async function (title, options) {
  const { tag, body, icon, silent, renotify, actions } = options;
  await log.add({
    kind: 'shown',
    title,
    tag,
    body,
    icon,
    silent,
    renotify,
    actions: actions?.map((each) => each.action),
  });
  return showNotification.call(this, title, options);
};

notifications.notify(JSON.parse(new URL(location.href).searchParams.get('notify') ?? '{}'));

addEventListener('backgroundfetchsuccess', (event) => {
  if (event.registration.id.startsWith('ready')) event.waitUntil(event.updateUI({ title: 'Ready to watch' }));
});

addEventListener('backgroundfetchclick', ({ registration }) => log.add({ kind: 'clicked', id: registration.id }));
addEventListener('notificationclick', ({ notification }) => log.add({ kind: 'own click', tag: notification.tag }));

// Neither is allowed without a click of the user's.
clients.openWindow = async (url) => log.add({ kind: 'went', url });
WindowClient.prototype.focus = async function () {
  await log.add({ kind: 'went', url: this.url });
  return this;
};

addEventListener('message', (event) => {
  const { notified, click, action = '' } = event.data ?? {};
  if (notified) event.waitUntil(list().then((all) => event.ports[0].postMessage(all)));
  if (click) event.waitUntil(clickOn(click, action).then((found) => event.ports[0].postMessage(found)));
});

async function list() {
  const all = await registration.getNotifications();
  return all.map(({ title, body, tag }) => ({ title, body, tag }));
}

async function clickOn(title, action) {
  const notification = (await registration.getNotifications()).find((each) => each.title === title);
  if (!notification) return false;
  const event = new NotificationEvent('notificationclick', { notification, action });
  // One that a script makes keeps no worker alive.
  Object.defineProperty(event, 'waitUntil', {
    value: (promise) => promise.catch((error) => log.add({ kind: 'error', message: `${error}` })),
  });
  dispatchEvent(event);
  return true;
}
