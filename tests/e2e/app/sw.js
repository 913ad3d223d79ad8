/**
 * The worker of the app, classic. Query: `do` names scripts of behaviours/, `before` those that come
 * even before the polyfill; `wait` keeps a new version from taking over by itself.
 */
const { searchParams } = new URL(location.href);
const scripts = (parameter) => searchParams.getAll(parameter).map((name) => `/app/behaviours/${name}.js`);

importScripts(...scripts('before'), '/dist/sw.js', '/app/log.js', '/app/recorder.js', ...scripts('do'));
