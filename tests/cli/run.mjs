/** The command line, as its users call it. */
import { spawn } from 'node:child_process';
import { fromRoot } from '../../scripts/lib/paths.mjs';

/**
 * @param {...string} args
 * @returns {Promise<{code: number | null, text: string}>} what it printed, and how it ended
 */
export async function cli(...args) {
  const child = spawn(process.execPath, [fromRoot('cli', 'main.mjs'), ...args], { timeout: 60_000 });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part) => (text += part));
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, text };
}
