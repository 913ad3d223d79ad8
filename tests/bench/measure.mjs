/** Runs a case: ours and its rivals by turns, so that what the machine does beside it, it does to all of them. */
import { loadavg } from 'node:os';
import { compare, spread } from './figures.mjs';

/**
 * @typedef {import('./contender.mjs').Contender} Contender
 * @typedef {import('./figures.mjs').Sample} Sample
 */

/**
 * A B, B A, A B …: who comes first finds the machine in another state.
 * @param {Contender[]} contenders @param {number} runs
 * @param {(contender: Contender, run: number) => Promise<Sample>} take
 * @returns {Promise<Record<string, Sample[]>>} by name
 */
export async function alternate(contenders, runs, take) {
  /** @type {Record<string, Sample[]>} */
  const samples = Object.fromEntries(contenders.map(({ name }) => [name, []]));
  for (let run = 1; run <= runs; run++) {
    const turn = run % 2 ? contenders : [...contenders].reverse();
    for (const contender of turn) samples[contender.name].push(await take(contender, run));
  }
  return samples;
}

/**
 * Those who can do what the case is about.
 * @param {import('./cases.mjs').Case} wanted @param {Record<string, Contender>} all by name, ours among them
 * @param {{browser: string, base?: string | undefined}} settings
 */
export function contendersOf({ rivals, action }, all, { browser, base }) {
  const names = [...Object.keys(rivals), ...(base ? ['base'] : [])];
  const there = names.filter((name) => name !== 'native' || browser === 'chromium');
  return [...there, 'ours'].map((name) => {
    const contender = all[name];
    if (!contender?.[action]) throw new Error(`there is no ${action} of ${name}`);
    return contender;
  });
}

/** @param {import('./cases.mjs').Aim | undefined} aim @param {string} browser @returns {number | null} */
export const aimOf = (aim, browser) => (aim && typeof aim === 'object' ? (aim[browser] ?? null) : (aim ?? null));

/**
 * @param {string} workload @param {import('./cases.mjs').Case} wanted @param {Contender[]} contenders
 * @param {{stage: import('./stage.mjs').Stage, browser: string, runs: number, say: (line: string) => void}} options
 */
export async function measure(workload, wanted, contenders, { stage, browser, runs, say }) {
  const { title, job, action, rivals, fresh } = wanted;
  /** @type {number[]} */
  const loads = [];
  const samples = await alternate(contenders, runs, async (contender, run) => {
    const seat = await stage.seat(contender.seat, fresh);
    const act = /** @type {import('./contender.mjs').Action} */ (contender[action]);
    const sample = await act(seat, job, run);
    loads.push(loadavg()[0]);
    say(`${workload}: ${title}: ${run}/${runs} ${contender.name} ${JSON.stringify(sample)}, load ${loads.at(-1)}`);
    return sample;
  });
  const { ours, ...others } = samples;
  const results = Object.entries(others).map(([name, theirs]) => ({
    ...compare({ workload, ...wanted }, { name, aim: aimOf(rivals[name], browser) }, ours, theirs),
    server: stage.serverName,
    load: spread(loads),
  }));
  return { results, samples };
}
