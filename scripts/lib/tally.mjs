// How many tests passed and failed, read from what a test runner prints at its end.

const closings = [
  // cargo test, wasm-bindgen-test-runner
  { pattern: /^test result: \w+\. (\d+) passed; (\d+) failed/gm },
  // node --test
  { pattern: /^(?:#|ℹ) pass (\d+)\n(?:#|ℹ) fail (\d+)/gm },
  // our own runners, and others
  { pattern: /^(?:\w+: )?(\d+) passed, (\d+) failed\b/gm },
];

/** The sums over all closing lines in `output`; undefined if there is none. */
export function tally(output) {
  // eslint-disable-next-line no-control-regex
  const plain = output.replace(/\u001b\[[\d;]*m/g, '');
  const counts = closings.flatMap(({ pattern }) =>
    [...plain.matchAll(pattern)].map(([, passed, failed]) => [Number(passed), Number(failed)]));
  if (counts.length === 0) return undefined;
  const sum = (index) => counts.reduce((total, count) => total + count[index], 0);
  return { passed: sum(0), failed: sum(1) };
}
