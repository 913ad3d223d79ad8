/** One long, slow download, kept going by a page that nobody looks at, or that its worker does not control. */
import { Context } from '../../e2e/lib/context.mjs';
import { launch } from '../../harness/launch.mjs';

const RATE = 500_000;
const ID = 'long';
/** On top of the time that the download takes. */
const PATIENCE_MS = 300_000;
const POLL_MS = 5_000;

/** @param {{browser: string, dist: string, protocol: 'h1' | 'h2', page: 'hidden' | 'uncontrolled', minutes: number}} options */
export async function runKeptAlive({ browser: name, dist, protocol, page: kind, minutes }) {
  const browser = await launch(/** @type {any} */ (name));
  const context = await new Context({ browser, dist, protocol }).start();
  try {
    const page = await context.open({ do: ['starts'], scope: kind === 'hidden' ? '/app/' : '/app/elsewhere/' });
    if (kind === 'hidden') await page.hide();
    const [hidden, controlled] = await page.evaluate(() => [
      document.hidden,
      navigator.serviceWorker.controller !== null,
    ]);
    const file = context.file({ size: RATE * minutes * 60, rate: RATE });
    const started = Date.now();
    await context.fetch(page, ID, file);
    const timeout = minutes * 60_000 + PATIENCE_MS;
    const row = await page.waitFor(
      async (id) => (await log.rows()).find((each) => each.kind === 'event' && each.id === id),
      { timeout, args: [ID], every: POLL_MS },
    );
    const isRight = row.records?.[0]?.response?.sha256 === file.sha256;
    const summary = {
      browser: name,
      protocol,
      page: kind,
      hidden,
      controlled,
      bytes: file.size,
      result: row.result,
      'sha-256 is right': isRight,
      'sent ÷ size': Number((file.sent / file.size).toFixed(4)),
      requests: file.requests.length,
      'starts of the worker': (await context.rows(page, { kind: 'start' })).length,
      seconds: Math.round((Date.now() - started) / 1000),
      'seconds at least': minutes * 60,
    };
    const isAsAsked = hidden === (kind === 'hidden') && controlled === (kind === 'hidden');
    return { isGood: isRight && isAsAsked, summary, evidence: { row, requests: file.requests } };
  } finally {
    await context.end();
    await browser.close();
  }
}
