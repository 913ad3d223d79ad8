/** What came of a run: the numbers, the table, and the evidence of what went wrong. */
import { isKill } from './chaos.mjs';
import { judge } from './oracle.mjs';

const SHOWN_LINES = 60;

/** Everything that must be 0. */
export const FAULTLESS = [
  'wrong bytes',
  'lost events',
  'stuck',
  'wrong outcomes',
  'duplicate events',
  'left behind',
  'pages not notified',
  'uncaught errors',
];

/** @param {import('./soak.mjs').Soak} soak @param {{browser: string, protocol: string, seconds: number}} about */
export function summarise(soak, { browser, protocol, seconds }) {
  const { stage, lives } = soak;
  const requests = stage.requestsByKey();
  const judged = lives.map((life) => ({ life, complaints: complaintsOf(soak, life, requests) }));
  const count = (/** @type {string} */ kind) =>
    judged.flatMap(({ complaints }) => complaints).filter((each) => each.kind === kind).length;
  const ended = lives.filter(({ rows }) => rows.length);
  const kills = Object.entries(stage.counts).filter(([kind]) => isKill(kind));
  const faults = Object.entries(stage.counts).filter(([kind]) => !isKill(kind));
  const files = lives.flatMap(({ plan }) => plan.files);
  const ends = tally(ended.map(({ rows }) => rows[0].failureReason || 'success'));
  const { entries = ['not looked'], rows = {}, locks = [] } = soak.left ?? {};
  const left = entries.length + Object.keys(rows).length + locks.length;
  const summary = {
    browser,
    protocol,
    seed: soak.options.seed,
    minutes: Math.round(seconds / 6) / 10,
    downloads: ended.length,
    ends,
    files: ended.flatMap(({ plan }) => plan.files).length,
    bytes: bytesSeen(ended),
    'sent ÷ size': sentOverSize(ended, requests),
    kills: sum(kills),
    'kills by kind': Object.fromEntries(kills),
    faults: sum(faults) + sum(Object.entries(tally(files.flatMap((file) => file.faults)))),
    'faults by kind': Object.fromEntries(faults),
    'files with faults': tally(files.flatMap((file) => file.faults)),
    'seconds by kind': secondsByKind(stage.interruptions),
    'wrong bytes': count('wrong bytes'),
    'lost events': count('lost'),
    'duplicate events': count('duplicate') + soak.strays.length,
    stuck: count('stuck'),
    'wrong outcomes': count('wrong outcome'),
    'left behind': left,
    'pages not notified': soak.unnotified.length,
    'uncaught errors': soak.workerErrors.length + soak.pageErrors.length,
    'handlers killed, event delivered again': soak.begins - ended.flatMap((life) => life.rows).length,
    'delivered again after a kill': ended.flatMap((life) => life.rows.slice(1)).length,
    'fetch() cut off by a kill': lives.filter((life) => !life.certain && !life.refused && !life.uncounted).length,
    'refused by a browser that has lost count': lives.filter((life) => life.uncounted).length,
    'memory, MB: first, median, most': spread(soak.memory),
    'storage, MB: first, median, most': spread(soak.usage),
    'trouble of drivers': stage.troubles.length,
  };
  const failed = judged
    .filter(({ complaints }) => complaints.length)
    .map(({ life, complaints }) => evidence(soak, life, complaints, requests));
  return {
    isGood: FAULTLESS.every((name) => summary[name] === 0),
    summary,
    evidence: {
      failed,
      strays: soak.strays,
      left: soak.left,
      unnotified: soak.unnotified,
      workerErrors: soak.workerErrors,
      pageErrors: soak.pageErrors,
      troubles: stage.troubles,
      interruptions: stage.interruptions,
    },
  };
}

/** @param {import('./soak.mjs').Soak} soak @param {import('./oracle.mjs').Life} life */
function complaintsOf(soak, life, requests) {
  const { rows, plan, certain, refused, trouble = [] } = life;
  /** @type {{kind: string, text: string}[]} */
  const complaints = rows.length ? judge(life, soak.stage.interruptions) : [];
  if (refused)
    complaints.push({
      kind: 'wrong outcome',
      text: `fetch() rejected: ${trouble.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join(': ')}`,
    });
  if (rows.length) return complaints;
  // Requests are made of a fetch that has begun, whatever became of the call.
  const begun = certain || plan.files.some(({ key }) => requests.has(key));
  if (soak.activeAtEnd.includes(plan.id) && begun) complaints.push({ kind: 'stuck', text: 'still active at the end' });
  else if (begun) complaints.push({ kind: 'lost', text: 'no event, and not active' });
  return complaints;
}

/** @param {import('./soak.mjs').Soak} soak */
function evidence({ stage, options }, { plan, ...life }, complaints, requests) {
  const to = life.rows.at(-1)?.at ?? Infinity;
  const near = stage.interruptions.filter(({ start, end }) => end >= life.startedAt && start <= to);
  const asked = plan.files.flatMap(({ key }) => requests.get(key) ?? []);
  return {
    complaints,
    seed: options.seed,
    plan: { ...plan, files: plan.files.map((file) => ({ ...file, versions: file.versions() })) },
    ...life,
    interruptions: near,
    requests: asked.map(
      ({ at, method, url, headers, status, bytesSent, aborted, done }) =>
        `${at} ms ${method} ${url} ${headers.range ?? ''} ${headers['if-range'] ?? ''} → ${status}, ${bytesSent} bytes${aborted ? ', aborted' : ''}${done ? '' : ', open'}`,
    ),
    console: stage.lines.filter(({ at }) => at >= life.startedAt && at <= to + 2_000).slice(-SHOWN_LINES),
  };
}

function bytesSeen(ended) {
  const last = ended.flatMap(({ rows }) => rows.at(-1).records ?? []);
  return last.reduce((total, { response }) => total + (response?.size ?? 0), 0);
}

/** Of the downloads that succeeded. Where nothing can be resumed, everything is sent again. */
function sentOverSize(ended, requests) {
  const files = ended
    .filter(({ rows }) => rows[0].result === 'success')
    .flatMap(({ plan }) => plan.files)
    .filter((file) => file.repeatable);
  const size = files.reduce((total, file) => total + file.size, 0);
  const sent = files
    .flatMap(({ key }) => requests.get(key) ?? [])
    .reduce((total, { bytesSent }) => total + bytesSent, 0);
  return size ? Number((sent / size).toFixed(3)) : null;
}

function secondsByKind(interruptions) {
  /** @type {Record<string, number>} */
  const seconds = {};
  for (const { kind, start, end } of interruptions) seconds[kind] = (seconds[kind] ?? 0) + (end - start) / 1000;
  return Object.fromEntries(Object.entries(seconds).map(([kind, value]) => [kind, Math.round(value)]));
}

function spread(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  return [samples[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)].map((value) => Math.round(value ?? 0));
}

/** @param {string[]} names */
function tally(names) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

const sum = (/** @type {[string, number][]} */ entries) => entries.reduce((total, [, value]) => total + value, 0);

/** @param {Record<string, unknown>} summary */
export function printTable(summary) {
  const width = Math.max(...Object.keys(summary).map((name) => name.length));
  for (const [name, value] of Object.entries(summary)) {
    const text = Array.isArray(value)
      ? value.join(', ')
      : value && typeof value === 'object'
        ? Object.entries(value)
            .map(([key, number]) => `${key} ${number}`)
            .join(', ')
        : typeof value === 'number'
          ? value.toLocaleString('en-GB')
          : String(value);
    console.log(`${name.padEnd(width)}  ${text}`);
  }
}
