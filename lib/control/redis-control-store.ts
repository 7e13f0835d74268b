import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  boundedJob,
  type ControlStore,
  type ErrorRecord,
  type FunctionRecord,
  type JobRecord,
  MOST_ENDED_JOBS,
  MOST_ENDED_NODES,
  type NodeRecord,
  type TaskCounts,
  type TaskFilter,
  type TaskRecord,
  type TaskTotals,
  tooManyFunctions,
} from './control-store.js';
import { RedisClient, type RedisCommand } from './redis/client.js';
import { Counts, totalsOf } from './redis/counts.js';
import { Entities } from './redis/entities.js';
import { Errors } from './redis/errors.js';
import { Functions } from './redis/functions.js';
import { Keys, type Kind, LIVE_SECONDS } from './redis/keys.js';
import { Objects } from './redis/objects.js';
import type { Part } from './redis/part.js';
import {
  errorOf,
  type Fields,
  fieldsOf,
  jobFields,
  jobOf,
  nodeFields,
  nodeOf,
  taskOf,
  textsOf,
} from './redis/records.js';
import { Tasks } from './redis/tasks.js';

/** What is recorded is written at most so much later, while Redis answers. */
const WRITE_MILLISECONDS = 100;
/** {@link RedisControlStore.flush} and everything that reads give up after so long. */
const FLUSH_MILLISECONDS = 5000;
/** So long the last records may take when the store is closed. */
const CLOSE_MILLISECONDS = 2000;
/** So often it is looked whether the server still has what was written. */
const CHECK_MILLISECONDS = 5000;
/** So often it is tried again when the server refuses for a while. */
const RETRY_MILLISECONDS = 500;
/** Others record the end of a node that they took for dead within this time of its learning that. */
const END_MILLISECONDS = 10_000;
const KEEP_COMMANDS = 1000;
const LIST_CHUNK = 500;

export interface RedisControlStoreOptions {
  /** As `redis://host:6379`; see {@link parseRedisUrl} for sentinels and clusters. */
  readonly url: string;
  /** The id of this process's node: tells its counts from those of the others. */
  readonly node: string;
  /** Seconds after which what belongs to a node or job expires unless this process lives. */
  readonly liveSeconds?: number;
}

/**
 * The control store of a cluster, in Redis. This process keeps what it recorded and is the truth for, writes it behind in batches
 * that may be sent twice without harm, and writes it again to a server that has lost it. While Redis is away nothing waits or throws
 * but what reads; what is not written yet is bounded. docs/redis.md describes the keys.
 */
export class RedisControlStore implements ControlStore {
  readonly #client: RedisClient;
  readonly #keys: Keys;
  readonly #liveSeconds: number;
  readonly #nodes: Entities;
  readonly #jobs: Entities;
  readonly #functions: Functions;
  readonly #objects: Objects;
  readonly #tasks: Tasks;
  readonly #counts: Counts;
  readonly #errors: Errors;
  /** In the order in which they are written. */
  readonly #parts: readonly Part[];
  readonly #timers: NodeJS.Timeout[];
  #nextWrite: NodeJS.Timeout | undefined;
  #revival: NodeJS.Timeout | undefined;
  /** The writing under way and the one to follow it: whether they came to their ends. */
  #writing: Promise<boolean> | undefined;
  #nextWriting: Promise<boolean> | undefined;
  /** Which server, in which life, has what was written; undefined before the first. */
  #server: string | undefined;
  /** Whether the server is still that one is to be looked up before anything is written. */
  #checked = false;
  #checkedAt = 0;
  /** What the server said to something that it will never take. */
  #refused: string | undefined;
  #closed = false;

  constructor({ url, node, liveSeconds = LIVE_SECONDS }: RedisControlStoreOptions) {
    this.#client = new RedisClient(url, {
      ready: () => this.#writeSoon(0),
      lost: () => {
        this.#checked = false;
      },
    });
    this.#keys = new Keys(this.#client.prefix);
    this.#liveSeconds = liveSeconds;
    let last = 0;
    const order = () => {
      last = Math.max(last + 1, Date.now() * 1000);
      return last;
    };
    const context = { keys: this.#keys, writer: node, live: liveSeconds, order };
    this.#nodes = new Entities('node', context, MOST_ENDED_NODES, () => {});
    this.#jobs = new Entities('job', context, MOST_ENDED_JOBS, (job) => this.#counts.forget(job));
    this.#functions = new Functions(context);
    this.#objects = new Objects(context);
    this.#counts = new Counts(context, (job) => this.#jobs.isLive(job));
    this.#tasks = new Tasks(context, (job, difference) => {
      if (this.#jobs.isKnown(job)) this.#counts.recorded(job, difference);
    });
    this.#errors = new Errors(context);
    const belongings = [this.#functions, this.#objects, this.#tasks, this.#counts, this.#errors];
    const starts = [this.#nodes.starts, this.#jobs.starts];
    this.#parts = [...starts, ...belongings, this.#nodes.ends, this.#jobs.ends];
    this.#timers = [
      setInterval(() => void this.#keep(), (liveSeconds * 1000) / 4),
      setInterval(
        () => {
          this.#checked = false;
          this.#writeSoon(0);
        },
        Math.min(CHECK_MILLISECONDS, (liveSeconds * 1000) / 4),
      ),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  // ---- recording

  nodeStarted(node: NodeRecord): void {
    if (this.#nodes.start(node.id, nodeFields(node))) this.#writeSoon();
  }

  nodeReached(id: string, address: string): void {
    if (this.#nodes.change(id, { address })) this.#writeSoon();
  }

  nodeEnded(id: string, time: number): void {
    if (!this.#nodes.end(id, time)) return;
    this.#objects.nodeEnded(id);
    this.#writeSoon();
  }

  jobStarted(job: JobRecord): void {
    if (!this.#jobs.start(job.job, jobFields(boundedJob(job)))) return;
    this.#functions.jobStarted(job.job);
    this.#writeSoon();
  }

  jobEnded(job: string, time: number): void {
    if (!this.#jobs.end(job, time)) return;
    this.#functions.jobEnded(job);
    this.#writeSoon();
  }

  addFunction(job: string, fn: FunctionRecord): boolean {
    // Nobody would ever say that the function of another job is no longer needed.
    if (!this.#jobs.isLive(job)) return false;
    const kept = this.#functions.add(job, fn);
    if (!kept) this.recordError(tooManyFunctions(job, fn.name, Date.now()));
    this.#writeSoon();
    return kept;
  }

  objectsAdded(node: string, objects: readonly string[]): void {
    if (this.#nodes.hasEnded(node)) return;
    this.#objects.added(node, objects);
    this.#writeSoon();
  }

  objectsRemoved(node: string, objects: readonly string[]): void {
    this.#objects.removed(node, objects);
    this.#writeSoon();
  }

  recordTasks(job: string, counts: TaskCounts, records: readonly TaskRecord[]): void {
    for (const record of records) this.#tasks.add(record);
    if (this.#jobs.isKnown(job)) this.#counts.add(job, counts);
    this.#writeSoon();
  }

  recordError(error: ErrorRecord): void {
    this.#errors.add(error);
    this.#writeSoon();
  }

  livesOn(): void {
    const again = (): void => {
      this.#jobs.reviveLive();
      for (const part of this.#parts) part.republish();
      this.#writeSoon();
    };
    again();
    clearTimeout(this.#revival);
    // What ended it may have been written after that.
    this.#revival = setTimeout(again, END_MILLISECONDS);
    this.#revival.unref();
  }

  // ---- reading

  async nodes(): Promise<NodeRecord[]> {
    return this.#records('node', nodeOf);
  }

  async jobs(): Promise<JobRecord[]> {
    return this.#records('job', jobOf);
  }

  async functionOf(hash: string, job?: string): Promise<FunctionRecord | undefined> {
    const own = this.#functions.find(hash, job);
    if (own !== undefined) return own;
    const commands: RedisCommand[] = [['HMGET', this.#keys.function(hash), 'name', 'payload']];
    if (job !== undefined) commands.push(['SISMEMBER', this.#keys.jobsOfFunction(hash), job]);
    const [values, isMember = 1] = await this.#read(commands);
    const [name, payload] = values as (Buffer | null)[];
    if (name == null || payload == null || isMember !== 1) return undefined;
    return { hash, name: name.toString(), payload };
  }

  async locationsOf(object: string): Promise<string[]> {
    const [all, ended] = await this.#read([
      ['ZRANGE', this.#keys.all('node'), 0, -1],
      ['ZRANGE', this.#keys.ended('node'), 0, -1],
    ]);
    const gone = new Set(textsOf(ended));
    const live = textsOf(all).filter((node) => !gone.has(node));
    const holds = await this.#client.read(
      live.map((node): RedisCommand => ['SISMEMBER', this.#keys.objects(node), object]),
    );
    return live.filter((_, index) => holds[index] === 1);
  }

  async task(id: string): Promise<TaskRecord | undefined> {
    const [reply] = await this.#read([['HGETALL', this.#keys.task(id)]]);
    const fields = fieldsOf(reply);
    return fields === undefined ? undefined : taskOf(id, fields);
  }

  async tasks(limit: number, filter: TaskFilter = {}): Promise<TaskRecord[]> {
    const { job, status, name } = filter;
    const found: TaskRecord[] = [];
    await this.flush();
    for (let first = 0; found.length < limit; first += LIST_CHUNK) {
      const range: RedisCommand = ['ZREVRANGE', this.#keys.tasks, first, first + LIST_CHUNK - 1];
      const [reply] = await this.#client.read([range]);
      const ids = textsOf(reply);
      if (ids.length === 0) break;
      const replies = await this.#client.read(
        ids.map((id): RedisCommand => ['HGETALL', this.#keys.task(id)]),
      );
      for (const [index, id] of ids.entries()) {
        const fields = fieldsOf(replies[index]);
        // One that has just been pushed out is still in the list that was read.
        if (fields === undefined) continue;
        if (job !== undefined && fields.job !== job) continue;
        if (status !== undefined && fields.status !== status) continue;
        if (name !== undefined && fields.name !== name) continue;
        found.push(taskOf(id, fields));
      }
    }
    return found.slice(0, Math.max(0, limit));
  }

  async taskCounts(job: string): Promise<TaskTotals> {
    const [reply] = await this.#read([['HGETALL', this.#keys.counts(job)]]);
    return totalsOf(fieldsOf(reply) ?? {});
  }

  async errors(limit: number): Promise<ErrorRecord[]> {
    if (limit <= 0) return [];
    const [reply] = await this.#read([['ZREVRANGE', this.#keys.errors, 0, limit - 1]]);
    return textsOf(reply).map(errorOf);
  }

  // ---- writing

  /** Rejects with ControlStoreError when it is not written within FLUSH_MILLISECONDS, or when Redis refused some of it. */
  flush(): Promise<void> {
    return this.#flush(FLUSH_MILLISECONDS);
  }

  /** What is not written within CLOSE_MILLISECONDS is lost. */
  async close(): Promise<void> {
    if (this.#closed) return;
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#revival);
    await this.#flush(CLOSE_MILLISECONDS).catch(() => {});
    this.#closed = true;
    clearTimeout(this.#nextWrite);
    this.#client.close();
  }

  async #flush(milliseconds: number): Promise<void> {
    const deadline = performance.now() + milliseconds;
    for (;;) {
      if (this.#closed) throw this.#client.error('it was closed');
      const left = deadline - performance.now();
      if (left <= 0) throw this.#client.error();
      const timer = new AbortController();
      const givenUp = sleep(left, false, { signal: timer.signal }).catch(() => false);
      const written = await Promise.race([this.#write(), givenUp]);
      timer.abort();
      if (written) break;
      await sleep(Math.min(20, Math.max(0, deadline - performance.now())));
    }
    if (this.#refused === undefined) return;
    const refused = this.#refused;
    this.#refused = undefined;
    throw this.#client.error(`it refused what was written: ${refused}`);
  }

  #writeSoon(milliseconds = WRITE_MILLISECONDS): void {
    if (this.#closed || !this.#client.ready) return;
    if (milliseconds === 0) clearTimeout(this.#nextWrite);
    else if (this.#nextWrite !== undefined) return;
    this.#nextWrite = setTimeout(() => {
      this.#nextWrite = undefined;
      void this.#write().then((written) => {
        if (!written) this.#writeSoon(RETRY_MILLISECONDS);
      });
    }, milliseconds);
    this.#nextWrite.unref();
  }

  /** Writes all that was recorded before; gives false when something came between. */
  #write(): Promise<boolean> {
    if (this.#writing === undefined) {
      this.#writing = this.#writeAll()
        .catch((error: unknown) => {
          this.#refused = String(error);
          return false;
        })
        .finally(() => {
          this.#writing = undefined;
        });
      return this.#writing;
    }
    // The one under way may have passed what was recorded since.
    this.#nextWriting ??= this.#writing.then(() => {
      this.#nextWriting = undefined;
      return this.#write();
    });
    return this.#nextWriting;
  }

  async #writeAll(): Promise<boolean> {
    if (!this.#client.ready) return false;
    if (!this.#checked && !(await this.#check())) return false;
    for (const part of this.#parts) {
      for (let batch = part.take(); batch !== undefined; batch = part.take()) {
        const outcome = await this.#client.write(batch.commands);
        if (outcome === 'again') {
          batch.giveBack();
          return false;
        }
        if (outcome !== 'written') this.#refused = outcome.refused;
      }
    }
    return true;
  }

  /**
   * Sees whether the server has what was written to it: it does if it is the same one, has not been started or emptied since, and
   * nothing has expired. Otherwise all that this process is the truth for is written again.
   */
  async #check(): Promise<boolean> {
    const { epoch } = this.#keys;
    let replies: unknown[];
    try {
      replies = await this.#client.read([
        ['SET', epoch, randomBytes(8).toString('hex'), 'NX'],
        ['GET', epoch],
        ['INFO', 'server'],
      ]);
    } catch {
      return false;
    }
    // All of a pipeline goes to the server that has its keys, in a cluster too.
    const run = /run_id:(\w+)/.exec(String(replies[2]))?.[1];
    const server = `${String(replies[1])} ${run}`;
    const now = performance.now();
    const expired = now - this.#checkedAt > (this.#liveSeconds * 1000) / 2;
    if (this.#server !== undefined && (this.#server !== server || expired))
      for (const part of this.#parts) part.republish();
    this.#server = server;
    this.#checked = true;
    this.#checkedAt = now;
    return true;
  }

  /** Lengthens the lives of what belongs to live nodes and jobs. */
  async #keep(): Promise<void> {
    let commands: RedisCommand[] = [];
    for (const part of this.#parts) {
      for (const [key, seconds] of part.keep()) {
        commands.push(['EXPIRE', key, seconds]);
        if (commands.length < KEEP_COMMANDS) continue;
        const outcome = await this.#client.write(commands);
        if (outcome === 'again') return;
        commands = [];
      }
    }
    await this.#client.write(commands);
  }

  async #read(commands: readonly RedisCommand[]): Promise<unknown[]> {
    await this.flush();
    return this.#client.read(commands);
  }

  async #records<T>(kind: Kind, parse: (id: string, fields: Fields) => T): Promise<T[]> {
    const [reply] = await this.#read([['ZRANGE', this.#keys.all(kind), 0, -1]]);
    const ids = textsOf(reply);
    const replies = await this.#client.read(
      ids.map((id): RedisCommand => ['HGETALL', this.#keys.record(kind, id)]),
    );
    return ids.flatMap((id, index) => {
      const fields = fieldsOf(replies[index]);
      return fields === undefined ? [] : [parse(id, fields)];
    });
  }
}
