import type { TaskCounts, TaskTotals } from '../control-store.js';
import type { RedisCommand } from './client.js';
import { RECORD_SECONDS } from './keys.js';
import type { Batch, Part, PartContext } from './part.js';
import type { Fields } from './records.js';

interface CountsOfJob {
  readonly job: string;
  finished: number;
  failed: number;
  /** Of those that ended, how many there is or was a record of. */
  recorded: number;
}

const MOST_OF_A_BATCH = 500;

/**
 * How many tasks of each job ended here. Each process writes its own sums, so that nothing is counted twice when a batch is, and
 * who reads adds the processes up.
 */
export class Counts implements Part {
  readonly #context: PartContext;
  readonly #isLive: (job: string) => boolean;
  readonly #jobs = new Map<string, CountsOfJob>();
  readonly #unwritten = new Set<CountsOfJob>();

  constructor(context: PartContext, isLive: (job: string) => boolean) {
    this.#context = context;
    this.#isLive = isLive;
  }

  add(job: string, { finished, failed }: TaskCounts): void {
    if (finished === 0 && failed === 0) return;
    this.#change(job, (counts) => {
      counts.finished += finished;
      counts.failed += failed;
    });
  }

  /** So many more, or fewer, of the tasks that ended have a record. */
  recorded(job: string, difference: number): void {
    this.#change(job, (counts) => {
      counts.recorded += difference;
    });
  }

  forget(job: string): void {
    const counts = this.#jobs.get(job);
    if (counts !== undefined) this.#unwritten.delete(counts);
    this.#jobs.delete(job);
  }

  take(): Batch | undefined {
    const { keys, writer, live } = this.#context;
    const taken: CountsOfJob[] = [];
    const commands: RedisCommand[] = [];
    for (const counts of this.#unwritten) {
      if (taken.length === MOST_OF_A_BATCH) break;
      taken.push(counts);
      this.#unwritten.delete(counts);
      const { job, finished, failed, recorded } = counts;
      const key = keys.counts(job);
      const own = ['finished', finished, 'failed', failed, 'recorded', recorded].map((part, index) =>
        index % 2 === 0 ? `${part}:${writer}` : part,
      );
      commands.push(['HSET', key, ...own], ['EXPIRE', key, this.#isLive(job) ? live : RECORD_SECONDS]);
    }
    if (taken.length === 0) return undefined;
    return {
      commands,
      giveBack: () => {
        for (const counts of taken) if (this.#jobs.get(counts.job) === counts) this.#unwritten.add(counts);
      },
    };
  }

  republish(): void {
    for (const counts of this.#jobs.values()) if (this.#isLive(counts.job)) this.#unwritten.add(counts);
  }

  *keep(): Iterable<readonly [string, number]> {
    const { keys, live } = this.#context;
    for (const job of this.#jobs.keys()) if (this.#isLive(job)) yield [keys.counts(job), live];
  }

  #change(job: string, change: (counts: CountsOfJob) => void): void {
    let counts = this.#jobs.get(job);
    if (counts === undefined) {
      counts = { job, finished: 0, failed: 0, recorded: 0 };
      this.#jobs.set(job, counts);
    }
    change(counts);
    this.#unwritten.add(counts);
  }
}

/** All processes' counts of a job together. */
export function totalsOf(fields: Fields): TaskTotals {
  const sum = (name: string) =>
    Object.entries(fields)
      .filter(([field]) => field.startsWith(`${name}:`))
      .reduce((total, [, value]) => total + Number(value), 0);
  const finished = sum('finished');
  const failed = sum('failed');
  return { finished, failed, leftOut: Math.max(0, finished + failed - sum('recorded')) };
}
