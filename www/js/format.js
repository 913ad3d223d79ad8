/** Numbers as people read them. */

const mega = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** @param {number} bytes */
export const megabytes = (bytes) => `${(bytes < 1e8 ? mega : whole).format(bytes / 1e6)} MB`;

/** @param {number} seconds */
export const duration = (seconds) =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${whole.format(Math.round(seconds / 60))} min`;

/** @param {number} seconds */
export const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
