/// <reference path="./poolifier-cluster.cts" preserve="true" /> nothing imports it, yet it is to be compiled
/** The Node pools of today behind one face, two workers each, and plain child processes beside them. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Request } from './child.js';

export interface Pool {
  add(a: number, b: number): Promise<number>;
  sum(array: Float64Array): Promise<number>;
  length(array: Float64Array): Promise<number>;
  close(): Promise<unknown>;
}

export interface PoolKind {
  /** False: shown beside the pools, but it queues nothing and replaces nobody, so it sets no target. */
  readonly isPool: boolean;
  /** True when its workers are threads, which can share a SharedArrayBuffer. */
  readonly sharesMemory: boolean;
  /** True when messages can hold arrays. */
  readonly sendsArrays: boolean;
  open(): Promise<Pool>;
}

const workers = 2;

function workerFile(name: string): string {
  return fileURLToPath(new URL(`./${name}`, import.meta.url));
}

const threads = { isPool: true, sharesMemory: true, sendsArrays: true } as const;
const processes = { isPool: true, sharesMemory: false, sendsArrays: true } as const;

// Packages are imported when a pool is opened, so that each trial's process holds no more than the one it measures.

async function openPiscina(fast: boolean): Promise<Pool> {
  const { FixedQueue, Piscina } = await import('piscina');
  const pool = new Piscina({
    filename: workerFile('functions.js'),
    minThreads: workers,
    maxThreads: workers,
    ...(fast ? { taskQueue: new FixedQueue(), recordTiming: false } : {}),
  });
  return {
    add: (a, b) => pool.run([a, b], { name: 'add' }),
    sum: (array) => pool.run(array, { name: 'sum' }),
    length: (array) => pool.run(array, { name: 'length' }),
    close: () => pool.destroy(),
  };
}

async function openTinypool(runtime: 'worker_threads' | 'child_process'): Promise<Pool> {
  const { Tinypool } = await import('tinypool');
  const pool = new Tinypool({
    filename: workerFile('functions.js'),
    minThreads: workers,
    maxThreads: workers,
    runtime,
    serialization: 'advanced',
  });
  return {
    add: (a, b) => pool.run([a, b], { name: 'add' }),
    sum: (array) => pool.run(array, { name: 'sum' }),
    length: (array) => pool.run(array, { name: 'length' }),
    close: () => pool.destroy(),
  };
}

async function openWorkerpool(
  workerType: 'thread' | 'process',
  serialization?: 'json' | 'advanced',
): Promise<Pool> {
  const { default: workerpool } = await import('workerpool');
  const pool = workerpool.pool(workerFile('workerpool-worker.js'), {
    workerType,
    minWorkers: workers,
    maxWorkers: workers,
    ...(serialization === undefined ? {} : { forkOpts: { serialization } }),
  });
  const exec = async (name: string, argument: unknown): Promise<number> => pool.exec(name, [argument]);
  return {
    add: (a, b) => exec('add', [a, b]),
    sum: (array) => exec('sum', array),
    length: (array) => exec('length', array),
    close: async () => pool.terminate(true),
  };
}

async function openPoolifier(kind: 'threads' | 'processes', enableTasksQueue: boolean): Promise<Pool> {
  const { FixedClusterPool, FixedThreadPool, PoolEvents } = await import('poolifier');
  const pool =
    kind === 'threads'
      ? new FixedThreadPool<unknown, number>(workers, workerFile('poolifier-thread.js'), { enableTasksQueue })
      : new FixedClusterPool<unknown, number>(workers, workerFile('poolifier-cluster.cjs'), {
          enableTasksQueue,
          settings: { serialization: 'advanced' },
        });
  // On a busy machine it may lose what is executed before its workers are ready.
  if (!pool.info.ready && pool.emitter) await once(pool.emitter, PoolEvents.ready);
  return {
    add: (a, b) => pool.execute([a, b], 'add'),
    sum: (array) => pool.execute(array, 'sum'),
    length: (array) => pool.execute(array, 'length'),
    close: () => pool.destroy(),
  };
}

/** Two forked processes in turn; each answers in order, so its oldest unanswered request is the one answered. */
async function openChildren(serialization: 'json' | 'advanced'): Promise<Pool> {
  const children = Array.from({ length: workers }, () => {
    const waiting: ((result: number) => void)[] = [];
    const child: ChildProcess = fork(workerFile('child.js'), { serialization });
    let answered = 0;
    child.on('message', (result) => {
      const resolve = waiting[answered] as (result: number) => void;
      answered++;
      if (answered === waiting.length) {
        waiting.length = 0;
        answered = 0;
      }
      resolve(result as number);
    });
    return { child, waiting };
  });
  let turn = 0;
  const call = (request: Request): Promise<number> => {
    turn = (turn + 1) % workers;
    const { child, waiting } = children[turn] as (typeof children)[0];
    return new Promise((resolve) => {
      waiting.push(resolve);
      child.send(request);
    });
  };
  return {
    add: (a, b) => call({ add: [a, b] }),
    sum: (array) => call({ sum: array }),
    length: (array) => call({ length: array }),
    close: () =>
      Promise.all(
        children.map(({ child }) => {
          const ended = once(child, 'exit');
          child.disconnect();
          return ended;
        }),
      ),
  };
}

/** By the names that the tables show. */
export const pools: Readonly<Record<string, PoolKind>> = {
  piscina: { ...threads, open: () => openPiscina(false) },
  'piscina, FixedQueue': { ...threads, open: () => openPiscina(true) },
  'tinypool threads': { ...threads, open: () => openTinypool('worker_threads') },
  'tinypool processes': { ...processes, open: () => openTinypool('child_process') },
  'workerpool threads': { ...threads, open: () => openWorkerpool('thread') },
  'workerpool processes': { ...processes, open: () => openWorkerpool('process', 'advanced') },
  'workerpool processes, json': {
    ...processes,
    sendsArrays: false,
    open: () => openWorkerpool('process', 'json'),
  },
  'poolifier threads': { ...threads, open: () => openPoolifier('threads', false) },
  'poolifier threads, queue': { ...threads, open: () => openPoolifier('threads', true) },
  'poolifier processes': { ...processes, open: () => openPoolifier('processes', false) },
  child_process: { ...processes, isPool: false, open: () => openChildren('advanced') },
  'child_process, json': {
    ...processes,
    isPool: false,
    sendsArrays: false,
    open: () => openChildren('json'),
  },
};

/** A subject for each kind of pool that `which` accepts. */
export function poolSubjects(
  measure: (pool: Pool, kind: PoolKind) => Promise<Record<string, number>>,
  which: (kind: PoolKind) => boolean = () => true,
): Record<string, () => Promise<Record<string, number>>> {
  const subjects: Record<string, () => Promise<Record<string, number>>> = {};
  for (const [name, kind] of Object.entries(pools)) {
    if (!which(kind)) continue;
    subjects[name] = async () => {
      const pool = await kind.open();
      const figures = await measure(pool, kind);
      await pool.close();
      return figures;
    };
  }
  return subjects;
}
