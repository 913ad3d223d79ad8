/** Another build of the polyfill, that of `--base`, in a browser of its own. */
import ours from '../ours.mjs';

/** @type {import('../contender.mjs').Contender} */
export default { ...ours, name: 'base', title: 'another build', seat: 'base' };
