/**
 * All situations. `case` is the number of a case of the public reports that this project was given; what is "new" is of
 * the same kind, and in none of them. Cases that no server on loopback can make are tested elsewhere:
 *
 * | case | what | test |
 * |---|---|---|
 * | 6 | imported where a page is rendered on a server | `tests/imports` |
 * | 7 | no service workers, no WebAssembly | `tests/imports`: a page has none of them without … |
 * | 8 | the active worker is of a time before the library | e2e `updates`, `standard`: get and getIds need no active worker; `tests/js/protocol` |
 * | 14 | the same, with a worker that is killed every few seconds | e2e `lifetime`; here with cuts |
 * | 17 | the slim build begins offline | e2e `slim` |
 * | 18 | the clock jumps, a device sleeps | `crates/engine/tests/it`: `clock`, `delivery`; e2e `events`: a handler of six minutes … |
 * | 21 | a transaction that never settles | `tests/suite/meta`: a database that does not answer … |
 * | 22 | killed while it deletes | e2e `lifetime`: a worker that is killed while it deletes leaves nothing behind |
 * | 23 | `upgrade-insecure-requests` | nowhere: what is on loopback is trusted, and not upgraded |
 * | 24 | ten thousand URLs | `crates/engine/tests/it/scale`; here a thousand |
 * | O5 | `Clear-Site-Data` of a log-out | e2e `storage`: all databases are deleted …, `unregister` |
 * | O6 | `data:` and `blob:`, one URL several times | e2e `bad-input`, `download`: the same file twice in one fetch |
 * | O7 | an API that is there and dead | nothing is installed: e2e `native` |
 * | E2, E9 | short-lived workers; shares of connections | e2e `events`, `shares` |
 */
import busy from './busy.mjs';
import connections from './connections.mjs';
import ends from './ends.mjs';
import heads from './heads.mjs';
import origins from './origins.mjs';
import ranges from './ranges.mjs';
import versions from './versions.mjs';

/** @type {import('../lib/play.mjs').Situation[]} */
export const situations = [...busy, ...ends, ...versions, ...ranges, ...origins, ...heads, ...connections];

const names = situations.map(({ name }) => name);
const twice = names.find((name, index) => names.indexOf(name) !== index);
if (twice) throw new Error(`there are two situations "${twice}"`);
