// Compiles the TypeScript into build/, and removes what earlier compilations left there of files that are gone: mocha
// would run a test that does not exist any more.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { packageRoot, programOf, runNode } from './support/run.mjs';

const sourceFolders = ['lib', 'test', 'examples', 'bench'];
const buildFolder = join(packageRoot, 'build');

/** build/lib/a.d.ts, build/lib/a.js and build/lib/a.js.map come from lib/a.ts; .mts and .cts likewise. */
function sourceOf(output) {
  const match = /^(.*?)(?:\.d\.([mc]?)ts|\.([mc]?)js(?:\.map)?)$/.exec(relative(buildFolder, output));
  if (match === null) return undefined;
  return join(packageRoot, `${match[1]}.${match[2] ?? match[3]}ts`);
}

function removeStale() {
  for (const folder of sourceFolders) {
    const compiled = join(buildFolder, folder);
    if (!existsSync(compiled)) continue;
    for (const entry of readdirSync(compiled, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const output = join(entry.parentPath, entry.name);
      const source = sourceOf(output);
      if (source === undefined || !existsSync(source)) rmSync(output);
    }
  }
}

/**
 * The modules of lib/, and the small libraries they use, in a few files: a process loads them several times faster, and
 * Mobula starts many processes. The compiled modules stay beside it, for tests of what the package does not export.
 */
async function bundle() {
  const lib = join(buildFolder, 'lib');
  await build({
    entryPoints: ['index.js', 'raylet/main.js', 'worker/main.js'].map((name) => join(lib, name)),
    outdir: join(buildFolder, 'bundle'),
    outbase: lib,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // Errors are named after their classes.
    keepNames: true,
    sourcemap: true,
    // What is required when it is first needed is not loaded by every process.
    external: ['acorn', 'acorn-walk'],
    logLevel: 'warning',
  });
}

const compiles = runNode([programOf('typescript', 'tsc'), '--project', 'tsconfig.json']);
removeStale();
await bundle();
if (!compiles) process.exitCode = 1;
