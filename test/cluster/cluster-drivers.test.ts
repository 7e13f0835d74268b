import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { isAlive, untilDead } from '../integration/support/processes.js';
import { Cluster } from '../support/cluster.js';
import type { ProgramProcess } from '../support/machine.js';
import { until } from '../support/poll.js';

const FIXTURE = 'test/cluster/fixtures/cluster-driver.ts';

describe('drivers of a cluster', function () {
  this.timeout(120_000);
  let cluster: Cluster;

  beforeEach(async () => {
    cluster = await Cluster.start([
      { name: 'a', resources: { ofA: 1 } },
      { name: 'b', resources: { ofB: 1 } },
      { name: 'c', cpus: 2, resources: { shared: 1 } },
    ]);
    await Promise.all(['a', 'b', 'c'].map((name) => cluster.connected(name, 2)));
  });

  afterEach(() => cluster.remove());

  async function driver(node: string, mark: string, resource: string): Promise<ProgramProcess> {
    const program = cluster.machine.program(FIXTURE, { args: [`auto:${node}`, mark, resource] });
    await program.answer();
    return program;
  }

  it('on two nodes see their own functions and values only, and take turns', async () => {
    const [one, two] = await Promise.all([driver('a', 'one', 'shared'), driver('b', 'second', 'shared')]);
    const seen = (mark: string): object => ({
      seen: [`value of ${mark}`, 100_000 * mark.length, `object of ${mark}`, 1],
    });
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all([one.ask('task'), two.ask('task')]);
      assert.deepEqual(answers, [seen('one'), seen('second')]);
    }
    // The queue of the one is long; the other's task is done before that queue is.
    one.tell('many');
    assert.deepEqual(await two.ask('task'), seen('second'));
    assert.deepEqual(await two.ask('many'), { sum: 1_999_000 });
    assert.deepEqual(await one.answer(), { sum: 1_999_000 });
    // One leaves; the functions of the other stay.
    await one.ask('shutdown');
    assert.deepEqual(await two.ask('task'), seen('second'));
  });

  it('leave nothing of theirs on other nodes, and stopped nodes leave nothing at all', async () => {
    const program = await driver('a', 'one', 'shared');
    await program.ask('task');
    await program.ask('hang');
    const workers = await until(() => (cluster.workers('c').length > 1 ? cluster.workers('c') : undefined), {
      what: 'workers on another node',
    });
    await program.ask('shutdown');
    await untilDead(workers, 'the workers of a driver that left');
    await until(async () => (await cluster.status('c')).jobs.length === 0, { what: 'the end of its job' });

    const names = ['a', 'b', 'c'];
    const processes = names.flatMap((name) => [cluster.node(name).pid, cluster.gateway(name)!]);
    const { code, stderr } = await cluster.machine.mobula('stop');
    assert.equal(code, 0, stderr);
    await untilDead(processes, 'nodes that were stopped');
    assert.deepEqual(cluster.machine.traces, []);
    assert.ok(existsSync(cluster.machine.stateFolder));
    assert.deepEqual(
      readdirSync(cluster.machine.folder).filter((name) => !['mobula', 'secret'].includes(name)),
      [],
    );
    assert.ok(!processes.some(isAlive));
    const kept: string[] = [];
    for (const key of await cluster.redis.lines('--scan')) {
      if (Number(await cluster.redis.cli('TTL', key)) < 0) kept.push(key);
    }
    // Which Redis this is, for who comes back to it.
    assert.deepEqual(kept, ['mobula:epoch'], 'keys that never expire');
    assert.deepEqual(await cluster.redis.lines('ZRANGE', 'mobula:members', '0', '-1'), []);
  });
});
