import type { Task } from './task.js';

/** Tasks in order, linked through themselves: adding and removing costs no hashing and no memory. A task is in one list. */
export class TaskList {
  #first: Task | undefined;
  #last: Task | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The oldest. */
  get first(): Task | undefined {
    return this.#first;
  }

  /** The newest. */
  get last(): Task | undefined {
    return this.#last;
  }

  add(task: Task): void {
    task.list = this;
    task.previous = this.#last;
    if (this.#last === undefined) this.#first = task;
    else this.#last.next = task;
    this.#last = task;
    this.#size++;
  }

  /** False when the task is not in this list. */
  remove(task: Task): boolean {
    if (task.list !== this) return false;
    const { previous, next } = task;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    task.list = undefined;
    task.previous = undefined;
    task.next = undefined;
    this.#size--;
    return true;
  }

  /** The tasks as they are now, oldest first. */
  toArray(): Task[] {
    const tasks: Task[] = [];
    for (let task = this.#first; task !== undefined; task = task.next) tasks.push(task);
    return tasks;
  }
}
