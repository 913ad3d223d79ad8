/** Whether what the app's worker saw of a fetch is what its plan permits. */
import { breaksConnections, isKill } from './chaos.mjs';
import { permittedEnds } from './plan.mjs';

/** How long after the handler's end its data may still be there, so that the event comes again after a kill. */
const TIDYING_MS = 3_000;
const TYPES = { '': 'backgroundfetchsuccess', aborted: 'backgroundfetchabort' };

/**
 * @typedef {object} Life what happened to a planned fetch
 * @property {import('./plan.mjs').Plan} plan
 * @property {number} startedAt
 * @property {boolean} certain whether fetch() is known to have resolved
 * @property {boolean} refused whether it rejected, with nothing to explain it
 * @property {boolean} [uncounted] whether it rejected because the browser had lost count of what it stores
 * @property {'no' | 'yes' | 'perhaps'} abort
 * @property {any[]} rows of the app's log: the events of this fetch, in their order
 * @property {any[]} [trouble] why it was not certain
 *
 * @typedef {{start: number, end: number, kind: string}} Interruption of time by a kill or a fault, in ms
 *
 * @typedef {{kind: 'wrong bytes' | 'wrong outcome' | 'duplicate', text: string}} Complaint
 */

/** Everything that is wrong with the events of a fetch. @param {Life} life @param {Interruption[]} interruptions @returns {Complaint[]} */
export function judge(life, interruptions) {
  const { rows } = life;
  const complaints = rows.flatMap((row) => judgeRow(life, row, interruptions));
  rows.slice(1).forEach((row, index) => {
    const before = rows[index];
    if (row.failureReason !== before.failureReason) {
      complaints.push({
        kind: 'wrong outcome',
        text: `delivered again as "${row.failureReason}", after "${before.failureReason}"`,
      });
    }
    if (!wasKilledBetween(before.at, row.at, interruptions)) {
      complaints.push({
        kind: 'duplicate',
        text: `again after ${row.at - before.at} ms, with no kill that explains it`,
      });
    }
  });
  return complaints;
}

/** A kill that may have come before the event was done with. */
function wasKilledBetween(from, to, interruptions) {
  return interruptions.some(
    ({ kind, start, end }) => isKill(kind) && end >= from && start <= from + TIDYING_MS && start <= to,
  );
}

/** @param {Life} life @param {any} row @param {Interruption[]} interruptions @returns {Complaint[]} */
function judgeRow(life, row, interruptions) {
  const { plan, startedAt, abort } = life;
  const outcome = (/** @type {string} */ text) => [/** @type {Complaint} */ ({ kind: 'wrong outcome', text })];
  if (row.error) return outcome(`in the handler: ${row.error}: ${row.message}`);
  const interrupted = interruptions.some(
    ({ kind, start, end }) => breaksConnections(kind) && end >= startedAt && start <= row.at,
  );
  const permitted = permittedEnds(plan, { interrupted, abort });
  const reason = row.failureReason;
  if (!permitted.includes(reason)) return outcome(`"${reason}" is none of ${JSON.stringify(permitted)}`);
  const expected = [TYPES[reason] ?? 'backgroundfetchfail', reason === '' ? 'success' : 'failure'];
  if (row.type !== expected[0] || row.result !== expected[1]) return outcome(`${row.type}, ${row.result}, ${reason}`);
  if (row.records.length !== plan.files.length) return outcome(`${row.records.length} records of ${plan.files.length}`);
  return plan.files.flatMap((file, index) => judgeRecord(file, row.records[index], { reason, interrupted }));
}

/** @param {import('./plan.mjs').PlannedFile} file @param {any} record @param {{reason: string, interrupted: boolean}} end @returns {Complaint[]} */
function judgeRecord(file, { request, response, error }, { reason, interrupted }) {
  const say = (/** @type {Complaint['kind']} */ kind, /** @type {string} */ text) => [
    { kind, text: `${file.key}: ${text}` },
  ];
  if (request.url !== file.url || request.method !== (file.init?.method ?? 'GET')) {
    return say('wrong outcome', `the record is of ${request.method} ${request.url}`);
  }
  const failure = error ?? response.bodyError;
  // All records are over when these are delivered; the others may have been in the middle.
  const othersAreWhole = ['', 'bad-status', 'fetch-error'].includes(reason);
  const mustBeWhole =
    reason === '' || (othersAreWhole && file.succeeds && !file.fails.length && (file.repeatable || !interrupted));
  if (failure) return mustBeWhole ? say('wrong outcome', `rejected with ${failure}`) : [];
  if (!response.ok) return mustBeWhole ? say('wrong outcome', `status ${response.status}`) : [];
  if (response.size !== file.size) return say('wrong bytes', `${response.size} bytes of ${file.size}`);
  if (!file.versions().includes(response.sha256))
    return say('wrong bytes', `${response.size} bytes that are of no version`);
  return [];
}
