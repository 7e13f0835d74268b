import { existsSync, realpathSync } from 'node:fs';
import Module, { createRequire, isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compileFunction } from 'node:vm';
import { ModulesNotLoadedError } from '../errors/index.js';
import { isRelocated, placeOf } from './code-places.js';
import { ownImport } from './own-imports.js';
import { isErrorClass } from './own-properties.js';
import type { ModuleRecord } from './payload.js';
import type { InteropShape } from './script.js';

type Importer = (specifier: string, options?: object) => Promise<object>;

/** What was imported already, by {@link moduleName}. */
const loaded = new Map<string, object>();
const importers = new Map<string, Importer>();
/** Classes of errors that modules loaded here export. */
const classes = new WeakMap<object, { readonly module: string; readonly export: string }>();

/** A name of an import that is the same in every process. */
export function moduleName({ how, specifier, parent }: ModuleRecord): string {
  return isBuiltin(specifier) ? `${how} ${specifier}` : `${how} ${specifier}\n${parent}`;
}

/** The import of a {@link moduleName}. */
export function moduleOfName(name: string): ModuleRecord | undefined {
  const parts = /^(import|require) ([^\n]+)(?:\n(.*))?$/s.exec(name);
  return parts === null
    ? undefined
    : { how: parts[1] as ModuleRecord['how'], specifier: parts[2]!, parent: parts[3] ?? '' };
}

/** The module and export by which a class of errors got here. */
export function namedClass(cls: object): { readonly module: string; readonly export: string } | undefined {
  return classes.get(cls);
}

/** Whether {@link moduleValue} has the module at hand. */
export function isLoaded(record: ModuleRecord): boolean {
  return loaded.has(moduleName(record));
}

/** Loads what some functions import; afterwards {@link moduleValue} of each succeeds. */
export async function loadModules(records: readonly ModuleRecord[]): Promise<void> {
  await Promise.all(
    records.map(async (record) => {
      if (record.how === 'require' || isLoaded(record)) return;
      const namespace = await importerOf(record.parent)(placeOfSpecifier(record.specifier));
      loaded.set(moduleName(record), namespace);
      noteClasses(moduleName(record), namespace);
    }),
  );
}

function noteClasses(module: string, namespace: object): void {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(namespace))) {
    if (isErrorClass(value) && !classes.has(value as object))
      classes.set(value as object, { module, export: name });
  }
}

/** Throws ModulesNotLoadedError unless every module can be had at once. */
export function requireLoaded(records: readonly ModuleRecord[]): void {
  const missing = records.filter((record) => record.how === 'import' && !isLoaded(record));
  if (missing.length === 0) return;
  throw new ModulesNotLoadedError(
    missing.map(({ specifier }) => specifier),
    () => loadModules(missing),
  );
}

/** A module's namespace, or `module.exports` of a CommonJS one. */
export function moduleValue(record: ModuleRecord): unknown {
  if (record.how === 'import') return loaded.get(moduleName(record));
  const exports: unknown = requireOf(record.parent)(placeOfSpecifier(record.specifier));
  if (!isLoaded(record) && typeof exports === 'object' && exports !== null) {
    loaded.set(moduleName(record), exports);
    noteClasses(moduleName(record), exports);
  }
  return record.shape === undefined ? exports : interop(exports, record.shape);
}

/** The `require` of a file. */
export function requireOf(file: string): NodeJS.Require {
  return createRequire(pathToFileURL(filePath(file)));
}

/** What code of a file sees as `import()`. */
export function importerOf(file: string): Importer {
  const path = filePath(file);
  let importer = importers.get(path);
  if (importer === undefined) {
    importer = makeImporter(path);
    importers.set(path, importer);
  }
  return importer;
}

/**
 * `import()` resolves from the file that its code was compiled for, with all loaders that the program runs under.
 * Compiling for a file is what a CommonJS module does; the option of `node:vm` for it prints a warning.
 */
function makeImporter(path: string): Importer {
  const source = 'exports.load = (specifier, options) => import(specifier, options);';
  const module = new Module(path) as NodeJS.Module & { _compile?: (source: string, file: string) => void };
  if (module._compile !== undefined) {
    module._compile(source, path);
    return (module.exports as { load: Importer }).load;
  }
  const exports = {} as { load: Importer };
  const run = compileFunction(source, ['exports'], {
    filename: path,
    importModuleDynamically: ((specifier: string) => import(resolveFrom(specifier, path))) as never,
  });
  run(exports);
  return exports.load;
}

function resolveFrom(specifier: string, path: string): string {
  if (isBuiltin(specifier)) return specifier;
  if (/^\.{0,2}\//.test(specifier)) return new URL(specifier, pathToFileURL(path)).href;
  if (/^[a-z]+:/.test(specifier)) return specifier;
  const own = ownImport(specifier, path, 'import')?.file;
  if (own !== undefined) return pathToFileURL(existsSync(own) ? realpathSync(own) : own).href;
  return pathToFileURL(createRequire(path).resolve(specifier)).href;
}

/** A path here to resolve from; code of no file resolves from the working directory, or from where packages are found. */
function filePath(file: string): string {
  return placeOf(/^(file:|\/)/.test(file) ? file : join(isRelocated() ? '/' : process.cwd(), 'shipped.js'));
}

/** What a file's path or URL names, here. */
function placeOfSpecifier(specifier: string): string {
  if (specifier.startsWith('file:')) return pathToFileURL(placeOf(specifier)).href;
  return specifier.startsWith('/') ? placeOf(specifier) : specifier;
}

const metas = new Map<string, object>();

/** What code of a file sees as `import.meta`. */
export function metaOf(file: string): object {
  const filename = filePath(file);
  let meta = metas.get(filename);
  if (meta === undefined) {
    const url = file.includes(':') && !isRelocated() ? file : pathToFileURL(filename).href;
    meta = Object.assign(Object.create(null) as object, {
      dirname: dirname(filename),
      filename,
      main: false,
      resolve: (specifier: string) => {
        const resolved = resolveFrom(specifier, filename);
        return isBuiltin(resolved) && !resolved.startsWith('node:') ? `node:${resolved}` : resolved;
      },
      url,
    });
    metas.set(filename, meta);
  }
  return meta;
}

const commonJsModules = new Map<string, NodeJS.Module>();

/** What code of a CommonJS file sees as `module`: one that nobody loaded, as the code runs without its file. */
export function commonJsModuleFor(file: string): NodeJS.Module {
  const path = filePath(file);
  let module = commonJsModules.get(path);
  if (module === undefined) {
    module = new Module(path) as NodeJS.Module;
    module.filename = path;
    module.loaded = true;
    module.paths = requireOf(path).resolve.paths('shipped') ?? [];
    commonJsModules.set(path, module);
  }
  return module;
}

/** What the helpers of compilers make of a CommonJS module. */
function interop(exports: unknown, shape: InteropShape): unknown {
  const compiled = (exports as { __esModule?: unknown } | null | undefined)?.__esModule === true;
  if (shape === 'default') return compiled ? exports : { default: exports };
  if (compiled && shape === 'namespace') return exports;
  const namespace = Object.create(null) as Record<string, unknown>;
  for (const name of Object.keys(Object(exports) as object)) {
    Object.defineProperty(namespace, name, {
      enumerable: true,
      get: () => (exports as Record<string, unknown>)[name],
    });
  }
  Object.defineProperty(namespace, 'default', { enumerable: true, value: exports });
  return namespace;
}
