// The layers of lib/, and from which of them each may import. ARCHITECTURE.md draws the same picture.
const layers = {
  errors: [],
  store: ['errors'],
  values: ['errors', 'store'],
  functions: ['errors', 'store', 'values'],
  protocol: ['errors', 'store'],
  control: ['errors', 'store', 'protocol'],
  cluster: ['errors', 'store', 'protocol', 'control'],
  raylet: ['errors', 'store', 'protocol', 'control', 'cluster'],
  runtime: ['errors', 'store', 'values', 'functions', 'protocol'],
  api: ['errors', 'store', 'values', 'functions', 'protocol', 'cluster', 'runtime'],
  worker: ['errors', 'store', 'values', 'functions', 'protocol', 'runtime', 'api'],
  gateway: ['errors', 'store', 'values', 'protocol', 'control', 'cluster', 'runtime', 'worker'],
  cli: ['errors', 'store', 'protocol', 'control', 'cluster', 'runtime', 'api'],
};

const layerRules = Object.entries(layers).map(([layer, below]) => ({
  name: `layer-${layer}`,
  comment: `lib/${layer} imports from ${below.length > 0 ? below.join(', ') : 'no other layer'}`,
  severity: 'error',
  from: { path: `^lib/${layer}/` },
  to: { path: '^lib/', pathNot: `^lib/(${[layer, ...below].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'known-layer',
      comment: 'every folder of lib/ is one of the layers above',
      severity: 'error',
      from: {},
      to: { path: '^lib/[^/]+/', pathNot: `^lib/(${Object.keys(layers).join('|')})/` },
    },
    {
      name: 'pure-scheduler',
      comment: 'the scheduler core does no I/O: it imports nothing but itself and the errors',
      severity: 'error',
      from: { path: '^lib/raylet/scheduler/' },
      to: { pathNot: '^lib/(raylet/scheduler|errors)/' },
    },
    {
      name: 'pure-remote-nodes',
      comment: 'what decides which tasks go to other nodes does no I/O either',
      severity: 'error',
      from: { path: '^lib/raylet/(remote-[a-z]+|absent-nodes|demand-book|node-rooms)\\.ts$' },
      to: {
        pathNot:
          '^lib/(raylet/(remote-[a-z]+|absent-nodes|demand-book|node-rooms)\\.ts|raylet/scheduler/|' +
          'protocol/(amounts|startup|strategy)\\.ts)|(^|/)node_modules/denque/',
      },
    },
    {
      name: 'link-alone',
      comment: 'the link between nodes knows nothing of what travels on it',
      severity: 'error',
      from: { path: '^lib/cluster/link/' },
      to: { path: '^lib/', pathNot: '^lib/(cluster/link|errors|protocol)/' },
    },
    {
      name: 'library-alone',
      comment: 'the library needs neither tests, examples nor benchmarks',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(test|examples|bench|scripts)/' },
    },
    {
      name: 'shipped-dependencies',
      comment: 'what the bundle still imports is installed with it',
      severity: 'error',
      from: { path: '^build/bundle/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'declared-dependencies',
      comment: 'what the library imports, bundled or not, stands in package.json',
      severity: 'error',
      from: { path: '^lib/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'examples-use-the-package',
      comment: 'an example imports the package as its reader would',
      severity: 'error',
      from: { path: '^examples/' },
      to: { path: '^lib/', pathNot: '^lib/index\\.ts$' },
    },
    {
      name: 'no-cycles',
      comment:
        'modules that run need no cycle; types, which are gone in the compiled code, may refer to each other',
      severity: 'error',
      from: { path: '^build/lib/' },
      to: { circular: true },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    // The native compiler of TypeScript 7 has no API that dependency-cruiser could parse with.
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(build/)?lib/protocol/generated/|^build/.*\\.d\\.ts$' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
