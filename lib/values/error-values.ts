import { errorClassOf, isMobulaError } from '../errors/index.js';
import { DOM_EXCEPTION_BASE, ERROR_BASES } from './format.js';
import { isNativeFunction } from './native-code.js';
import type { AnyClass } from './types.js';

/**
 * Errors as values. More survives than in a structured clone: the class, cause, AggregateError's errors and own
 * enumerable properties.
 *
 *     ERROR  u8 base  u8 class (CLASS_*)  [string code | value reference]  u8 fields (FIELD_*)
 *            [string name] [string message] [string stack] [value cause] [value errors]
 *            varint count, then key string and value
 */
export const CLASS_BASE = 0;
/** One of our own: its code follows. */
export const CLASS_CODE = 1;
/** A class that both sides know by a reference, which follows. */
export const CLASS_REFERENCE = 2;

export const FIELD_NAME = 1;
export const FIELD_MESSAGE = 2;
export const FIELD_STACK = 4;
export const FIELD_CAUSE = 8;
export const FIELD_ERRORS = 16;

/** What an error consists of. */
export interface ErrorParts {
  /** Position in ERROR_BASES. */
  base: number;
  /** The class, if it is not the base itself. */
  errorClass: AnyClass | undefined;
  /** The code, if it is one of our own. */
  code: string | undefined;
  /** Which of the following five exist (FIELD_*). */
  fields: number;
  name: string;
  message: string;
  stack: string;
  cause: unknown;
  errors: unknown;
  /** Names of the other own enumerable properties. */
  keys: string[];
}

const BASES = ERROR_BASES.map((name) => (globalThis as Record<string, unknown>)[name] as AnyClass);
const baseByPrototype = new Map<unknown, number>(BASES.map((base, position) => [base.prototype, position]));
const baseByName = new Map<unknown, number>(ERROR_BASES.map((name, position) => [name, position]));

/** Takes an error apart. Getters of its properties are called later, when they are encoded. */
export function takeErrorApart(error: Error): ErrorParts {
  const base = baseOf(error);
  const prototype = Object.getPrototypeOf(error);
  const errorClass = prototype === BASES[base]!.prototype ? undefined : classOf(prototype);
  const parts: ErrorParts = {
    base,
    errorClass,
    code: errorClass !== undefined && isMobulaError(error) ? error.code : undefined,
    fields: 0,
    name: '',
    message: '',
    stack: '',
    cause: undefined,
    errors: undefined,
    keys: Object.keys(error).filter((key) => key !== 'message' && key !== 'stack' && key !== 'cause'),
  };
  // Classes of programs may have a getter for it; a DOMException always has.
  const computed = base === DOM_EXCEPTION_BASE || (errorClass !== undefined && error.message !== '');
  if (computed || Object.hasOwn(error, 'message')) {
    parts.fields |= FIELD_MESSAGE;
    parts.message = String(error.message);
  }
  if (typeof error.stack === 'string') {
    parts.fields |= FIELD_STACK;
    parts.stack = error.stack;
  }
  if (Object.hasOwn(error, 'cause')) {
    parts.fields |= FIELD_CAUSE;
    parts.cause = error.cause;
  }
  if (Object.hasOwn(error, 'errors') && !parts.keys.includes('errors')) {
    parts.fields |= FIELD_ERRORS;
    parts.errors = (error as AggregateError).errors;
  }
  const name = Object.getOwnPropertyDescriptor(error, 'name');
  if (base === DOM_EXCEPTION_BASE || (name !== undefined && !name.enumerable)) {
    parts.fields |= FIELD_NAME;
    parts.name = String(error.name);
  }
  return parts;
}

/** The name that an error of an unknown class keeps; undefined if it is its base's. */
export function inheritedName(error: Error, base: number): string | undefined {
  const name: unknown = error.name;
  return typeof name === 'string' && name !== ERROR_BASES[base] && !Object.hasOwn(error, 'name')
    ? name
    : undefined;
}

function baseOf(error: Error): number {
  for (let link = Object.getPrototypeOf(error); link !== null; link = Object.getPrototypeOf(link)) {
    const base = baseByPrototype.get(link) ?? foreignBase(link);
    if (base !== undefined) return base;
  }
  return 0;
}

/** Errors of another realm (a vm context) have prototypes of their own, recognised by their constructors' names. */
function foreignBase(prototype: object): number | undefined {
  const ErrorClass: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof ErrorClass !== 'function') return undefined;
  const base = baseByName.get(ErrorClass.name);
  return base !== undefined && isNativeFunction(ErrorClass) ? base : undefined;
}

/** A program's own class; undefined for a built-in one of another realm. */
function classOf(prototype: object | null): AnyClass | undefined {
  const ErrorClass: unknown = prototype === null ? undefined : prototype.constructor;
  if (typeof ErrorClass !== 'function' || isNativeFunction(ErrorClass)) return undefined;
  return ErrorClass as AnyClass;
}

/** The class of one of our own errors; the base of a code that this version does not know. */
export function classOfCode(code: string): AnyClass | undefined {
  return errorClassOf(code);
}

/**
 * An error of a class, made without calling the class's constructor: the base's own makes it, with the class as
 * new.target, so that it is a true error whose prototype is the class's.
 */
export function createError(base: number, errorClass: AnyClass | undefined): Error {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    const ErrorClass = (BASES[base] ?? Error) as new () => Error;
    const args = ErrorClass === (AggregateError as unknown) ? [[]] : [];
    const error: Error = Reflect.construct(ErrorClass, args, errorClass ?? ErrorClass);
    if (args.length > 0) delete (error as Partial<AggregateError>).errors;
    return error;
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** A DOMException: its name and message are private to it and given once. */
export function createDomException(name: string, message: string): Error {
  return new DOMException(message, name);
}

/** Gives an error a property as the language's own constructors do: not enumerable. */
export function defineHidden(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: false });
}
