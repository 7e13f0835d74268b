import assert from 'node:assert/strict';
import { ModelNode, type ModelOptions, type ModelTask } from '../../bench/simulation/model.js';
import type { ModelSubmitter } from '../../bench/simulation/model-submitter.js';
import { Random } from '../../bench/simulation/random.js';
import type { ShapeId } from '../../lib/raylet/scheduler/index.js';

/** The seed of this run; a failed run is repeated by setting MOBULA_TEST_SEED. */
const SEED = Number(process.env.MOBULA_TEST_SEED ?? 20_261);

function task(shape: ShapeId, milliseconds: number, more: Partial<ModelTask> = {}): ModelTask {
  return {
    name: 'task',
    shape,
    exclusive: false,
    depth: 0,
    before: milliseconds,
    after: 0,
    children: undefined,
    submittedAt: 0,
    done: undefined,
    ...more,
  };
}

/** fib(n) by tasks that await each other. */
function fibonacci(shape: ShapeId, n: number, depth = 0): ModelTask {
  const children = n < 2 ? undefined : () => [1, 2].map((less) => fibonacci(shape, n - less, depth + 1));
  return task(shape, 0.01, { name: `fib(${n})`, depth, after: 0.01, children });
}

function describeRun(node: ModelNode): string {
  return JSON.stringify(node.scheduler.describe(), null, 1);
}

/** Submits tasks and counts those that are done. */
function submit(driver: ModelSubmitter, tasks: ModelTask[]): { done: number } {
  const progress = { done: 0 };
  for (const one of tasks) {
    const { done } = one;
    one.done = (finished) => {
      progress.done++;
      done?.(finished);
    };
  }
  driver.submit(tasks);
  return progress;
}

describe('scheduler simulation', function () {
  this.timeout(60_000);

  for (const [index, options] of (
    [
      { cpus: 1 },
      { cpus: 2, window: 2 },
      { cpus: 4, gpus: 1, deaths: 0.002 },
      { cpus: 3, gpus: 2, window: 3, deaths: 0.005, countGrants: false },
      { cpus: 2, startFailure: 0.2, deaths: 0.002 },
      { cpus: 8, gpus: 2, keepIdle: 5, idleWorkerTimeout: 50 },
      { cpus: 4, gpus: 1, startBound: true, deaths: 0.002 },
      { cpus: 2, startBound: true, startFailure: 0.1, maxWorkers: 9, idleWorkerTimeout: 50 },
      { cpus: 2, maxWorkers: 7, maxExclusiveLeases: 2, maxZeroCpuLeases: 2, deaths: 0.001 },
    ] satisfies RandomRun[]
  ).entries()) {
    it(`serves everybody, keeping every promise: ${JSON.stringify(options)}`, () => {
      randomRun(SEED + index, options);
    });
  }

  it('gives the same instructions for the same events', () => {
    const runs = [1, 2].map(() => {
      const node = randomRun(SEED + 100, { cpus: 3, deaths: 0.003 });
      return [
        node.events,
        node.instructions,
        node.clock.now,
        node.observer.grants,
        node.observer.hardRevocations,
      ];
    });
    assert.deepEqual(runs[0], runs[1]);
  });

  it('runs recursion of any depth on as many processes as CPUs, and one', () => {
    for (const cpus of [1, 2, 4]) {
      const node = new ModelNode({ scheduler: { resources: { CPU: cpus } }, seed: SEED, validate: false });
      const driver = node.addDriver(1);
      const progress = submit(driver, [fibonacci(node.scheduler.shape([['CPU', 1]]), 14)]);
      node.run(() => progress.done === 1);
      assert.equal(progress.done, 1, describeRun(node));
      node.scheduler.validateState();
      assert.ok(node.observer.peakProcesses <= cpus + 1, `${node.observer.peakProcesses} on ${cpus} CPUs`);
      assert.equal(node.observer.starts, node.observer.peakProcesses);
    }
  });

  it('suspends few of a thousand tasks that each await two children', () => {
    const node = new ModelNode({ scheduler: { resources: { CPU: 2 } }, seed: SEED });
    const shape = node.scheduler.shape([['CPU', 1]]);
    const parents = Array.from({ length: 1000 }, () =>
      task(shape, 0.1, { after: 0.1, children: () => [1, 2].map(() => task(shape, 0.2, { depth: 1 })) }),
    );
    const driver = node.addDriver(1);
    const progress = submit(driver, parents);
    node.run(() => progress.done === 1000);
    assert.equal(progress.done, 1000, describeRun(node));
    assert.ok(node.peakSuspended <= 50, `${node.peakSuspended} were suspended at once`);
    assert.ok(node.observer.peakProcesses <= 3);
  });

  it('never lets a million tasks of one job delay a single one of another', () => {
    const quantum = 20;
    for (const { cpus, length } of [
      { cpus: 2, length: 1 },
      { cpus: 2, length: 50 },
      { cpus: 8, length: 5 },
      { cpus: 1, length: 3 },
    ]) {
      const node = new ModelNode({ scheduler: { resources: { CPU: cpus }, quantum }, seed: SEED });
      const shape = node.scheduler.shape([['CPU', 1]]);
      const bulk = node.addDriver(1);
      const single = node.addDriver(2);
      const million = task(shape, length);
      bulk.submit(Array.from({ length: 1_000_000 }, () => million));
      const latencies: number[] = [];
      const next = (): void => {
        const one = task(shape, 1, {
          done: ({ submittedAt }) => latencies.push(node.clock.now - submittedAt),
        });
        single.submit([one]);
        // Longer than it keeps an idle lease, so that each one has to ask again.
        node.clock.after(1500 + node.random.below(500), next);
      };
      node.clock.after(200, next);
      node.run(() => latencies.length === 10);
      const worst = Math.max(...latencies);
      const messages = 10 * node.latency;
      assert.ok(
        worst <= quantum + length + 1 + messages,
        `${worst} ms among tasks of ${length} ms on ${cpus} CPUs`,
      );
      assert.ok(node.tasksDone > 100);
    }
  });

  it('shares the CPUs between jobs whatever their demand', () => {
    const node = new ModelNode({ scheduler: { resources: { CPU: 4 } }, seed: SEED, validate: false });
    const shape = node.scheduler.shape([['CPU', 1]]);
    const done = [0, 0, 0];
    for (const [job, count] of [200_000, 20_000, 20_000].entries()) {
      const driver = node.addDriver(job + 1);
      const one = task(shape, 2, { done: () => done[job]!++ });
      driver.submit(Array.from({ length: count }, () => ({ ...one })));
    }
    node.run(() => node.clock.now > 5000);
    const all = done.reduce((sum, count) => sum + count, 0);
    // Four CPUs that never rest would do 10,000 of them.
    assert.ok(all > 9000, `${all} tasks done`);
    for (const count of done) assert.ok(Math.abs(count / all - 1 / 3) < 0.05, `${done}`);
  });

  it('starves no shape: wide, narrow, with and without a gpu, exclusive', () => {
    const node = new ModelNode({ scheduler: { resources: { CPU: 4, gpu: 1 } }, seed: SEED, validate: false });
    const shapes = [{ CPU: 1 }, { CPU: 4 }, { CPU: 2, gpu: 1 }, { CPU: 0.5, gpu: 0.5 }, {}, { gpu: 1 }].map(
      (amounts) => node.scheduler.shape(Object.entries(amounts)),
    );
    const served = new Map<string, number>();
    for (const job of [1, 2]) {
      const driver = node.addDriver(job);
      for (const shape of shapes) {
        for (const exclusive of [false, true]) {
          const key = `job ${job} shape ${shape} exclusive ${exclusive}`;
          served.set(key, 0);
          const one = task(shape, 3, { exclusive, done: () => served.set(key, served.get(key)! + 1) });
          driver.submit(Array.from({ length: 5000 }, () => ({ ...one })));
        }
      }
    }
    node.run(() => node.clock.now > 4000);
    for (const [key, count] of served)
      assert.ok(count > 8, `${key}: ${count} of ${JSON.stringify([...served])}`);
  });

  it('keeps all CPUs busy while anybody waits', () => {
    const node = new ModelNode({ scheduler: { resources: { CPU: 4 } }, seed: SEED, validate: false });
    const shape = node.scheduler.shape([['CPU', 1]]);
    const drivers = [1, 2, 3].map((job) => node.addDriver(job));
    const progress = drivers.map((driver) =>
      submit(
        driver,
        Array.from({ length: 2000 }, () => task(shape, 4)),
      ),
    );
    node.run(() => progress.every(({ done }) => done === 2000));
    const ideal = (3 * 2000 * 4) / 4;
    assert.ok(node.clock.now < 1.05 * ideal, `${node.clock.now} ms of at least ${ideal}`);
  });
});

interface RandomRun {
  cpus: number;
  gpus?: number;
  window?: number;
  keepIdle?: number;
  countGrants?: boolean;
  /** Probability with which a process is killed at each task's end. */
  deaths?: number;
  startFailure?: number;
  idleWorkerTimeout?: number;
  maxWorkers?: number;
  maxExclusiveLeases?: number;
  maxZeroCpuLeases?: number;
  startBound?: boolean;
}

/** Drivers that come and go, trees of tasks of all shapes, processes that die: all that was asked for is done in the end. */
function randomRun(seed: number, run: RandomRun): ModelNode {
  const {
    cpus,
    gpus = 0,
    deaths = 0,
    window = 1,
    keepIdle = 1000,
    countGrants = true,
    startFailure = 0,
    ...limits
  } = run;
  const random = new Random(seed);
  const options: ModelOptions = {
    scheduler: {
      ...limits,
      maxStartFailures: 20,
      resources: { CPU: cpus, ...(gpus > 0 ? { gpu: gpus } : {}) },
    },
    seed,
    window,
    keepIdle,
    countGrants,
    startFailure,
  };
  const node = new ModelNode(options);
  const shapesOf = (all: Record<string, number>[]) =>
    all.map((one) => node.scheduler.shape(Object.entries(one)));
  const shapes = shapesOf([{ CPU: 1 }, { CPU: 1 }, { CPU: 0.5 }, { CPU: Math.min(2, cpus) }, {}]);
  // A task keeps its gpu while it awaits: were it one that needs the same gpu, they would wait for ever.
  const shapesOfLeaves = [...shapes, ...(gpus > 0 ? shapesOf([{ CPU: 1, gpu: 1 }, { gpu: 0.5 }]) : [])];

  const tree = (depth: number): ModelTask => {
    const fanOut = depth < 4 && random.chance(0.4) ? 1 + random.below(3) : 0;
    return task(random.pick(fanOut === 0 ? shapesOfLeaves : shapes), random.next() * 8, {
      depth,
      // One that waits for another exclusive one may wait for ever where their number is limited.
      exclusive: fanOut === 0 && random.chance(0.1),
      after: random.next() * 2,
      children: fanOut === 0 ? undefined : () => Array.from({ length: fanOut }, () => tree(depth + 1)),
      done: () => mayKill(),
    });
  };
  const mayKill = (): void => {
    if (!random.chance(deaths) || node.workers.size === 0) return;
    node.kill(random.pick([...node.workers.values()]));
  };

  let finished = 0;
  const jobs = 4;
  for (let job = 1; job <= jobs; job++) {
    node.clock.after(job === 1 ? 0 : random.next() * 400, () => {
      const driver = node.addDriver(job);
      let left = 1 + random.below(4);
      const round = (): void => {
        if (left-- === 0) {
          finished++;
          if (random.chance(0.7)) node.endJob(driver, job);
          return;
        }
        const tasks = Array.from({ length: 1 + random.below(80) }, () => tree(0));
        let missing = tasks.length;
        for (const one of tasks) {
          one.done = () => {
            if (--missing === 0) node.clock.after(random.next() * 30, round);
            else mayKill();
          };
        }
        driver.submit(tasks);
      };
      round();
    });
  }
  node.run(() => finished === jobs, 3_000_000);
  assert.equal(finished, jobs, `seed ${seed}: ${describeRun(node)}`);
  // What is left: leases that time out, processes that end.
  node.run(() => node.scheduler.nextTick() === undefined && node.clock.idle, 3_000_000);
  const end = node.scheduler.describe();
  assert.deepEqual(end.waiting, [], `seed ${seed}`);
  assert.deepEqual(end.available, end.total, `seed ${seed}: ${describeRun(node)}`);
  assert.deepEqual(node.failures, [], `seed ${seed}`);
  return node;
}
