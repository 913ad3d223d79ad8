/** One large file on a link of a given speed, and kills at even distances: how much of it is sent twice? */
import { sleep } from '../../harness/process.mjs';
import { fileSha256 } from '../../server/content.mjs';
import { Stage } from './stage.mjs';

const SEED = 3;
const KEY = 'one';
/** More than that is sent twice only if what was stored is lost. */
const MOST_SENT = 1.05;
const PATIENCE_MS = 300_000;
/** Every fifth kill takes the browser. */
const BROWSER_EVERY = 5;

/** @param {{browser: string, dist: string, protocol: 'h1' | 'h2', size: number, rate: number, kills: number}} options */
export async function runOneFile({ browser, dist, protocol, size, rate, kills }) {
  const stage = await Stage.start(browser, dist, protocol);
  try {
    stage.own.setThrottle(rate);
    const started = Date.now();
    const url = `${stage.own.url}/file?size=${size}&seed=${SEED}&key=${KEY}`;
    await stage.page.evaluate((address) => app.fetch('one', address).then(() => null), url);
    const deadline = Date.now() + (size / rate) * 2_000 + PATIENCE_MS;
    for (let kill = 1; kill <= kills; kill++) {
      await sentUpTo(stage, (size * kill) / (kills + 1), deadline);
      if (kill % BROWSER_EVERY === 0) await stage.interrupt('browser', () => stage.relaunch());
      else await stage.interrupt('worker', () => stage.browser.killWorker(stage.page));
    }
    const row = await outcome(stage, deadline);
    const response = row?.records?.[0]?.response;
    const sent = stage.own.bytesSent(KEY);
    const summary = {
      browser,
      protocol,
      bytes: size,
      rate,
      kills,
      'kills by kind': stage.counts,
      result: row?.result ?? 'none',
      'sha-256 is right': response?.sha256 === fileSha256(SEED, size),
      sent,
      'sent ÷ size': Number((sent / size).toFixed(4)),
      requests: stage.own.requests().filter(({ key, method }) => key === KEY && method === 'GET').length,
      seconds: Math.round((Date.now() - started) / 1000),
      'seconds at least': Math.round(size / rate),
    };
    const isGood = summary['sha-256 is right'] && summary['sent ÷ size'] <= MOST_SENT;
    return {
      isGood,
      summary,
      evidence: { row, requests: stage.own.requests().filter(({ key }) => key === KEY), lines: stage.lines },
    };
  } finally {
    await stage.close();
  }
}

/** @param {Stage} stage @param {number} bytes @param {number} deadline */
async function sentUpTo(stage, bytes, deadline) {
  while (stage.own.bytesSent(KEY) < bytes && Date.now() < deadline) await sleep(20);
}

/** @param {Stage} stage @param {number} deadline */
async function outcome(stage, deadline) {
  for (;;) {
    const rows = await stage.newRows().catch(() => []);
    const found = rows.find(({ kind }) => kind === 'event');
    if (found || Date.now() > deadline) return found;
    await sleep(500);
  }
}
