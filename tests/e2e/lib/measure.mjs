/** Figures that hang on how busy the machine is: times, memory, and what is sent again after a kill. */

/**
 * How many times longer than a scenario says everything is waited for: a busy machine is slow. What takes `LATE` times
 * as long is tried again, alone, and must be quicker then.
 */
export const PATIENCE = 6;
export const LATE = 2;

/**
 * More than was promised. Beside other scenarios, or on a machine that did something else just then, that says
 * nothing yet: the runner measures again, alone, and the least counts, as no machine makes it less than it is.
 */
export class TooMuch extends Error {
  name = 'TooMuch';
}

/** That a figure is no more than that. @param {number} figure @param {number} most @param {string} what with its unit */
export function atMost(figure, most, what) {
  if (figure > most) throw new TooMuch(`${what}: ${Number(figure.toFixed(3))}, which is more than ${most}`);
}
