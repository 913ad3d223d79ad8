/** What an end is worth. Knows nothing of the engine: only what was asked for, what came, and what is right. */
import { fileSha256 } from '../../server/content.mjs';

/**
 * - `right`
 * - `failed`: a clear failure where the file could have come, or another one than is right
 * - `wrong bytes`: told as a success
 * - `stuck`: no end in twice the time
 * - `costly`: right, but for more bytes, requests or time than it may cost
 * - `untidy`: right, but data, locks or errors of ours are left, or a second event
 * - `error`: the test itself could not be done
 *
 * @typedef {'right' | 'failed' | 'wrong bytes' | 'stuck' | 'costly' | 'untidy' | 'error'} Outcome
 * @typedef {{outcome: Outcome, detail?: string}} Verdict
 * @typedef {{url: string, seed: number, size: number, sent: number, requests: any[]}} File
 */

/** In the order of tables. @type {Outcome[]} */
export const OUTCOMES = ['right', 'failed', 'wrong bytes', 'stuck', 'costly', 'untidy', 'error'];

/**
 * @param {any} row what the app's worker saw
 * @param {File[]} files in the order of the records
 * @param {import('./words.mjs').Right} right
 * @param {number} seconds that it took
 * @returns {Verdict}
 */
export function judge(row, files, right, seconds) {
  return judgeEnd(row, files, right) ?? judgeCost(files, right, seconds) ?? { outcome: 'right' };
}

/** @returns {Verdict | undefined} */
function judgeEnd(row, files, right) {
  const end = row.result === 'success' ? 'success' : row.failureReason;
  if (end === 'success') {
    if (row.error) return { outcome: 'failed', detail: `in the handler: ${row.message}` };
    if (row.records.length !== files.length) return { outcome: 'failed', detail: `${row.records.length} records` };
    const of = row.records.map((record, index) => fileOf(record, files, index));
    if (new Set(of).size !== files.length) return { outcome: 'failed', detail: 'one file twice' };
    const wrong = row.records.map((record, index) => wrongBytes(record, of[index], right)).find(Boolean);
    if (wrong) return wrong;
  }
  if (!right.events.includes(end)) return { outcome: 'failed', detail: end };
  for (const [index, record] of row.records.entries()) {
    const { response } = record;
    const complaint = right.check({ response, record, asked: fileOf(record, files, index)?.requests ?? [] });
    if (complaint) return { outcome: 'failed', detail: complaint };
  }
}

/** Chromium's own lists records in the order in which they ended. @param {any} record @param {File[]} files @param {number} index */
const fileOf = ({ request }, files, index) => files.find(({ url }) => url === request?.url) ?? files[index];

/** @returns {Verdict | undefined} */
function wrongBytes({ response, error }, file, { versions }) {
  if (error ?? response.bodyError) return { outcome: 'failed', detail: `success, with ${error ?? response.bodyError}` };
  const all = versions.map((version) => version({ seed: Number(file.seed), size: Number(file.size) }));
  if (all.some(({ seed, size }) => response.sha256 === fileSha256(seed, size))) return undefined;
  const sizes = all.map(({ size }) => size).join(' or ');
  return { outcome: 'wrong bytes', detail: `${response.size} of ${sizes} bytes, status ${response.status}` };
}

/** @returns {Verdict | undefined} */
function judgeCost(files, right, seconds) {
  const size = files.reduce((sum, file) => sum + Number(file.size), 0);
  const sent = files.reduce((sum, file) => sum + file.sent, 0) / Math.max(size, 1);
  if (sent > right.sent) return { outcome: 'costly', detail: `${sent.toFixed(2)} times its size was sent` };
  const most = Math.max(...files.map(({ requests }) => requests.length));
  if (most > right.requests) return { outcome: 'costly', detail: `${most} requests` };
  if (seconds > 2 * right.seconds) return { outcome: 'costly', detail: `${seconds.toFixed(0)} s` };
}
