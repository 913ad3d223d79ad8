/**
 * The standard as a checklist: what each of its steps demands, and the scenarios that show it.
 * `node tests/e2e/run.mjs --checklist` prints it, and refuses a title that no scenario has.
 *
 * The members themselves (exposure, descriptors, brand checks, conversions) are the matter of
 * tests/idl.
 */

const SPEC = 'https://wicg.github.io/background-fetch/';

/** @typedef {{anchor: string, lines: Record<string, string[]>}} Section */

/** @type {Record<string, Section>} */
export const checklist = {
  Permission: {
    anchor: 'permissions',
    lines: {
      'permissions.query() answers': [
        'permission: permissions.query answers, in a page and in the worker',
        'permission: other permissions are answered by the browser',
      ],
      'denied: NotAllowedError': ['permission: denied, fetch() rejects with NotAllowedError'],
    },
  },
  'BackgroundFetchManager.fetch()': {
    anchor: 'dom-backgroundfetchmanager-fetch',
    lines: {
      'one request or a list of them': ['download: one file', 'download: many files of mixed sizes'],
      'an empty list, exceptions of new Request(), mode no-cors: TypeError': [
        'bad-input: bad arguments reject with TypeError',
      ],
      'requests are made in the calling realm': [
        'standard: relative URLs are those of the realm that calls',
        'standard: relative URLs of the worker are those of its script',
      ],
      'a Request is used up': ['standard: a Request that is given is used up'],
      'duplicates are allowed': ['download: the same file twice in one fetch'],
      'bad requests come before all other checks': [
        'standard: bad requests are told before anything else is looked at',
      ],
      'no active worker: TypeError': ['bad-input: without an active worker'],
      'an id that is active: TypeError, atomically over all pages': [
        'bad-input: an id that is active already rejects with TypeError',
        'bad-input: two pages race for one id: one gets it',
        'bad-input: one page asks twice at a time: one gets it',
      ],
      'an empty id: TypeError': ['bad-input: an empty id rejects with TypeError'],
      'downloadTotal beyond the quota: QuotaExceededError': [
        'bad-input: more than there is room for rejects with QuotaExceededError',
      ],
      'bodies are read before it resolves; one that fails: TypeError, and the others are cancelled': [
        'uploads: a streamed body',
        'uploads: a streamed body that fails: TypeError, and the others are cancelled',
        'uploads: bodies of every kind arrive byte for byte, and once',
      ],
      'uploadTotal is the sum of all bodies': ['uploads: what is uploaded counts when the answer begins'],
      'bodies that do not fit the quota: QuotaExceededError': [
        'uploads: bodies that there is no room for: QuotaExceededError, and nothing is left',
      ],
      'title, icons and downloadTotal have defaults': [
        'bad-input: options that mean nothing are nothing',
        'bad-input: a title that is null',
      ],
      'ports, schemes and CORS fail the record, not the call': [
        'bad-input: a port that browsers block fails at once',
        'bad-input: schemes other than http fail at once',
        'cross-origin: without CORS fails',
        'cross-origin: a preflight that is refused fails',
      ],
    },
  },
  'get() and getIds()': {
    anchor: 'dom-backgroundfetchmanager-get',
    lines: {
      'undefined for what is not active': ['match: get and getIds know what is active'],
      'ids in the order of their beginning': ['match: getIds has the order in which fetches were begun'],
      'no active worker is needed': ['standard: get and getIds need no active worker'],
      'one object for one fetch in one realm': [
        'match: one object for one fetch in one page',
        'match: one object for one fetch in the worker',
      ],
    },
  },
  'Perform a background fetch': {
    anchor: 'perform-a-background-fetch',
    lines: {
      'the first failure to settle is the reason': [
        'standard: the first record that fails gives the reason, whatever its place',
      ],
      'other failures wait for all records': ['faults: one bad status among good ones: the others arrive'],
      'beyond downloadTotal all the others are aborted': [
        'standard: beyond downloadTotal all other records are aborted at once',
        'progress: more than downloadTotal ends it',
      ],
      'the fetch is not active in its event, the id is free': [
        'events: a fetch is no longer active in its event',
        'standard: the id is free for its own event',
      ],
      'an abort comes before any other reason': ['standard: an abort wins over a failure that is not notified yet'],
      'the event, by outcome': [
        'events: success is a BackgroundFetchUpdateUIEvent with the registration',
        'events: fail is a BackgroundFetchUpdateUIEvent with the reason',
        'events: abort is a BackgroundFetchEvent',
        'events: attributes of the global and listeners are both called',
        'events: each event is delivered once',
      ],
      'records last as long as the event': [
        'events: waitUntil keeps the records',
        'events: waitUntil while the event is being extended',
        'events: records are gone when the event has ended',
        'events: a handler that throws harms nothing else',
        'events: a handler whose promise is rejected ends the event',
      ],
      'pages know the result before a message of the handler': [
        'progress: the result is there before a message of the handler',
        'progress: a failure is there before a message of the handler',
      ],
    },
  },
  'Complete a record': {
    anchor: 'complete-a-record',
    lines: {
      'the first request is the app’s, without a range': ['download: the first request is the app’s own'],
      'a Range from the bytes stored on': [
        'faults: the connection is cut',
        'faults: the connection is cut again and again',
        'faults: the body ends early',
        'cross-origin: cut, with exposed validators: resumed without a preflight',
      ],
      'GET waits until its server is available': [
        'faults: started while the server cannot be reached',
        'faults: the server is away for 4 s in mid-download, which costs less than 10 s',
        'faults: a silent server',
        'faults: a host that is never there fails in the end',
      ],
      'a partial response is validated': [
        'faults: another range than the one asked for, after a cut',
        'faults: a complete length that is another, after a cut',
        'faults: another version appears in mid-download',
        'faults: another ETag at each request',
        'faults: no validators',
        'faults: a weak ETag',
        'cross-origin: another version appears behind hidden validators',
        'standard: a part that nobody asked for fails',
      ],
      'a part is gone on with': [
        'standard: a part from the start on is gone on with',
        'faults: a complete length that is not known, after a cut',
      ],
      'the whole in place of a part: begun from scratch, old records are redundant': [
        'faults: a server that ignores Range when resumed',
        'standard: a body that is being read ends with TypeError when it has to be begun from scratch, and less is downloaded',
      ],
      'encoded bodies are not resumed': ['faults: compressed, and cut', 'download: compressed on the way'],
      'up to downloadTotal, and no more': [
        'standard: bytes exactly up to downloadTotal are a success',
        'progress: as much as downloadTotal is allowed',
        'progress: more than downloadTotal ends it',
      ],
      'a status that is not ok: bad-status': [
        'faults: a bad status fails the fetch, with its response',
        'faults: a server error without Retry-After fails the fetch at once',
      ],
      'what is no GET is never sent again': [
        'upload-faults: 500 is not asked again',
        'upload-faults: the connection is cut in the body',
        'upload-faults: the connection is cut in the answer',
        'upload-faults: the worker is killed in the middle of uploads: those fail, the others are sent',
      ],
      'any method, with preflights as fetch does them': [
        'uploads: every method arrives as it is',
        'upload-faults: a preflight that is allowed',
        'upload-faults: a preflight that is refused: nothing is sent',
        'cross-origin: a request that needs a preflight',
      ],
      'uploaded grows as bytes are sent': ['uploads: what is uploaded counts when the answer begins'],
      'storage that runs full: quota-exceeded': [
        'quota: a file that does not fit fails with quota-exceeded, and others are not harmed',
        'quota: a browser that has lost count, after a crash, does not fail what is on its way',
      ],
      redirects: [
        'download: the response of a redirect',
        'upload-faults: a 307 repeats the method and the body',
        'upload-faults: a 303 makes a GET of it',
        'cross-origin: a redirect to another origin with CORS',
        'cross-origin: a redirect to another origin without CORS fails',
      ],
      integrity: ['download: with the right integrity', 'faults: integrity that does not fit fails'],
    },
  },
  'Update background fetch instances': {
    anchor: 'update-background-fetch-instances',
    lines: {
      'what is shown': ['progress: attributes of a registration'],
      'progress, in every realm': [
        'progress: on a link of 1 MB/s',
        'progress: on a link of 100 kB/s',
        'progress: of many small files',
        'progress: in every page that has the registration',
      ],
      'once with the result, never after it': ['standard: progress is told to the end, and no further'],
      'downloaded may sink': [
        'standard: a body that is being read ends with TypeError when it has to be begun from scratch, and less is downloaded',
      ],
    },
  },
  'abort()': {
    anchor: 'dom-backgroundfetchregistration-abort',
    lines: {
      'true, and the event is sure': [
        'abort: ends the transfer, the fetch and its data',
        'abort: right after the start',
        'abort: of a fetch that waits for its server',
        'standard: an abort wins over a failure that is not notified yet',
      ],
      'false when it is over': ['abort: resolves with false when it is over'],
      'the id is free at once': ['abort: frees the id at once: get, abort, fetch'],
      'only that fetch': ['abort: of one leaves the others alone'],
      'records that were whole stay readable': ['abort: leaves what had arrived whole'],
    },
  },
  'match() and matchAll()': {
    anchor: 'dom-backgroundfetchregistration-matchall',
    lines: {
      'all, in request order': ['match: all records, in the order of the requests'],
      'by URL without fragment, by Request; undefined for none': [
        'match: match finds by URL and by Request, or nothing',
        'download: a fragment in the URL',
      ],
      'ignoreSearch, ignoreMethod, ignoreVary': [
        'match: ignoreSearch',
        'match: ignoreMethod',
        'match: it is the method of the record that must be GET',
        'match: Vary and ignoreVary',
      ],
      'while it runs': ['match: a record that is whole can be read while others are received'],
      'new objects each time, with the request and its body': [
        'match: a record is made anew by each call, and its request can be read',
        'match: the body of a request can be read from its record',
        'uploads: the requests of the records have their bodies, again and again',
        'uploads: one URL with several bodies: each record has its own',
      ],
      'InvalidStateError when they are gone': ['events: records are gone when the event has ended'],
    },
  },
  'BackgroundFetchRecord.responseReady': {
    anchor: 'dom-backgroundfetchrecord-responseready',
    lines: {
      'with the head, and the body as it comes': [
        'match: a response is ready with its head, and its body comes as it is received',
      ],
      'url, type, status, redirected, headers': [
        'download: the head of the response',
        'download: the type of the response',
        'cross-origin: the type and the exposed headers of a response with CORS',
        'download: the response of a redirect',
      ],
      'no Content-Range, no Content-Length of parts': [
        'download: Content-Length is that of the body as it is stored',
        'standard: a part from the start on is gone on with',
      ],
      'AbortError, TypeError': [
        'cross-origin: the response of a record that failed rejects with TypeError',
        'standard: beyond downloadTotal all other records are aborted at once',
      ],
      'a body that is being read ends likewise': [
        'standard: a body that is being read ends with AbortError when its fetch is aborted',
        'standard: a body that is being read ends with TypeError when it has to be begun from scratch, and less is downloaded',
      ],
      'bodies of bad statuses': ['faults: the body of a bad status can be read'],
      'null body statuses': ['download: a success without a body', 'download: a file of 0 bytes'],
    },
  },
  'BackgroundFetchUpdateUIEvent.updateUI()': {
    anchor: 'dom-backgroundfetchupdateuievent-updateui',
    lines: {
      'once, while the event is active': [
        'events: updateUI works once, in success and fail',
        'events: records are gone when the event has ended',
      ],
      'only of the engine’s own events': ['events: updateUI of an event that a script made is refused'],
    },
  },
  'From inside the worker': {
    anchor: 'background-fetch-manager',
    lines: {
      everything: [
        'lifetime: from inside the worker',
        'lifetime: from inside the worker, aborted there',
        'match: one object for one fetch in the worker',
      ],
    },
  },
  Unregistering: {
    anchor: 'service-worker-registration-extensions',
    lines: {
      'ends fetches without an event, and removes their data': [
        'unregister: ends the transfers, without an event, and nothing is left',
        'unregister: with a page that is controlled',
        'unregister: what a registration has left is not for the next one',
      ],
    },
  },
};

/** Every title of the checklist that no scenario has. @param {{title: string}[]} scenarios */
export function unknownTitles(scenarios) {
  const titles = new Set(scenarios.map(({ title }) => title));
  return Object.values(checklist)
    .flatMap(({ lines }) => Object.values(lines).flat())
    .filter((title) => !titles.has(title));
}

/** As Markdown. */
export function checklistTable() {
  const rows = Object.entries(checklist).flatMap(([section, { anchor, lines }]) =>
    Object.entries(lines).map(
      ([line, titles], index) =>
        `| ${index === 0 ? `[${section}](${SPEC}#${anchor})` : ''} | ${line} | ${titles.join(' · ')} |`,
    ),
  );
  return ['| section | what it demands | scenarios |', '|---|---|---|', ...rows].join('\n');
}
