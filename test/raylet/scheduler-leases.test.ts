import assert from 'node:assert/strict';
import { HISTORY_LENGTH, MAX_SHAPES } from '../../lib/raylet/scheduler/index.js';
import { grant, grants, kinds, ofType, Script } from './scheduler-script.js';

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

  it('counts grants under way by queue, the client counts all', () => {
    const script = new Script({ cpus: 6, resources: { gpu: 4 } }).boot();
    const gpu = script.shape({ CPU: 1, gpu: 1 });
    script.driver(1);
    assert.equal(grants(script.demand(1, 2, { grantsSeen: 0 })).length, 2);
    assert.equal(grants(script.demand(1, 1, { shape: gpu, grantsSeen: 0 })).length, 1);
    // It has seen the first two; the one with the gpu is under way.
    assert.equal(grants(script.demand(1, 1, { grantsSeen: 2 })).length, 1);
    assert.equal(grants(script.demand(1, 2, { shape: gpu, grantsSeen: 2 })).length, 1);
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
