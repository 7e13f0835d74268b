import { Stream } from 'node:stream';
import { types } from 'node:util';
import { VIEW_KINDS } from './format.js';
import { isNativeFunction } from './native-code.js';
import { type PackagedRecipe, RECIPES } from './packaged.js';
import { Registration, type SerializerRegistry } from './serializers.js';
import { type CodecHooks, REMOTE_FUNCTION } from './types.js';

// What an object is, for the encoder.
export const PLAIN = 0;
export const ARRAY_OBJECT = 1;
export const MAP_OBJECT = 2;
export const SET_OBJECT = 3;
export const DATE_OBJECT = 4;
export const REGEXP_OBJECT = 5;
export const BOXED_OBJECT = 6;
export const ERROR_OBJECT = 7;
export const BUFFER_OBJECT = 8;
export const VIEW_OBJECT = 9;
export const REF_OBJECT = 10;
export const REMOTE_OBJECT = 11;
export const CUSTOM_OBJECT = 12;
export const PACKAGED_OBJECT = 13;
export const URL_KIND = 14;
export const REGISTRATION_OBJECT = 15;
export const REFUSED = 16;

/** What objects of one prototype are. */
export interface ObjectClass {
  readonly kind: number;
  readonly registration?: Registration;
  readonly recipe?: PackagedRecipe;
  /** Why it is refused, and what to do, as sentences. */
  readonly reason?: string;
}

const KINDS: readonly ObjectClass[] = Array.from({ length: REFUSED }, (_, kind) => ({ kind }));
const refused = (reason: string): ObjectClass => ({ kind: REFUSED, reason });

/** Built-in classes that structured clone refuses too, and what to do instead. */
const REFUSED_CLASSES: readonly (readonly [{ prototype: object }, string])[] = [
  [Promise, 'a Promise is no value yet. Await it, and send its value.'],
  [WeakMap, 'what a WeakMap holds cannot be listed. Use a Map.'],
  [WeakSet, 'what a WeakSet holds cannot be listed. Use a Set.'],
  [WeakRef, 'a WeakRef belongs to the garbage collector of its process. Send its target: ref.deref().'],
  [FinalizationRegistry, 'a FinalizationRegistry belongs to the garbage collector of its process.'],
  [
    SharedArrayBuffer,
    'a SharedArrayBuffer is shared by threads of one process only. Use mobula.put or mobula.allocate: every process ' +
      'of the machine reads the object store in place.',
  ],
];

/** Built-in classes whose instances are told by their inner nature: another object with such a prototype is a plain one. */
const TOLD_BY_NATURE = new Set<unknown>(
  [
    ...[
      'Error',
      'EvalError',
      'RangeError',
      'ReferenceError',
      'SyntaxError',
      'TypeError',
      'URIError',
      'AggregateError',
    ],
    ...['Object', 'Function', 'Array', 'Map', 'Set', 'Date', 'RegExp', 'Promise', 'WeakMap', 'WeakSet'],
    ...['Number', 'String', 'Boolean', 'BigInt', 'Symbol', 'ArrayBuffer', 'SharedArrayBuffer', 'DataView'],
    ...VIEW_KINDS,
  ].map((name) => (globalThis as Record<string, unknown>)[name]),
);

/** Classes of the platform whose state is hidden: they would arrive as empty objects. */
const PLATFORM_CLASSES: Readonly<Record<string, string>> = {
  AbortController: 'Use mobula.currentTask().signal in the task, and mobula.cancel outside.',
  AbortSignal: 'Use mobula.currentTask().signal in the task, and mobula.cancel outside.',
  Blob: 'Send its bytes: await blob.arrayBuffer().',
  BroadcastChannel: 'Return values, or call a remote function.',
  File: 'Send its bytes: await file.arrayBuffer().',
  FormData: 'Send its entries: [...formData].',
  Headers: 'Send its entries: [...headers].',
  ReadableStream: 'Read it first, and send what it yields.',
  Request: 'Send its URL and options.',
  Response: 'Read it first: await response.arrayBuffer().',
  TransformStream: 'Read it first, and send what it yields.',
  URLSearchParams: 'Send its text: String(params).',
  WebSocket: 'Open the connection in the task.',
  WritableStream: 'Open it in the task.',
};

/**
 * Tells what an object is, once for each prototype: what is true of the first instance is taken to be true of the
 * others. (Whether an instance of a built-in class is what its prototype says, the encoder checks.)
 */
export class ObjectClassifier {
  #byPrototype!: WeakMap<object, ObjectClass>;
  #version = -1;

  constructor(
    private readonly hooks: CodecHooks,
    private readonly serializers: SerializerRegistry,
  ) {}

  classOf(value: object, prototype: object | null): ObjectClass {
    if (prototype === null) return withoutPrototype(value);
    if (this.#version !== this.serializers.version) this.#reset();
    let known = this.#byPrototype.get(prototype);
    if (known === undefined) {
      known = this.#examine(value, prototype);
      this.#byPrototype.set(prototype, known);
    }
    return known;
  }

  #reset(): void {
    this.#version = this.serializers.version;
    this.#byPrototype = new WeakMap<object, ObjectClass>([
      [Object.prototype, KINDS[PLAIN]!],
      [Map.prototype, KINDS[MAP_OBJECT]!],
      [Set.prototype, KINDS[SET_OBJECT]!],
      [Date.prototype, KINDS[DATE_OBJECT]!],
      [RegExp.prototype, KINDS[REGEXP_OBJECT]!],
      [ArrayBuffer.prototype, KINDS[BUFFER_OBJECT]!],
      [URL.prototype, KINDS[URL_KIND]!],
      [Registration.prototype, KINDS[REGISTRATION_OBJECT]!],
    ]);
  }

  #examine(value: object, prototype: object): ObjectClass {
    const registration = this.serializers.find(prototype);
    if (registration !== undefined) return { kind: CUSTOM_OBJECT, registration };
    if (this.hooks.refHandle?.(value)) return KINDS[REF_OBJECT]!;
    if (REMOTE_FUNCTION in value) return KINDS[REMOTE_OBJECT]!;
    const builtIn = builtInClass(value);
    if (builtIn !== undefined) return builtIn;
    for (const recipe of RECIPES) if (recipe.recognises(value)) return { kind: PACKAGED_OBJECT, recipe };
    const reason = hiddenState(value, prototype);
    return reason === undefined ? KINDS[PLAIN]! : refused(reason);
  }
}

/** What an object is by its inner nature, whatever its prototype; undefined for an ordinary object. */
export function builtInClass(value: object): ObjectClass | undefined {
  if (Array.isArray(value)) return KINDS[ARRAY_OBJECT];
  if (types.isNativeError(value) || value instanceof DOMException) return KINDS[ERROR_OBJECT];
  if (types.isMap(value)) return KINDS[MAP_OBJECT];
  if (types.isSet(value)) return KINDS[SET_OBJECT];
  if (types.isDate(value)) return KINDS[DATE_OBJECT];
  if (types.isRegExp(value)) return KINDS[REGEXP_OBJECT];
  if (ArrayBuffer.isView(value)) return KINDS[VIEW_OBJECT];
  if (types.isArrayBuffer(value)) return KINDS[BUFFER_OBJECT];
  if (types.isBoxedPrimitive(value)) {
    return types.isSymbolObject(value) ? refused('a wrapped Symbol is no data.') : KINDS[BOXED_OBJECT];
  }
  for (const [maker, reason] of REFUSED_CLASSES) {
    if (isInstance(value, maker)) return refused(reason);
  }
  if (types.isExternal(value)) return refused('it is memory of a native addon.');
  return undefined;
}

function isInstance(value: object, maker: { prototype: object }): boolean {
  if (maker === Promise) return types.isPromise(value);
  if (maker === WeakMap) return types.isWeakMap(value);
  if (maker === WeakSet) return types.isWeakSet(value);
  if (maker === SharedArrayBuffer) return types.isSharedArrayBuffer(value);
  return Object.prototype.isPrototypeOf.call(maker.prototype, value);
}

function withoutPrototype(value: object): ObjectClass {
  if (types.isModuleNamespaceObject(value)) {
    return refused('it is a module. Import the module in the function that uses it.');
  }
  return builtInClass(value) ?? KINDS[PLAIN]!;
}

/** Why an object is more than its properties; undefined if it seems not to be. */
function hiddenState(value: object, prototype: object): string | undefined {
  if (value === process.env) return undefined;
  const name = className(prototype);
  const tag = Object.prototype.toString.call(value).slice('[object '.length, -1);
  if (/\b(?:Iterator|Generator)$/.test(tag)) {
    return `${article(tag)} ${tag} is a running function. Collect what it yields: [...iterator].`;
  }
  if (value instanceof Stream)
    return `a stream (${name}) belongs to its process. Read or open it in the task.`;
  for (let link: object | null = prototype; link !== null; link = Object.getPrototypeOf(link)) {
    const maker = ownConstructor(link);
    const advice = maker === undefined ? undefined : PLATFORM_CLASSES[maker.name];
    if (advice !== undefined && (globalThis as Record<string, unknown>)[maker!.name] === maker) {
      return `${article(name)} ${name} has hidden state of its process. ${advice}`;
    }
  }
  if (isTimer(value, name)) return 'a timer belongs to the event loop of its process. Start it in the task.';
  if (isNative(prototype)) return nativeReason(name);
  for (const key of Object.getOwnPropertySymbols(value)) {
    if (isNativeObject(Object.getOwnPropertyDescriptor(value, key)?.value)) return nativeReason(name);
  }
  if (isNativeObject(Object.getOwnPropertyDescriptor(value, '_handle')?.value)) return nativeReason(name);
  return undefined;
}

function nativeReason(name: string): string {
  return (
    `${article(name)} ${name} has native state that exists in its process only. ` +
    'Send what it was made from, or register a serializer for its class.'
  );
}

function isTimer(value: object, name: string): boolean {
  return (
    (name === 'Timeout' || name === 'Immediate') &&
    typeof (value as { hasRef?: unknown }).hasRef === 'function'
  );
}

function isNativeObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || builtInClass(value) !== undefined) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype !== null && isNative(prototype);
}

/**
 * Whether a class of a prototype chain is made by native code. The root of the chain does not count: it is
 * Object.prototype, of this realm or of another.
 */
function isNative(prototype: object): boolean {
  for (
    let link = prototype, next = Object.getPrototypeOf(link);
    next !== null;
    next = Object.getPrototypeOf(link)
  ) {
    const maker = ownConstructor(link);
    if (maker !== undefined && !TOLD_BY_NATURE.has(maker) && isNativeFunction(maker)) return true;
    link = next;
  }
  return false;
}

function ownConstructor(prototype: object): { name: string } | undefined {
  const maker: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  return typeof maker === 'function' ? maker : undefined;
}

function className(prototype: object): string {
  for (let link: object | null = prototype; link !== null; link = Object.getPrototypeOf(link)) {
    const name = ownConstructor(link)?.name;
    if (name) return name;
  }
  return 'Object';
}

function article(name: string): string {
  return /^[aeio]/i.test(name) ? 'an' : 'a';
}
