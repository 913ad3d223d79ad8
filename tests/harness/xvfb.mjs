/** A virtual screen for a browser that has no headless mode. */
import { browserPath } from '../../scripts/lib/browsers.mjs';
import { ProcessGroup, within } from './process.mjs';

/** @returns {Promise<{display: string, group: ProcessGroup}>} */
export async function startXvfb() {
  const group = new ProcessGroup(
    browserPath('xvfb'),
    // When its last browser was killed it would begin anew, and refuse the next one meanwhile.
    ['-noreset', '-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'],
    {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    },
  );
  try {
    // It picks a free number by itself and writes it once it is up.
    const stream = /** @type {NodeJS.ReadableStream} */ (group.child.stdio[3]);
    const number = new Promise((resolve, reject) => {
      stream.once('data', (chunk) => resolve(String(chunk).trim()));
      group.exited.then(() => reject(new Error(`Xvfb ended: ${group.recentOutput}`)));
    });
    return { display: `:${await within(number, 15_000, 'Xvfb starting')}`, group };
  } catch (error) {
    await group.kill();
    throw error;
  }
}
