import { resolve } from 'node:path';
import withSerwistInit from '@serwist/next';

const withSerwist = withSerwistInit({ swSrc: 'app/sw.js', swDest: 'public/sw.js' });

// The folder of the tests: it would take that of this whole project.
export default withSerwist({ output: 'export', outputFileTracingRoot: resolve('../..') });
