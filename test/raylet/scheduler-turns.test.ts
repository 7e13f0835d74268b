import assert from 'node:assert/strict';
import { grant, grants, kinds, ofType, Script } from './scheduler-script.js';

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
