import { TaskEventsT, TaskEventT } from '../protocol/generated/protocol.js';
import type { NativeStore } from '../store/native.js';
import type { Task } from './task.js';

/** A task that ran longer is recorded, as is every failed one; of the others one in so many. */
const SLOW_MICROSECONDS = 1_000_000;
const SAMPLE = 1000;
/** Records in one report; what comes beyond is counted only. */
const MOST_RECORDS = 100;

/** Gathers what ran at this submitter, for the control store: all in numbers, some in detail. */
export class TaskRecords {
  readonly #store: NativeStore;
  #finished = 0;
  #failed = 0;
  #sampled = 0;
  #records: TaskEventT[] = [];

  constructor(store: NativeStore) {
    this.#store = store;
  }

  add(task: Task, failed: boolean, microseconds: number): void {
    if (failed) this.#failed++;
    else this.#finished++;
    if (!failed && microseconds < SLOW_MICROSECONDS && ++this.#sampled % SAMPLE !== 0) return;
    if (this.#records.length >= MOST_RECORDS) return;
    const milliseconds = microseconds / 1000;
    const id = this.#store.idString(task.handle);
    const status = task.cancelled ? 'cancelled' : failed ? 'failed' : 'finished';
    const start = Date.now() - milliseconds;
    this.#records.push(
      new TaskEventT(id, task.fn.name, status, task.attempt + 1, 0, start, milliseconds, ''),
    );
  }

  /** What happened since the last call; undefined for nothing. */
  take(): TaskEventsT | undefined {
    if (this.#finished + this.#failed === 0) return undefined;
    const report = new TaskEventsT(this.#finished, this.#failed, this.#records);
    this.#finished = 0;
    this.#failed = 0;
    this.#records = [];
    return report;
  }
}
