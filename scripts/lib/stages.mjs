// The stages of `npm test`, in order. This table is all there is to edit.
//
// `plan`: what the set-up must have installed. `after`: the stage without which this one makes no sense.
// `steps`: what to run, each a list of program and arguments; `needs` names a file without which there is
// nothing to run yet. `beside`: stages that follow each other with the same word run at the same time.
// `node` stands for this Node.js, `tsc` for the installed TypeScript.

/** Each is compiled with another view of the world: the sources, then the published types in use. */
export const typeProjects = [
  '.',
  'tests/types/page',
  'tests/types/worker',
  'tests/types/implementation',
  'tests/types/future',
];

/** Arguments of Node.js. */
export const styleCheck = ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings'];

/** Those that have no browser in them. */
export const nativeCrates = ['--package', 'background-fetch-engine', '--package', 'background-fetch-simulation'];

export const stages = [
  {
    name: 'engine',
    title: 'the engine, natively, and its simulation',
    plan: 'engine',
    steps: [['cargo', 'test', ...nativeCrates]],
  },
  {
    name: 'js',
    title: 'units of the TypeScript',
    plan: 'node',
    steps: [['node', 'scripts/test-js.mjs']],
    needs: 'tests/js',
  },
  {
    name: 'style',
    title: 'format and lints of JavaScript and TypeScript',
    plan: 'node',
    steps: [['node', ...styleCheck]],
  },
  {
    name: 'build',
    title: 'dist/',
    plan: 'build',
    steps: [['node', 'scripts/build.mjs']],
  },
  {
    name: 'types',
    title: 'types of the sources, and those that are published',
    plan: 'node',
    steps: typeProjects.map((project) => ['tsc', '--project', project]),
  },
  {
    name: 'layers',
    title: 'who may depend on whom',
    plan: 'build',
    after: 'build',
    steps: [
      ['node', 'scripts/check-layers.mjs'],
      ['node', '--test', 'tests/layers/layers.test.mjs'],
    ],
  },
  {
    name: 'size',
    title: 'size budget, and what is done for it',
    plan: 'build',
    after: 'build',
    steps: [
      ['node', 'scripts/size.mjs'],
      ['node', '--test', 'tests/size/wasm-order.test.mjs'],
    ],
  },
  {
    name: 'imports',
    title: 'every entry where it has no business',
    plan: 'node',
    after: 'build',
    steps: [['node', '--test', 'tests/imports/imports.test.mjs']],
  },
  {
    name: 'cli',
    title: 'the command line',
    plan: 'node',
    after: 'build',
    steps: [['node', '--test', 'tests/cli/copy.test.mjs', 'tests/cli/doctor.test.mjs']],
  },
  {
    name: 'docs',
    title: 'the documents: what they show, lead to and are made from',
    plan: 'node',
    after: 'build',
    steps: [
      ['node', 'scripts/api.mjs', '--check'],
      ['node', 'scripts/flow.mjs', '--check'],
      [
        'node',
        '--test',
        ...['links', 'compile', 'run', 'headers', 'manifest', 'flow'].map((name) => `tests/docs/${name}.test.mjs`),
      ],
    ],
  },
  {
    name: 'docs-chromium',
    title: 'the guide to testing, by its text',
    plan: 'test',
    after: 'build',
    steps: [['node', '--test', 'tests/docs/testing.test.mjs']],
  },
  {
    name: 'package',
    title: 'what is published, and what the linters of packages say of it',
    plan: 'packaging',
    after: 'build',
    steps: [['node', '--test', 'tests/packaging/package.test.mjs']],
  },
  {
    name: 'packaging',
    title: 'the package in every build, in every browser',
    plan: 'packaging',
    after: 'build',
    steps: [['node', 'tests/packaging/run.mjs']],
  },
  ...['chromium', 'firefox'].map((browser) => ({
    name: `wasm-${browser}`,
    title: `the shell, in a service worker of ${browser}`,
    plan: 'test',
    steps: [['node', 'scripts/test-wasm.mjs', '--browser', browser]],
    needs: 'tests/service_worker.rs',
  })),
  {
    name: 'harness',
    title: 'the drivers, the test origin, and what runs and judges by hand, themselves',
    plan: 'test',
    steps: [
      [
        'node',
        '--test',
        ...[
          'harness/harness',
          'harness/http2',
          'harness/tally',
          'server/origin',
          'server/certificate',
          'wpt/wpt',
          'soak/soak',
          'situations/situations',
          'bench/bench',
        ].map((name) => `tests/${name}.test.mjs`),
      ],
    ],
  },
  {
    name: 'idl',
    title: 'the standard’s IDL, in every kind of global of every browser',
    plan: 'test',
    after: 'build',
    steps: [['node', 'tests/idl/run.mjs']],
  },
  // Chromium's own implementation, the oracle, is asked by hand (`--browser chromium-native`): it waits
  // for 20 s before each retry, and what it does is not ours to mend.
  ...['chromium', 'firefox', 'webkit'].map((browser) => ({
    name: `e2e-${browser}`,
    title: `end to end in ${browser}`,
    plan: 'test',
    after: 'build',
    steps: [['node', 'tests/e2e/run.mjs', '--browser', browser]],
    needs: 'tests/e2e/run.mjs',
  })),
  {
    name: 'demo',
    title: 'the demo: its network, and its page for everybody',
    plan: 'test',
    after: 'build',
    steps: [['node', '--test', '--test-concurrency=1', 'tests/demo/network.test.mjs', 'tests/demo/app.test.mjs']],
  },
  // They mostly wait, so two at a time.
  ...['chromium', 'webkit', 'firefox', 'chromium-native'].map((browser, index) => ({
    name: `demo-${browser}`,
    beside: `demos-${index >> 1}`,
    title: `a visit of the demo, with two kills, a cut, and the end of the network, in ${browser}`,
    plan: 'test',
    after: 'build',
    steps: [['node', 'scripts/demo-headless.mjs', '--browser', browser]],
  })),
];
