import assert from 'node:assert/strict';
import { HISTORY_LENGTH, MAX_SHAPES } from '../../lib/raylet/scheduler/index.js';
import { grant, grants, kinds, ofType, Script } from './scheduler-script.js';

describe('scheduler: processes', () => {
  it('starts a process a CPU at the first tick, for nobody', () => {
    const script = new Script({ cpus: 3 });
    assert.equal(script.scheduler.nextTick(), 0);
    const starts = ofType(script.send({ type: 'Tick' }), 'StartWorker');
    assert.deepEqual(
      starts.map(({ job }) => job),
      [undefined, undefined, undefined],
    );
    assert.deepEqual(script.send({ type: 'Tick' }), []);
  });

  it('starts as many beforehand as it is told', () => {
    assert.equal(new Script({ cpus: 3, prestartWorkers: 1 }).send({ type: 'Tick' }).length, 1);
    assert.deepEqual(new Script({ cpus: 3, prestartWorkers: 0 }).send({ type: 'Tick' }), []);
  });

  it('binds a process to the job of its first lease', () => {
    const script = new Script().boot();
    script.driver(1);
    const instructions = script.demand(1, 1);
    assert.deepEqual(kinds(instructions), ['BindWorker', 'Grant']);
    const first = grant(instructions);
    assert.deepEqual(first.resources, { CPU: 10_000 });
    assert.deepEqual(kinds(script.returned(first)), []);
    assert.deepEqual(kinds(script.demand(1, 1)), ['Grant']);
  });

  it('gives a lease as soon as a process that was being started is ready, and starts no other', () => {
    const script = new Script();
    script.driver(1);
    const starts = ofType(script.send({ type: 'Tick' }), 'StartWorker');
    assert.deepEqual(script.demand(1, 100), []);
    assert.deepEqual(script.demand(1, 101), []);
    assert.equal(grant(script.ready(starts[0]!.worker)).worker, starts[0]!.worker);
    assert.equal(grant(script.ready(starts[1]!.worker)).worker, starts[1]!.worker);
  });

  it('replaces a process that died, for its job, once', () => {
    const script = new Script().boot();
    script.driver(1);
    const [lost] = grants(script.demand(1, 10));
    const instructions = script.exited(lost!.worker);
    assert.deepEqual(kinds(instructions), ['LeaseLost', 'StartWorker']);
    assert.deepEqual(ofType(instructions, 'LeaseLost'), [
      { type: 'LeaseLost', client: 1, lease: lost!.lease, worker: lost!.worker },
    ]);
    const [start] = ofType(instructions, 'StartWorker');
    assert.equal(start!.job, 1);
    assert.deepEqual(script.demand(1, 11), []);
    assert.equal(grant(script.ready(start!.worker)).worker, start!.worker);
  });

  it('prefers the process that was used last', () => {
    const script = new Script({ cpus: 3 }).boot();
    script.driver(1);
    const all = grants(script.demand(1, 3));
    for (const index of [1, 0, 2]) script.returned(all[index]!);
    assert.equal(grant(script.demand(1, 1)).worker, all[2]!.worker);
  });

  it('stops processes above the prestarted number when they were idle for long', () => {
    const script = new Script({ cpus: 2, idleWorkerTimeout: 100 }).boot();
    script.driver(1);
    for (const lease of grants(script.demand(1, 2))) script.returned(lease);
    assert.equal(script.observer.workers.size, 2);
    // Processes of the first job are of no use to the second one.
    script.started(script.driver(2));
    assert.equal(script.observer.workers.size, 4);
    assert.deepEqual(script.pass(99), []);
    const stops = ofType(script.pass(10), 'StopWorker');
    assert.equal(stops.length, 2);
    assert.deepEqual(
      stops.map(({ reason }) => reason),
      ['idle', 'idle'],
    );
    for (const { worker } of stops) script.exited(worker, 'exit code 0');
    assert.deepEqual(script.pass(10_000), []);
    assert.equal(script.scheduler.nextTick(), undefined);
  });

  it('does not stop an idle process whose submissions are unfinished', () => {
    const script = new Script({ cpus: 1, idleWorkerTimeout: 100, prestartWorkers: 0 });
    script.send({ type: 'Tick' });
    script.driver(1);
    const parent = grant(script.started(script.demand(1, 1)));
    script.demand(100 + parent.worker, 1, { depth: 1, shape: script.shape({ CPU: 1 }) });
    script.demand(1, 0);
    const child = grant(script.returned(parent));
    script.demand(1, 1);
    // The child runs in the same process; then it is idle and holds nothing.
    assert.equal(child.worker, parent.worker);
    script.demand(1, 0);
    script.returned(child);
    assert.equal(ofType(script.pass(200), 'StopWorker').length, 1);
  });

  it('starts one only when there are CPUs for it', () => {
    const script = new Script({ cpus: 2 }).boot();
    script.driver(1);
    const shape = script.shape({ CPU: 2 });
    const wide = grant(script.demand(1, 5, { shape }));
    assert.deepEqual(script.demand(1, 4, { shape }), []);
    assert.equal(grant(script.returned(wide)).client, 1);
  });

  it('uses one process a lease for fractions of a CPU', () => {
    const script = new Script({ cpus: 1 }).boot();
    script.driver(1);
    const shape = script.shape({ CPU: 0.25 });
    const instructions = script.demand(1, 10, { shape });
    assert.equal(grants(instructions).length, 1);
    assert.equal(ofType(instructions, 'StartWorker').length, 3);
    assert.equal(grants(script.started(instructions)).length, 3);
    assert.equal(script.available(), 0);
  });

  it('bounds processes for tasks that need no CPU, and serves the others all the same', () => {
    const script = new Script({ cpus: 1, maxZeroCpuLeases: 3 }).boot();
    script.driver(1);
    const shape = script.shape({});
    assert.equal(shape, script.shape({ CPU: 0 }));
    const first = script.demand(1, 100, { shape });
    const all = [...grants(first), ...grants(script.started(first))];
    assert.equal(all.length, 3);
    assert.deepEqual(all[0]!.resources, {});
    const instructions = script.demand(1, 1, { shape: script.shape() });
    assert.equal(grants(script.started(instructions)).length, 1);
    assert.match(script.scheduler.describe().waiting[0]!.reason, /one of the processes without a CPU/);
    assert.equal(grants(script.returned(all[1]!)).length, 1);
  });

  it('stops an idle process of another job when there are as many as there may be', () => {
    const script = new Script({ cpus: 2, maxWorkers: 2 }).boot();
    script.driver(1);
    script.driver(2);
    const [a, b] = grants(script.demand(1, 2));
    script.returned(a!);
    script.returned(b!);
    const instructions = script.demand(2, 5);
    assert.deepEqual(kinds(instructions), ['StopWorker']);
    assert.deepEqual(script.demand(2, 6), []);
    const [stop] = ofType(instructions, 'StopWorker');
    assert.equal(stop!.reason, 'evicted');
    const after = script.exited(stop!.worker, 'exit code 0');
    assert.deepEqual(kinds(after), ['StartWorker', 'StopWorker']);
    assert.equal(grants(script.started(after)).length, 1);
  });

  it('starts processes for a second driver when it joins', () => {
    const script = new Script({ cpus: 2 }).boot();
    assert.deepEqual(script.driver(1), []);
    script.demand(1, 2);
    assert.deepEqual(kinds(script.driver(2)), ['StartWorker', 'StartWorker']);
  });

  it('has a process ready for each driver that has none yet', () => {
    const script = new Script({ cpus: 2 }).boot();
    script.driver(1);
    script.driver(2);
    script.driver(3);
    assert.deepEqual(kinds(script.demand(1, 2)), [
      'BindWorker',
      'Grant',
      'StartWorker',
      'BindWorker',
      'Grant',
      'StartWorker',
    ]);
  });

  it('gives a job without a process its first one while the CPUs are taken', () => {
    const script = new Script({ cpus: 1, prestartWorkers: 0 });
    script.send({ type: 'Tick' });
    script.driver(1);
    script.driver(2);
    const [start] = ofType(script.demand(1, 9), 'StartWorker');
    script.ready(start!.worker);
    script.pass(10);
    assert.deepEqual(kinds(script.demand(2, 9)), ['StartWorker', 'Revoke']);
  });

  it('does not start a process for less work than that costs, at first', () => {
    const script = new Script({ cpus: 2, prestartWorkers: 0, processStart: 40 });
    script.send({ type: 'Tick' });
    script.driver(1);
    assert.equal(script.started(script.demand(1, 1, { runtimeMs: 0.1 })).length, 1);
    assert.deepEqual(script.demand(1, 5, { runtimeMs: 0.1 }), []);
    assert.deepEqual(script.pass(39), []);
    assert.deepEqual(kinds(script.pass(1)), ['StartWorker']);
    const other = new Script({ cpus: 2, prestartWorkers: 0, processStart: 40 });
    other.send({ type: 'Tick' });
    other.driver(1);
    assert.equal(other.started(other.demand(1, 1, { runtimeMs: 0.1 })).length, 1);
    assert.deepEqual(kinds(other.demand(1, 5000, { runtimeMs: 0.1 })), ['StartWorker']);
  });
});

describe('scheduler: processes that cannot be started', () => {
  it('fails what waits after three failures in a row', () => {
    const script = new Script({ cpus: 1, prestartWorkers: 0 });
    script.send({ type: 'Tick' });
    script.driver(1);
    let starts = ofType(script.demand(1, 7), 'StartWorker');
    for (const attempt of [1, 2, 3]) {
      assert.equal(starts.length, 1, `attempt ${attempt}`);
      const reason = `exit code ${attempt}`;
      const instructions = script.send({ type: 'WorkerStartFailed', worker: starts[0]!.worker, reason });
      starts = ofType(instructions, 'StartWorker');
      if (attempt < 3) continue;
      assert.deepEqual(kinds(instructions), ['StartFailed']);
      assert.match(ofType(instructions, 'StartFailed')[0]!.reason, /3 worker processes .* exit code 3/);
    }
    assert.deepEqual(script.scheduler.describe().waiting, []);
    assert.equal(grants(script.started(script.demand(1, 7))).length, 1);
  });

  it('counts a process that exits before it is ready', () => {
    const script = new Script({ cpus: 1, prestartWorkers: 0, maxStartFailures: 1 });
    script.send({ type: 'Tick' });
    script.driver(1);
    const [start] = ofType(script.demand(1, 1), 'StartWorker');
    assert.deepEqual(kinds(script.exited(start!.worker, 'signal SIGSEGV')), ['StartFailed']);
  });

  it('goes on with the processes that live, and tries again later', () => {
    const script = new Script({ cpus: 2, prestartWorkers: 0, maxStartFailures: 1, startBackoff: 500 });
    script.send({ type: 'Tick' });
    script.driver(1);
    const starts = ofType(script.demand(1, 7), 'StartWorker');
    assert.equal(starts.length, 2);
    assert.equal(grants(script.ready(starts[0]!.worker)).length, 1);
    const reason = 'out of memory';
    assert.deepEqual(script.send({ type: 'WorkerStartFailed', worker: starts[1]!.worker, reason }), []);
    assert.match(script.scheduler.describe().waiting[0]!.reason, /could not be started/);
    assert.deepEqual(script.pass(499), []);
    assert.deepEqual(kinds(script.pass(1)), ['StartWorker']);
  });

  it('fails exclusive demand whose own job occupies all processes', () => {
    const script = new Script({ cpus: 1, maxStartFailures: 1 }).boot();
    script.driver(1);
    const parent = grant(script.demand(1, 1));
    script.suspended(parent);
    const [start] = ofType(script.demand(101, 1, { exclusive: true, depth: 1 }), 'StartWorker');
    const reason = 'no memory';
    const instructions = script.send({ type: 'WorkerStartFailed', worker: start!.worker, reason });
    assert.deepEqual(kinds(instructions), ['StartFailed']);
  });

  it('says nothing about processes of nobody', () => {
    const script = new Script({ cpus: 1, maxStartFailures: 1 });
    const [start] = ofType(script.send({ type: 'Tick' }), 'StartWorker');
    script.driver(1);
    assert.deepEqual(script.demand(1, 1), []);
    const reason = 'x';
    const instructions = script.send({ type: 'WorkerStartFailed', worker: start!.worker, reason });
    assert.deepEqual(kinds(instructions), ['StartWorker']);
  });
});

describe('scheduler: demand', () => {
  it('grants no more leases than tasks wait', () => {
    const script = new Script({ cpus: 4 }).boot();
    script.driver(1);
    assert.equal(grants(script.demand(1, 3)).length, 3);
    assert.deepEqual(script.demand(1, 0), []);
    assert.equal(grants(script.demand(1, 1)).length, 1);
  });

  it('replaces the last number', () => {
    const script = new Script({ cpus: 1 }).boot();
    script.driver(1);
    const first = grant(script.demand(1, 1));
    script.demand(1, 50);
    script.demand(1, 0);
    assert.deepEqual(script.returned(first), []);
  });

  it('does not grant again what is under way', () => {
    const script = new Script({ cpus: 4 }).boot();
    script.driver(1);
    assert.equal(grants(script.demand(1, 2, { grantsSeen: 0 })).length, 2);
    // The client has not seen them, and one more task waits.
    assert.equal(grants(script.demand(1, 3, { grantsSeen: 0 })).length, 1);
    assert.equal(grants(script.demand(1, 0, { grantsSeen: 2 })).length, 0);
    assert.equal(grants(script.demand(1, 1, { grantsSeen: 3 })).length, 1);
  });

  it('refuses what the node can never run, and says why', () => {
    const script = new Script({ cpus: 2, resources: { gpu: 1 } }).boot();
    script.driver(1);
    for (const [resources, reason] of [
      [{ CPU: 3 }, /needs 3 CPU and the node has 2 CPU/],
      [{ CPU: 1, gpu: 1.5 }, /needs 1\.5 gpu and the node has 1 gpu/],
      [{ CPU: 1, tpu: 0.5 }, /needs 0\.5 tpu and the node has none/],
    ] as const) {
      const shape = script.shape(resources);
      const [infeasible, ...more] = ofType(script.demand(1, 4, { shape }), 'Infeasible');
      assert.deepEqual(more, []);
      assert.match(infeasible!.reason, reason);
      assert.equal(infeasible!.shape, shape);
      assert.deepEqual(script.demand(1, 0, { shape }), []);
    }
    assert.deepEqual(script.scheduler.describe().waiting, []);
  });

  it('adds fractions exactly', () => {
    const script = new Script({ cpus: 1, maxWorkers: 20, resources: { x: 0.3 } }).boot();
    script.driver(1);
    const shape = script.shape({ CPU: 0.1, x: 0.1 });
    assert.equal(shape, script.shape({ x: 0.1, CPU: 0.1 }));
    const instructions = script.demand(1, 10, { shape });
    const all = [...grants(instructions), ...grants(script.started(instructions))];
    assert.equal(all.length, 3);
    assert.equal(script.available('x'), 0);
    assert.equal(script.available(), 0.7);
    for (const lease of all) script.send({ type: 'LeaseReturned', client: 1, lease: lease.lease });
    script.demand(1, 0, { shape });
  });

  it('refuses what is no amount of a resource', () => {
    const script = new Script();
    for (const amount of [-1, Number.NaN, Number.POSITIVE_INFINITY, 0.00001]) {
      assert.throws(() => script.shape({ CPU: amount }), RangeError);
    }
    assert.throws(() =>
      script.send({ type: 'Demand', client: 1, shape: 7, count: 1, depth: 0, exclusive: false }),
    );
    script.driver(1);
    assert.throws(() => script.demand(1, -1), RangeError);
    assert.throws(() => script.demand(1, Number.NaN), RangeError);
    assert.throws(() => script.demand(1, 1, { depth: Number.NaN }), RangeError);
    script.scheduler.validateState();
  });

  it('takes a bounded number of shapes', () => {
    const script = new Script({ resources: { memory: 1e9 } });
    for (let amount = 1; amount <= MAX_SHAPES; amount++) script.shape({ memory: amount });
    assert.throws(() => script.shape({ memory: MAX_SHAPES + 1 }), RangeError);
    assert.equal(script.shape({ memory: 5 }), 4);
  });

  it('ignores and counts what is about something gone', () => {
    const script = new Script().boot();
    script.driver(1);
    const first = grant(script.demand(1, 1));
    script.returned(first);
    for (const instructions of [
      script.returned(first),
      script.released(first),
      script.suspended(first),
      script.resumed(first),
      script.demand(9, 1),
      script.send({ type: 'ClientLeft', client: 9 }),
      script.send({ type: 'WorkerStarted', worker: 99, pid: 1 }),
      script.send({ type: 'WorkerExited', worker: 99 }),
      script.send({ type: 'JobEnded', job: 99 }),
    ]) {
      assert.deepEqual(instructions, []);
    }
    assert.equal(script.scheduler.describe().ignoredEvents, 9);
  });

  it('lets nobody give back what another holds', () => {
    const script = new Script().boot();
    script.driver(1);
    script.driver(2);
    const first = grant(script.demand(1, 1));
    const other = first.worker === 1 ? 2 : 1;
    script.send({ type: 'LeaseReturned', client: 2, lease: first.lease });
    script.send({ type: 'LeaseReleased', worker: other, lease: first.lease });
    script.send({ type: 'LeaseSuspended', worker: other, lease: first.lease });
    assert.equal(script.available(), 1);
  });
});

describe('scheduler: tasks that await', () => {
  it('gives back the CPU alone, and takes it again without asking', () => {
    const script = new Script({ cpus: 1, resources: { gpu: 1 } }).boot();
    script.driver(1);
    const shape = script.shape({ CPU: 1, gpu: 1 });
    const first = grant(script.demand(1, 2, { shape }));
    assert.deepEqual(script.suspended(first), []);
    assert.equal(script.available(), 1);
    assert.equal(script.available('gpu'), 0);
    assert.equal(script.stateOf(first.worker), 'waiting');
    const second = grant(script.demand(1, 1));
    assert.equal(second.worker, first.worker);
    assert.deepEqual(script.resumed(first), []);
    // Two leases are awake in one process, which computes on one thread.
    assert.equal(script.available(), 0);
    script.returned(second);
    assert.equal(script.available(), 0);
    const third = grant(script.returned(first));
    assert.equal(third.shape, shape, 'the gpu went to the task that waited for it');
    assert.equal(script.available(), 0);
  });

  it('may owe a CPU, and grants nothing then', () => {
    const script = new Script({ cpus: 1 }).boot();
    script.driver(1);
    script.driver(2);
    const first = script.demand(1, 1);
    const parent = grant(first);
    script.started(first);
    script.demand(2, 2);
    const other = grant(script.suspended(parent));
    assert.notEqual(other.worker, parent.worker);
    script.resumed(parent);
    assert.equal(script.available(), -1);
    assert.deepEqual(grants(script.released(other)), []);
    assert.equal(grants(script.returned(parent)).length, 1);
  });

  it('lets the task of a process use that process first', () => {
    const script = new Script({ cpus: 2 }).boot();
    script.driver(1);
    const parent = grant(script.demand(1, 1));
    script.suspended(parent);
    const children = grants(script.demand(100 + parent.worker, 2, { depth: 1 }));
    assert.deepEqual(
      children.map(({ worker }) => worker === parent.worker),
      [true, false],
    );
  });

  it('takes idle processes before suspended ones, and starts none while there is one', () => {
    const script = new Script({ cpus: 2 }).boot();
    script.driver(1);
    const parent = grant(script.demand(1, 1));
    script.suspended(parent);
    const [second, third] = grants(script.demand(1, 3));
    assert.notEqual(second!.worker, parent.worker);
    assert.equal(third!.worker, parent.worker);
    assert.equal(script.observer.starts, 2);
  });

  it('never needs more processes than CPUs and one, however many tasks await', () => {
    const script = new Script({ cpus: 2 }).boot();
    script.driver(1);
    const suspended = [];
    let waiting = script.demand(1, 1000);
    while (grants(waiting).length > 0) {
      const [next, ...others] = grants(waiting);
      suspended.push(next!);
      waiting = [...others, ...script.suspended(next!)];
    }
    assert.equal(suspended.length, 1000);
    assert.ok(script.observer.peakProcesses <= 3, `${script.observer.peakProcesses} processes`);
    for (const parent of suspended) script.resumed(parent);
    assert.equal(script.available(), 0);
    for (const parent of suspended) script.returned(parent);
    assert.equal(script.available(), 2);
  });

  it('keeps exclusive tasks to themselves', () => {
    const script = new Script({ cpus: 2 }).boot();
    script.driver(1);
    const parent = grant(script.demand(1, 1));
    script.suspended(parent);
    const alone = grant(script.demand(1, 1, { exclusive: true }));
    assert.notEqual(alone.worker, parent.worker);
    // What runs beside a suspended task is no place for the next exclusive one.
    const [start] = ofType(script.demand(1, 1, { exclusive: true }), 'StartWorker');
    const second = grant(script.ready(start!.worker));
    script.suspended(alone);
    assert.equal(script.stateOf(alone.worker), 'blocked');
    assert.equal(grant(script.demand(1, 1)).worker, parent.worker);
    script.resumed(alone);
    assert.equal(script.stateOf(alone.worker), 'busy');
    assert.equal(script.available(), -1);
    script.returned(second);
    script.returned(alone);
    assert.equal(script.stateOf(alone.worker), 'idle');
  });

  it('adds processes for exclusive tasks that await, up to a cap', () => {
    const script = new Script({ cpus: 1, maxExclusiveLeases: 3 }).boot();
    script.driver(1);
    let instructions = script.demand(1, 1, { exclusive: true });
    for (let level = 1; level <= 3; level++) {
      const parent = grant([...instructions, ...script.started(instructions)]);
      script.suspended(parent);
      instructions = script.demand(100 + parent.worker, 1, { exclusive: true, depth: level });
    }
    assert.deepEqual(grants(instructions), []);
    assert.match(script.scheduler.describe().waiting[0]!.reason, /needs a process of its own, and the limit/);
    assert.equal(script.observer.peakProcesses, 3);
  });

  it('exceeds the limit of processes by one when all are full of tasks that wait for that one', () => {
    const script = new Script({ cpus: 2, maxWorkers: 2 }).boot();
    script.driver(1);
    const parents = grants(script.demand(1, 2));
    script.suspended(parents[0]!);
    const first = 100 + parents[0]!.worker;
    assert.deepEqual(ofType(script.demand(first, 3, { exclusive: true, depth: 1 }), 'StartWorker'), []);
    const [start, ...others] = ofType(script.suspended(parents[1]!), 'StartWorker');
    assert.deepEqual(others, []);
    const child = grant(script.ready(start!.worker));
    assert.equal(grant(script.returned(child)).worker, child.worker);
    assert.equal(script.observer.peakProcesses, 3);
  });

  it('suspends tasks that need no CPU without end', () => {
    const script = new Script({ cpus: 1, maxZeroCpuLeases: 2 }).boot();
    script.driver(1);
    const shape = script.shape({});
    let instructions = script.demand(1, 50, { shape });
    const suspended = [];
    while (instructions.length > 0) {
      const granted = [...grants(instructions), ...grants(script.started(instructions))];
      instructions = granted.flatMap((next) => script.suspended(next));
      suspended.push(...granted);
    }
    assert.equal(suspended.length, 50);
    assert.ok(script.observer.peakProcesses <= 3);
  });
});

describe('scheduler: turns', () => {
  it('serves the job that holds fewest CPUs next', () => {
    const script = new Script({ cpus: 3 }).boot();
    script.driver(1);
    script.driver(2);
    const instructions = script.demand(1, 1000);
    const [first] = grants(instructions);
    assert.equal(script.observer.grants, 3);
    script.started(instructions);
    script.demand(2, 1000);
    assert.equal(grant(script.released(first!)).client, 2);
  });

  it('shares by weight', () => {
    const script = new Script({ cpus: 6, prestartWorkers: 12, quantum: 20 }).boot();
    script.driver(1, 1, 2);
    script.driver(2, 2, 1);
    script.demand(1, 1000);
    script.demand(2, 1000);
    settle(script, 2000);
    const held = script.scheduler.describe().jobs.map((job) => job.held.CPU!);
    assert.deepEqual(held, [4, 2]);
  });

  it('serves deeper tasks of a job first', () => {
    const script = new Script({ cpus: 2 }).boot();
    script.driver(1);
    const [a, b] = grants(script.demand(1, 1000));
    script.demand(100 + a!.worker, 5, { depth: 1 });
    script.demand(100 + b!.worker, 5, { depth: 2 });
    assert.equal(grant(script.released(b!)).client, 100 + b!.worker);
    assert.equal(grant(script.released(a!)).client, 100 + b!.worker);
  });

  it('gives turns to submitters of one depth, those that hold least first', () => {
    const script = new Script({ cpus: 4 }).boot();
    script.driver(1);
    const parents = grants(script.demand(1, 4));
    for (const parent of parents) script.demand(100 + parent.worker, 100, { depth: 1 });
    const served = parents.map((parent) => {
      script.suspended(parent);
      return script.scheduler.describe();
    });
    const holders = served
      .at(-1)!
      .workers.flatMap((worker) =>
        worker.leases.filter((lease) => lease.client !== 1).map((lease) => lease.client),
      );
    assert.deepEqual(holders.sort(), parents.map((parent) => 100 + parent.worker).sort());
  });
});

/** Lets hard revoked leases come back at once, for so many milliseconds. */
function settle(script: Script, milliseconds: number): void {
  const end = script.now + milliseconds;
  while (script.now < end) {
    const instructions = script.pass(1);
    for (let round = instructions; round.length > 0; ) {
      const next = [];
      next.push(...script.started(round));
      for (const { lease, hard } of ofType(round, 'Revoke')) {
        const held = script.observer.leases.get(lease);
        if (hard && held !== undefined) {
          next.push(...script.released(held.grant));
          next.push(...script.demand(held.grant.client, 1000));
        }
      }
      round = next;
    }
  }
}

describe('scheduler: revocation', () => {
  it('asks softly and at once for leases of others, once', () => {
    const script = new Script({ cpus: 2, prestartWorkers: 4 }).boot();
    script.driver(1);
    script.driver(2);
    grants(script.demand(1, 2));
    script.pass(10);
    const revokes = ofType(script.demand(2, 1), 'Revoke');
    assert.deepEqual(
      revokes.map(({ hard }) => hard),
      [false, false],
    );
    assert.deepEqual(script.demand(2, 2), []);
  });

  it('asks for none before its first task can have arrived', () => {
    const script = new Script({ cpus: 2, prestartWorkers: 4, grace: 2 }).boot();
    script.driver(1);
    script.driver(2);
    grants(script.demand(1, 2));
    assert.deepEqual(script.demand(2, 1), []);
    assert.deepEqual(script.pass(1), []);
    assert.deepEqual(kinds(script.pass(1)), ['Revoke', 'Revoke']);
  });

  it('revokes hard what was held for a quantum, as much as the fair share of the other job', () => {
    const script = new Script({ cpus: 4, prestartWorkers: 8 }).boot();
    script.driver(1);
    script.driver(2);
    const held = grants(script.demand(1, 1000));
    assert.equal(held.length, 4);
    script.now = 5;
    script.demand(2, 1000);
    assert.deepEqual(script.pass(14), []);
    const revokes = ofType(script.pass(1), 'Revoke');
    assert.equal(revokes.length, 2);
    assert.ok(revokes.every(({ hard }) => hard));
    for (const { lease } of revokes) {
      const { client } = grant(script.released(held.find((other) => other.lease === lease)!));
      assert.equal(client, 2);
    }
    assert.deepEqual(
      ofType(script.pass(1000), 'Revoke').filter(({ hard }) => hard),
      [],
    );
  });

  it('revokes hard at once what was held for long', () => {
    const script = new Script({ cpus: 2, prestartWorkers: 4 }).boot();
    script.driver(1);
    script.driver(2);
    const held = grants(script.demand(1, 1000));
    script.pass(1000);
    const revokes = ofType(script.demand(2, 1), 'Revoke');
    assert.deepEqual(revokes.map(({ hard }) => hard).sort(), [false, true]);
    const hard = revokes.find((revoke) => revoke.hard)!;
    assert.equal(hard.lease, held[0]!.lease, 'the longest held one');
  });

  it('takes turns on a single CPU, a quantum each', () => {
    const script = new Script({ cpus: 1, prestartWorkers: 2, quantum: 20 }).boot();
    script.driver(1);
    script.driver(2);
    const owners: number[] = [];
    let instructions = [...script.demand(1, 1000), ...script.demand(2, 1000)];
    for (let round = 0; round < 6; round++) {
      const held = grant(instructions);
      owners.push(held.client);
      script.demand(held.client, 1000);
      const revokes = ofType(script.pass(20), 'Revoke');
      assert.equal(revokes.filter(({ hard }) => hard).length, 1, `round ${round}`);
      instructions = script.released(held);
    }
    assert.deepEqual(owners, [1, 2, 1, 2, 1, 2]);
  });

  it('does not take CPUs from a job that holds no more than the one that waits', () => {
    const script = new Script({ cpus: 2, prestartWorkers: 4 }).boot();
    script.driver(1);
    script.driver(2);
    script.demand(1, 1);
    script.demand(2, 1);
    script.demand(1, 1000);
    script.demand(2, 1000);
    assert.deepEqual(
      ofType(script.pass(1000), 'Revoke').filter(({ hard }) => hard),
      [],
    );
  });

  it('revokes hard for deeper tasks of the same job', () => {
    const script = new Script({ cpus: 2 }).boot();
    script.driver(1);
    const [a, b] = grants(script.demand(1, 1000));
    script.demand(100 + a!.worker, 2, { depth: 1 });
    const revokes = ofType(script.pass(20), 'Revoke').filter(({ hard }) => hard);
    assert.deepEqual(revokes.map(({ lease }) => lease).sort(), [a!.lease, b!.lease].sort());
  });

  it('revokes nothing hard for shallower tasks, nor from the only submitter', () => {
    const script = new Script({ cpus: 2 }).boot();
    script.driver(1);
    const [a, b] = grants(script.demand(1, 2));
    script.suspended(a!);
    script.suspended(b!);
    assert.equal(grants(script.demand(100 + a!.worker, 1000, { depth: 1 })).length, 2);
    script.demand(1, 1000);
    assert.deepEqual(
      ofType(script.pass(1000), 'Revoke').filter(({ hard }) => hard),
      [],
    );
  });

  it('shares between two submitters of one depth', () => {
    const script = new Script({ cpus: 4 }).boot();
    script.driver(1);
    const [a, b] = grants(script.demand(1, 2));
    script.suspended(a!);
    script.suspended(b!);
    const held = grants(script.demand(100 + a!.worker, 1000, { depth: 1 }));
    assert.equal(held.length, 4);
    script.demand(100 + b!.worker, 1000, { depth: 1 });
    const revokes = ofType(script.pass(20), 'Revoke').filter(({ hard }) => hard);
    assert.equal(revokes.length, 2);
  });

  it('lets wide tasks through a stream of narrow ones', () => {
    const script = new Script({ cpus: 2 }).boot();
    script.driver(1);
    const narrow = grants(script.demand(1, 1000));
    const wide = script.shape({ CPU: 2 });
    script.demand(1, 1, { shape: wide });
    const revokes = ofType(script.pass(20), 'Revoke').filter(({ hard }) => hard);
    assert.equal(revokes.length, 2);
    assert.deepEqual(grants(script.released(narrow[0]!)), [], 'kept for the wide one');
    assert.equal(grant(script.released(narrow[1]!)).shape, wide);
  });

  it('asks a suspended lease for what it keeps', () => {
    const script = new Script({ cpus: 2, prestartWorkers: 4, resources: { gpu: 1 } }).boot();
    const shape = script.shape({ CPU: 1, gpu: 1 });
    script.driver(1);
    script.driver(2);
    const held = grant(script.demand(1, 1000, { shape }));
    script.suspended(held);
    script.demand(2, 1, { shape });
    const revokes = ofType(script.pass(20), 'Revoke');
    assert.deepEqual(
      revokes.map(({ lease, hard }) => [lease, hard]),
      [
        [held.lease, false],
        [held.lease, true],
      ],
    );
    assert.equal(grant(script.released(held)).client, 2);
  });

  it('shares what is scarce although the CPUs are not', () => {
    const script = new Script({ cpus: 8, prestartWorkers: 16, resources: { gpu: 1 } }).boot();
    const gpu = script.shape({ CPU: 0.5, gpu: 1 });
    script.driver(1);
    script.driver(2);
    // The first job holds most CPUs, the second one the gpu.
    script.demand(1, 5);
    const held = grant(script.demand(2, 1000, { shape: gpu }));
    script.demand(1, 1, { shape: gpu });
    const revokes = ofType(script.pass(20), 'Revoke').filter(({ hard }) => hard);
    assert.equal(revokes.length, 1);
    const next = script.released(held);
    assert.equal(grant(next).client, 1);
  });

  it('makes room when the limit of processes leaves a job without one', () => {
    const script = new Script({ cpus: 2, maxWorkers: 2 }).boot();
    script.driver(1);
    script.driver(2);
    const shape = script.shape({ CPU: 0.5 });
    const held = grants(script.demand(1, 1000, { shape }));
    assert.equal(held.length, 2);
    script.demand(2, 1, { shape });
    const revokes = ofType(script.pass(20), 'Revoke').filter(({ hard }) => hard);
    assert.equal(revokes.length, 1);
    const back = held.find(({ lease }) => lease === revokes[0]!.lease)!;
    const stopping = script.released(back);
    assert.deepEqual(kinds(stopping), ['StopWorker']);
    const instructions = script.exited(back.worker, 'exit code 0');
    assert.equal(grant([...instructions, ...script.started(instructions)]).client, 2);
  });
});

describe('scheduler: ends', () => {
  it('revokes the leases of a submitter that left', () => {
    const script = new Script({ cpus: 3 }).boot();
    script.driver(1);
    const parent = grant(script.demand(1, 1));
    const children = grants(script.demand(100 + parent.worker, 5, { depth: 1 }));
    assert.equal(children.length, 2);
    const instructions = script.exited(parent.worker);
    assert.deepEqual(kinds(instructions).sort(), ['LeaseLost', 'Revoke', 'Revoke']);
    assert.ok(ofType(instructions, 'Revoke').every(({ hard }) => hard));
    for (const child of children) script.released(child);
    assert.equal(script.available(), 3);
    assert.deepEqual(script.scheduler.describe().waiting, []);
  });

  it('stops the processes of a job that ended, and only those', () => {
    const script = new Script({ cpus: 3 }).boot();
    script.driver(1);
    const held = grants(script.demand(1, 2));
    const started = ofType(script.driver(2), 'StartWorker').map(({ worker }) => worker);
    script.send({ type: 'ClientLeft', client: 1 });
    const stops = ofType(script.send({ type: 'JobEnded', job: 1 }), 'StopWorker');
    assert.deepEqual(stops.map(({ worker }) => worker).sort(), held.map(({ worker }) => worker).sort());
    assert.ok(stops.every(({ reason }) => reason === 'job-ended'));
    // The CPUs are free when the processes are gone, not before.
    assert.equal(script.available(), 1);
    for (const { worker } of stops) assert.deepEqual(ofType(script.exited(worker), 'LeaseLost'), []);
    assert.equal(script.available(), 3);
    assert.deepEqual(
      script.scheduler.describe().jobs.map(({ job }) => job),
      [2],
    );
    assert.equal(started.length, 2);
  });

  it('forgets what an ended job waits for', () => {
    const script = new Script({ cpus: 1 }).boot();
    script.driver(1);
    const parent = grant(script.demand(1, 100));
    script.demand(100 + parent.worker, 100, { depth: 1 });
    script.send({ type: 'JobEnded', job: 1 });
    assert.deepEqual(script.scheduler.describe().waiting, []);
    assert.deepEqual(script.demand(100 + parent.worker, 100, { depth: 1 }), []);
    assert.deepEqual(script.demand(1, 100), []);
    assert.deepEqual(script.send({ type: 'JobEnded', job: 1 }), []);
  });

  it('stops a process that is not ready yet when its job ends', () => {
    const script = new Script({ cpus: 1, prestartWorkers: 0 });
    script.send({ type: 'Tick' });
    script.driver(1);
    const [start] = ofType(script.demand(1, 1), 'StartWorker');
    assert.deepEqual(kinds(script.send({ type: 'JobEnded', job: 1 })), ['StopWorker']);
    assert.deepEqual(script.ready(start!.worker), []);
    assert.deepEqual(script.exited(start!.worker), []);
    assert.deepEqual(script.scheduler.describe().workers, []);
  });

  it('takes a slot that is used again as a new client', () => {
    const script = new Script({ cpus: 1 }).boot();
    script.driver(1, 1);
    const old = grant(script.demand(1, 5));
    const instructions = script.driver(1, 2);
    assert.deepEqual(ofType(instructions, 'Revoke').length, 1);
    assert.deepEqual(script.returned(old), [], 'the old lease is not the new client’s');
    assert.equal(
      grant(script.started([...instructions, ...script.demand(1, 1), ...script.released(old)])).client,
      1,
    );
  });

  it('remembers what happened to a worker, also after its end', () => {
    const script = new Script({ cpus: 1 }).boot();
    script.driver(1);
    const first = grant(script.demand(1, 1));
    script.suspended(first);
    script.exited(first.worker, 'signal SIGSEGV');
    const history = script.scheduler.historyOf(first.worker).join('\n');
    for (const part of ['none -> starting', 'granted to client 1', 'LeaseSuspended', 'SIGSEGV', '-> gone']) {
      assert.ok(history.includes(part), `${part} in\n${history}`);
    }
    assert.deepEqual(script.scheduler.historyOf(12345), []);
  });

  it('remembers a bounded part of it', () => {
    const script = new Script({ cpus: 1 }).boot();
    script.driver(1);
    for (let round = 0; round < 100; round++) {
      const next = grant(script.demand(1, 1));
      script.returned(next);
    }
    assert.equal(script.scheduler.historyOf(1).length, HISTORY_LENGTH);
  });

  it('says what it knows in JSON', () => {
    const script = new Script({ cpus: 1, resources: { gpu: 0.5 } }).boot();
    script.driver(1);
    script.demand(1, 3);
    const described = script.scheduler.describe();
    assert.deepEqual(JSON.parse(JSON.stringify(described)), described);
    assert.deepEqual(described.total, { CPU: 1, gpu: 0.5 });
    assert.match(described.waiting[0]!.reason, /needs 1 CPU \(0 of 1 CPU free\)/);
  });
});
