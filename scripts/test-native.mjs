// Builds and runs the tests of the C++ core: plain, under AddressSanitizer with UndefinedBehaviorSanitizer, and under
// ThreadSanitizer. Names as arguments choose among them; `--test PART` runs the tests whose names have that part.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { packageRoot, run } from './support/run.mjs';

const builds = [
  { name: 'plain', sanitizer: '', environment: {} },
  { name: 'address', sanitizer: 'address', environment: { ASAN_OPTIONS: 'detect_leaks=1' } },
  { name: 'thread', sanitizer: 'thread', environment: { TSAN_OPTIONS: 'halt_on_error=1' } },
];

const chosen = process.argv.slice(2);
const testAt = chosen.indexOf('--test');
const part = testAt < 0 ? [] : chosen.splice(testAt, 2).slice(1);
const unknown = chosen.filter((name) => !builds.some((build) => build.name === name));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; there are ${builds.map((build) => build.name).join(', ')}`);
  process.exit(1);
}

/** @param {(typeof builds)[number]} build */
function buildAndTest({ name, sanitizer, environment }) {
  const folder = join('build', `native-${name}`);
  const configure = ['-S', '.', '-B', folder, '-DMOBULA_NATIVE_TESTS=ON', `-DMOBULA_SANITIZER=${sanitizer}`];
  return (
    run('cmake', [...configure, '--log-level=WARNING']) &&
    run('cmake', ['--build', folder, '--parallel', `${availableParallelism()}`]) &&
    run(join(packageRoot, folder, 'mobula-native-tests'), part, { env: { ...process.env, ...environment } })
  );
}

for (const build of builds) {
  if (chosen.length > 0 && !chosen.includes(build.name)) continue;
  console.log(`native tests: ${build.name}`);
  const start = performance.now();
  if (!buildAndTest(build)) {
    console.error(`native tests failed: ${build.name}`);
    process.exitCode = 1;
  }
  console.log(`native tests: ${build.name} took ${Math.round((performance.now() - start) / 1000)} s`);
}
