// Compiles the TypeScript into build/, and removes what earlier compilations left there of files that are gone: mocha
// would run a test that does not exist any more.
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { filesBelow } from './support/files.mjs';
import { packageRoot, programOf, runNode } from './support/run.mjs';

const sourceFolders = ['lib', 'test', 'examples', 'bench'];
const buildFolder = join(packageRoot, 'build');

/** build/lib/a.d.ts, build/lib/a.js and build/lib/a.js.map come from lib/a.ts; .mts and .cts likewise. */
function sourceOf(output) {
  const match = /^(.*?)(?:\.d\.([mc]?)ts|\.([mc]?)js(?:\.map)?)$/.exec(relative('build', output));
  if (match === null) return undefined;
  return join(packageRoot, `${match[1]}.${match[2] ?? match[3]}ts`);
}

function removeStale() {
  for (const output of sourceFolders.flatMap((folder) => filesBelow(`build/${folder}`, ['']))) {
    const source = sourceOf(output);
    if (source === undefined || !existsSync(source)) rmSync(join(packageRoot, output));
  }
}

/**
 * A class that names itself becomes `var A = class _A {}` in a bundle, and errors are named after their classes. The bundler's own
 * remedy (`keepNames`) defines the name of every closure each time that one is made, which took a fifth of a task's time.
 */
function withClassNames(code) {
  const renamed = [...code.matchAll(/\b(\w+) = class _\1\b/g)].map(([, name]) => name);
  return renamed.reduce((text, name) => text.replaceAll(new RegExp(`\\b_${name}\\b`, 'g'), name), code);
}

/**
 * The modules of lib/, and the small libraries they use, in a few files: a process loads them several times faster, and
 * Mobula starts many processes. The compiled modules stay beside it, for tests of what the package does not export.
 */
async function bundle() {
  const lib = join(buildFolder, 'lib');
  const target = join(buildFolder, 'bundle');
  const { metafile, outputFiles } = await build({
    entryPoints: ['index.js', 'raylet/main.js', 'worker/main.js', 'gateway/main.js', 'cli/main.js'].map(
      (name) => join(lib, name),
    ),
    outdir: target,
    outbase: lib,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    // What is required when it is first needed is not loaded by every process.
    external: ['acorn', 'commander', 'ioredis'],
    logLevel: 'warning',
    metafile: true,
    write: false,
    absWorkingDir: packageRoot,
  });
  for (const { path, text } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, path.endsWith('.js') ? withClassNames(text) : text);
  }
  // Chunks are named after their content: those of earlier builds would be published too.
  for (const file of filesBelow('build/bundle', [''])) {
    if (!(file in metafile.outputs)) rmSync(join(packageRoot, file));
  }
}

const compiles = runNode([programOf('typescript', 'tsc'), '--project', 'tsconfig.json']);
removeStale();
await bundle();
// What package.json names as the command; npm makes it executable only where it installs the package.
for (const form of ['lib', 'bundle']) chmodSync(join(buildFolder, form, 'cli/main.js'), 0o755);
if (!compiles) process.exitCode = 1;
