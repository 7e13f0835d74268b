import type { ShapeId } from './events.js';

/** Amounts of resources are integers in units of 1/10000, so that fractions add up exactly. */
export const RESOURCE_UNITS = 10_000;
/** The name of the resource that a task holds one of unless it says otherwise. */
export const CPU_RESOURCE = 'CPU';
/** How many different shapes one node takes in its life; a program that computes its resources must not fill memory. */
export const MAX_SHAPES = 16_384;

/** Index of the CPUs in every vector of resources. */
export const CPU = 0;
/**
 * Index of the right to run in a process without holding a CPU. It has no name outside: each shape that needs no CPU
 * needs one of it, so that the limit on such processes is kept, shared and revoked as any resource is.
 */
export const PROCESS = 1;
/** Index of the right to a process of one's own, limited in the same way. Each exclusive lease needs one of it. */
export const ALONE = 2;
/** Resources from this index on have names. */
const FIRST_NAMED_BEHIND_CPU = 3;
/** Resources below this index are given back while a task awaits: a process does not compute then. */
const FIRST_KEPT = 2;

/** A part of a shape: how much of which resource. */
export interface Need {
  readonly index: number;
  /** In units, above 0. */
  readonly units: number;
}

/** What a lease holds. */
export interface Requirement {
  /** While it is awake. Sorted by index, never empty (see PROCESS). */
  readonly needs: readonly Need[];
  /** The part that it also holds while it is suspended. */
  readonly kept: readonly Need[];
  /** Why this node can never provide it. */
  readonly infeasible: string | undefined;
}

/** What a task holds while it runs. Interned: equal shapes are the same object. */
export interface Shape {
  readonly id: ShapeId;
  /** Sorted names with their units, `CPU=10000,gpu=5000`, and the variant. */
  readonly key: string;
  /** Of a lease on a process that others may use too while it is suspended; and of an exclusive one. */
  readonly shared: Requirement;
  readonly exclusive: Requirement;
  readonly cpu: number;
  readonly process: number;
  /** The resource of which it needs the largest part of the node's: by what is held of it, claims are compared. */
  readonly dominant: Need;
  /** By name, in units, without what is zero. */
  readonly resources: Readonly<Record<string, number>>;
}

/** Converts an amount (1 = one CPU) to units. Throws RangeError when it is not an amount. */
export function toUnits(name: string, amount: number): number {
  const units = Math.round(amount * RESOURCE_UNITS);
  if (!(amount >= 0) || !Number.isSafeInteger(units)) {
    throw new RangeError(`the amount of ${name} must be a number of at least 0 (got ${amount})`);
  }
  if (units === 0 && amount > 0) {
    throw new RangeError(`the amount of ${name} must be 0 or at least ${1 / RESOURCE_UNITS} (got ${amount})`);
  }
  return units;
}

/** Units as a person reads them: `0.5 gpu`. */
export function formatAmount(name: string, units: number): string {
  return `${units / RESOURCE_UNITS} ${name}`;
}

/** The node's totals, what is free of them, and the shapes that were asked for. */
export class Resources {
  readonly names: readonly string[];
  readonly totals: readonly number[];
  /** Indexes of what there is any of. */
  readonly present: readonly number[];
  /** In units; CPU may be below zero while resumed tasks hold more than there is. */
  readonly available: number[];
  readonly #indexes = new Map<string, number>();
  readonly #shapes: Shape[] = [];
  readonly #byKey = new Map<string, Shape>();

  constructor(
    amounts: Readonly<Record<string, number>>,
    maxZeroCpuLeases: number,
    maxExclusiveLeases: number,
  ) {
    const names = [CPU_RESOURCE, '', ''];
    const totals = [
      toUnits(CPU_RESOURCE, amounts[CPU_RESOURCE] ?? 0),
      maxZeroCpuLeases * RESOURCE_UNITS,
      maxExclusiveLeases * RESOURCE_UNITS,
    ];
    for (const name of Object.keys(amounts).sort()) {
      if (name === CPU_RESOURCE) continue;
      names.push(name);
      totals.push(toUnits(name, amounts[name]!));
    }
    this.names = names;
    this.totals = totals;
    this.present = [...totals.keys()].filter((index) => totals[index]! > 0);
    this.available = totals.slice();
    for (const [index, name] of names.entries()) if (isNamed(index)) this.#indexes.set(name, index);
  }

  get size(): number {
    return this.names.length;
  }

  get shapeCount(): number {
    return this.#shapes.length;
  }

  /** The shape of these amounts (1 = one CPU). Throws RangeError on what is not an amount. */
  intern(amounts: Iterable<readonly [string, number]>, variant = ''): Shape {
    const parts: [string, number][] = [];
    for (const [name, amount] of amounts) {
      const units = toUnits(name, amount);
      if (units > 0) parts.push([name, units]);
    }
    parts.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    const key = parts.map(([name, units]) => `${encodeURIComponent(name)}=${units}`).join(',') + variant;
    let shape = this.#byKey.get(key);
    if (shape === undefined) {
      if (this.#shapes.length >= MAX_SHAPES) {
        throw new RangeError(`more than ${MAX_SHAPES} different sets of resources were asked for`);
      }
      shape = this.#define(key, parts);
      this.#shapes.push(shape);
      this.#byKey.set(key, shape);
    }
    return shape;
  }

  shape(id: ShapeId): Shape | undefined {
    return this.#shapes[id];
  }

  /** By name and in units, without the inner ones. */
  named(vector: readonly number[]): Record<string, number> {
    const result: Record<string, number> = {};
    for (const [index, name] of this.names.entries()) if (isNamed(index)) result[name] = vector[index]!;
    return result;
  }

  /** What of its needs a lease would lack if this were free, for people. */
  describeLack(needs: readonly Need[], free: readonly number[]): string {
    const parts: string[] = [];
    for (const { index, units } of needs) {
      if (free[index]! >= units) continue;
      if (index === PROCESS) parts.push('one of the processes without a CPU, and the limit is reached');
      else if (index === ALONE) parts.push('a process of its own, and the limit of those is reached');
      else {
        const total = formatAmount(this.names[index]!, this.totals[index]!);
        parts.push(
          `${formatAmount(this.names[index]!, units)} (${free[index]! / RESOURCE_UNITS} of ${total} free)`,
        );
      }
    }
    return parts.join(', ');
  }

  #define(key: string, parts: readonly (readonly [string, number])[]): Shape {
    const needs: Need[] = [];
    const lacks: string[] = [];
    let cpu = 0;
    for (const [name, units] of parts) {
      const index = this.#indexes.get(name);
      if (index === CPU) cpu = units;
      if (index === undefined || this.totals[index]! < units) {
        const total = index === undefined ? 'none' : formatAmount(name, this.totals[index]!);
        lacks.push(`it needs ${formatAmount(name, units)} and the node has ${total}`);
      }
      if (index !== undefined) needs.push({ index, units });
    }
    const process = cpu === 0 ? RESOURCE_UNITS : 0;
    if (process > 0) needs.push({ index: PROCESS, units: process });
    if (process > this.totals[PROCESS]!) lacks.push('it needs no CPU and the node runs no such task');
    needs.sort((a, b) => a.index - b.index);
    const alone = [...needs, { index: ALONE, units: RESOURCE_UNITS }].sort((a, b) => a.index - b.index);
    const lacksAlone =
      this.totals[ALONE] === 0 ? [...lacks, 'the node gives no task a process of its own'] : lacks;
    let dominant = needs[0]!;
    const part = (need: Need) => need.units / this.totals[need.index]!;
    for (const need of needs) if (part(need) > part(dominant)) dominant = need;
    return {
      id: this.#shapes.length,
      key,
      shared: requirement(needs, lacks),
      exclusive: requirement(alone, lacksAlone),
      cpu,
      process,
      dominant,
      resources: Object.freeze(Object.fromEntries(parts)),
    };
  }
}

function requirement(needs: readonly Need[], lacks: readonly string[]): Requirement {
  return {
    needs,
    kept: needs.filter((need) => need.index >= FIRST_KEPT),
    infeasible: lacks.length > 0 ? lacks.join('; ') : undefined,
  };
}

function isNamed(index: number): boolean {
  return index === CPU || index >= FIRST_NAMED_BEHIND_CPU;
}

/** Whether a vector has room for all of this. */
export function fits(vector: readonly number[], needs: readonly Need[]): boolean {
  for (const need of needs) if (vector[need.index]! < need.units) return false;
  return true;
}

/** Adds (`sign` 1) or takes away (-1). */
export function apply(vector: number[], needs: readonly Need[], sign: 1 | -1): void {
  for (const need of needs) vector[need.index]! += sign * need.units;
}
