import { ModulesNotLoadedError } from '../errors/index.js';
import { inspect } from './inspection.js';
import { placeOfFunction } from './known-values.js';
import { commonJsModule, exportPath } from './module-graph.js';
import { isLoaded, loadModules, moduleName, moduleOfName, moduleValue, namedClass } from './modules.js';
import { isErrorClass } from './own-properties.js';
import type { ModuleRecord } from './payload.js';
import type { AnyClass, AnyFunction, ClassReference } from './types.js';

/** Classes of errors that were shipped by value, from here or to here: by payload, and their place in it. */
const byPayload = new Map<string, Map<string, WeakRef<AnyFunction>>>();
/** How a class is named to others; null when it was looked for in vain. */
const names = new WeakMap<object, ClassReference | null>();
/** Modules whose loading does nothing new here, as this process captured imports of them. */
const capturedModules = new Set<string>();

/** Payloads that this process made itself. */
const ownPayloads = new Set<string>();

/**
 * Notes the classes of errors that stand in a payload, by their place in it. A worker that submits a task may run it
 * itself, and then has the classes twice: the program's own are those that it captured.
 */
export function rememberClasses(
  hash: string,
  classes: ReadonlyMap<string, AnyFunction>,
  from: 'captured' | 'revived',
): void {
  if (classes.size === 0) return;
  if (from === 'captured') ownPayloads.add(hash);
  if (from === 'captured' || !ownPayloads.has(hash)) {
    byPayload.set(hash, new Map([...classes].map(([path, cls]) => [path, new WeakRef(cls)])));
  }
  for (const [path, cls] of classes) if (!names.get(cls)) names.set(cls, { hash, path });
}

/** Notes which modules a captured function imports: the program has loaded them. */
export function rememberCapturedModules(records: readonly ModuleRecord[]): void {
  for (const record of records) capturedModules.add(moduleName(record));
}

/**
 * A name for a class of errors that the other side of a task knows too: it came with a shipped function, or a module
 * exports it. Undefined when there is none; the error then arrives as an Error of the same name.
 */
export function classReference(cls: AnyClass): ClassReference | undefined {
  let name: ClassReference | null | undefined = names.get(cls) ?? namedClass(cls);
  if (name === undefined) {
    name = isErrorClass(cls) ? (lookFor(cls as unknown as AnyFunction) ?? null) : null;
    names.set(cls, name);
  }
  return name ?? undefined;
}

function lookFor(cls: AnyFunction): ClassReference | undefined {
  const reference = (record: ModuleRecord, path: readonly string[]): ClassReference | undefined =>
    path.length === 1 ? { module: moduleName(record), export: path[0]! } : undefined;
  const { script, line, column, scopes } = inspect().look(cls);
  if (script === undefined) return undefined;
  const { url, isModule } = script.info;
  if (url.startsWith('node:')) {
    const place = placeOfFunction(cls);
    if (place?.kind !== 'builtin' || !place.path.every((key) => typeof key === 'string')) return undefined;
    return reference({ how: 'require', specifier: place.module, parent: '' }, place.path as string[]);
  }
  const moduleScope = scopes.find(({ type }) => type === 'Module')?.variables;
  const start = script.locate(Function.prototype.toString.call(cls), line, column);
  const path = exportPath(script, cls, moduleScope, start);
  const { file } = script;
  return (
    path &&
    reference({ how: isModule ? 'import' : 'require', specifier: isModule ? url : file, parent: file }, path)
  );
}

/**
 * The class that a reference names; undefined when this process has no such class. Only modules that the program itself
 * has loaded are asked.
 *
 * @throws ModulesNotLoadedError when the module must be asked asynchronously
 */
export function classFromReference(reference: unknown): AnyClass | undefined {
  const known = reference as { hash?: unknown; path?: unknown; module?: unknown; export?: unknown };
  if (typeof known.hash === 'string') {
    return byPayload.get(known.hash)?.get(String(known.path))?.deref() as unknown as AnyClass | undefined;
  }
  if (typeof known.module !== 'string') return undefined;
  const record = moduleOfName(known.module);
  if (record === undefined) return undefined;
  if (!isLoaded(record)) {
    if (!capturedModules.has(known.module) && !isLoadedByProgram(record)) return undefined;
    if (record.how === 'import')
      throw new ModulesNotLoadedError([record.specifier], () => loadModules([record]));
  }
  const cls = (moduleValue(record) as Record<string, unknown> | undefined)?.[String(known.export)];
  return isErrorClass(cls) ? (cls as AnyClass) : undefined;
}

function isLoadedByProgram({ how, specifier }: ModuleRecord): boolean {
  if (specifier.startsWith('node:')) return true;
  return how === 'require'
    ? commonJsModule(specifier) !== undefined
    : inspect().scriptByUrl(specifier) !== undefined;
}
