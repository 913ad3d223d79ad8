/** From `fetch()` in the page to the request at the server, when all is warm. */
import { brief } from '../cases.mjs';

/** @type {import('../cases.mjs').Workload['cases']} */
export const cases = () => [brief({ title: 'warm', action: 'call', rivals: { plain: 1.5 } })];
