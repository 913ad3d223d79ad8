// As webpack-cli does, which need not be installed for it.
import { copyFileSync } from 'node:fs';
import { resolve } from 'node:path';
import webpack from 'webpack';

webpack(
  {
    mode: 'production',
    entry: { main: './main.js', sw: './sw.js' },
    output: { path: resolve('dist'), publicPath: '/' },
    // As docs/bundlers.md says.
    performance: { maxAssetSize: 300_000, maxEntrypointSize: 300_000 },
  },
  (error, stats) => {
    console.log(error ?? stats.toString());
    if (error || stats.hasErrors() || stats.hasWarnings()) process.exit(1);
    copyFileSync('index.html', 'dist/index.html');
  },
);
