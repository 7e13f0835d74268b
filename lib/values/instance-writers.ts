import { types } from 'node:util';
import { SerializationError } from '../errors/index.js';
import { isDetached, tracksLength, viewKind } from './buffers.js';
import {
  ARRAY_OBJECT,
  BOXED_OBJECT,
  BUFFER_OBJECT,
  builtInClass,
  CUSTOM_OBJECT,
  DATE_OBJECT,
  ERROR_OBJECT,
  MAP_OBJECT,
  type ObjectClass,
  PACKAGED_OBJECT,
  PLAIN,
  REF_OBJECT,
  REFUSED,
  REGEXP_OBJECT,
  REGISTRATION_OBJECT,
  REMOTE_OBJECT,
  SET_OBJECT,
  URL_KIND,
  VIEW_OBJECT,
} from './classifier.js';
import type { Encoder } from './encoder.js';
import {
  CLASS_BASE,
  CLASS_CODE,
  CLASS_REFERENCE,
  classOfCode,
  type ErrorParts,
  FIELD_CAUSE,
  FIELD_ERRORS,
  FIELD_MESSAGE,
  FIELD_NAME,
  FIELD_STACK,
  inheritedName,
  takeErrorApart,
} from './error-values.js';
import {
  ARRAY_BUFFER,
  BOXED,
  CUSTOM,
  DATE,
  DOM_EXCEPTION_BASE,
  ERROR,
  FUNCTION,
  ID_BYTES,
  MAP,
  NULL,
  OBJECT_REF,
  PACKAGED,
  REGEXP,
  REGISTERED_SYMBOL,
  REGISTRATION,
  REMOTE_FUNCTION as REMOTE_FUNCTION_TAG,
  SET,
  URL_OBJECT,
  VIEW,
  VIEW_TRACKS_LENGTH,
  WELL_KNOWN_SYMBOL,
} from './format.js';
import type { PackagedRecipe } from './packaged.js';
import { describe, located, mapStep, Refusal } from './refusal.js';
import { Registration } from './serializers.js';
import { type AnyFunction, REMOTE_FUNCTION, type RemoteFunctionParts } from './types.js';

interface RemoteFunction {
  readonly [REMOTE_FUNCTION]: RemoteFunctionParts;
}

/** Writes an object that is neither an array nor plain. */
export function writeInstance(encoder: Encoder, value: object, objectClass: ObjectClass): void {
  const { kind } = objectClass;
  if (kind === REFUSED) throw new Refusal(objectClass.reason!);
  // An ArrayBuffer is known by its number in the trailer; it has none among the objects.
  if (kind === BUFFER_OBJECT && types.isArrayBuffer(value)) writeArrayBuffer(encoder, value);
  else if (!encoder.met(value) && !writeAs(encoder, value, objectClass))
    writeUnlikeItsPrototype(encoder, value);
}

/** Writes an object as what its prototype says it is; false if it is something else. */
function writeAs(encoder: Encoder, value: object, objectClass: ObjectClass): boolean {
  switch (objectClass.kind) {
    case PLAIN:
      encoder.properties(value);
      return true;
    case ARRAY_OBJECT:
      encoder.array(value as unknown[]);
      return true;
    case MAP_OBJECT:
      return types.isMap(value) && writeMap(encoder, value);
    case SET_OBJECT:
      return types.isSet(value) && writeSet(encoder, value);
    case DATE_OBJECT:
      return types.isDate(value) && writeDate(encoder, value);
    case REGEXP_OBJECT:
      return types.isRegExp(value) && writeRegExp(encoder, value);
    case BOXED_OBJECT:
      return types.isBoxedPrimitive(value) && writeBoxed(encoder, value);
    case ERROR_OBJECT:
      return (types.isNativeError(value) || value instanceof DOMException) && writeError(encoder, value);
    case VIEW_OBJECT:
      return ArrayBuffer.isView(value) && writeView(encoder, value);
    case REF_OBJECT:
      return writeRef(encoder, encoder.hooks.refHandle!(value));
    case REMOTE_OBJECT:
      return REMOTE_FUNCTION in value && writeRemote(encoder, value as RemoteFunction);
    case CUSTOM_OBJECT:
      return writeCustom(encoder, value, objectClass.registration!);
    case PACKAGED_OBJECT:
      return objectClass.recipe!.recognises(value) && writePackaged(encoder, value, objectClass.recipe!);
    case REGISTRATION_OBJECT:
      return value instanceof Registration && writeRegistration(encoder, value);
    case URL_KIND:
      return value instanceof URL && writeUrl(encoder, value);
    default:
      return false;
  }
}

/** Its prototype says something else than what it is: as structured clone does, goes by what it is. */
function writeUnlikeItsPrototype(encoder: Encoder, value: object): void {
  const inner = builtInClass(value);
  if (inner === undefined) encoder.properties(value);
  else {
    encoder.unmeet(value);
    writeInstance(encoder, value, inner);
  }
}

function writeMap(encoder: Encoder, map: Map<unknown, unknown>): true {
  // A copy, for getters inside may change the map.
  const entries = Array.from(Map.prototype.entries.call(map));
  encoder.byte(MAP);
  encoder.varint(entries.length);
  for (let index = 0; index < entries.length; index++) {
    const [key, value] = entries[index]!;
    let atKey = true;
    try {
      encoder.write(key);
      atKey = false;
      encoder.write(value);
    } catch (error) {
      throw located(error, atKey ? `.keys()[${index}]` : mapStep(key));
    }
  }
  return true;
}

function writeSet(encoder: Encoder, set: Set<unknown>): true {
  const values = Array.from(Set.prototype.values.call(set));
  encoder.byte(SET);
  encoder.varint(values.length);
  let index = 0;
  try {
    for (; index < values.length; index++) encoder.write(values[index]);
  } catch (error) {
    throw located(error, `.values()[${index}]`);
  }
  return true;
}

function writeDate(encoder: Encoder, date: Date): true {
  encoder.byte(DATE);
  encoder.float64(Date.prototype.getTime.call(date));
  return true;
}

function writeRegExp(encoder: Encoder, regexp: RegExp): true {
  encoder.byte(REGEXP);
  encoder.string(regexp.source);
  encoder.string(regexp.flags);
  return true;
}

function writeUrl(encoder: Encoder, url: URL): true {
  encoder.byte(URL_OBJECT);
  encoder.string(url.href);
  return true;
}

function writeBoxed(encoder: Encoder, boxed: object): true {
  encoder.byte(BOXED);
  encoder.write(primitiveOf(boxed));
  return true;
}

function primitiveOf(boxed: object): unknown {
  if (types.isStringObject(boxed)) return String.prototype.valueOf.call(boxed);
  if (types.isNumberObject(boxed)) return Number.prototype.valueOf.call(boxed);
  if (types.isBooleanObject(boxed)) return Boolean.prototype.valueOf.call(boxed);
  return BigInt.prototype.valueOf.call(boxed);
}

function writeArrayBuffer(encoder: Encoder, buffer: ArrayBuffer): void {
  refuseDetached(buffer);
  encoder.byte(ARRAY_BUFFER);
  encoder.varint(encoder.buffers.addBuffer(buffer));
}

function writeView(encoder: Encoder, view: ArrayBufferView): true {
  const { buffer } = view;
  if (types.isSharedArrayBuffer(buffer)) throw new Refusal(builtInClass(buffer)!.reason!);
  refuseDetached(buffer as ArrayBuffer);
  const kind = viewKind(view);
  if (kind < 0) throw new Refusal('this version does not know its class. Send its bytes.');
  encoder.byte(VIEW);
  encoder.byte(tracksLength(view) ? kind | VIEW_TRACKS_LENGTH : kind);
  encoder.varint(encoder.buffers.addView(view));
  encoder.varint(view.byteOffset);
  encoder.varint((view as { length?: number }).length ?? view.byteLength);
  return true;
}

function refuseDetached(buffer: ArrayBuffer): void {
  if (!isDetached(buffer)) return;
  throw new Refusal(
    'its memory was given away: it was transferred, or it was allocated in the object store and is sealed. ' +
      'Use the ref instead.',
  );
}

function writeError(encoder: Encoder, error: Error): true {
  const parts = takeErrorApart(error);
  encoder.byte(ERROR);
  encoder.byte(parts.base);
  writeErrorClass(encoder, error, parts);
  const { fields } = parts;
  encoder.reserve(0);
  encoder.byte(fields);
  if (fields & FIELD_NAME) encoder.string(parts.name);
  if (fields & FIELD_MESSAGE) encoder.string(parts.message);
  if (fields & FIELD_STACK) encoder.string(parts.stack);
  let step = '.cause';
  try {
    if (fields & FIELD_CAUSE) encoder.write(parts.cause);
    step = '.errors';
    if (fields & FIELD_ERRORS) encoder.write(parts.errors);
  } catch (cause) {
    throw located(cause, step);
  }
  encoder.reserve(0);
  encoder.varint(parts.keys.length);
  encoder.entries(error, parts.keys, false);
  return true;
}

/** How the receiver finds the class. If it cannot, the error keeps at least the name. */
function writeErrorClass(encoder: Encoder, error: Error, parts: ErrorParts): void {
  const { base, errorClass, code } = parts;
  if (errorClass !== undefined && base !== DOM_EXCEPTION_BASE) {
    const isOurs = code !== undefined && classOfCode(code) === errorClass;
    const reference = isOurs ? undefined : encoder.hooks.classReference?.(errorClass);
    if (reference !== undefined) {
      encoder.byte(CLASS_REFERENCE);
      encoder.write(reference);
      return;
    }
    if (code !== undefined) {
      encoder.byte(CLASS_CODE);
      encoder.string(code);
      return;
    }
  }
  encoder.byte(CLASS_BASE);
  const name = inheritedName(error, base);
  if (name !== undefined) {
    parts.fields |= FIELD_NAME;
    parts.name = name;
  }
}

function writeRef(encoder: Encoder, handle: number): boolean {
  if (handle === 0) return false;
  const { hooks } = encoder;
  if (hooks.writeRefId === undefined) throw new Refusal('refs cannot be sent here.');
  encoder.byte(OBJECT_REF);
  hooks.writeRefId(handle, encoder.bytes, encoder.position);
  encoder.position += ID_BYTES;
  encoder.hold(handle);
  return true;
}

/** Writes a function, a class, or the handle of a remote function. */
export function writeFunction(encoder: Encoder, fn: AnyFunction): void {
  if (encoder.met(fn)) return;
  if (REMOTE_FUNCTION in fn) writeRemote(encoder, fn as unknown as RemoteFunction);
  else writeFunctionBytes(encoder, fn);
}

function writeFunctionBytes(encoder: Encoder, fn: AnyFunction): void {
  const { hooks } = encoder;
  if (hooks.functionToBytes === undefined) throw new Refusal('functions cannot be sent here.');
  let bytes: Uint8Array;
  try {
    bytes = hooks.functionToBytes(fn, encoder.hold);
  } catch (error) {
    throw error instanceof SerializationError ? new Refusal(error.reason, error) : error;
  }
  encoder.reserve(0);
  encoder.byte(FUNCTION);
  encoder.varint(bytes.length);
  encoder.raw(bytes);
}

function writeRemote(encoder: Encoder, remote: RemoteFunction): true {
  const { fn, options } = remote[REMOTE_FUNCTION];
  encoder.byte(REMOTE_FUNCTION_TAG);
  encoder.write(fn);
  encoder.write(options);
  return true;
}

const WELL_KNOWN_SYMBOLS = new Map<unknown, string>(
  Object.getOwnPropertyNames(Symbol).map((name) => [
    (Symbol as unknown as Record<string, unknown>)[name],
    name,
  ]),
);

export function writeSymbol(encoder: Encoder, symbol: symbol): void {
  const key = Symbol.keyFor(symbol);
  const name = key ?? WELL_KNOWN_SYMBOLS.get(symbol);
  if (name === undefined) {
    throw new Refusal(`${describe(symbol)} exists in its process only. Use Symbol.for(key), or a string.`);
  }
  encoder.byte(key === undefined ? WELL_KNOWN_SYMBOL : REGISTERED_SYMBOL);
  encoder.string(name);
}

/**
 *     CUSTOM  varint number  [string id  (FUNCTION of the registration's bundle | NULL)]  value made by serialize
 *
 * The part in brackets stands where the message names a serializer for the first time.
 */
function writeCustom(encoder: Encoder, value: object, registration: Registration): true {
  encoder.byte(CUSTOM);
  const number = encoder.registrations.indexOf(registration);
  if (number >= 0) encoder.varint(number);
  else {
    encoder.varint(encoder.registrations.push(registration) - 1);
    encoder.string(registration.id);
    encoder.reserve(0);
    if (encoder.hooks.functionToBytes === undefined) encoder.byte(NULL);
    else writeFunctionBytes(encoder, registration.bundle);
  }
  encoder.open.push(value);
  try {
    encoder.write(registration.parts.serialize(value));
  } catch (error) {
    throw located(error, '.serialize()');
  }
  encoder.open.pop();
  return true;
}

/** It hangs on a class that is shipped by value, and is part of what is shipped: so its functions are too. */
function writeRegistration(encoder: Encoder, { id, parts }: Registration): true {
  encoder.byte(REGISTRATION);
  encoder.string(id);
  encoder.write(parts.target);
  encoder.write(parts.serialize);
  encoder.write(parts.deserialize);
  return true;
}

function writePackaged(encoder: Encoder, value: object, recipe: PackagedRecipe): true {
  encoder.byte(PACKAGED);
  encoder.byte(recipe.kind);
  encoder.write(recipe.takeApart(value));
  return true;
}
