/** What one case is measured on: for each build or browser a seat, which is a server, a browser and a page. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromRoot } from '../../scripts/lib/paths.mjs';
import { classic } from '../e2e/lib/classic.mjs';
import { launch } from '../harness/launch.mjs';
import { Seat } from './seat.mjs';
import { startServer } from './server.mjs';

const PAGES = fromRoot('tests/bench/pages');
/** Firefox would round times to a millisecond. */
const PREFS = { 'privacy.reduceTimerPrecision': false };

/** @typedef {'ours' | 'base' | 'native'} SeatName */

export class Stage {
  #settings;
  #needs;
  /** @type {Map<SeatName, Seat>} */
  #seats = new Map();

  /**
   * @param {object} settings of all cases
   * @param {typeof import('../harness/launch.mjs').ENGINES[number]} settings.browser
   * @param {typeof import('./server.mjs').PROTOCOLS[number]} settings.protocol
   * @param {typeof import('./server.mjs').KINDS[number]} settings.server
   * @param {string} settings.dist @param {string} [settings.base]
   * @param {string} settings.folder a temporary one
   * @param {import('./files.mjs').Media} settings.media
   * @param {((line: string) => void)} [settings.log] what browsers print
   * @param {{node?: boolean, throttle?: number, library?: boolean}} needs of this case: what only the Node server can do,
   *   and what the app has besides
   */
  constructor(settings, needs) {
    this.#settings = settings;
    this.#needs = needs;
  }

  /** The name of the server that the case is measured with. */
  serverName = '';

  /** @param {SeatName} name @param {boolean} [fresh] with browsers that have done nothing yet */
  async seat(name, fresh = false) {
    if (fresh) await this.close();
    const seat = this.#seats.get(name) ?? (await this.#open(name));
    this.#seats.set(name, seat);
    return seat;
  }

  async close() {
    const open = [...this.#seats.values()];
    this.#seats.clear();
    for (const seat of open) {
      await seat.close();
      await seat.server.close();
    }
  }

  /** @param {SeatName} name */
  async #open(name) {
    const { browser, protocol, server: kind, dist, base = '', folder, media, log } = this.#settings;
    const { node, throttle, library } = this.#needs;
    const own = mkdtempSync(join(folder, `${name}-`));
    const [build, made] = [name === 'base' ? base : dist, join(own, 'made')];
    mkdirSync(made);
    if (library) writeFileSync(join(made, 'library.js'), await classic(build, 'offline.mjs', 'library'));
    const server = await startServer(
      { '/': PAGES, '/dist/': build, '/made/': made },
      { kind: node ? 'node' : kind, protocol, folder: own, media, throttle },
    );
    this.serverName = server.name;
    /** @type {Seat | undefined} */
    let seat;
    try {
      const started = await launch(name === 'native' ? 'chromium-native' : browser, { log, prefs: PREFS });
      if (log) started.on('console', (/** @type {any} */ { type, text }) => log(`[${type}] ${text}`));
      seat = await Seat.take(
        server,
        started,
        name === 'native' ? 'without.html' : library ? 'library.html' : 'index.html',
      );
      await seat.warmUp();
      return seat;
    } catch (error) {
      await seat?.close();
      await server.close();
      throw error;
    }
  }
}
