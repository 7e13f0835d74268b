import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compileFunction, constants } from 'node:vm';
import { ModulesNotLoadedError, NotSupportedError } from '../errors/index.js';

/**
 * Gives the exports of the first of some packages that the program has.
 * @throws ModulesNotLoadedError when an ES module must be imported first
 * @throws NotSupportedError when the program has none of them
 */
export type PackageImporter = (specifiers: readonly string[]) => unknown;

/**
 * Finds packages as the program itself does: from the folder of its entry script (or, for a program without one, the
 * working directory), so that a value is made by the very copy of the package that the program imports.
 *
 * @param programFile path or file URL of the entry script
 */
export function createPackageImporter(programFile: string): PackageImporter {
  const path = programFile.startsWith('file:') ? fileURLToPath(programFile) : programFile;
  const require = createRequire(path);
  const known = new Map<string, unknown>();

  const find = (specifier: string): unknown => {
    if (known.has(specifier)) return known.get(specifier);
    const file = resolve(require, specifier);
    if (file === undefined) return undefined;
    // What has one form only, or is loaded in that form already, needs no waiting.
    if (require.cache[file] !== undefined || !hasEsmForm(file)) {
      const exports: unknown = require(specifier);
      known.set(specifier, exports);
      return exports;
    }
    throw new ModulesNotLoadedError([specifier], async () => {
      known.set(specifier, await importFrom(path, specifier, file));
    });
  };

  return (specifiers) => {
    for (const specifier of specifiers) {
      const exports = find(specifier);
      if (exports !== undefined) return exports;
    }
    throw new NotSupportedError(
      `a value of the package ${specifiers[0]} in a program without that package`,
      `Install it where the program runs (looked for from ${dirname(path)}).`,
    );
  };
}

function resolve(require: NodeJS.Require, specifier: string): string | undefined {
  try {
    return require.resolve(specifier);
  } catch {
    return undefined;
  }
}

/** Whether the package of a file may be imported as ES modules: then `import` and `require` give different copies. */
function hasEsmForm(file: string): boolean {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    try {
      const manifest: { type?: unknown; exports?: unknown } = JSON.parse(
        readFileSync(join(folder, 'package.json'), 'utf8'),
      );
      return (
        manifest.type === 'module' ||
        /"(?:import|module-sync|node-addons)"/.test(JSON.stringify(manifest.exports ?? ''))
      );
    } catch {
      if (folder === dirname(folder)) return false;
    }
  }
}

/** `import(specifier)` as if it stood in the file `parent`. */
async function importFrom(parent: string, specifier: string, fallback: string): Promise<unknown> {
  const loader = (constants as { USE_MAIN_CONTEXT_DEFAULT_LOADER?: unknown } | undefined)
    ?.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  if (loader !== undefined) {
    const options = { filename: parent, importModuleDynamically: loader } as Parameters<
      typeof compileFunction
    >[2];
    const importing = compileFunction('return import(specifier)', ['specifier'], options) as (
      name: string,
    ) => Promise<unknown>;
    return importing(specifier);
  }
  return import(pathToFileURL(fallback).href);
}
