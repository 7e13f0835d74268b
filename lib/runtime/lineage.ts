import type { NativeStore } from '../store/native.js';
import type { Task } from './task.js';

/** Part of the store that may be kept for the case that results are lost: arguments that nobody else refers to. */
const ARGUMENT_SHARE = 1 / 8;
/** Tasks beyond this number are forgotten, the oldest first: about a kilobyte each. */
const MOST_TASKS = 100_000;

/** One of the results of a task, which may have ended as an object since. */
export interface TaskResult {
  readonly task: Task;
  /** Among the task's returns. */
  readonly index: number;
}

/** What a task whose results are at another node needs in order to run again. */
export interface TaskLineage {
  /** For each dependency what made it, where that result was at another node too. */
  readonly parents: readonly (TaskResult | undefined)[];
  /** Tasks of this lineage that have this one as a parent. */
  children: number;
  /** Bytes of the arguments that are held; 0 when they were let go. */
  bytes: number;
}

/**
 * The tasks whose results stand at other nodes, and those that made what they were given: should a node be lost, its results are
 * made again. Arguments that are here are held for that, as far as there is room; of arguments that were results at another
 * node the task is remembered instead, so that a long chain of big results keeps none but the last.
 */
export class Lineage {
  readonly #store: NativeStore;
  /** All of them, the oldest first. */
  readonly #tasks = new Set<Task>();
  /** Those whose arguments are held, the oldest first. */
  readonly #holding = new Set<Task>();
  /** Those whose results are at another node now. */
  readonly #elsewhere = new Set<Task>();
  #bytes = 0;

  constructor(store: NativeStore) {
    this.#store = store;
  }

  /** Tasks whose results are at another node. */
  get elsewhere(): ReadonlySet<Task> {
    return this.#elsewhere;
  }

  /**
   * The results of the task are at another node. Takes over the holds on what the task was given.
   * @param parentOf what made this object, if it is at another node
   */
  add(task: Task, parentOf: (handle: number) => TaskResult | undefined): void {
    const parents: (TaskResult | undefined)[] = [];
    let bytes = 0;
    task.forEachDependency((handle) => {
      const parent = parentOf(handle);
      parents.push(parent);
      if (parent?.task.lineage !== undefined) parent.task.lineage.children++;
      // It need not stay for this: it can be made again.
      if (parent !== undefined) this.#store.release(handle);
      else bytes += this.#store.bytesOf(handle);
    });
    task.forEachContained((handle) => {
      bytes += this.#store.bytesOf(handle);
    });
    const before = task.lineage;
    task.lineage = { parents, children: before?.children ?? 0, bytes: bytes + 1 };
    if (before !== undefined) this.#endAll(this.#withoutChild(before.parents));
    this.#tasks.add(task);
    this.#elsewhere.add(task);
    this.#holding.add(task);
    this.#bytes += task.lineage.bytes;
    while (this.#bytes > this.#store.arenaBytes * ARGUMENT_SHARE) this.#letGoOfOldest();
    if (this.#tasks.size > MOST_TASKS) {
      const [oldest] = this.#tasks;
      this.#endAll([oldest!]);
    }
  }

  /** Its results are here now, or have ended. */
  settled(task: Task): void {
    this.#elsewhere.delete(task);
    if (task.lineage !== undefined && task.lineage.children <= 0) this.#endAll([task]);
  }

  /** It runs again, and holds what it is given itself. */
  restarted(task: Task): void {
    this.#elsewhere.delete(task);
    this.#letGoOf(task);
  }

  /** The store is full: what is only kept for the case that a node is lost goes. */
  letGo(): void {
    while (this.#holding.size > 0) this.#letGoOfOldest();
  }

  /** Iterative: chains of tasks are long. */
  #endAll(ending: Task[]): void {
    for (let task = ending.pop(); task !== undefined; task = ending.pop()) {
      const { lineage } = task;
      if (lineage === undefined) continue;
      this.#letGoOf(task);
      this.#tasks.delete(task);
      task.lineage = undefined;
      ending.push(...this.#withoutChild(lineage.parents));
    }
  }

  /** One child less for each of them; returns those that nobody needs any more. */
  #withoutChild(parents: TaskLineage['parents']): Task[] {
    const unused: Task[] = [];
    for (const parent of parents) {
      if (parent?.task.lineage === undefined) continue;
      // Less than none, where it was forgotten with children that it had.
      const { task } = parent;
      if (--parent.task.lineage.children <= 0 && !this.#elsewhere.has(task)) unused.push(task);
    }
    return unused;
  }

  #letGoOfOldest(): void {
    const [oldest] = this.#holding;
    if (oldest === undefined) this.#bytes = 0;
    else this.#letGoOf(oldest);
  }

  #letGoOf(task: Task): void {
    if (!this.#holding.delete(task)) return;
    const lineage = task.lineage!;
    this.#bytes -= lineage.bytes;
    lineage.bytes = 0;
    let index = 0;
    task.forEachDependency((handle) => {
      if (lineage.parents[index++] === undefined) this.#store.release(handle);
    });
    task.forEachContained((handle) => this.#store.release(handle));
  }
}
