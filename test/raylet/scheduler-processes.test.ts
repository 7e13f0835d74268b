import assert from 'node:assert/strict';
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

  it('uses a process that did not start what it was given after all others, until it has done something', () => {
    const script = new Script({ cpus: 2 }).boot();
    script.driver(1);
    const [first, second] = grants(script.demand(1, 2));
    script.demand(1, 0);
    script.returned(second!);
    script.send({ type: 'LeaseReturned', client: 1, lease: first!.lease, unstarted: true });
    const [third, fourth] = grants(script.demand(1, 2));
    assert.deepEqual([third!.worker, fourth!.worker], [second!.worker, first!.worker]);
    script.demand(1, 0);
    script.returned(third!);
    script.returned(fourth!);
    assert.equal(grant(script.demand(1, 1)).worker, first!.worker);
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
