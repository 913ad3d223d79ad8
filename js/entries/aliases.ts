/** The names that guides use, and the standard has not, where the API is there: ours, or the browser's own. */
import { installAliases } from '../aliases/install.ts';

// It may be imported before that which installs the API.
if (!installAliases()) queueMicrotask(installAliases);
