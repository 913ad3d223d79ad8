/**
 * The build set-ups: what an app is put together from, how it is built, and what comes of it.
 *
 * @typedef {object} Setup
 * @property {string} name
 * @property {string[]} from folders that the app is copied from, a later one over an earlier one: of `examples/`, or
 *   of `apps/` here
 * @property {string} worker the source of the worker, in the app
 * @property {string[][]} build commands, run in the app: programs of the build tools, `node`, or `cli` for that of the
 *   package itself
 * @property {string} [serve] the folder that is served then; the app itself by default
 * @property {string} [bundle] the built worker, in that folder, with all that it loads inside
 * @property {string} [entry] which of ours is in it: `sw.mjs`, whose size has a budget of its own, by default
 * @property {number} [brings] the most bytes, after brotli, by which the bundle may be larger than that
 * @property {boolean} [slim] the WebAssembly is a file of its own, which comes out as it went in
 * @property {boolean} [dev] it is served by Vite as it is
 * @property {boolean} [isExample] it has a form of its own
 * @property {[path: string, pattern: string]} [tells] what its worker answers for a path, by which its tool is seen to
 *   be in order
 * @property {boolean} [readme] it is the README's own, which plays
 * @property {boolean} [isSlow] to build
 */

/** The app's handlers, and our text of the WebAssembly in a minifier's spelling: control characters as escapes. */
const APP = 4000;
/** Workbox's precaching, and the like of Serwist, besides. */
const [WORKBOX, SERWIST] = [6000, 17_000];
/** `./offline`. */
const LIBRARY = 4000;

/** @type {Setup[]} */
export const setups = [
  {
    name: 'no bundler',
    from: ['examples/plain'],
    worker: 'sw.js',
    build: [['cli', 'copy', '.']],
    isExample: true,
  },
  {
    name: 'no bundler, slim, as modules',
    from: ['apps/modules'],
    worker: 'sw.js',
    build: [['cli', 'copy', '.', '--slim']],
    slim: true,
  },
  {
    name: 'Vite, dev server',
    from: ['apps/bundled', 'apps/vite'],
    worker: 'sw.js',
    build: [],
    dev: true,
  },
  {
    name: 'Vite, dev server, slim',
    from: ['apps/bundled', 'apps/vite', 'apps/slim'],
    worker: 'sw.js',
    build: [],
    dev: true,
  },
  {
    name: 'Vite',
    from: ['apps/bundled', 'apps/vite'],
    worker: 'sw.js',
    build: [['vite', 'build']],
    serve: 'dist',
    bundle: 'sw.js',
    brings: APP,
  },
  {
    name: 'Vite, slim',
    from: ['apps/bundled', 'apps/vite', 'apps/slim'],
    worker: 'sw.js',
    build: [['vite', 'build']],
    serve: 'dist',
    slim: true,
  },
  {
    name: 'vite-plugin-pwa, es',
    from: ['examples/vite-pwa'],
    worker: 'src/sw.js',
    build: [['vite', 'build']],
    serve: 'dist',
    bundle: 'sw.js',
    brings: APP + WORKBOX,
    isExample: true,
  },
  {
    name: 'the README, in an empty Vite PWA',
    readme: true,
    from: [],
    worker: 'src/sw.js',
    build: [['vite', 'build']],
    serve: 'dist',
    bundle: 'sw.js',
    brings: APP + WORKBOX + LIBRARY,
  },
  {
    name: 'vite-plugin-pwa, dev server',
    from: ['examples/vite-pwa'],
    worker: 'src/sw.js',
    build: [],
    dev: true,
    isExample: true,
  },
  {
    name: 'vite-plugin-pwa, iife',
    from: ['examples/vite-pwa', 'apps/vite-pwa-iife'],
    worker: 'src/sw.js',
    build: [['vite', 'build']],
    serve: 'dist',
    bundle: 'sw.js',
    brings: APP + WORKBOX,
    isExample: true,
  },
  {
    name: 'Workbox generateSW',
    from: ['apps/generate-sw'],
    worker: 'events.js',
    build: [
      ['cli', 'copy', '.'],
      ['node', 'workbox.mjs'],
    ],
  },
  {
    name: 'webpack',
    from: ['apps/bundled', 'apps/webpack'],
    worker: 'sw.js',
    build: [['node', 'pack.mjs']],
    serve: 'dist',
    bundle: 'sw.js',
    brings: APP,
  },
  {
    name: 'webpack, slim',
    from: ['apps/bundled', 'apps/webpack', 'apps/slim'],
    worker: 'sw.js',
    build: [['node', 'pack.mjs']],
    serve: 'dist',
    slim: true,
  },
  {
    name: 'Rollup',
    from: ['apps/bundled', 'apps/rollup'],
    worker: 'sw.js',
    build: [['rollup', '--config', 'rollup.config.mjs']],
    serve: 'dist',
    bundle: 'sw.js',
    brings: APP,
  },
  {
    name: 'esbuild',
    from: ['apps/bundled'],
    worker: 'sw.js',
    build: [['esbuild', 'main.js', 'sw.js', '--bundle', '--minify', '--outdir=dist']],
    serve: 'dist',
    bundle: 'sw.js',
    brings: APP,
  },
  {
    name: 'Rollup, ponyfill',
    from: ['apps/bundled', 'apps/rollup', 'apps/ponyfill'],
    worker: 'sw.js',
    build: [['rollup', '--config', 'rollup.config.mjs']],
    serve: 'dist',
    bundle: 'sw.js',
    entry: 'ponyfill.sw.mjs',
    brings: APP,
  },
  {
    name: 'Next, with Serwist',
    from: ['apps/next'],
    worker: 'app/sw.js',
    // Serwist's plugin is one for webpack.
    build: [['next', 'build', '--webpack']],
    serve: 'out',
    bundle: 'sw.js',
    brings: APP + SERWIST,
    isSlow: true,
  },
  {
    name: 'SvelteKit',
    from: ['apps/sveltekit'],
    worker: 'src/service-worker.js',
    build: [['vite', 'build']],
    serve: 'build',
    bundle: 'service-worker.js',
    brings: APP,
    isSlow: true,
  },
  {
    name: 'Angular’s order',
    from: ['apps/angular'],
    worker: 'events.js',
    build: [
      ['cli', 'copy', '.'],
      ['node', 'ngsw.mjs'],
    ],
    tells: ['/ngsw/state', 'Driver state: NORMAL'],
  },
];
