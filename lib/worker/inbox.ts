import Denque from 'denque';
import type { Assignment, AssignmentOrigin } from './assignment.js';
import type { LeaseState } from './lease-state.js';
import type { WorkerFunction } from './worker-functions.js';
import type { WorkerLeases } from './worker-leases.js';

type Task = Assignment<WorkerFunction>;

/** The tasks that came and have not started, in order. Their leases count them as queued until they are {@link takeOff}. */
export class Inbox {
  readonly #leases: WorkerLeases;
  readonly #tasks = new Denque<Task>();

  constructor(leases: WorkerLeases) {
    this.#leases = leases;
  }

  get length(): number {
    return this.#tasks.length;
  }

  add(task: Task): void {
    this.#leases.of(task.lease).queued++;
    this.#tasks.push(task);
  }

  /** The next task, which its lease still counts. An alone one is bounced unless it `mayBeAlone`. */
  next(mayBeAlone: boolean): Task | undefined {
    for (let task = this.#tasks.shift(); task !== undefined; task = this.#tasks.shift()) {
      if (!task.alone || mayBeAlone) return task;
      this.takeOff(task);
      task.origin.bounced(task.lease, [task]);
    }
    return undefined;
  }

  /** It comes next: the task was taken out and could not start yet. */
  putBack(task: Task): void {
    this.#tasks.unshift(task);
  }

  /** The task that was taken out counts as queued no more. */
  takeOff(task: Task): LeaseState {
    const lease = this.#leases.of(task.lease);
    lease.queued--;
    return lease;
  }

  /** Forgets the tasks of a submitter. */
  drop(origin: AssignmentOrigin<WorkerFunction>): void {
    this.#remove(
      (task) => task.origin === origin,
      () => undefined,
    );
  }

  /** Gives tasks back to their submitters. */
  bounce(which: (task: Task) => boolean): void {
    const back = new Map<AssignmentOrigin<WorkerFunction>, Map<number, Task[]>>();
    this.#remove(which, (task) => {
      const byLease = back.get(task.origin) ?? new Map<number, Task[]>();
      back.set(task.origin, byLease);
      const list = byLease.get(task.lease);
      if (list === undefined) byLease.set(task.lease, [task]);
      else list.push(task);
    });
    for (const [origin, byLease] of back) for (const [lease, list] of byLease) origin.bounced(lease, list);
  }

  #remove(which: (task: Task) => boolean, removed: (task: Task) => void): void {
    for (let count = this.#tasks.length; count > 0; count--) {
      const task = this.#tasks.shift()!;
      if (which(task)) {
        this.takeOff(task);
        removed(task);
      } else this.#tasks.push(task);
    }
  }
}
