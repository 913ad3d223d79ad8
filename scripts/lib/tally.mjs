// How many tests passed and failed, and which: read from what a test runner prints.

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
  const plain = withoutColours(output);
  const counts = closings.flatMap(({ pattern }) =>
    [...plain.matchAll(pattern)].map(([, passed, failed]) => [Number(passed), Number(failed)]),
  );
  if (counts.length === 0) return undefined;
  const sum = (index) => counts.reduce((total, count) => total + count[index], 0);
  return { passed: sum(0), failed: sum(1) };
}

/** Lines of a failed test, and characters of a line: enough to see why, little enough to read. */
const MOST = { lines: 40, characters: 300 };

/**
 * What `output` says of tests that failed: from each line with the mark of a failure, as far as the lines that
 * are indented more. A long output, cut somewhere, is no use to whom it tells that two of four hundred failed.
 * @returns {string[]} a block of lines each
 */
export function failures(output) {
  const lines = withoutColours(output).split('\n');
  return lines.flatMap((line, at) => {
    const mark = /^(\s*)(?:FAILED |not ok |✖ |test .* \.\.\. FAILED$)/.exec(line);
    if (!mark) return [];
    const depth = mark[1].length;
    const rest = lines.slice(at + 1);
    const end = rest.findIndex((each) => each.trim() !== '' && each.search(/\S/) <= depth);
    const block = [line, ...(end < 0 ? rest : rest.slice(0, end))].slice(0, MOST.lines);
    return [block.map((each) => each.slice(0, MOST.characters)).join('\n')];
  });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it looks for
const withoutColours = (output) => output.replace(/\u001b\[[\d;]*m/g, '');
