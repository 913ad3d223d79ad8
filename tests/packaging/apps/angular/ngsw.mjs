// What `ng build` writes: the manifest of the app's files, beside Angular's worker.
import { createHash } from 'node:crypto';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const urls = ['/index.html', '/page.js', '/background-fetch-polyfill/window.js'];
const sha1 = (url) =>
  createHash('sha1')
    .update(readFileSync(`.${url}`))
    .digest('hex');

const manifest = {
  configVersion: 1,
  timestamp: 0,
  index: '/index.html',
  assetGroups: [
    { name: 'app', installMode: 'prefetch', updateMode: 'prefetch', cacheQueryOptions: {}, urls, patterns: [] },
  ],
  dataGroups: [],
  hashTable: Object.fromEntries(urls.map((url) => [url, sha1(url)])),
  navigationUrls: [{ positive: true, regex: '^\\/.*$' }],
};
writeFileSync('ngsw.json', JSON.stringify(manifest));
copyFileSync(fileURLToPath(import.meta.resolve('@angular/service-worker/ngsw-worker.js')), 'ngsw-worker.js');
