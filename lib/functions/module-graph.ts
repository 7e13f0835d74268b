import { realpathSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { basename, resolve as resolvePath } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from './inspection.js';
import { ownImport } from './own-imports.js';
import type { Script } from './script.js';
import { pathOf } from './trail.js';

type CommonJsCache = Record<string, NodeJS.Module | undefined>;

const commonJsCache = createRequire(import.meta.url).cache as CommonJsCache;

/** The loaded CommonJS module of a file. */
export function commonJsModule(file: string): NodeJS.Module | undefined {
  return commonJsCache[file];
}

/** The file of the CommonJS module whose `module.exports` is this very value. */
export function commonJsFileOf(exports: unknown): string | undefined {
  for (const file in commonJsCache) {
    // JSON is data, however it was loaded.
    if (commonJsCache[file]?.exports === exports && !file.endsWith('.json')) return file;
  }
  return undefined;
}

/** Whether a value is a `require` function of CommonJS or of `createRequire`. */
export function isRequire(value: unknown): value is NodeJS.Require {
  return typeof value === 'function' && (value as Partial<NodeJS.Require>).cache === commonJsCache;
}

/** What a loader may have made of the extension that an import names. */
export const SOURCE_EXTENSIONS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\.js$/, ['.ts', '.tsx', '.jsx']],
  [/\.mjs$/, ['.mts']],
  [/\.cjs$/, ['.cts']],
  [/\.jsx$/, ['.tsx']],
  [/$/, ['.ts', '.js', '.mjs', '.cjs', '.mts', '.cts', '.tsx', '/index.ts', '/index.js']],
];

/** The module that an import leads to, and whether the entry script is among those that loading it loads. */
export class ModuleGraph {
  /** URL of the entry script, links resolved, as the engine names scripts. */
  readonly entry: string | undefined;
  /** For each module the way from it to the entry script; `undefined` where there is none. */
  readonly #chains = new Map<string, readonly string[] | undefined>();
  readonly #packages = new Map<string, string | undefined>();

  constructor(entryScript: string | undefined) {
    if (entryScript === undefined) return;
    const path = resolvePath(pathOf(entryScript));
    try {
      this.entry = pathToFileURL(realpathSync(path)).href;
    } catch {
      this.entry = pathToFileURL(path).href;
    }
  }

  /** Whether a module is the program itself; code of the command line is, too. */
  isEntry(url: string): boolean {
    const file = url.replace(/[?#].*$/, '');
    return file !== '' && (file === this.entry || /(^|\/)\[(eval|stdin)\d*\]$/.test(file));
  }

  /** URL of the module that an import in `parent` leads to; undefined for built-in modules and installed packages. */
  resolve(specifier: string, parent: string): string | undefined {
    if (isBuiltin(specifier)) return undefined;
    let url: string;
    try {
      url = /^(\.{0,2}\/|file:)/.test(specifier)
        ? new URL(specifier, fileUrl(parent)).href
        : (this.#ownModule(specifier, parent) ??
          pathToFileURL(createRequire(fileUrl(parent)).resolve(specifier)).href);
    } catch {
      return undefined;
    }
    if (url.includes('/node_modules/')) return undefined;
    if (this.isEntry(url) || inspect().isLoaded(url)) return url;
    for (const [extension, others] of SOURCE_EXTENSIONS) {
      if (!extension.test(url)) continue;
      for (const other of others) {
        const candidate = url.replace(extension, other);
        if (this.isEntry(candidate) || inspect().isLoaded(candidate)) return candidate;
      }
    }
    return url;
  }

  /** A loaded module of the parent's own package: what `require` finds of that may not be what `import` does. */
  #ownModule(specifier: string, parent: string): string | undefined {
    const file = ownImport(specifier, pathOf(parent), 'import')?.file;
    const url = file && pathToFileURL(file).href;
    return url && (this.isEntry(url) || inspect().isLoaded(url)) ? url : undefined;
  }

  /**
   * The files from a module to the entry script, both included, when loading the module loads the entry script: in a
   * worker that would run the whole program again.
   */
  chainToEntry(url: string): readonly string[] | undefined {
    if (this.entry === undefined && !this.isEntry(url)) return undefined;
    if (this.#chains.has(url)) return this.#chains.get(url);
    // A quick look at the sources comes first; only where it finds a chain they are parsed.
    let chain = this.#search(url, true);
    if (chain !== undefined) chain = this.#search(url, false);
    const names = chain?.map((file) => basename(pathOf(file)));
    this.#chains.set(url, names);
    return names;
  }

  #search(url: string, quick: boolean): string[] | undefined {
    const cameFrom = new Map<string, string | undefined>([[url, undefined]]);
    for (const at of cameFrom.keys()) {
      if (this.isEntry(at)) {
        const chain: string[] = [];
        for (let step: string | undefined = at; step !== undefined; step = cameFrom.get(step))
          chain.unshift(step);
        return chain;
      }
      for (const next of this.#loadedBy(at, quick)) if (!cameFrom.has(next)) cameFrom.set(next, at);
    }
    return undefined;
  }

  /** What a module loads, as far as the program loaded it too; installed packages do not import programs. */
  #loadedBy(url: string, quick: boolean): string[] {
    const script = inspect().scriptByUrl(url);
    const specifiers = !script?.info.isModule ? [] : quick ? script.mentionedModules : script.importedModules;
    const found = specifiers.flatMap((specifier) => this.#resolveOnce(specifier, url) ?? []);
    const path = url.startsWith('file:') ? pathOf(url.replace(/[?#].*$/, '')) : '';
    for (const { filename } of commonJsModule(path)?.children ?? []) {
      if (typeof filename === 'string' && !filename.includes('/node_modules/')) {
        found.push(pathToFileURL(filename).href);
      }
    }
    return found;
  }

  /** Like {@link resolve}; what is not a path is the same module everywhere in the program. */
  #resolveOnce(specifier: string, parent: string): string | undefined {
    if (/^(\.{0,2}\/|file:)/.test(specifier)) return this.resolve(specifier, parent);
    if (!this.#packages.has(specifier)) this.#packages.set(specifier, this.resolve(specifier, parent));
    return this.#packages.get(specifier);
  }

  /** Whether the module's export may change its value while the program runs: importers see such changes. */
  isReassigned(url: string, name: string, seen = new Set<string>()): boolean {
    const script = inspect().scriptByUrl(url);
    if (script === undefined || !script.info.isModule || seen.has(`${url} ${name}`)) return false;
    seen.add(`${url} ${name}`);
    const source = script.exports.get(name);
    if (source?.kind === 'local') return this.#isLocalReassigned(script, source.name, seen);
    const from = source?.kind === 'other' ? [source] : source === undefined ? starsAs(script, name) : [];
    return from.some(({ specifier, name: exported }) => {
      const next = this.resolve(specifier, url);
      return next !== undefined && this.isReassigned(next, exported, seen);
    });
  }

  #isLocalReassigned(script: Script, name: string, seen: Set<string>): boolean {
    const variable = script.analysis?.root.variables.get(name);
    if (variable === undefined) return false;
    const origin = script.originOf(variable);
    if (origin?.kind !== 'import' || origin.path.length !== 1) return variable.reassigned;
    const next = this.resolve(origin.specifier, script.info.url);
    return next !== undefined && this.isReassigned(next, origin.path[0]!, seen);
  }
}

function starsAs(script: Script, name: string): { specifier: string; name: string }[] {
  return script.exportedStars.map((specifier) => ({ specifier, name }));
}

/** A file's URL, of its path or URL. */
export function fileUrl(file: string): string {
  return /^[a-z][a-z0-9+.-]+:/i.test(file) ? file : pathToFileURL(file).href;
}

/** Where a module's namespace (`module.exports` in CommonJS) leads to a function of it. */
export type ExportPath = readonly string[];

/** The way from what the module exports to a function defined in it; undefined when it is not exported. */
export function exportPath(
  script: Script,
  fn: object,
  moduleScope: Record<string, unknown> | undefined,
  textStart: number | undefined,
): ExportPath | undefined {
  const { url, isModule } = script.info;
  if (!url.startsWith('file:')) return undefined;
  if (!isModule) return commonJsExportPath(fileURLToPath(url), fn);
  if (moduleScope === undefined) return undefined;
  const exported: [string, unknown][] = [];
  for (const [name, source] of script.exports) {
    if (source.kind === 'local' && Object.hasOwn(moduleScope, source.name)) {
      exported.push([name, moduleScope[source.name]]);
    } else if (source.kind === 'default' && source.start === textStart) return [name];
  }
  return find(exported, fn);
}

function commonJsExportPath(file: string, fn: object): ExportPath | undefined {
  const exports: unknown = commonJsModule(file)?.exports;
  if (exports === fn) return [];
  return isObject(exports) ? find(members(exports), fn) : undefined;
}

/** Looks among the exports themselves, then at what they hold: a class's static methods, an object's functions. */
function find(exported: readonly (readonly [string, unknown])[], fn: object): ExportPath | undefined {
  for (const [name, value] of exported) if (value === fn) return [name];
  for (const [name, value] of exported) {
    if (!isObject(value)) continue;
    for (const [member, inner] of members(value)) if (inner === fn) return [name, member];
  }
  return undefined;
}

function members(object: object): [string, unknown][] {
  const compiled = (Object.getOwnPropertyDescriptor(object, '__esModule')?.value as unknown) === true;
  return Object.entries(Object.getOwnPropertyDescriptors(object)).flatMap(([name, descriptor]) => {
    if ('value' in descriptor) return [[name, descriptor.value] as [string, unknown]];
    // Compilers write re-exports as getters; other getters may do anything, and are left alone.
    return compiled ? [[name, (object as Record<string, unknown>)[name]] as [string, unknown]] : [];
  });
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
