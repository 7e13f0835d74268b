import { type FunctionRecord, MOST_FUNCTION_BYTES_OF_A_JOB } from '../control-store.js';
import type { RedisCommand } from './client.js';
import type { Batch, Part, PartContext } from './part.js';

const MOST_OF_A_BATCH = 100;
/** A batch ends with the function that reaches this. */
const MOST_BYTES_OF_A_BATCH = 4 * 1024 ** 2;

interface Export {
  readonly job: string;
  readonly fn: FunctionRecord;
}

interface FunctionsOfJob {
  readonly byHash: Map<string, Export>;
  bytes: number;
}

/** The functions that live jobs exported here. */
export class Functions implements Part {
  readonly #context: PartContext;
  readonly #jobs = new Map<string, FunctionsOfJob>();
  readonly #unwritten = new Set<Export>();

  constructor(context: PartContext) {
    this.#context = context;
  }

  jobStarted(job: string): void {
    this.#jobs.set(job, { byHash: new Map(), bytes: 0 });
  }

  jobEnded(job: string): void {
    for (const exported of this.#jobs.get(job)?.byHash.values() ?? []) this.#unwritten.delete(exported);
    this.#jobs.delete(job);
  }

  /** Of a live job. False when it has exported too much. */
  add(job: string, fn: FunctionRecord): boolean {
    const known = this.#jobs.get(job)!;
    if (known.byHash.has(fn.hash)) return true;
    if (known.bytes + fn.payload.byteLength > MOST_FUNCTION_BYTES_OF_A_JOB) return false;
    const exported = { job, fn };
    known.byHash.set(fn.hash, exported);
    known.bytes += fn.payload.byteLength;
    this.#unwritten.add(exported);
    return true;
  }

  /** What was exported here. */
  find(hash: string, job: string | undefined): FunctionRecord | undefined {
    if (job !== undefined) return this.#jobs.get(job)?.byHash.get(hash)?.fn;
    for (const { byHash } of this.#jobs.values()) {
      const exported = byHash.get(hash);
      if (exported !== undefined) return exported.fn;
    }
    return undefined;
  }

  take(): Batch | undefined {
    const taken: Export[] = [];
    let bytes = 0;
    for (const exported of this.#unwritten) {
      if (taken.length === MOST_OF_A_BATCH || bytes >= MOST_BYTES_OF_A_BATCH) break;
      taken.push(exported);
      bytes += exported.fn.payload.byteLength;
      this.#unwritten.delete(exported);
    }
    if (taken.length === 0) return undefined;
    return {
      commands: taken.flatMap((exported) => this.#commands(exported)),
      giveBack: () => {
        for (const exported of taken) {
          if (this.#jobs.get(exported.job)?.byHash.get(exported.fn.hash) === exported)
            this.#unwritten.add(exported);
        }
      },
    };
  }

  republish(): void {
    for (const { byHash } of this.#jobs.values())
      for (const exported of byHash.values()) this.#unwritten.add(exported);
  }

  *keep(): Iterable<readonly [string, number]> {
    const { keys, live } = this.#context;
    for (const [job, { byHash }] of this.#jobs) {
      if (byHash.size > 0) yield [keys.functions(job), live];
      for (const hash of byHash.keys()) {
        yield [keys.function(hash), live];
        yield [keys.jobsOfFunction(hash), live];
      }
    }
  }

  /** The job is noted first: from then on the end of another job leaves the function alone. */
  #commands({ job, fn: { hash, name, payload } }: Export): RedisCommand[] {
    const { keys, live } = this.#context;
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    return [
      ['SADD', keys.jobsOfFunction(hash), job],
      ['EXPIRE', keys.jobsOfFunction(hash), live],
      ['SADD', keys.functions(job), hash],
      ['EXPIRE', keys.functions(job), live],
      ['HSET', keys.function(hash), 'name', name, 'bytes', payload.byteLength, 'payload', bytes],
      ['EXPIRE', keys.function(hash), live],
    ];
  }
}
