/** The whole demo on loopback: media, their server, the gate before it, the link to that, the app. */
import { fromRoot } from '../lib/paths.mjs';
import { PlainError, run } from '../lib/run.mjs';
import { startAppServer } from './app-server.mjs';
import { startFileServer } from './file-server.mjs';
import { Gate } from './gate.mjs';
import { Link } from './link.mjs';
import { prepareMedia } from './media.mjs';

const UNITS = { '': 1, KB: 1e3, MB: 1e6, GB: 1e9, KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30 };

/**
 * @param {object} options
 * @param {number} options.port of the app; 0 picks one
 * @param {number} options.mediaPort 0 picks one
 * @param {number} options.rate bytes a second, 0 for no limit
 * @param {string} [options.dist]
 * @param {string} [options.server] 'auto' is nginx where it is installed, 'node' is not
 * @param {(line: string) => void} [options.log]
 */
export async function serveDemo({ port, mediaPort, rate, dist = fromRoot('dist'), server = 'auto', log }) {
  if (server !== 'auto' && server !== 'node') throw new PlainError('--server takes auto or node.');
  const { folder, library } = await prepareMedia({ log });
  const files = library.items.flatMap((item) => item.files);
  const fileServer = await startFileServer(folder, new Map(files.map((file) => [file.path, file.sha256])), server);
  const gate = new Gate(fileServer.address);
  const link = new Link(await gate.open(), rate);
  const closeMedia = async () => {
    await link.close();
    await gate.close();
    await fileServer.close();
  };
  try {
    // Another origin, as with most apps that keep their media on a CDN.
    const mediaUrl = `http://localhost:${await link.open(mediaPort)}`;
    const app = await startAppServer({
      www: fromRoot('www'),
      dist,
      library,
      link,
      gate,
      mediaUrl,
      serverName: fileServer.name,
      port,
    });
    return {
      url: app.url,
      mediaUrl,
      serverName: fileServer.name,
      folder,
      library,
      link,
      gate,
      /** The page finds nobody any more: neither its own server nor that of the media. */
      async vanish() {
        app.close();
        await link.cut(600_000);
      },
      async close() {
        app.close();
        await closeMedia();
      },
    };
  } catch (error) {
    await closeMedia();
    throw portError(error);
  }
}

/** @param {any} error */
function portError(error) {
  if (error.code !== 'EADDRINUSE') return error;
  return new PlainError(`port ${error.port} is taken; choose another two with --port N (the media get N + 1).`);
}

/** Builds what is missing or out of date. */
export function buildPolyfill() {
  return run(process.execPath, [fromRoot('scripts', 'build.mjs')], {
    failure: 'the build failed; its own words are above.',
  });
}

/** '8MB', '500 KiB', '0' → bytes a second. @param {string} text */
export function parseRate(text) {
  const match = /^(\d+(?:\.\d+)?)\s*([KMG]I?B)?(?:\/S)?$/.exec(text.trim().toUpperCase());
  if (!match)
    throw new PlainError(`--throttle takes a number of bytes a second, as in 8MB, 500KiB or 0; not "${text}".`);
  return Math.round(Number(match[1]) * UNITS[/** @type {keyof typeof UNITS} */ (match[2] ?? '')]);
}
