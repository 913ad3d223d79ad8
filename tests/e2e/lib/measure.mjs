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

/** That no more of a file was sent than that many times its size. @param {{sent: number, size: number}} file */
export function checkSent(file, most = 1.2) {
  atMost(file.sent / file.size, most, 'times the size was sent');
}

/** Waits until a part of a file has been sent. @param {import('./context.mjs').Context} t @param {{sent: number, size: number}} file @param {number} part */
export const sentUpTo = (t, file, part) =>
  t.until(() => file.sent >= part * file.size, `${part} of the file sent`, 60_000);
