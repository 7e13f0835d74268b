import { isMadeByText } from './class-capture.js';
import type { FunctionGraph } from './function-graph.js';
import { describeKey } from './known-values.js';
import type { ParsedFunction } from './parsed-function.js';
import type { CodeRecord, PropertyRecord, Value } from './payload.js';
import type { Trail } from './trail.js';
import type { AnyFunction } from './types.js';

/** Whether a property is one that every function has of itself, and that nobody replaced. */
function isOfEveryFunction(name: string | symbol, descriptor: PropertyDescriptor): boolean {
  if (name === 'name' || name === 'length') return !descriptor.writable && 'value' in descriptor;
  return name === 'prototype' || name === 'arguments' || name === 'caller';
}

/**
 * What hangs on a function beside its code: own properties, and what was put on its `prototype`.
 *
 * @param parsed the text that makes the function; undefined when the text makes no properties
 */
export function ownProperties(
  graph: FunctionGraph,
  fn: AnyFunction,
  parsed: ParsedFunction | undefined,
  trail: Trail,
): Pick<CodeRecord, 'properties' | 'prototypeProperties'> {
  const cls = parsed?.form === 'class' ? parsed : undefined;
  const { prototype } = fn as { prototype?: unknown };
  return {
    properties: describeProperties(
      graph,
      fn,
      trail,
      (name, descriptor) =>
        isOfEveryFunction(name, descriptor) ||
        (cls !== undefined && isMadeByText(cls, name, descriptor, true)),
    ),
    prototypeProperties:
      typeof prototype === 'object' && prototype !== null
        ? describeProperties(graph, prototype, trail, (name, descriptor) =>
            name === 'constructor'
              ? descriptor.value === fn
              : cls !== undefined && isMadeByText(cls, name, descriptor, false),
          )
        : [],
  };
}

function describeProperties(
  graph: FunctionGraph,
  object: object,
  trail: Trail,
  isOfItself: (name: string | symbol, descriptor: PropertyDescriptor) => boolean,
): PropertyRecord[] {
  const found: PropertyRecord[] = [];
  for (const name of Reflect.ownKeys(object)) {
    const descriptor = Object.getOwnPropertyDescriptor(object, name)!;
    if (isOfItself(name, descriptor)) continue;
    const inner: Trail = { parent: trail, name: String(name), place: undefined };
    const { value, get, set } = descriptor;
    found.push({
      key: describeKey(name) ?? { unique: graph.symbol(name as symbol) },
      flags:
        (descriptor.writable ? 1 : 0) + (descriptor.enumerable ? 2 : 0) + (descriptor.configurable ? 4 : 0),
      ...('value' in descriptor && { value: graph.value(value, inner) }),
      ...(get !== undefined && { get: graph.value(get, inner) }),
      ...(set !== undefined && { set: graph.value(set, inner) }),
    });
    graph.isStable = false;
  }
  return found;
}

/** The constructor that another one inherits from by its prototype alone, as `util.inherits` makes it. */
export function prototypeParent(graph: FunctionGraph, fn: AnyFunction, trail: Trail): Value | undefined {
  const { prototype } = fn as { prototype?: unknown };
  if (typeof prototype !== 'object' || prototype === null) return undefined;
  const parent: unknown = Object.getPrototypeOf(prototype);
  if (parent === null || Object.getPrototypeOf(parent) === null) return undefined;
  const inherited: unknown = (parent as { constructor?: unknown }).constructor;
  if (typeof inherited !== 'function' || inherited.prototype !== parent) return undefined;
  return graph.value(inherited, { parent: trail, name: 'prototype', place: undefined });
}

/** The prototype of the function itself, where somebody set another one than that of its kind. */
export function functionParent(graph: FunctionGraph, fn: AnyFunction, trail: Trail): Value | undefined {
  const parent: unknown = Object.getPrototypeOf(fn);
  // `Function.prototype`, of any context, is a function without a prototype; that of other kinds is an object.
  if (typeof parent !== 'function' || !Object.hasOwn(parent, 'prototype')) return undefined;
  return graph.value(parent, { parent: trail, name: 'prototype', place: undefined });
}

/** Whether a function is a class of errors: both sides of a failed task must know those. */
export function isErrorClass(fn: unknown): boolean {
  return typeof fn === 'function' && fn.prototype instanceof Error;
}
