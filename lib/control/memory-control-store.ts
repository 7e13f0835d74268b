import {
  boundedError,
  boundedJob,
  boundedTask,
  type ControlStore,
  type ErrorRecord,
  type FunctionRecord,
  hasEnded,
  type JobRecord,
  MOST_ENDED_JOBS,
  MOST_ENDED_NODES,
  MOST_ERRORS,
  MOST_FUNCTION_BYTES_OF_A_JOB,
  MOST_LOCATED_OBJECTS,
  MOST_TASKS,
  type NodeRecord,
  type TaskCounts,
  type TaskFilter,
  type TaskRecord,
  type TaskTotals,
  tooManyFunctions,
} from './control-store.js';

interface KnownJob {
  record: JobRecord;
  finished: number;
  failed: number;
  recorded: number;
  readonly functions: Set<string>;
  functionBytes: number;
}

/** The control store of a single node: in the memory of its raylet, gone with it. */
export class MemoryControlStore implements ControlStore {
  readonly #nodes = new Map<string, NodeRecord>();
  readonly #jobs = new Map<string, KnownJob>();
  readonly #endedNodes: string[] = [];
  readonly #endedJobs: string[] = [];
  readonly #functions = new Map<string, { readonly fn: FunctionRecord; readonly jobs: Set<string> }>();
  /** Objects in the order in which they were first heard of. */
  readonly #locations = new Map<string, Set<string>>();
  /** By id, the last recorded at the end. */
  readonly #tasks = new Map<string, TaskRecord>();
  /** A ring; `#nextError` is where the next one goes. */
  readonly #errors: ErrorRecord[] = [];
  #nextError = 0;

  nodeStarted(node: NodeRecord): void {
    if (!this.#nodes.has(node.id)) this.#nodes.set(node.id, node);
  }

  nodeReached(id: string, address: string): void {
    const node = this.#nodes.get(id);
    if (node !== undefined && node.ended === undefined) this.#nodes.set(id, { ...node, address });
  }

  nodeEnded(id: string, time: number): void {
    const node = this.#nodes.get(id);
    if (node === undefined || node.ended !== undefined) return;
    this.#nodes.set(id, { ...node, ended: time });
    this.#endedNodes.push(id);
    if (this.#endedNodes.length > MOST_ENDED_NODES) this.#nodes.delete(this.#endedNodes.shift()!);
    for (const [object, holders] of this.#locations) {
      if (holders.delete(id) && holders.size === 0) this.#locations.delete(object);
    }
  }

  async nodes(): Promise<NodeRecord[]> {
    return [...this.#nodes.values()];
  }

  jobStarted(job: JobRecord): void {
    if (this.#jobs.has(job.job)) return;
    const fresh = { finished: 0, failed: 0, recorded: 0, functions: new Set<string>(), functionBytes: 0 };
    this.#jobs.set(job.job, { record: boundedJob(job), ...fresh });
  }

  jobEnded(job: string, time: number): void {
    const known = this.#jobs.get(job);
    if (known === undefined || known.record.ended !== undefined) return;
    known.record = { ...known.record, ended: time };
    for (const hash of known.functions) {
      const jobs = this.#functions.get(hash)!.jobs;
      jobs.delete(job);
      if (jobs.size === 0) this.#functions.delete(hash);
    }
    known.functions.clear();
    this.#endedJobs.push(job);
    if (this.#endedJobs.length > MOST_ENDED_JOBS) this.#jobs.delete(this.#endedJobs.shift()!);
  }

  async jobs(): Promise<JobRecord[]> {
    return [...this.#jobs.values()].map(({ record }) => record);
  }

  addFunction(job: string, fn: FunctionRecord): boolean {
    const known = this.#jobs.get(job);
    // Nobody would ever say that such a function is no longer needed.
    if (known === undefined || known.record.ended !== undefined) return false;
    if (known.functions.has(fn.hash)) return true;
    if (known.functionBytes + fn.payload.byteLength > MOST_FUNCTION_BYTES_OF_A_JOB) {
      this.recordError(tooManyFunctions(job, fn.name, Date.now()));
      return false;
    }
    known.functions.add(fn.hash);
    known.functionBytes += fn.payload.byteLength;
    const stored = this.#functions.get(fn.hash);
    if (stored === undefined) this.#functions.set(fn.hash, { fn, jobs: new Set([job]) });
    else stored.jobs.add(job);
    return true;
  }

  async functionOf(hash: string, job?: string): Promise<FunctionRecord | undefined> {
    const stored = this.#functions.get(hash);
    return job === undefined || stored?.jobs.has(job) === true ? stored?.fn : undefined;
  }

  objectsAdded(node: string, objects: readonly string[]): void {
    // An ended node holds nothing, whatever was still under way.
    if (this.#nodes.get(node)?.ended !== undefined) return;
    for (const object of objects) {
      const holders = this.#locations.get(object);
      if (holders !== undefined) {
        holders.add(node);
        continue;
      }
      this.#locations.set(object, new Set([node]));
      if (this.#locations.size > MOST_LOCATED_OBJECTS) deleteOldest(this.#locations);
    }
  }

  objectsRemoved(node: string, objects: readonly string[]): void {
    for (const object of objects) {
      const holders = this.#locations.get(object);
      if (holders?.delete(node) === true && holders.size === 0) this.#locations.delete(object);
    }
  }

  async locationsOf(object: string): Promise<string[]> {
    return [...(this.#locations.get(object) ?? [])];
  }

  recordTasks(job: string, counts: TaskCounts, records: readonly TaskRecord[]): void {
    const known = this.#jobs.get(job);
    for (const record of records) {
      if (known !== undefined && hasEnded(record)) known.recorded++;
      this.#tasks.delete(record.id);
      this.#tasks.set(record.id, boundedTask(record));
      if (this.#tasks.size > MOST_TASKS) deleteOldest(this.#tasks);
    }
    if (known === undefined) return;
    known.finished += counts.finished;
    known.failed += counts.failed;
  }

  async task(id: string): Promise<TaskRecord | undefined> {
    return this.#tasks.get(id);
  }

  async tasks(limit: number, filter: TaskFilter = {}): Promise<TaskRecord[]> {
    const { job, status, name } = filter;
    return [...this.#tasks.values()]
      .reverse()
      .filter(
        (task) =>
          (job === undefined || task.job === job) &&
          (status === undefined || task.status === status) &&
          (name === undefined || task.name === name),
      )
      .slice(0, limit);
  }

  async taskCounts(job: string): Promise<TaskTotals> {
    const { finished = 0, failed = 0, recorded = 0 } = this.#jobs.get(job) ?? {};
    return { finished, failed, leftOut: Math.max(0, finished + failed - recorded) };
  }

  recordError(error: ErrorRecord): void {
    this.#errors[this.#nextError] = boundedError(error);
    this.#nextError = (this.#nextError + 1) % MOST_ERRORS;
  }

  async errors(limit: number): Promise<ErrorRecord[]> {
    const newestFirst = [
      ...this.#errors.slice(this.#nextError),
      ...this.#errors.slice(0, this.#nextError),
    ].reverse();
    return newestFirst.slice(0, limit);
  }

  livesOn(): void {
    // Nobody else records anything here.
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {}
}

function deleteOldest<K>(map: Map<K, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
