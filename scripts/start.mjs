/**
 * The demo: `npm start -- [--port 8080] [--throttle 8MB] [--server auto|node]
 * [--no-build] [--dist FOLDER]`.
 * Builds what is missing, serves the app and its media on loopback, prints the address.
 */
import { parseArgs } from 'node:util';
import { buildPolyfill, parseRate, serveDemo } from './demo/serve.mjs';
import { exitWith } from './lib/run.mjs';

async function main() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8080' },
      throttle: { type: 'string', default: '8MB' },
      server: { type: 'string', default: 'auto' },
      'no-build': { type: 'boolean', default: false },
      dist: { type: 'string' },
    },
  });
  const rate = parseRate(values.throttle);
  const port = Number(values.port);
  if (!values['no-build']) await buildPolyfill();
  const say = (/** @type {string} */ line) => console.log(`demo: ${line}`);
  const { dist, server } = values;
  const demo = await serveDemo({ port, mediaPort: port && port + 1, rate, dist, server, log: say });

  say(`media by ${demo.serverName} at ${demo.mediaUrl}, ${rate ? `${rate / 1e6} MB/s` : 'as fast as it goes'}`);
  say(`open ${demo.url} (Ctrl+C ends it)`);
  let isEnding = false;
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, async () => {
      // A second Ctrl+C does not wait.
      if (isEnding) process.exit(1);
      isEnding = true;
      await demo.close();
      process.exit(0);
    });
  }
}

main().catch(exitWith);
