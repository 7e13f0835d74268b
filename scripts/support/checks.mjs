import { programOf, runNode } from './run.mjs';

/** What `npm run check` looks at, in this order. Each is a program for Node that ends with 0 where all is well. */
const checks = [
  { name: 'format and lint', command: [programOf('@biomejs/biome'), 'check', '--error-on-warnings', '.'] },
  { name: 'format of the C++', command: ['scripts/check-format-native.mjs'] },
  {
    name: 'layers',
    command: [
      programOf('dependency-cruiser', 'depcruise'),
      ...['--config', '.dependency-cruiser.cjs', 'lib', 'examples', 'build/lib', 'build/bundle'],
    ],
  },
  { name: 'types', command: [programOf('typescript', 'tsc'), '--project', 'tsconfig.json', '--noEmit'] },
  { name: 'crash points', command: ['scripts/check-crash-points.mjs'] },
  { name: 'generated protocol code', command: ['scripts/check-protocol.mjs'] },
];

/** Runs every check, also after one has failed. */
export function runChecks() {
  const failed = [];
  for (const { name, command } of checks) {
    console.log(`check: ${name}`);
    if (!runNode(command)) failed.push(name);
  }
  for (const name of failed) console.error(`check failed: ${name}`);
  return { passed: checks.length - failed.length, failed: failed.length };
}
