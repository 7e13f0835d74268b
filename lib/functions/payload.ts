import { createHash } from 'node:crypto';
import type { CodeManifest } from './code-manifest.js';
import type { KnownPlace, PropertyName } from './known-values.js';
import type { FunctionForm } from './parsed-function.js';
import type { InteropShape } from './script.js';

/**
 * The form in which functions travel. A payload holds every function by value that the shipped one reaches, their
 * captured data as one encoded list (so that what is shared or cyclic stays so), and names for all the rest.
 */
export interface Unit {
  /** Position of the shipped function in {@link functions}. */
  readonly root: number;
  readonly functions: readonly FunctionRecord[];
  readonly modules: readonly ModuleRecord[];
  readonly files: readonly FileRecord[];
  /** Descriptions of symbols that only the shipped functions share. */
  readonly symbols: readonly (string | null)[];
  /** For each object of a class within the data: the class, or the prototype itself. */
  readonly prototypes: readonly Value[];
  /** What it needs of its program; only where some process of the job may be on another machine. */
  readonly code?: CodeManifest | undefined;
}

/** What a captured variable holds. */
export type Value =
  | readonly ['primitive', string | number | boolean | null]
  | readonly ['undefined']
  /** Position in the list of captured data. */
  | readonly ['data', number]
  | readonly ['function', number]
  | readonly ['symbol', number]
  | readonly ['key', PropertyName]
  | readonly ['place', KnownPlace]
  /** Position in {@link Unit.modules}, and the way from the module's namespace. */
  | readonly ['module', number, readonly string[]]
  /** An import whose exporter assigns to it: an object whose `v` is always the current value. */
  | readonly ['live', number, string]
  /** An object, such as the members that are used of a CommonJS entry script's `exports`. */
  | readonly ['members', readonly (readonly [string, Value])[]]
  | readonly ['list', readonly Value[]]
  /** What code of a file sees as `import.meta`, `import()`, `require`, `module`. */
  | readonly ['meta' | 'importer' | 'require' | 'commonJsModule', number];

export type FunctionRecord =
  | CodeRecord
  | {
      readonly kind: 'bound';
      readonly target: Value;
      readonly receiver: Value;
      readonly parameters: readonly Value[];
    }
  | { readonly kind: 'promisified'; readonly original: Value }
  | { readonly kind: 'remote'; readonly fn: Value; readonly options: Value }
  | { readonly kind: 'value'; readonly value: Value };

/** A function or class that goes as source. */
export interface CodeRecord {
  readonly kind: 'code';
  readonly form: FunctionForm;
  readonly text: string;
  /** Position in {@link Unit.files}. */
  readonly file: number;
  /** Where the text begins in its file, from 0. */
  readonly line: number;
  readonly column: number;
  readonly strict: boolean;
  readonly name: string;
  /** Its free variables, and what each holds. */
  readonly variables: readonly (readonly [string, Value])[];
  /** Names whose values a class needs while it is made: its superclass, computed keys. */
  readonly early: readonly string[];
  /** Own properties that the text does not make. */
  readonly properties: readonly PropertyRecord[];
  /** What was put on `prototype` beside what the text makes. */
  readonly prototypeProperties: readonly PropertyRecord[];
  /** The constructor whose `prototype` is the prototype of this one's, when no `extends` says it. */
  readonly prototypeParent: Value | undefined;
  /** The function's own prototype, when it is not that of its kind. */
  readonly parent: Value | undefined;
  /** Values of the static private fields, with the `#`. */
  readonly privateStatics: readonly (readonly [string, Value])[];
}

export interface PropertyRecord {
  readonly key: PropertyName | { readonly unique: number };
  /** Writable 1, enumerable 2, configurable 4. */
  readonly flags: number;
  readonly value?: Value;
  readonly get?: Value;
  readonly set?: Value;
}

export interface ModuleRecord {
  readonly how: 'import' | 'require';
  readonly specifier: string;
  /** Path or URL of the file whose import it is. */
  readonly parent: string;
  readonly shape?: InteropShape | undefined;
}

export interface FileRecord {
  /** The name in stack traces: a URL for ES modules, a path for CommonJS, '' for code of no file. */
  readonly file: string;
  readonly isModule: boolean;
  /** Its `sourceMappingURL`; '' without one. */
  readonly sourceMapUrl: string;
}

/** A buffer of the captured data: in the payload itself, or an object of the store by its 16 bytes of id. */
export type PayloadBuffer =
  | { readonly bytes: Uint8Array }
  | { readonly id: Uint8Array; readonly content: Uint8Array };

/** A payload, taken apart. */
export interface OpenPayload {
  readonly hash: string;
  readonly unit: Unit;
  readonly data: Uint8Array;
  /** Byte ranges of {@link data}'s buffers within the payload, or ids. */
  readonly buffers: readonly ({ readonly bytes: Uint8Array } | { readonly id: Uint8Array })[];
}

/*
 * Layout, little endian:
 *   0  magic 'MOBF'      4  version u32     8  hash, 16 bytes
 *  24  length of the unit's JSON u32       28  length of the data u32      32  number of buffers u32
 *  36  for each buffer: kind u32 (0 inline, 1 object), byteLength u32 (inline) or 0
 *  then the JSON (UTF-8), the data, the object ids (16 bytes each), the inline buffers, each aligned to 8.
 */
const MAGIC = 0x46424f4d;
const VERSION = 1;
const HEADER_BYTES = 36;
const HASH_BYTES = 16;
const ID_BYTES = 16;
const ALIGNMENT = 8;

/** Puts a payload together. The hash covers the contents of all buffers, wherever they stand. */
export function writePayload(
  unit: Unit,
  data: Uint8Array,
  buffers: readonly PayloadBuffer[],
): { payload: Uint8Array; hash: string } {
  const json = new TextEncoder().encode(JSON.stringify(unit));
  const hash = contentHash(json, data, buffers);
  const inline = buffers.filter((buffer) => 'bytes' in buffer);
  const objects = buffers.filter((buffer) => 'id' in buffer);
  const tableBytes = HEADER_BYTES + 8 * buffers.length;
  let length = tableBytes + json.length + data.length + ID_BYTES * objects.length;
  for (const { bytes } of inline) length = align(length) + bytes.length;

  const payload = new Uint8Array(length);
  const view = new DataView(payload.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, VERSION, true);
  payload.set(hash, 8);
  view.setUint32(24, json.length, true);
  view.setUint32(28, data.length, true);
  view.setUint32(32, buffers.length, true);
  buffers.forEach((buffer, index) => {
    view.setUint32(HEADER_BYTES + 8 * index, 'id' in buffer ? 1 : 0, true);
    view.setUint32(HEADER_BYTES + 8 * index + 4, 'bytes' in buffer ? buffer.bytes.length : 0, true);
  });
  let at = tableBytes;
  const append = (bytes: Uint8Array): void => {
    payload.set(bytes, at);
    at += bytes.length;
  };
  append(json);
  append(data);
  for (const { id } of objects) append(id);
  for (const { bytes } of inline) {
    at = align(at);
    append(bytes);
  }
  return { payload, hash: hex(hash) };
}

export function readPayload(payload: Uint8Array): OpenPayload {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  if (
    payload.length < HEADER_BYTES ||
    view.getUint32(0, true) !== MAGIC ||
    view.getUint32(4, true) !== VERSION
  ) {
    throw new TypeError('this is no shipped function of this version of Mobula');
  }
  let at = HEADER_BYTES + 8 * view.getUint32(32, true);
  const take = (length: number): Uint8Array => {
    if (at + length > payload.length) throw new TypeError('a shipped function is cut short');
    at += length;
    return payload.subarray(at - length, at);
  };
  const json = take(view.getUint32(24, true));
  const data = take(view.getUint32(28, true));
  const kinds = Array.from({ length: view.getUint32(32, true) }, (_, index) => HEADER_BYTES + 8 * index);
  const ids = kinds.map((entry) => (view.getUint32(entry, true) === 1 ? take(ID_BYTES) : undefined));
  const buffers = kinds.map((entry, index) => {
    const id = ids[index];
    if (id !== undefined) return { id };
    at = align(at);
    return { bytes: take(view.getUint32(entry + 4, true)) };
  });
  return {
    hash: hex(payload.subarray(8, 8 + HASH_BYTES)),
    unit: JSON.parse(new TextDecoder().decode(json)) as Unit,
    data,
    buffers,
  };
}

function contentHash(json: Uint8Array, data: Uint8Array, buffers: readonly PayloadBuffer[]): Uint8Array {
  const hash = createHash('sha256');
  // Lengths first, so that no two contents run together to the same bytes.
  hash.update(new Uint32Array([VERSION, json.length, data.length, buffers.length]));
  hash.update(json).update(data);
  for (const buffer of buffers) {
    const content = 'bytes' in buffer ? buffer.bytes : buffer.content;
    hash.update(new Float64Array([content.length])).update(content);
  }
  return hash.digest().subarray(0, HASH_BYTES);
}

function align(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
