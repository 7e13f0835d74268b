import type { Task } from './task.js';

/** Entries of the object table are numbered by the low 24 bits of a handle. */
const INDEX_RANGE = 2 ** 24;

/** Told once for each object it was added to, unless it was removed before. */
export interface ObjectWaiter {
  /** The object is complete: a value or an error stands in the store. */
  objectReady(pending: PendingObject): void;
  /** It is a value at another node, which is enough for this waiter. One that does not say so has it fetched. */
  objectElsewhere?(pending: PendingObject): void;
  /** It will never be complete in this session. */
  objectsLost(reason: Error): void;
}

/**
 * An object that this process waits for or is to make: the result of one of its tasks, or somebody else's object that
 * a waiter asked for. It leaves the table when the object is complete.
 */
export class PendingObject {
  readonly handle: number;
  /** The task of this process that makes it; undefined for somebody else's. */
  readonly task: Task | undefined;
  ready = false;
  /** Complete, and an error. Known at once for this process's own tasks only. */
  failed = false;
  #waiters: ObjectWaiter | ObjectWaiter[] | undefined;

  constructor(handle: number, task: Task | undefined) {
    this.handle = handle;
    this.task = task;
  }

  get awaited(): boolean {
    return this.#waiters !== undefined;
  }

  add(waiter: ObjectWaiter): void {
    const waiters = this.#waiters;
    if (waiters === undefined) this.#waiters = waiter;
    else if (Array.isArray(waiters)) waiters.push(waiter);
    else this.#waiters = [waiters, waiter];
  }

  remove(waiter: ObjectWaiter): void {
    const waiters = this.#waiters;
    if (waiters === waiter) this.#waiters = undefined;
    else if (Array.isArray(waiters)) {
      const at = waiters.indexOf(waiter);
      if (at >= 0) waiters.splice(at, 1);
      if (waiters.length === 0) this.#waiters = undefined;
    }
  }

  /** Takes the waiters away, for the one who tells them. */
  takeWaiters(): readonly ObjectWaiter[] {
    const waiters = this.#waiters;
    this.#waiters = undefined;
    if (waiters === undefined) return [];
    return Array.isArray(waiters) ? waiters : [waiters];
  }

  /** Tells those for whom that is enough; false when nobody is left who waits. */
  tellElsewhere(): boolean {
    for (const waiter of this.takeWaiters()) {
      if (waiter.objectElsewhere === undefined) this.add(waiter);
      else waiter.objectElsewhere(this);
    }
    return this.awaited;
  }

  /** The usual case has one waiter or none, and makes no array. */
  tellReady(): void {
    this.ready = true;
    const waiters = this.#waiters;
    if (waiters === undefined) return;
    this.#waiters = undefined;
    if (Array.isArray(waiters)) for (const waiter of waiters) waiter.objectReady(this);
    else waiters.objectReady(this);
  }
}

/** The pending objects of this process by the index of their entry: no hashing, and one array slot an object. */
export class PendingObjects {
  readonly #byIndex: (PendingObject | undefined)[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get(handle: number): PendingObject | undefined {
    const pending = this.#byIndex[handle % INDEX_RANGE];
    return pending !== undefined && pending.handle === handle ? pending : undefined;
  }

  add(pending: PendingObject): void {
    const index = pending.handle % INDEX_RANGE;
    // A gap-free array stays fast; entries are handed out lowest first, so gaps are short.
    while (this.#byIndex.length < index) this.#byIndex.push(undefined);
    if (this.#byIndex[index] === undefined) this.#count++;
    this.#byIndex[index] = pending;
  }

  /** The object is complete: forgets it and tells those who wait. */
  complete(pending: PendingObject): void {
    this.forget(pending);
    pending.tellReady();
  }

  forget(pending: PendingObject): void {
    const index = pending.handle % INDEX_RANGE;
    if (this.#byIndex[index] !== pending) return;
    this.#byIndex[index] = undefined;
    this.#count--;
  }

  *[Symbol.iterator](): Generator<PendingObject> {
    for (const pending of this.#byIndex) if (pending !== undefined) yield pending;
  }

  /** Those in `count` places of the table from `first` on: to look at all of them bit by bit. */
  *between(first: number, count: number): Generator<PendingObject> {
    const end = Math.min(first + count, this.#byIndex.length);
    for (let index = first; index < end; index++) {
      const pending = this.#byIndex[index];
      if (pending !== undefined) yield pending;
    }
  }

  /** Places of the table. */
  get places(): number {
    return this.#byIndex.length;
  }

  /** The session is over: every waiter of every object is told so. */
  failAll(reason: Error): void {
    for (const pending of [...this]) {
      this.forget(pending);
      for (const waiter of pending.takeWaiters()) waiter.objectsLost(reason);
    }
  }
}
