import assert from 'node:assert/strict';
import { grant, grants, kinds, ofType, Script } from './scheduler-script.js';

/** Jobs that the processes belong to that these instructions start. */
function jobsOf(instructions: Parameters<typeof kinds>[0]): (number | undefined)[] {
  return ofType(instructions, 'StartWorker').map(({ job }) => job);
}

describe('scheduler: processes that belong to a job from their start', () => {
  it('are not started before there is a job', () => {
    const script = new Script({ cpus: 4, startBound: true });
    assert.deepEqual(script.send({ type: 'Tick' }), []);
    assert.equal(script.scheduler.nextTick(), undefined);
  });

  it('are started for a driver when it comes: its part of the CPUs, at least one', () => {
    const script = new Script({ cpus: 4, startBound: true }).boot();
    assert.deepEqual(jobsOf(script.driver(1)), [1, 1, 1, 1]);
    assert.deepEqual(jobsOf(script.driver(2)), [2, 2]);
    assert.deepEqual(jobsOf(script.driver(3)), [3, 3]);
    for (const job of [4, 5, 6]) assert.deepEqual(jobsOf(script.driver(job)), [job]);
  });

  it('are started for a driver that comes before the first tick too, and once', () => {
    const script = new Script({ cpus: 2, startBound: true });
    assert.deepEqual(jobsOf(script.driver(1)), [1, 1]);
    assert.deepEqual(script.send({ type: 'Tick' }), []);
  });

  it('run tasks of their own job alone, without being bound', () => {
    const script = new Script({ cpus: 2, startBound: true }).boot();
    script.started(script.driver(1));
    const second = script.driver(2);
    // Processes of the first job are idle, and of no use to the second one, which waits for its own.
    assert.deepEqual(kinds(script.demand(2, 1)), []);
    const [start] = ofType(second, 'StartWorker');
    assert.equal(start!.job, 2);
    assert.equal(grant(script.ready(start!.worker)).worker, start!.worker);
    assert.deepEqual(kinds(script.demand(1, 1)), ['Grant']);
  });

  it('are replaced for their job when they die', () => {
    const script = new Script({ cpus: 1, startBound: true }).boot();
    script.started(script.driver(1));
    const lost = grant(script.demand(1, 5));
    assert.deepEqual(jobsOf(script.exited(lost.worker)), [1]);
  });

  it('end with their job, while those of others go on', () => {
    const script = new Script({ cpus: 2, startBound: true }).boot();
    script.started(script.driver(1));
    script.started(script.driver(2));
    const [first] = grants(script.demand(1, 1));
    const [second] = grants(script.demand(2, 1));
    const stops = ofType(script.send({ type: 'JobEnded', job: 1 }), 'StopWorker');
    assert.ok(stops.some(({ worker }) => worker === first!.worker));
    assert.ok(!stops.some(({ worker }) => worker === second!.worker));
    for (const { worker } of stops) script.exited(worker);
    assert.deepEqual(kinds(script.returned(second!)), []);
    assert.deepEqual(kinds(script.demand(2, 1)), ['Grant']);
  });

  it('are stopped when they were idle for long and there are more than CPUs', () => {
    const script = new Script({ cpus: 2, startBound: true, idleWorkerTimeout: 100 }).boot();
    script.started(script.driver(1));
    script.started(script.driver(2));
    assert.equal(script.observer.workers.size, 3);
    const stops = ofType(script.pass(200), 'StopWorker');
    assert.deepEqual(
      stops.map(({ reason }) => reason),
      ['idle'],
    );
  });

  it('fail the demand of their job when they cannot be started, and of no other', () => {
    const script = new Script({ cpus: 1, startBound: true }).boot();
    script.started(script.driver(1));
    const failures: string[] = [];
    let starts = ofType(script.driver(2), 'StartWorker');
    script.demand(2, 1);
    for (let round = 0; starts.length > 0 && round < 10; round++) {
      const instructions = starts.flatMap(({ worker }) =>
        script.send({ type: 'WorkerStartFailed', worker, reason: 'its folder is gone' }),
      );
      failures.push(...ofType(instructions, 'StartFailed').map(({ reason }) => reason));
      starts = ofType(instructions, 'StartWorker');
    }
    assert.equal(failures.length, 1);
    assert.match(failures[0]!, /its folder is gone/);
    assert.deepEqual(kinds(script.demand(1, 1)), ['Grant']);
  });
});
