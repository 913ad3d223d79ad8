import { nodeResolve } from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';

const plugins = [nodeResolve({ browser: true }), terser()];

export default [
  { input: 'main.js', output: { file: 'dist/main.js', format: 'es' }, plugins },
  { input: 'sw.js', output: { file: 'dist/sw.js', format: 'iife' }, plugins },
];
