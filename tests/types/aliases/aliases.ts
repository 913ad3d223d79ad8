// What an app's page may write that imports `./aliases`. Compiled only.

async function download(): Promise<void> {
  const manager: BackgroundFetchManager = navigator.backgroundFetch;
  const config: BackgroundFetchConfig = await manager.configure(new BackgroundFetchConfig({ downloadTotal: 1 }));
  const total: number = (await manager.configure()).downloadTotal + config.downloadTotal;
  const fetch = await manager.fetch('id', '/a');
  const bytes: number = fetch.uploadBytesReceived + fetch.downloadBytesReceived;
  const isPaused: boolean = (await fetch.getStatus()).state === 'paused';
  const again: BackgroundFetchRegistration = await fetch.start();
  const aborted: boolean = await manager.abort(again.id);
  // @ts-expect-error read-only
  config.downloadTotal = 2;
  // @ts-expect-error no such setting
  void manager.configure({ total: 1 });
  // @ts-expect-error an id is needed
  void manager.abort();
  console.log(total, bytes, isPaused, aborted);
}
void download;
