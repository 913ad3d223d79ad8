// From TypeScript and the wasm file to `dist/`.

import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';

import { bindgenDir, wasmFile } from './build-wasm.mjs';
import { unlessFresh } from './fresh.mjs';
import { fromRoot } from './paths.mjs';
import { PlainError } from './run.mjs';
import { inlineSource, urlSource } from './wasm-source.mjs';

const wasmName = 'background_fetch.wasm';

/** The browsers that have all the platform features that the polyfill builds on. */
const target = ['es2022', 'chrome109', 'firefox115', 'safari16.4'];

/**
 * The bundles: name in dist/, source in js/, and where the wasm is. A `.js` file is a classic script,
 * a `.mjs` file a module.
 */
const bundles = [
  { name: 'window.js', source: 'entries/window.ts' },
  { name: 'window.mjs', source: 'entries/window.ts' },
  { name: 'sw.js', source: 'entries/sw.ts', wasm: 'inline' },
  { name: 'sw.mjs', source: 'entries/sw.ts', wasm: 'inline' },
  { name: 'sw.slim.mjs', source: 'entries/sw.ts', wasm: 'beside' },
  { name: 'offline.mjs', source: 'entries/offline.ts' },
  { name: 'extras.mjs', source: 'entries/extras.ts' },
  { name: 'inspect.mjs', source: 'entries/inspect.ts' },
  { name: 'downloads.mjs', source: 'entries/downloads.ts' },
  { name: 'downloads.element.mjs', source: 'entries/downloads.element.ts' },
  { name: 'notifications.mjs', source: 'entries/notifications.ts' },
  { name: 'aliases.mjs', source: 'entries/aliases.ts' },
  { name: 'ponyfill.mjs', source: 'entries/ponyfill.ts' },
  { name: 'ponyfill.sw.mjs', source: 'entries/ponyfill.sw.ts', wasm: 'inline' },
];

/** Builds `dist/`. Returns whether anything changed. */
export async function buildDist({ force = false, outDir = fromRoot('dist') } = {}) {
  const scripts = fromRoot('scripts', 'lib');
  return unlessFresh(
    {
      force,
      stamp: join(outDir, '.stamp'),
      inputs: {
        files: [
          ...['js', 'types', 'package-lock.json', 'package.json'].map((name) => fromRoot(name)),
          ...['bundle.mjs', 'wasm-source.mjs', 'wasm-streams.mjs', 'wasm-text.mjs'].map((name) => join(scripts, name)),
          bindgenDir,
        ],
        values: [outDir],
      },
      outputs: [wasmName, ...bundles.map(({ name }) => name)].map((name) => join(outDir, name)),
    },
    () => writeDist(outDir),
  );
}

async function writeDist(outDir) {
  // Not earlier: the packages may only just have been installed.
  const esbuild = await import('esbuild');
  const built = await Promise.all(bundles.map((bundle) => buildBundle(esbuild, bundle, outDir)));
  // Only now: an error in the sources leaves the last good build in its place.
  rmSync(outDir, { recursive: true, force: true });
  mkdirSync(outDir, { recursive: true });
  copyFileSync(wasmFile, join(outDir, wasmName));
  copyTypes(outDir);
  for (const { path, text } of built.flat()) {
    writeFileSync(path, path.endsWith('.map') ? withoutWasm(text) : text);
  }
}

function copyTypes(outDir) {
  const types = fromRoot('types');
  if (!existsSync(types)) return;
  for (const name of readdirSync(types).filter((name) => name.endsWith('.d.ts'))) {
    copyFileSync(join(types, name), join(outDir, name));
  }
}

/** The files of one bundle, in memory. */
async function buildBundle(esbuild, { name, source, wasm }, outDir) {
  const entry = fromRoot('js', source);
  if (!existsSync(entry)) throw new PlainError(`dist/${name} is made from js/${source}: no such file.`);
  const result = await esbuild
    .build({
      entryPoints: [entry],
      outfile: join(outDir, name),
      bundle: true,
      minify: true,
      write: false,
      format: name.endsWith('.mjs') ? 'esm' : 'iife',
      target,
      sourcemap: 'linked',
      legalComments: 'none',
      banner: { js: banner() },
      plugins: [virtualModules(wasm)],
      logLevel: 'warning',
    })
    .catch((error) => {
      // esbuild has printed what is wrong, with the place in the source.
      throw new PlainError(`dist/${name} could not be built: ${error.errors?.length ?? 1} error(s).`);
    });
  return shrink(result.outputFiles, name, wasm === 'inline' ? inlineSource(wasmFile) : undefined);
}

/**
 * Once more, by a minifier that knows more tricks: another 4 % less, after brotli. Whether some of them are good differs from
 * bundle to bundle, by up to 1 %: so they are tried with and without.
 */
async function shrink(files, name, inlined) {
  const [map, script] = ['.map', name].map((end) => files.find(({ path }) => path.endsWith(end)));
  const results = [];
  for (const tricks of TRICKS) {
    const result = await minified(script.text, map.text, name, tricks);
    results.push({ map: result.map, text: inlined ? withWasm(result.code, inlined) : result.code });
  }
  // With the text of the wasm file: how well that compresses depends on what stands before it.
  const sizes = results.map(({ text }) => brotliCompressSync(text).length);
  const best = results[sizes.indexOf(Math.min(...sizes))];
  return [
    { path: script.path, text: best.text },
    { path: map.path, text: best.map },
  ];
}

const TRICKS = [true, false].flatMap((hoist_funs) => [true, false].map((sequences) => ({ hoist_funs, sequences })));

async function minified(code, map, name, tricks) {
  const { minify } = await import('terser');
  return minify(code, {
    ecma: 2022,
    toplevel: true,
    compress: {
      passes: 3,
      // No function expression of ours, or of the bindings, is called with `new`.
      unsafe_arrows: true,
      // `x === undefined` is more like other text than the other way round.
      lhs_constants: false,
      inline: 1,
      negate_iife: false,
      ...tricks,
    },
    mangle: { toplevel: true, nth_identifier: { get: identifier } },
    format: { comments: /^!/ },
    sourceMap: { content: map, filename: name, url: `${name}.map`, includeSources: true },
  });
}

/** The letters of short names: those first that are not the most frequent ones of what else stands in a script. */
const LETTERS = 'tsrnmlkjhgfdcbpqvwxyzaeiouABCDEFGHIJKLMNOPQRSTUVWXYZ';

function identifier(number) {
  const rest = Math.floor(number / LETTERS.length);
  return LETTERS[number % LETTERS.length] + (rest > 0 ? identifier(rest - 1) : '');
}

/** The minifier has its own taste in quotes; the text has no single ones. */
function withWasm(code, { placeholder, text }) {
  const start = code.indexOf(placeholder) - 1;
  if (start < 0) throw new PlainError('The minified worker has no place for the wasm file.');
  return `${code.slice(0, start)}'${text}'${code.slice(start + placeholder.length + 2)}`;
}

function banner() {
  const { name, version, license } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8'));
  return `/*! ${name} ${version} | ${license} */`;
}

/**
 * `virtual:wasm` is how the bundle has the wasm file; `virtual:bindgen` is what wasm-bindgen made,
 * wherever that is.
 */
function virtualModules(wasm) {
  const sources = {
    'virtual:wasm-text': () => inlineSource(wasmFile).module,
    'virtual:wasm-url': () => urlSource(wasmName, wasmFile),
  };
  return {
    name: 'virtual-modules',
    setup(build) {
      build.onResolve({ filter: /^virtual:bindgen$/ }, () => ({
        path: join(bindgenDir, 'background_fetch.js'),
        // Whatever of the bindings a bundle does not use is left out.
        sideEffects: false,
      }));
      build.onResolve({ filter: /^virtual:wasm$/ }, () => {
        if (wasm) return { path: fromRoot('js', 'worker', `wasm-${wasm}.ts`) };
        return { errors: [{ text: 'The page has no wasm; only the worker bundles have.' }] };
      });
      // An entry that passes another one on leaves it in a file of its own, beside it.
      build.onResolve({ filter: /^\.\/.+\.ts$/ }, ({ path, importer }) =>
        dirname(importer) === fromRoot('js', 'entries')
          ? { path: path.replace(/ts$/, 'mjs'), external: true, sideEffects: false }
          : undefined,
      );
      build.onResolve({ filter: /^virtual:wasm-/ }, ({ path }) => ({ path, namespace: 'virtual' }));
      build.onLoad({ filter: /.*/, namespace: 'virtual' }, ({ path }) => ({
        contents: sources[path](),
        resolveDir: fromRoot('scripts', 'lib'),
        loader: 'js',
      }));
    },
  };
}

/** A source map without the text of the wasm file, which nobody reads. */
function withoutWasm(text) {
  const map = JSON.parse(text);
  map.sourcesContent = map.sourcesContent?.map((content, index) =>
    map.sources[index].startsWith('virtual:') ? null : content,
  );
  return JSON.stringify(map);
}
