/**
 * How fast a background fetch is, against what one would have instead:
 * `npm run bench -- [--browser chromium,firefox,webkit] [--protocol h1,h2] [--only WORKLOAD,…] [--runs 5] [--json FILE]
 * [--size MIB] [--files N] [--dist FOLDER] [--base FOLDER] [--server auto|nginx|node] [--verbose]`.
 * What the figures mean: docs/performance.md.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { browserPath } from '../../scripts/lib/browsers.mjs';
import { capture, exitWith } from '../../scripts/lib/run.mjs';
import { TempDir } from '../harness/process.mjs';
import { Media } from './files.mjs';
import { contendersOf, measure } from './measure.mjs';
import { parse } from './options.mjs';
import ours from './ours.mjs';
import { Stage } from './stage.mjs';
import { table } from './table.mjs';

const say = (/** @type {string} */ line) => console.error(`bench: ${line}`);

/** The modules of a folder, by their names. @param {string} folder @returns {Promise<Record<string, any>>} */
async function modulesOf(folder) {
  const names = readdirSync(new URL(folder, import.meta.url)).map((file) => file.replace(/\.mjs$/, ''));
  const modules = names.map(async (name) => [
    name,
    await import(new URL(`${folder}${name}.mjs`, import.meta.url).href),
  ]);
  return Object.fromEntries(await Promise.all(modules));
}

/** @param {string} name */
function versionOf(name) {
  // Its browser wants a display to tell its version.
  if (name === 'webkit')
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own
    return capture('dpkg-query', ['-W', '-f', 'WebKitGTK ${Version}', 'libwebkit2gtk-4.1-0']) ?? name;
  const binary = browserPath(name === 'firefox' ? 'firefox' : 'chromium');
  return capture(binary, ['--version'])?.split(' built on')[0] ?? name;
}

async function main() {
  const workloads = await modulesOf('./workloads/');
  const rivals = Object.values(await modulesOf('./rivals/')).map((module) => module.default);
  const contenders = Object.fromEntries([ours, ...rivals].map((each) => [each.name, each]));
  const options = parse(process.argv.slice(2), Object.keys(workloads));
  const folder = new TempDir();
  const media = await Media.in(folder.path);
  const report = { date: new Date().toISOString(), cpus: cpus().length, runs: options.runs, blocks: [] };
  for (const browser of options.browsers) {
    for (const protocol of options.protocols) {
      const block = { browser, version: versionOf(browser), protocol, results: [], samples: {} };
      report.blocks.push(block);
      const settings = { ...options, browser, protocol, folder: folder.path, media };
      for (const workload of options.only) {
        for (const each of workloads[workload].cases(options)) {
          const { results, samples } = await take(workload, each, contendersOf(each, contenders, settings), settings);
          block.results.push(...results);
          block.samples[`${workload}: ${each.title}`] = samples;
          if (options.json) writeFileSync(options.json, `${JSON.stringify(report, null, 1)}\n`);
        }
      }
      print(block, report);
    }
  }
  folder.remove();
}

/** One case, with browsers of its own. */
async function take(workload, each, contenders, settings) {
  const { browser, runs, verbose } = settings;
  const stage = new Stage({ ...settings, log: verbose ? say : undefined }, each.needs);
  try {
    return await measure(workload, each, contenders, { stage, browser, runs, say });
  } finally {
    await stage.close();
  }
}

function print({ version, protocol, results }, { cpus: count, runs }) {
  const servers = [...new Set(results.map(({ server }) => server))].join('; ');
  const [least, most] = [Math.min, Math.max].map((of) => of(...results.flatMap(({ load }) => [load.min, load.max])));
  console.log(
    `\n${version}, ${protocol}; ${servers}\n${runs} runs by turns on ${count} cores, load ${least}–${most}\n`,
  );
  console.log(table(results));
}

main().then(() => process.exit(), exitWith);
