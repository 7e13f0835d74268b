import { inspect } from './inspection.js';
import { placeOfObject } from './known-values.js';
import { commonJsFileOf, exportPath, fileUrl } from './module-graph.js';
import type { AnyFunction } from './types.js';

/**
 * The specifier of the module whose namespace an object is, found by what it holds: nothing else ties a namespace to
 * its module. Undefined when it cannot be told.
 */
export function moduleOfNamespace(namespace: object): string | undefined {
  const exports = namespace as Record<string, unknown>;
  const { default: whole } = exports;
  if (typeof whole === 'object' && whole !== null) {
    const place = placeOfObject(whole);
    if (place?.kind === 'builtin' && place.path.length === 0) return place.module;
  }
  const file = whole === undefined ? undefined : commonJsFileOf(whole);
  if (file !== undefined) return fileUrl(file);
  const names = Object.keys(exports);
  for (const name of names) {
    const value = exports[name];
    if (typeof value !== 'function') continue;
    const { script, line, column, scopes } = inspect().look(value as AnyFunction);
    if (script === undefined || !script.info.isModule || !script.info.url.startsWith('file:')) continue;
    if (names.length !== script.exports.size || !names.every((exported) => script.exports.has(exported)))
      continue;
    const moduleScope = scopes.find(({ type }) => type === 'Module')?.variables;
    const start = script.locate(Function.prototype.toString.call(value), line, column);
    if (exportPath(script, value, moduleScope, start)?.join() === name) return script.info.url;
  }
  return undefined;
}
