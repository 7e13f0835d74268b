import { ResourceT, TaskEventsT, TaskEventT } from '../protocol/generated/protocol.js';
import type { NativeStore } from '../store/native.js';
import type { Task } from './task.js';
import { TaskWatch } from './task-watch.js';

/** A task that ran longer is recorded, as is every failed one. */
const SLOW_MICROSECONDS = 1_000_000;
/** Of the others as many as a person could read, so many at once and so many more with each report; beyond, one in SAMPLE. */
const TINY_AT_ONCE = 200;
const TINY_A_REPORT = 2;
const SAMPLE = 1000;
/** Records of ended tasks in one report; what comes beyond is counted only. */
const MOST_RECORDS = 300;
/** Arguments whose ids are recorded. */
const MOST_ARGUMENTS = 20;

/** What records need to know beyond the tasks. */
export interface TaskRecordsPort {
  /** Number of this process if it is a worker, else 0. */
  readonly ownWorker: number;
  /** These are tasks of another node's job, which records them itself: they are only counted here. */
  readonly forOtherNode: boolean;
  /** The first line of the error that this object is. */
  errorLine(handle: number): string;
}

/** Gathers what ran at this submitter, for the control store: all in numbers, some in detail. */
export class TaskRecords {
  readonly #store: NativeStore;
  readonly #port: TaskRecordsPort;
  readonly #watch: TaskWatch;
  #finished = 0;
  #failed = 0;
  #allowance = TINY_AT_ONCE;
  #sampled = 0;
  #ended = 0;
  #records: TaskEventT[] = [];

  constructor(store: NativeStore, port: TaskRecordsPort) {
    this.#store = store;
    this.#port = port;
    this.#watch = new TaskWatch(store, port.ownWorker);
  }

  /**
   * The task is done; what it was given is still held.
   * @param worker where it ran, 0 for nowhere
   */
  add(task: Task, failed: boolean, microseconds: number, worker: number): void {
    if (failed) this.#failed++;
    else this.#finished++;
    // What is recorded as running must not stay so.
    if (!this.#watch.done(task)) {
      if (!failed && microseconds < SLOW_MICROSECONDS) {
        if (this.#allowance > 0) this.#allowance--;
        else if (++this.#sampled % SAMPLE !== 0) return;
      }
      if (this.#port.forOtherNode || this.#ended >= MOST_RECORDS) return;
    }
    this.#ended++;
    const status = task.cancelled ? 'cancelled' : failed ? 'failed' : 'finished';
    const error = failed && !task.cancelled ? this.#port.errorLine(task.handle) : '';
    this.#record(task, status, microseconds / 1000, worker, error);
  }

  /** Looks for tasks that run or wait for long, among these. */
  look(tasks: Iterable<Task>): void {
    if (this.#port.forOtherNode) return;
    for (const { task, running, milliseconds, worker } of this.#watch.look(tasks, performance.now()))
      this.#record(task, running ? 'running' : 'waiting', milliseconds, worker, '');
  }

  /** What happened since the last call; undefined for nothing. */
  take(): TaskEventsT | undefined {
    this.#allowance = Math.min(TINY_AT_ONCE, this.#allowance + TINY_A_REPORT);
    if (this.#finished + this.#failed + this.#records.length === 0) return undefined;
    const report = new TaskEventsT(this.#finished, this.#failed, this.#records);
    this.#finished = 0;
    this.#failed = 0;
    this.#ended = 0;
    this.#records = [];
    return report;
  }

  #record(task: Task, status: string, milliseconds: number, worker: number, error: string): void {
    const { crashes, fn, handle, maxRetries, queue, tries } = task;
    // The last death of its process is one too many, and no further try follows.
    const attempts = crashes > maxRetries ? tries - 1 : tries;
    const start = Date.now() - milliseconds;
    const resources = [...queue.shape.resources].map(([name, amount]) => new ResourceT(name, amount));
    const id = this.#store.idString(handle);
    this.#records.push(
      new TaskEventT(
        ...([id, fn.name, status, attempts, worker, start, milliseconds, error] as const),
        resources,
        maxRetries,
        this.#argumentIds(task),
      ),
    );
  }

  #argumentIds(task: Task): string[] {
    const handles = new Set<number>();
    task.forEachHeld((handle) => {
      if (handles.size < MOST_ARGUMENTS) handles.add(handle);
    });
    return [...handles].map((handle) => this.#store.idString(handle)).filter((id) => id !== '');
  }
}
