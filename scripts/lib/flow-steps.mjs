// How a download flows, step by step, by the code's own names: what `scripts/flow.mjs` draws, and looks for in the code.

/** From left to right: who does something. */
export const lanes = ['page, or worker', 'service worker, TypeScript', 'engine, Rust', 'the browser, by the shell'];

const [APP, WORKER, ENGINE, SHELL] = lanes.keys();

/**
 * `name` is what is called, and has its words in `file`; `note` is what comes of it.
 * @typedef {{lane: number, name: string, file: string, note: string, words: string[]}} Step
 */

/** @type {{title: string, steps: Step[]}[]} */
export const parts = [
  {
    title: 'fetch() resolves when all is durable',
    steps: [
      step(
        APP,
        'BackgroundFetchManager.fetch',
        'js/api/BackgroundFetchManager.ts',
        'a unique id; requests with bodies',
      ),
      step(APP, 'Client.call', 'js/client/client.ts', 'a message starts the worker'),
      step(WORKER, 'Server.receive', 'js/worker/server.ts', 'keeps it from the app’s listeners'),
      step(WORKER, 'EngineLoader.use', 'js/worker/engine-loader.ts', 'the wasm is loaded, if it is not'),
      step(SHELL, 'Engine::fetch', 'src/exports.rs', 'bodies are stored before'),
      step(
        ENGINE,
        'commands::begin',
        'crates/engine/src/engine/commands.rs',
        'checks; Output::Commit with all rows',
        'begin',
      ),
      step(SHELL, 'MetaStore::commit', 'src/meta_store/mod.rs', 'IndexedDB; then the promise resolves'),
    ],
  },
  {
    title: 'each record, until its body is whole',
    steps: [
      step(ENGINE, 'Schedule::next', 'crates/engine/src/engine/schedule.rs', 'which record gets a connection'),
      step(ENGINE, 'Record::start', 'crates/engine/src/record/start.rs', 'what is asked for: Output::Open'),
      step(SHELL, 'network::open', 'src/network/mod.rs', 'the app’s request, or a Range', 'open'),
      step(WORKER, 'send', 'js/worker/send.ts', 'fetch(), and why it has failed'),
      step(ENGINE, 'Record::read', 'crates/engine/src/record/response.rs', 'cut into segments: Output::Store'),
      step(SHELL, 'BodyStore::put', 'src/body_store.rs', 'one entry of Cache Storage each'),
      step(ENGINE, 'Record::stored', 'crates/engine/src/record/store.rs', 'entry first, row second'),
      step(SHELL, 'MetaStore::commit', 'src/meta_store/mod.rs', 'what is recorded is not asked for again'),
      step(ENGINE, 'Fetch::show_progress', 'crates/engine/src/fetch/mod.rs', 'not too often: Output::Notify'),
      step(WORKER, 'Sessions.update', 'js/worker/sessions.ts', 'tells all realms that have it'),
      step(APP, 'updateInstance', 'js/api/instances.ts', 'the event “progress”'),
    ],
  },
  {
    title: 'the end, and its event',
    steps: [
      step(ENGINE, 'Fetch::conclude', 'crates/engine/src/fetch/ending.rs', 'all settled: is each entry there?'),
      step(ENGINE, 'Fetch::end', 'crates/engine/src/fetch/ending.rs', 'the outcome is durable, realms know it'),
      step(ENGINE, 'Fetch::notified', 'crates/engine/src/fetch/ending.rs', 'Output::Fire'),
      step(WORKER, 'FunctionalEvent.dispatch', 'js/worker/functional-event.ts', 'the event “backgroundfetchsuccess”'),
    ],
  },
  {
    title: 'its handler reads the responses',
    steps: [
      step(
        APP,
        'BackgroundFetchRegistration.matchAll',
        'js/api/BackgroundFetchRegistration.ts',
        'asks the engine for the records',
      ),
      step(SHELL, 'Engine::match_all', 'src/exports.rs', 'heads, and which segments there are'),
      step(APP, 'BackgroundFetchRecord.responseReady', 'js/api/BackgroundFetchRecord.ts', 'when the head is there'),
      step(APP, 'createBody', 'js/api/response-body.ts', 'entries of Cache Storage, end to end'),
      step(
        ENGINE,
        'Fetch::event_settled',
        'crates/engine/src/fetch/ending.rs',
        'handlers are through: all goes, rows last',
      ),
    ],
  },
];

/**
 * `named`: the words of the name that the file must have; all of them, but where one is the name of the file.
 * @param {number} lane @param {string} name @param {string} file @param {string} note @param {string} [named]
 */
function step(lane, name, file, note, named = name) {
  return { lane, name, file, note, words: named.split(/::|\./) };
}
