// npm test: builds, runs the checks and all tests but the long ones, and ends with a line that counts checks and tests.
//   --long       runs the long tests alone, each file in a process of its own: some measure the memory of theirs
//   --no-checks  runs the tests alone, as they are built
// All other arguments go to mocha.
import { runChecks } from './support/checks.mjs';
import { filesBelow } from './support/files.mjs';
import { runMocha } from './support/mocha.mjs';
import { ensureRedis } from './support/redis.mjs';
import { runNode } from './support/run.mjs';

const ownArguments = ['--long', '--no-checks'];
const mochaArguments = process.argv.slice(2).filter((argument) => !ownArguments.includes(argument));
const long = process.argv.includes('--long');

let passed = 0;
let failed = 0;

/** @param {{ passed: number, failed: number }} outcome */
function count(outcome) {
  passed += outcome.passed;
  failed += outcome.failed;
}

if (!process.argv.includes('--no-checks')) {
  const built = runNode(['scripts/install.mjs']) && runNode(['scripts/build-ts.mjs']);
  if (!built) console.error('the build failed');
  count({ passed: built ? 1 : 0, failed: built ? 0 : 1 });
  if (!long) count(runChecks());
}
if (!ensureRedis()) count({ passed: 0, failed: 1 });
if (long) {
  for (const file of filesBelow('build/test/long', ['.test.js'])) count(runMocha([...mochaArguments, file]));
} else {
  count(runMocha([...mochaArguments, '--ignore', 'build/test/long/**', 'build/test/**/*.test.js']));
}

console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
