import { resolve } from 'node:path';

export default {
  mode: 'production',
  entry: { main: './main.js', sw: './sw.js' },
  output: { path: resolve('dist'), publicPath: '/' },
};
