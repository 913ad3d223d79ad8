/** Links that expire: what is fetched has a lasting URL, and each request gets a pass that is good for some seconds. */
import { configure } from '/dist/extras.mjs';
import { log } from './tell.js';

let pass = '';

configure({
  async prepareRequest(request, { status }) {
    // The server has denied the last one: that pass is over, or none was needed before.
    if (status) pass = await newPass();
    if (!pass || request.method !== 'GET') return undefined;
    const url = new URL(request.url);
    url.searchParams.set('pass', pass);
    return new Request(url, request);
  },
});

async function newPass() {
  const response = await fetch('/pass', { cache: 'no-store' });
  if (!response.ok) throw new Error(`No pass: ${response.status}`); // is asked again later
  log('a new pass for the file server');
  return response.json();
}
