/**
 * Writes native-surface.json: what reflection shows of Chromium's own Background Fetch API, in a page
 * and in a service worker. To be run by hand when the standard or Chromium changes.
 */
import { writeFileSync } from 'node:fs';
import { launch } from '../harness/launch.mjs';
import { startOrigin } from '../server/origin.mjs';
import { describeSurface } from './describe-surface.mjs';

const script = { 'content-type': 'text/javascript' };
const worker = `${describeSurface}
  const surface = describeSurface(self);
  addEventListener('message', (event) => event.source.postMessage(surface));`;
const origin = await startOrigin({
  files: {
    '/': { headers: { 'content-type': 'text/html' }, body: '<!doctype html>' },
    '/worker.js': { headers: script, body: worker },
  },
});
const browser = await launch('chromium-native');
try {
  const page = await browser.newPage(`${origin.url}/`);
  const inPage = await page.evaluate(`() => (${describeSurface})(self)`);
  const inWorker = await page.evaluate(async () => {
    await navigator.serviceWorker.register('/worker.js');
    const { active } = await navigator.serviceWorker.ready;
    return new Promise((resolve) => {
      navigator.serviceWorker.onmessage = ({ data }) => resolve(data);
      active.postMessage('describe');
    });
  });
  const surface = { window: inPage, serviceWorker: inWorker };
  writeFileSync(new URL('native-surface.json', import.meta.url), `${JSON.stringify(surface, null, 2)}\n`);
} finally {
  await browser.close();
  await origin.close();
}
