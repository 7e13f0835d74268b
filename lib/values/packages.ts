import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
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
      known.set(specifier, await importFrom(dirname(path), specifier, file));
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

type Importer = (specifier: string) => Promise<unknown>;

/** `import(specifier)` as code of the program's folder would do it. */
function importFrom(folder: string, specifier: string, fallback: string): Promise<unknown> {
  // Code that is compiled as a CommonJS module of a folder imports from there; the option of node:vm that does the
  // same prints a warning.
  const path = join(folder, 'mobula-package-importer.cjs');
  const module = new Module(path) as NodeJS.Module & { _compile?: (source: string, path: string) => void };
  if (module._compile === undefined) return import(pathToFileURL(fallback).href);
  module._compile('module.exports = (specifier) => import(specifier);', path);
  return (module.exports as Importer)(specifier);
}
