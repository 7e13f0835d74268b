import { boundedTask, hasEnded, MOST_TASKS, type TaskRecord } from '../control-store.js';
import type { RedisCommand } from './client.js';
import { RECORD_SECONDS } from './keys.js';
import type { Batch, Part, PartContext } from './part.js';
import { flat, taskFields } from './records.js';
import { TASKS } from './scripts.js';

/** A task that ran longer is no tiny one. */
const TINY_MILLISECONDS = 1000;
/** So many finished tiny tasks are recorded at once, and so many a second for long; of those beyond, one in SAMPLE. */
const TINY_AT_ONCE = 2 * MOST_TASKS;
const TINY_A_SECOND = 2000;
const SAMPLE = 100;
const MOST_OF_A_BATCH = 500;

interface Unwritten {
  readonly task: TaskRecord;
  readonly order: number;
}

/**
 * The tasks recorded here and not written yet. While Redis is slow or away the oldest give way, as they would in Redis; finished tiny
 * ones do not push out the others.
 */
export class Tasks implements Part {
  readonly #context: PartContext;
  /** Counts the tasks of a job that have a record. */
  readonly #recorded: (job: string, difference: number) => void;
  readonly #tiny = new Map<string, Unwritten>();
  readonly #others = new Map<string, Unwritten>();
  /** Tasks whose last record does not say that they ended. */
  readonly #open = new Set<string>();
  #allowance = TINY_AT_ONCE;
  #allowanceAt = performance.now();
  #beyond = 0;

  constructor(context: PartContext, recorded: (job: string, difference: number) => void) {
    this.#context = context;
    this.#recorded = recorded;
  }

  add(task: TaskRecord): void {
    const tiny = task.status === 'finished' && task.milliseconds < TINY_MILLISECONDS;
    // The record of a task that ran must not stay behind as if it still did.
    const closes = this.#open.delete(task.id);
    if (!hasEnded(task)) {
      this.#open.add(task.id);
      if (this.#open.size > MOST_TASKS) this.#open.delete(this.#open.values().next().value!);
    }
    if (tiny && !closes && !this.#isAffordable()) return;
    this.#tiny.delete(task.id);
    this.#others.delete(task.id);
    const unwritten = { task: boundedTask(task), order: this.#context.order() };
    if (hasEnded(task)) this.#recorded(task.job, 1);
    this.#put(tiny ? this.#tiny : this.#others, unwritten);
  }

  take(): Batch | undefined {
    const { keys } = this.#context;
    const map = this.#others.size > 0 ? this.#others : this.#tiny;
    const taken: Unwritten[] = [];
    for (const unwritten of map.values()) {
      if (taken.length === MOST_OF_A_BATCH) break;
      taken.push(unwritten);
      map.delete(unwritten.task.id);
    }
    if (taken.length === 0) return undefined;
    const records = taken.map(({ task, order }) => [`${order}`, task.id, flat(taskFields(task))]);
    const limits = [MOST_TASKS, keys.task(''), RECORD_SECONDS];
    const commands: RedisCommand[] = [['EVAL', TASKS, 1, keys.tasks, ...limits, JSON.stringify(records)]];
    return { commands, giveBack: () => this.#giveBack(map, taken) };
  }

  /** What has ended is history: nobody is the truth for it. */
  republish(): void {}

  keep(): [] {
    return [];
  }

  #put(map: Map<string, Unwritten>, unwritten: Unwritten): void {
    map.set(unwritten.task.id, unwritten);
    if (map.size > MOST_TASKS) this.#drop(map);
  }

  #drop(map: Map<string, Unwritten>): void {
    const [id, { task }] = map.entries().next().value!;
    map.delete(id);
    if (hasEnded(task)) this.#recorded(task.job, -1);
  }

  /** Before those that came since, which are newer. */
  #giveBack(map: Map<string, Unwritten>, taken: readonly Unwritten[]): void {
    const newer = [...map.values()];
    map.clear();
    for (const unwritten of taken) {
      const { id } = unwritten.task;
      if (!this.#tiny.has(id) && !this.#others.has(id)) map.set(id, unwritten);
    }
    for (const unwritten of newer) map.set(unwritten.task.id, unwritten);
    while (map.size > MOST_TASKS) this.#drop(map);
  }

  #isAffordable(): boolean {
    const now = performance.now();
    this.#allowance = Math.min(
      TINY_AT_ONCE,
      this.#allowance + ((now - this.#allowanceAt) / 1000) * TINY_A_SECOND,
    );
    this.#allowanceAt = now;
    if (this.#allowance >= 1) {
      this.#allowance--;
      return true;
    }
    return ++this.#beyond % SAMPLE === 0;
  }
}
