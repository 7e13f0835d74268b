import type { Task } from './task.js';

const LEAST_SLOTS = 64;
/** 2^32 / the golden ratio: spreads counters, which mostly follow each other, so that searches meet few other tasks. */
const SPREADING_FACTOR = 0x9e3779b1;

/**
 * Tasks by counter, with open addressing. A Map would do, but while it is added to and deleted from it makes a new table
 * again and again, and an abandoned one that the collector has moved to the old generation keeps what it held: then every task
 * outlives the collections that it need not see.
 */
export class TaskTable {
  /** A power of two of slots, at most half of them used. A task stands in the first free one from `#home` on. */
  #slots: (Task | undefined)[] = new Array(LEAST_SLOTS).fill(undefined);
  #size = 0;

  add(task: Task): void {
    if (2 * ++this.#size > this.#slots.length) this.#grow();
    this.#insert(task);
  }

  get(counter: number): Task | undefined {
    return this.#slots[this.#find(counter)];
  }

  delete(counter: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let free = this.#find(counter);
    if (slots[free] === undefined) return;
    this.#size--;
    // What follows moves up, unless that would be before its home: no search may end too early.
    for (let at = (free + 1) & mask; slots[at] !== undefined; at = (at + 1) & mask) {
      const task = slots[at]!;
      if (((at - this.#home(task.counter)) & mask) < ((at - free) & mask)) continue;
      slots[free] = task;
      free = at;
    }
    slots[free] = undefined;
  }

  /** Oldest first. */
  toArray(): Task[] {
    return this.#slots.filter((task) => task !== undefined).sort((a, b) => a.counter - b.counter);
  }

  #home(counter: number): number {
    return (Math.imul(counter, SPREADING_FACTOR) >>> 12) & (this.#slots.length - 1);
  }

  /** Where it is, or where it would be put. */
  #find(counter: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let at = this.#home(counter);
    for (let task = slots[at]; task !== undefined && task.counter !== counter; task = slots[at])
      at = (at + 1) & mask;
    return at;
  }

  #insert(task: Task): void {
    this.#slots[this.#find(task.counter)] = task;
  }

  #grow(): void {
    const tasks = this.#slots;
    this.#slots = new Array(2 * tasks.length).fill(undefined);
    for (const task of tasks) if (task !== undefined) this.#insert(task);
  }
}
