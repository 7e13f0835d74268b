import { latin1Slice, utf8Slice, utf16Slice } from './bytes.js';
import type { Decoder } from './decoder.js';
import {
  CLASS_CODE,
  CLASS_REFERENCE,
  classOfCode,
  createDomException,
  createError,
  defineHidden,
  FIELD_CAUSE,
  FIELD_ERRORS,
  FIELD_MESSAGE,
  FIELD_NAME,
  FIELD_STACK,
} from './error-values.js';
import {
  ARRAY,
  ARRAY_BUFFER,
  BACK_REFERENCE,
  BIGINT,
  BIGINT64,
  BOXED,
  CUSTOM,
  DATE,
  DOM_EXCEPTION_BASE,
  ERROR,
  FALSE,
  FIRST_TAG,
  FLOAT64_ARRAY,
  FUNCTION,
  HOLE,
  ID_BYTES,
  INT16,
  INT32,
  INT32_ARRAY,
  LATIN1,
  MAP,
  NULL,
  OBJECT,
  OBJECT_REF,
  PACKAGED,
  REGEXP,
  REGISTERED_SYMBOL,
  REGISTRATION,
  REMOTE_FUNCTION,
  SET,
  SHAPE_DEFINITION,
  SHAPED_OBJECT,
  SPARSE_ARRAY,
  TRUE,
  UINT8,
  UNDEFINED,
  URL_OBJECT,
  UTF8,
  UTF16,
  VIEW,
  WELL_KNOWN_SYMBOL,
} from './format.js';
import { RECIPES } from './packaged.js';
import type { Registration, SerializerParts } from './serializers.js';
import type { AnyClass, AnyFunction } from './types.js';

/** Stands for an array element or a key that does not exist. Never seen outside. */
export const ABSENT = Symbol('absent');

/** The error of bytes that no encoder wrote. */
export function malformed(): Error {
  return new Error('a value cannot be decoded: its bytes are not what this version of Mobula writes');
}

type TagReader = (decoder: Decoder) => unknown;

/** What follows each tag from FIRST_TAG on, by position. */
export const READERS: readonly (TagReader | undefined)[] = tableOf([
  [UNDEFINED, () => undefined],
  [NULL, () => null],
  [FALSE, () => false],
  [TRUE, () => true],
  [UINT8, (decoder) => decoder.byte()],
  [INT16, readInt16],
  [INT32, readInt32],
  [BIGINT64, readBigint64],
  [BIGINT, readBigint],
  [LATIN1, (decoder) => readText(decoder, latin1Slice)],
  [UTF8, (decoder) => readText(decoder, utf8Slice)],
  [UTF16, (decoder) => readText(decoder, utf16Slice)],
  [HOLE, () => ABSENT],
  [BACK_REFERENCE, (decoder) => decoder.backReference()],
  [ARRAY, (decoder) => decoder.array(decoder.count())],
  [SPARSE_ARRAY, (decoder) => decoder.sparseArray()],
  [FLOAT64_ARRAY, (decoder) => decoder.numberArray()],
  [INT32_ARRAY, (decoder) => decoder.integerArray()],
  [OBJECT, (decoder) => decoder.entries(decoder.remember({}))],
  [SHAPE_DEFINITION, (decoder) => decoder.shapeDefinition()],
  [SHAPED_OBJECT, (decoder) => decoder.shapedObject()],
  [MAP, readMap],
  [SET, readSet],
  [DATE, (decoder) => decoder.remember(new Date(decoder.float64()))],
  [REGEXP, readRegExp],
  [BOXED, readBoxed],
  [ERROR, readError],
  [ARRAY_BUFFER, (decoder) => decoder.arrayBuffer()],
  [VIEW, (decoder) => decoder.remember(decoder.bufferView())],
  [OBJECT_REF, readRef],
  [FUNCTION, readFunction],
  [REMOTE_FUNCTION, readRemote],
  [REGISTERED_SYMBOL, (decoder) => Symbol.for(decoder.string())],
  [WELL_KNOWN_SYMBOL, readWellKnownSymbol],
  [URL_OBJECT, (decoder) => decoder.remember(new URL(decoder.string()))],
  [CUSTOM, readCustom],
  [PACKAGED, readPackaged],
  [REGISTRATION, readOwnRegistration],
]);

function tableOf(readers: readonly (readonly [tag: number, reader: TagReader])[]): (TagReader | undefined)[] {
  const table: (TagReader | undefined)[] = [];
  for (const [tag, reader] of readers) table[tag - FIRST_TAG] = reader;
  return table;
}

function readInt16(decoder: Decoder): number {
  decoder.position += 2;
  return decoder.view.getInt16(decoder.position - 2, true);
}

function readInt32(decoder: Decoder): number {
  decoder.position += 4;
  return decoder.view.getInt32(decoder.position - 4, true);
}

function readBigint64(decoder: Decoder): bigint {
  decoder.position += 8;
  return decoder.view.getBigInt64(decoder.position - 8, true);
}

function readBigint(decoder: Decoder): bigint {
  const negative = decoder.byte() === 1;
  const magnitude = BigInt(`0x${decoder.string()}`);
  return negative ? -magnitude : magnitude;
}

function readText(
  decoder: Decoder,
  slice: (bytes: Uint8Array, start: number, end: number) => string,
): string {
  const length = decoder.count();
  const start = decoder.position;
  decoder.position = start + length;
  return slice(decoder.bytes, start, start + length);
}

function readMap(decoder: Decoder): Map<unknown, unknown> {
  const map = decoder.remember(new Map<unknown, unknown>());
  for (let count = decoder.count(2); count > 0; count--) {
    const key = decoder.read();
    map.set(key, decoder.read());
  }
  return map;
}

function readSet(decoder: Decoder): Set<unknown> {
  const set = decoder.remember(new Set<unknown>());
  for (let count = decoder.count(); count > 0; count--) set.add(decoder.read());
  return set;
}

function readRegExp(decoder: Decoder): RegExp {
  const source = decoder.string();
  return decoder.remember(new RegExp(source, decoder.string()));
}

function readBoxed(decoder: Decoder): object {
  return decoder.remember(Object(decoder.read()) as object);
}

function readError(decoder: Decoder): Error {
  const number = decoder.reserveNumber();
  const base = decoder.byte();
  const errorClass = readErrorClass(decoder);
  const fields = decoder.byte();
  const name = fields & FIELD_NAME ? decoder.string() : '';
  const message = fields & FIELD_MESSAGE ? decoder.string() : '';
  const isDomException = base === DOM_EXCEPTION_BASE;
  const error = isDomException ? createDomException(name, message) : createError(base, errorClass);
  decoder.keep(number, error);
  if (fields & FIELD_STACK) defineHidden(error, 'stack', decoder.string());
  else delete (error as Partial<Error>).stack;
  if (!isDomException) {
    if (fields & FIELD_MESSAGE) defineHidden(error, 'message', message);
    if (fields & FIELD_NAME) defineHidden(error, 'name', name);
  }
  if (fields & FIELD_CAUSE) defineHidden(error, 'cause', decoder.read());
  if (fields & FIELD_ERRORS) defineHidden(error, 'errors', decoder.read());
  return decoder.entries(error);
}

function readErrorClass(decoder: Decoder): AnyClass | undefined {
  const kind = decoder.byte();
  if (kind === CLASS_CODE) return classOfCode(decoder.string());
  if (kind !== CLASS_REFERENCE) return undefined;
  const reference = decoder.read();
  return decoder.hooks.classFromReference?.(reference);
}

function readRef(decoder: Decoder): object {
  const { hooks, position } = decoder;
  if (hooks.readRef === undefined) throw new Error('refs cannot be read here');
  decoder.position += ID_BYTES;
  return decoder.remember(hooks.readRef(decoder.bytes, position));
}

function readFunction(decoder: Decoder): AnyFunction {
  return decoder.remember(readFunctionBytes(decoder));
}

function readFunctionBytes(decoder: Decoder): AnyFunction {
  const { hooks } = decoder;
  if (hooks.functionFromBytes === undefined) throw new Error('functions cannot be read here');
  const length = decoder.count();
  const start = decoder.position;
  decoder.position = start + length;
  return hooks.functionFromBytes(decoder.bytes.subarray(start, start + length));
}

function readRemote(decoder: Decoder): unknown {
  const number = decoder.reserveNumber();
  const { hooks } = decoder;
  if (hooks.makeRemote === undefined) throw new Error('remote functions cannot be read here');
  const fn = decoder.read() as AnyFunction;
  return decoder.keep(number, hooks.makeRemote(fn, decoder.read()));
}

function readWellKnownSymbol(decoder: Decoder): unknown {
  return (Symbol as unknown as Record<string, unknown>)[decoder.string()];
}

function readCustom(decoder: Decoder): object {
  const number = decoder.reserveNumber();
  const { parts } = readRegistration(decoder);
  return decoder.keep(number, parts.deserialize(decoder.read()) as object);
}

/** The serializer that a value needs: this process's own, or the one that came with the value. */
function readRegistration(decoder: Decoder): Registration {
  const { registrations, serializers } = decoder;
  const number = decoder.varint();
  const named = registrations[number];
  if (named !== undefined) return named;
  const id = decoder.string();
  let registration = serializers.byId(id);
  if (decoder.byte() === FUNCTION) {
    if (registration !== undefined) decoder.skip(decoder.count());
    else {
      const parts = readFunctionBytes(decoder)() as SerializerParts;
      // If the class was shipped by value, its serializer came along with it.
      registration = serializers.byId(id) ?? serializers.adopt(id, parts);
    }
  }
  if (registration === undefined) throw new Error(`no serializer '${id}' is registered in this process`);
  registrations[number] = registration;
  return registration;
}

function readOwnRegistration(decoder: Decoder): Registration {
  const number = decoder.reserveNumber();
  const id = decoder.string();
  const target = decoder.read() as AnyClass;
  const serialize = decoder.read() as SerializerParts['serialize'];
  const deserialize = decoder.read() as SerializerParts['deserialize'];
  return decoder.keep(number, decoder.serializers.adopt(id, { target, serialize, deserialize }));
}

function readPackaged(decoder: Decoder): object {
  const number = decoder.reserveNumber();
  const recipe = RECIPES[decoder.byte()];
  if (recipe === undefined) throw malformed();
  const { hooks } = decoder;
  if (hooks.importPackage === undefined)
    throw new Error(`values of ${recipe.packages[0]} cannot be read here`);
  // First the package: if it must be imported, this decoding was in vain.
  const exports = hooks.importPackage(recipe.packages);
  return decoder.keep(number, recipe.putTogether(decoder.read(), exports));
}
