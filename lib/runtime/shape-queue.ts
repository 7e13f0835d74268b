import Denque from 'denque';
import { ANY_NODE, type Strategy, strategyKey } from '../protocol/strategy.js';
import type { Lease } from './lease.js';
import type { Task } from './task.js';

/** What a task needs to run: names and amounts of resources, in fractions to 1/10000. */
export interface ResourceShape {
  /** Interned text of all below; equal shapes have equal keys. */
  readonly key: string;
  readonly resources: ReadonlyMap<string, number>;
  /** Needs a process to itself. */
  readonly exclusive: boolean;
  readonly strategy: Strategy;
}

/** The shape of these needs; amounts of 0 are none. */
export function resourceShape(
  resources: Readonly<Record<string, number>>,
  exclusive: boolean,
  strategy: Strategy = ANY_NODE,
): ResourceShape {
  const amounts = Object.entries(resources)
    .filter(([, amount]) => amount > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const key = `${amounts.map(([name, amount]) => `${JSON.stringify(name)}:${amount}`).join(',')}${exclusive ? '!' : ''}${strategyKey(strategy)}`;
  return { key, resources: new Map(amounts), exclusive, strategy };
}

/** The same needs, first at that node. */
export function nearShape({ key, resources, exclusive }: ResourceShape, node: string): ResourceShape {
  const strategy = { ...ANY_NODE, near: node };
  return { key: `${key}${strategyKey(strategy)}`, resources, exclusive, strategy };
}

/**
 * The tasks of one resource shape that are ready to run and wait for a worker, and the leases they may use. Ordered by
 * depth (how many remote calls led to the task), first come first served within a depth.
 */
export class ShapeQueue {
  /** Leases held for this shape. */
  readonly leases = new Set<Lease>();
  /** The count last reported to the raylet. */
  reported = 0;
  /** Ticks in a row at which it was empty: a queue that breathes is not reported as empty. */
  emptyTicks = 0;
  /**
   * A lease has one task of this shape at most. A task that is to be alone in its process has none behind it that could
   * not start while it is suspended; one that keeps more than CPUs while it is suspended shares that with none. Tasks that
   * are to run on all nodes in turn do not gather at one.
   */
  readonly oneAtATime: boolean;
  /** Set when the raylet said that no node can run this shape, or that it cannot start processes. */
  failure: Error | undefined;
  /** Of tasks that are to run near what they are given: the queue of the same needs that says nothing of where. */
  anywhere: ShapeQueue | undefined;
  /** The queues whose `anywhere` this is. */
  readonly near: ShapeQueue[] = [];
  #size = 0;
  /** Index is the depth; most programs use one or two. */
  readonly #byDepth: (Denque<Task> | undefined)[] = [];
  #deepest = -1;
  #shallowest = 0;

  constructor(
    /** Number of the shape in our frames to the raylet. */
    readonly id: number,
    /** Of a queue near a node the node may become another one, see {@link isIdle}; its needs stay. */
    public shape: ResourceShape,
    /** One CPU and nothing else: such a task may run in place of a suspended one of the same needs. */
    readonly takesOneCpu: boolean,
  ) {
    const { exclusive, resources, strategy } = shape;
    this.oneAtATime = exclusive || strategy.spread || [...resources.keys()].some((name) => name !== 'CPU');
  }

  get size(): number {
    return this.#size;
  }

  /** Nothing waits in it, and nothing is held or asked for. */
  get isIdle(): boolean {
    return this.#size === 0 && this.reported === 0 && this.leases.size === 0;
  }

  get deepest(): number {
    return this.#size === 0 ? 0 : this.#deepest;
  }

  push(task: Task): void {
    this.#bucket(task.depth).push(task);
  }

  /** Before all others of its depth: a task that was taken back, or that somebody waits for. */
  pushFirst(task: Task): void {
    this.#bucket(task.depth).unshift(task);
  }

  /** For other processes: the least deep task, the one with most work below it. */
  takeShallowest(): Task | undefined {
    while (this.#size > 0) {
      const bucket = this.#byDepth[this.#shallowest];
      const task = bucket?.shift();
      if (task !== undefined) {
        this.#size--;
        return task;
      }
      this.#shallowest++;
    }
    return undefined;
  }

  /** For this process while a task of its own is suspended: the deepest, so that few are suspended at once. */
  takeDeepest(): Task | undefined {
    while (this.#size > 0) {
      const bucket = this.#byDepth[this.#deepest];
      const task = bucket?.shift();
      if (task !== undefined) {
        this.#size--;
        return task;
      }
      this.#deepest--;
    }
    return undefined;
  }

  /** Takes one task out of the middle; false when it is not here. Linear: for cancelling and for what is awaited. */
  remove(task: Task): boolean {
    const bucket = this.#byDepth[task.depth];
    if (bucket === undefined) return false;
    for (let index = 0; index < bucket.length; index++) {
      if (bucket.peekAt(index) === task) {
        bucket.removeOne(index);
        this.#size--;
        return true;
      }
    }
    return false;
  }

  #bucket(depth: number): Denque<Task> {
    if (this.#size === 0) {
      this.#deepest = depth;
      this.#shallowest = depth;
    } else {
      if (depth > this.#deepest) this.#deepest = depth;
      if (depth < this.#shallowest) this.#shallowest = depth;
    }
    this.#size++;
    let bucket = this.#byDepth[depth];
    if (bucket === undefined) {
      bucket = new Denque<Task>();
      this.#byDepth[depth] = bucket;
    }
    return bucket;
  }
}
