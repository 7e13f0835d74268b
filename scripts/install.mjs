// Compiles the addon into build/Release/mobula.node. npm runs it at every install, also in a program that depends on
// mobula; it needs CMake and a C++20 compiler, and downloads nothing.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { packageRoot, programOf, run, runNode } from './support/run.mjs';

const buildFolder = join(packageRoot, 'build');

/** CMake refuses a cache that was made elsewhere, as when the folder was moved or copied. */
function dropForeignCache() {
  const cache = join(buildFolder, 'CMakeCache.txt');
  if (!existsSync(cache)) return;
  const home = /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(readFileSync(cache, 'utf8'))?.[1];
  if (home !== undefined && join(home, '/') === packageRoot) return;
  rmSync(cache);
  rmSync(join(buildFolder, 'CMakeFiles'), { recursive: true, force: true });
}

/** @param {string} program */
function isInstalled(program) {
  return run('sh', ['-c', `command -v ${program} > /dev/null`]);
}

function missingTools() {
  const missing = [];
  if (!isInstalled('cmake')) missing.push('CMake (3.20 or newer)');
  if (process.env.CXX === undefined && !isInstalled('c++')) missing.push('a C++20 compiler');
  if (!isInstalled('make') && !isInstalled('ninja')) missing.push('make or ninja');
  return missing;
}

if (process.platform !== 'linux') {
  // A program for several platforms may still be installed here; init() says the same when it is called.
  console.log(
    `mobula: the addon is not built, because the object store needs Linux so far (this is ${process.platform}).`,
  );
} else {
  const missing = missingTools();
  if (missing.length > 0) {
    console.error(`mobula: the addon cannot be compiled without ${missing.join(' and ')}.`);
    console.error('On Debian and Ubuntu: apt-get install cmake g++ make');
    process.exit(1);
  }
  mkdirSync(buildFolder, { recursive: true });
  dropForeignCache();
  // Not `cmake-js compile`: when compiling fails, that deletes build/ and the compiled TypeScript in it.
  const build = [
    programOf('cmake-js'),
    'build',
    '--log-level',
    'warn',
    '--parallel',
    `${availableParallelism()}`,
  ];
  // Two programs that find the addon missing may both start to compile it: one waits for the other.
  const built = isInstalled('flock')
    ? run('flock', [join(buildFolder, '.install-lock'), process.execPath, ...build])
    : runNode(build);
  if (!built) process.exit(1);
}
