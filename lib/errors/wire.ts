import { ERROR_CATALOGUE } from './catalogue.js';
import { MobulaError } from './mobula-error.js';

/**
 * One of our own errors as plain data. `fields` holds its own enumerable properties but `code`; what is in them, and
 * `cause`, is any value that the codec takes.
 */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly stack: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** In a list of at most one, so that a cause of `undefined` differs from none. */
  readonly cause: readonly unknown[];
}

const classByCode = new Map<string, abstract new (...parameters: never[]) => MobulaError>(
  ERROR_CATALOGUE.map((entry) => [entry.code, entry.class]),
);

/** The class of a code; undefined for a code that this version does not know. */
export function errorClassOf(
  code: string,
): (abstract new (...parameters: never[]) => MobulaError) | undefined {
  return classByCode.get(code);
}

/** Takes one of our errors apart for its way to another process. */
export function toWire(error: MobulaError): WireError {
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(error)) {
    if (key !== 'code' && key !== 'cause') define(fields, key, value, true);
  }
  return {
    code: error.code,
    message: error.message,
    stack: String(error.stack),
    fields,
    cause: Object.hasOwn(error, 'cause') ? [error.cause] : [],
  };
}

/**
 * Puts an error together again: an instance of its class, made without calling the class's constructor. A code that this
 * version does not know gives a plain MobulaError with that code.
 */
export function fromWire(wire: WireError): MobulaError {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  // Error's own constructor, with the class as new.target: a real Error object (not just its prototype) of that class.
  const error: MobulaError = Reflect.construct(
    Error,
    [wire.message],
    classByCode.get(wire.code) ?? MobulaError,
  );
  Error.stackTraceLimit = limit;
  define(error, 'stack', wire.stack, false);
  define(error, 'code', wire.code, true);
  if (wire.cause.length > 0) define(error, 'cause', wire.cause[0], false);
  for (const [key, value] of Object.entries(wire.fields)) define(error, key, value, true);
  return error;
}

function define(target: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(target, key, { value, enumerable, writable: true, configurable: true });
}
