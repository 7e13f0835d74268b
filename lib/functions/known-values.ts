import { builtinModules, createRequire } from 'node:module';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';

/** One step from an object to something that it holds. */
export type Key =
  | PropertyName
  /** The getter or setter of a property. */
  | { readonly get: PropertyName }
  | { readonly set: PropertyName }
  /** The object's prototype. */
  | { readonly prototype: true };

/** A property key that each process can have. */
export type PropertyName =
  | string
  /** A well-known symbol (`Symbol.iterator`), by its name. */
  | { readonly symbol: string }
  /** A registered symbol, by its key. */
  | { readonly symbolFor: string };

/** Where every process of this Node version finds the same function or object. */
export type KnownPlace =
  | { readonly kind: 'global'; readonly path: readonly Key[] }
  | { readonly kind: 'builtin'; readonly module: string; readonly path: readonly Key[] };

const require = createRequire(import.meta.url);

/** Globals of Node; those of the language itself come from a fresh context. */
const NODE_GLOBALS = new Set(
  `AbortController AbortSignal Blob BroadcastChannel Buffer ByteLengthQueuingStrategy CloseEvent CompressionStream
  CountQueuingStrategy Crypto CryptoKey CustomEvent DOMException DecompressionStream ErrorEvent Event EventSource
  EventTarget File FormData Headers MessageChannel MessageEvent MessagePort Navigator Performance PerformanceEntry
  PerformanceMark PerformanceMeasure PerformanceObserver PerformanceObserverEntryList PerformanceResourceTiming QuotaExceededError
  ReadableByteStreamController ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest
  ReadableStreamDefaultController ReadableStreamDefaultReader Request Response Storage SubtleCrypto TextDecoder
  TextDecoderStream TextEncoder TextEncoderStream TransformStream TransformStreamDefaultController URL URLPattern
  URLSearchParams WebAssembly WebSocket WritableStream WritableStreamDefaultController WritableStreamDefaultWriter
  atob btoa clearImmediate clearInterval clearTimeout console crypto fetch global globalThis localStorage navigator
  performance process queueMicrotask sessionStorage setImmediate setInterval setTimeout structuredClone gc`.split(
    /\s+/,
  ),
);
let languageGlobals: Set<string> | undefined;

/** Whether a global variable is one that each process has of itself. */
export function isStandardGlobal(name: string): boolean {
  if (NODE_GLOBALS.has(name)) return true;
  languageGlobals ??= new Set(runInNewContext('Object.getOwnPropertyNames(globalThis)') as string[]);
  return languageGlobals.has(name);
}

const wellKnownSymbols = new Map<symbol, string>();
for (const name of Object.getOwnPropertyNames(Symbol)) {
  const value = (Symbol as unknown as Record<string, unknown>)[name];
  if (typeof value === 'symbol') wellKnownSymbols.set(value, name);
}

/** The form in which a key travels; undefined for a symbol that only this process has. */
export function describeKey(key: string | symbol): PropertyName | undefined {
  if (typeof key === 'string') return key;
  const name = wellKnownSymbols.get(key);
  if (name !== undefined) return { symbol: name };
  const registered = Symbol.keyFor(key);
  return registered === undefined ? undefined : { symbolFor: registered };
}

/** The property key that {@link describeKey} described. */
export function keyOf(key: PropertyName): string | symbol {
  if (typeof key === 'string') return key;
  return 'symbol' in key
    ? (Symbol as unknown as Record<string, symbol>)[key.symbol]!
    : Symbol.for(key.symbolFor);
}

/** Follows a path of keys. */
export function follow(start: unknown, path: readonly Key[]): unknown {
  let at = start;
  for (const key of path) {
    if (at === undefined || at === null) return undefined;
    if (typeof key === 'object' && 'prototype' in key) at = Object.getPrototypeOf(at);
    else if (typeof key === 'object' && 'get' in key)
      at = Object.getOwnPropertyDescriptor(at, keyOf(key.get))?.get;
    else if (typeof key === 'object' && 'set' in key)
      at = Object.getOwnPropertyDescriptor(at, keyOf(key.set))?.set;
    else at = (at as Record<string | symbol, unknown>)[keyOf(key)];
  }
  return at;
}

type Places = Map<unknown, KnownPlace>;

/** For each kind of search what was found, and by how many built-in modules were loaded then. */
interface Search {
  /** How many steps from a global or module it looks. */
  readonly depth: number;
  places: Places;
  loaded: number;
}

/** `Array.prototype.map` is two steps from a global, `Intl.DateTimeFormat.prototype.format` three. */
const functions: Search = { depth: 3, places: new Map(), loaded: -1 };
/** Objects are only looked for where programs find such: `Math`, `fs.promises`, `process.env`. */
const objects: Search = { depth: 1, places: new Map(), loaded: -1 };

/** Where other processes find this very function; undefined when it is the program's own. */
export function placeOfFunction(fn: object): KnownPlace | undefined {
  return ownGlobal(fn) ?? search(functions).get(fn);
}

/** Where other processes find this very object: a global, a prototype, or something of a module of Node's. */
export function placeOfObject(object: object): KnownPlace | undefined {
  const place = search(objects).get(object);
  if (place === undefined || place.kind === 'builtin' || place.path.length === 1 || object === process.env)
    return place;
  // Other things that hang on a global are data.
  const last = place.path.at(-1)!;
  return last === 'prototype' || (typeof last === 'object' && 'prototype' in last) ? place : undefined;
}

function search(kind: Search): Places {
  // Only a module that is loaded can have given the program a value.
  const { moduleLoadList } = process as unknown as { moduleLoadList: string[] };
  if (kind.loaded === moduleLoadList.length) return kind.places;
  const places: Places = new Map();
  const roots: [object, (path: Key[]) => KnownPlace][] = [];
  isStandardGlobal('');
  for (const name of [...languageGlobals!, ...NODE_GLOBALS]) {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
    // Other getters load what most programs never use.
    const value: unknown = name === 'process' ? process : name === 'Buffer' ? Buffer : descriptor?.value;
    if (isObject(value)) roots.push([value, (path) => ({ kind: 'global', path: [name, ...path] })]);
  }
  const names = new Set(moduleLoadList);
  for (const name of builtinModules) {
    // `sys` and `punycode` warn, underscored ones are Node's own.
    if (name.startsWith('_') || name === 'sys' || name === 'punycode' || !names.has(`NativeModule ${name}`))
      continue;
    const module = name.startsWith('node:') ? name : `node:${name}`;
    roots.push([require(module) as object, (path) => ({ kind: 'builtin', module, path })]);
  }
  // Each by its shortest path: `globalThis` leads to all others.
  for (const [root, place] of roots) if (!places.has(root)) places.set(root, place([]));
  for (const [root, place] of roots) if (root !== globalThis) walk(root, kind.depth, place, places);
  kind.places = places;
  kind.loaded = moduleLoadList.length;
  return places;
}

/** A class that stands behind a getter of the global object, which was used already if there is such a class. */
function ownGlobal(value: object): KnownPlace | undefined {
  const { name } = value as { name?: unknown };
  if (typeof value !== 'function' || typeof name !== 'string' || !isStandardGlobal(name)) return undefined;
  const globals = globalThis as unknown as Record<string, unknown>;
  return name in globals && globals[name] === value ? { kind: 'global', path: [name] } : undefined;
}

/** Notes what is found up to some steps from an object; breadth first, so that each value gets its shortest path. */
function walk(root: object, depth: number, place: (path: Key[]) => KnownPlace, places: Places): void {
  let level: { value: object; path: Key[] }[] = [{ value: root, path: [] }];
  const add = (value: unknown, path: Key[]): void => {
    if (!isObject(value) || places.has(value)) return;
    places.set(value, place(path));
    level.push({ value, path });
  };
  for (let step = 0; step < depth && level.length > 0; step++) {
    const current = level;
    level = [];
    for (const { value, path } of current) {
      for (const name of Reflect.ownKeys(value)) {
        const key = describeKey(name);
        // Underscored properties, and `process.mainModule`, hold what belongs to the program.
        if (key === undefined || name === 'mainModule' || /^_[^_]/.test(String(name))) continue;
        const { value: held, get, set } = Object.getOwnPropertyDescriptor(value, name) ?? {};
        add(held, [...path, key]);
        add(get, [...path, { get: key }]);
        add(set, [...path, { set: key }]);
      }
      if (typeof value === 'function') add(Object.getPrototypeOf(value), [...path, { prototype: true }]);
    }
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** What `util.promisify` returns has always this text. */
const promisified = Function.prototype.toString.call(promisify(setImmediate.bind(undefined)));

/** Whether a function was made by `util.promisify`; the original is the variable `original` of its scope. */
export function isPromisified(text: string): boolean {
  return text === promisified;
}
