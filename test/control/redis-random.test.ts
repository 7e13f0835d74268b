import assert from 'node:assert/strict';
import type { ControlStore } from '../../lib/control/control-store.js';
import { MemoryControlStore } from '../../lib/control/memory-control-store.js';
import { RedisControlStore } from '../../lib/control/redis-control-store.js';
import { Random } from '../integration/support/random.js';
import { until } from '../support/poll.js';
import { RedisServer } from '../support/redis.js';

const STEPS = 3000;
const NODES = ['n0', 'n1', 'n2'];
const JOBS = Array.from({ length: 8 }, (_, index) => `n0-${index}`);
const HASHES = Array.from({ length: 12 }, (_, index) => `h${index}`);
const OBJECTS = Array.from({ length: 30 }, (_, index) => `o${index}`);
const TASKS = Array.from({ length: 60 }, (_, index) => `t${index}`);

/** Something that a raylet might record; `started` are the jobs that have. */
function randomStep(random: Random, time: number, started: Set<string>): (store: ControlStore) => void {
  const node = random.pick(NODES);
  const job = random.pick(JOBS);
  const objects = Array.from({ length: 1 + random.below(5) }, () => random.pick(OBJECTS));
  switch (random.below(random.below(50) === 0 ? 8 : 6)) {
    case 0:
      started.add(job);
      return (store) => store.jobStarted({ job, name: 'main.js', pid: 1, started: time, ended: undefined });
    case 1: {
      const fn = { hash: random.pick(HASHES), name: 'f', payload: Uint8Array.of(random.below(256)) };
      // The content is what the hash says.
      fn.payload[0] = Number(fn.hash.slice(1));
      return (store) => store.addFunction(job, fn);
    }
    case 2:
      return (store) => store.objectsAdded(node, objects);
    case 3:
      return (store) => store.objectsRemoved(node, objects);
    case 4: {
      const [id, status] = [random.pick(TASKS), random.pick(['running', 'finished', 'failed'])];
      const error = status === 'failed' ? { error: `at ${time}` } : {};
      const record = { id, job, name: 'f', status, attempts: 1, start: time, milliseconds: 1, ...error };
      const counts = { finished: random.below(3), failed: random.below(2) };
      return (store) => store.recordTasks(job, counts, [record]);
    }
    case 5:
      return (store) => store.recordError({ time, message: `error ${time}` });
    case 6:
      // Nobody says that a job has ended before it has started.
      return (store) => (started.has(job) ? store.jobEnded(job, time) : undefined);
    default:
      // The last one stays, so that there is something to compare.
      return (store) => (node === 'n2' ? undefined : store.nodeEnded(node, time));
  }
}

async function everything(store: ControlStore): Promise<unknown> {
  const functions: unknown[] = [];
  for (const job of JOBS) {
    for (const hash of HASHES) {
      const found = await store.functionOf(hash, job);
      if (found !== undefined) functions.push([job, hash, [...found.payload]]);
    }
  }
  const locations: unknown[] = [];
  for (const object of OBJECTS) locations.push([object, (await store.locationsOf(object)).sort()]);
  const counts: unknown[] = [];
  for (const job of JOBS) counts.push([job, await store.taskCounts(job)]);
  return {
    nodes: await store.nodes(),
    jobs: await store.jobs(),
    tasks: await store.tasks(1000),
    errors: await store.errors(1000),
    functions,
    locations,
    counts,
  };
}

describe('control store: redis and memory', () => {
  it('hold the same after any steps, with a server that is killed in between', async function () {
    this.timeout(60_000);
    const random = new Random(this.test!.title);
    const server = await RedisServer.start({ persistent: true });
    const redis = new RedisControlStore({ url: server.url, node: 'n0' });
    const reader = new RedisControlStore({ url: server.url, node: 'n9' });
    const memory = new MemoryControlStore();
    try {
      for (const id of NODES) {
        const more = { pid: 1, address: '', resources: {}, objectStoreMemory: 1 };
        for (const store of [redis, memory]) store.nodeStarted({ id, ...more, started: 1, ended: undefined });
      }
      const started = new Set<string>();
      let killed = 0;
      for (let time = 0; time < STEPS; time++) {
        const step = randomStep(random, time, started);
        step(memory);
        step(redis);
        if (random.below(40) === 0) void redis.flush().catch(() => {});
        if (random.below(40) === 0) await new Promise(setImmediate);
        if (random.below(STEPS / 8) === 0) {
          killed++;
          await server.kill();
          await server.restart();
        }
      }
      for (const store of [redis, reader]) {
        const written = () =>
          store.flush().then(
            () => true,
            () => false,
          );
        await until(written, { what: 'the last flush' });
      }
      const expected = await everything(memory);
      assert.deepEqual(await everything(redis), expected, `after ${killed} kills`);
      assert.deepEqual(await everything(reader), expected, 'as another process sees it');
    } finally {
      await redis.close();
      await reader.close();
      await server.close();
    }
  });
});
