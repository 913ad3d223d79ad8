/** The app keeps what has come: `cache.put(url, await record.responseReady)`. */
import { large } from '../cases.mjs';
import { MIB } from '../figures.mjs';

/** @type {import('../cases.mjs').Workload['cases']} */
export const cases = ({ size = 256 * MIB }) => [large(size, { action: 'readback', rivals: { plain: 0.9 } })];
