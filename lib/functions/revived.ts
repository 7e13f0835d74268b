import type { CodeRecord, Unit, Value } from './payload.js';
import type { AnyFunction } from './types.js';

/** Name of the variable by which code of a revived function finds its unit. No program uses it. */
export const UNIT_VARIABLE = 'mobula$unit';
/** Name of the variable that stands for a superclass whose expression is not evaluated again. */
export const SUPERCLASS_VARIABLE = 'mobula$super';
/** Name of the function that a shipped class hands its static private fields to. */
export const STATICS_VARIABLE = 'mobula$statics';

/**
 * Code around a revived function. Functions made within it (closures that are shipped on) reach the same variables,
 * and what each of them stands for.
 */
export interface RevivedCode {
  readonly unit: Unit;
  readonly record: CodeRecord;
  /** What the variables stood for when they were captured. */
  readonly values: ReadonlyMap<string, Value>;
  /** What the variables hold now. */
  read(): ReadonlyMap<string, unknown>;
  /** What the static private fields of the class hold now, with the `#`. */
  readStatics(): ReadonlyMap<string, unknown>;
}

const revived = new WeakMap<AnyFunction, RevivedCode>();

/** Remembers how a function was revived, so that it can be shipped on without looking into it. */
export function rememberRevived(fn: AnyFunction, code: RevivedCode): void {
  revived.set(fn, code);
}

export function revivedCodeOf(fn: AnyFunction): RevivedCode | undefined {
  return revived.get(fn);
}

/** The code whose variables a scope holds; undefined when it is no scope of a revived function. */
export function revivedScope(variables: Record<string, unknown>): RevivedCode | undefined {
  return Object.hasOwn(variables, UNIT_VARIABLE) ? (variables[UNIT_VARIABLE] as RevivedCode) : undefined;
}

/** Whether a value names what it is by itself: it needs no look at what the variable holds. */
export function isName(value: Value): boolean {
  return !['primitive', 'undefined', 'data', 'function', 'symbol', 'members', 'list'].includes(value[0]);
}
