// What an app's page may write, and what it may not. Compiled only.

import {
  BackgroundFetchButton,
  type BackgroundFetchDownloads,
  type BackgroundFetchJSX,
} from '../../../types/downloads.js';
import { debug, diagnose, finished, inspect, observe, purge, retry, status, supports } from '../../../types/extras.js';
import { get, type Item, library, list, match, remove, size } from '../../../types/offline.js';
import { backgroundFetch } from '../../../types/ponyfill.js';
import type { BackgroundFetchFailureReason } from '../../../types/types.d.ts';

async function ponyfilled(registration: ServiceWorkerRegistration): Promise<void> {
  const manager: BackgroundFetchManager = backgroundFetch(registration, { prefer: 'ours' });
  const ids: string[] = await backgroundFetch(registration).getIds();
  // @ts-expect-error no such API
  void backgroundFetch(registration, { prefer: 'theirs' });
  console.log(manager, ids);
}
void ponyfilled;

async function watched(registration: ServiceWorkerRegistration, fetch: BackgroundFetchRegistration): Promise<void> {
  const { state, secondsLeft } = await status(fetch, registration);
  const left: number | null = state === 'running' ? secondsLeft : null;
  const reason: BackgroundFetchFailureReason = (await finished(fetch)).failureReason;
  const stop: () => void = observe(registration).subscribe(() =>
    console.log(observe(registration).getSnapshot()[0]?.id),
  );
  for (const { code, remedy } of await diagnose(registration))
    console.log(code === 'deaf-worker', remedy, left, reason);
  stop();
  const again: BackgroundFetchRegistration = await retry(registration, fetch.id);
  const there: boolean = supports('pause') && supports('time-travel');
  await purge();
  await purge(registration);
  // @ts-expect-error an id is needed
  void retry(registration);
  console.log(again, there);
}
void watched;

async function download(ready: ServiceWorkerRegistration): Promise<void> {
  const manager: BackgroundFetchManager = ready.backgroundFetch;
  const registration = await manager.fetch('id', ['/a', new Request('/b'), new URL('/c', location.href).href], {
    title: 'Film',
    icons: [{ src: '/icon.png', sizes: '96x96', type: 'image/png', label: 'icon' }],
    downloadTotal: 1024,
  });
  await manager.fetch('id', '/a');
  await manager.fetch('id', new Set(['/a']));

  const { id, uploadTotal, uploaded, downloadTotal, downloaded, recordsAvailable } = registration;
  const numbers: number[] = [uploadTotal, uploaded, downloadTotal, downloaded];
  const ids: string[] = [id, ...(await manager.getIds())];
  const result: '' | 'success' | 'failure' = registration.result;
  const reason: BackgroundFetchFailureReason = registration.failureReason;
  console.log(numbers, ids, result, reason === 'quota-exceeded', recordsAvailable);

  registration.onprogress = function (event) {
    console.log(this.downloaded, event.type);
  };
  registration.addEventListener('progress', function () {
    console.log(this.downloaded);
  });
  registration.onprogress = null;

  const record = await registration.match('/a', { ignoreSearch: true });
  const response: Response | undefined = await record?.responseReady;
  const records: BackgroundFetchRecord[] = await registration.matchAll();
  console.log(response?.url, records[0]?.request.url);
  const aborted: boolean = await registration.abort();
  console.log(aborted, registration instanceof BackgroundFetchRegistration);

  const none = await manager.get('id');
  // @ts-expect-error may be undefined
  none.abort();
  // @ts-expect-error no requests
  void manager.fetch('id');
  // @ts-expect-error src is required
  void manager.fetch('id', '/a', { icons: [{ sizes: '96x96' }] });
  // @ts-expect-error read-only
  registration.downloaded = 1;
  // @ts-expect-error no such reason
  if (registration.failureReason === 'network-error') return;
  // @ts-expect-error only by ./aliases
  console.log(navigator.backgroundFetch, registration.start());
  // @ts-expect-error does not exist in pages
  console.log(BackgroundFetchEvent);
}

void navigator.serviceWorker.ready.then(download);
console.log('BackgroundFetchManager' in self);

self.backgroundFetchPolyfill = { hideCaches: false };

debug();
async function look(registration: ServiceWorkerRegistration): Promise<void> {
  const { fetches, origins, events } = await inspect(registration, { queries: true });
  const until: number | null | undefined = origins[0]?.heldUntil ?? fetches[0]?.nextAttempt;
  const stored = fetches[0]?.records[0]?.segments.reduce((sum, { length }) => sum + length, 0);
  console.log(until, stored, events.at(-1)?.type === 'closed');
  // @ts-expect-error no such event
  console.log(events.at(-1)?.type === 'sending');
}
void navigator.serviceWorker.ready.then(look);

library.addEventListener('change', ({ detail }) => console.log(detail.name?.length));
async function kept(): Promise<void> {
  const [first]: Item[] = await list();
  const bytes: number = (first?.size ?? 0) + (await size()) + (await size('film'));
  const found: Item | undefined = await get('film');
  const gone: boolean = await remove('film');
  console.log(bytes, found?.urls[0], gone, (await match('/film.mp4'))?.body);
  // @ts-expect-error there may be none
  console.log((await match('/film.mp4')).body);
}
void kept();

const all: BackgroundFetchDownloads | null = document.querySelector('background-fetch-downloads');
if (all) all.describe = (id) => ({ title: id, requests: [new Request('/film.mp4'), '/film.vtt'], kept: true });
const one: BackgroundFetchButton = document.createElement('background-fetch-button');
one.fetchId = 'film';
one.strings = { get: 'Hol {title}' };
// @ts-expect-error no such string
one.strings = { fetch: 'Hol {title}' };
const said: string = one.strings['waiting-server-until'];
// @ts-expect-error no such answer
one.describe = () => ({ name: 'Film' });
addEventListener('removerequest', ({ detail }) => console.log(detail.item?.name, detail.fetch?.id, said));
class Mine extends BackgroundFetchButton {}
Mine.define('film-button');
const attributes: JSX.IntrinsicElements['background-fetch-button'] = { 'fetch-id': 'film', compact: true };
const same: BackgroundFetchJSX['background-fetch-button'] = attributes;
// @ts-expect-error the list has no id of a fetch
const other: JSX.IntrinsicElements['background-fetch-downloads'] = { 'fetch-id': 'film' };
console.log(same, other);
