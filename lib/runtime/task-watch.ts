import type { NativeStore } from '../store/native.js';
import { type Task, TaskState } from './task.js';

/** What has run, or waited, for so long is told of before it is done. */
const RUNNING_MILLISECONDS = 1000;
const WAITING_MILLISECONDS = 5000;
/** Tasks whose times are kept, and of which there is an open record, at once. Of more tasks nobody reads each one's state. */
const MOST_SEEN = 2000;
const MOST_OPEN = 1000;

/** When a task was first seen as it is; `performance.now()`. */
interface Seen {
  running: boolean;
  since: number;
  /** The worker that has it, as far as was told. */
  worker: number;
  told: boolean;
}

/** A task that has been running or waiting for long. */
export interface LongTask {
  readonly task: Task;
  readonly running: boolean;
  readonly milliseconds: number;
  /** 0: none has it. */
  readonly worker: number;
}

/**
 * Finds the tasks that run or wait for long, by looking at some now and then: a task itself says nothing and costs nothing.
 * So times are only as exact as the looks are frequent.
 */
export class TaskWatch {
  readonly #store: NativeStore;
  readonly #ownWorker: number;
  readonly #seen = new Map<Task, Seen>();
  /** Those that were told of and are not done. */
  readonly #open = new Set<Task>();

  constructor(store: NativeStore, ownWorker: number) {
    this.#store = store;
    this.#ownWorker = ownWorker;
  }

  /** The task is done; true when it had been told of. */
  done(task: Task): boolean {
    return this.#open.size !== 0 && this.#open.delete(task);
  }

  /** Looks at these tasks, and at those that it knows. Returns those that have become long ones. */
  look(tasks: Iterable<Task>, now: number): LongTask[] {
    for (const task of this.#seen.keys()) if (task.hasRun) this.#seen.delete(task);
    for (const task of tasks) {
      if (this.#seen.size >= MOST_SEEN) break;
      if (task.hasRun || this.#seen.has(task)) continue;
      this.#seen.set(task, { running: false, since: now, worker: 0, told: false });
    }
    const found: LongTask[] = [];
    for (const [task, seen] of this.#seen) {
      const running = task.state === TaskState.Pushed && (this.#store.taskWord(task.handle) & 1) === 1;
      const worker = running ? (task.lease?.worker ?? this.#ownWorker) : 0;
      if (running !== seen.running || (running && worker !== seen.worker)) {
        Object.assign(seen, { running, worker, since: now, told: false });
      }
      const milliseconds = now - seen.since;
      if (seen.told || milliseconds < (running ? RUNNING_MILLISECONDS : WAITING_MILLISECONDS)) continue;
      if (!this.#open.has(task) && this.#open.size >= MOST_OPEN) continue;
      seen.told = true;
      this.#open.add(task);
      found.push({ task, running, milliseconds, worker });
    }
    return found;
  }
}
