import assert from 'node:assert/strict';
import type { NodeInfo } from '../../lib/index.js';
import type { ProgramProcess } from '../support/machine.js';
import { NetworkCluster } from '../support/network-cluster.js';

const PLANS = [
  { name: 'a' },
  { name: 'b', cpus: 2, resources: { far: 1, b: 1 } },
  { name: 'c', cpus: 2, resources: { far: 1, c: 1 } },
];
const MEGABYTES = 64;
const LENGTH = (MEGABYTES << 20) / 8;
const HOUR_MILLISECONDS = 3_600_000;

describe('three machines', function () {
  this.timeout(300_000);
  let cluster: NetworkCluster;
  let driver: ProgramProcess;

  afterEach(() => cluster.remove());

  it('whose packets take 50 ms, and some of which are lost', async () => {
    cluster = await NetworkCluster.start(PLANS, { delays: true });
    driver = await cluster.driver('a');
    cluster.network.delay(50, 1);
    assert.deepEqual(await cluster.ask(driver, 'tiny 500'), { right: true });
    await cluster.ask(driver, `send sum ${MEGABYTES} 2`);
    assert.deepEqual(await cluster.ask(driver, 'number sum'), { value: 2 * LENGTH });
    await cluster.ask(driver, `fetch array ${MEGABYTES} 3`);
    assert.deepEqual(await cluster.ask(driver, 'array array'), { length: LENGTH, sum: 3 * LENGTH });
  });

  it('whose clocks are hours apart', async () => {
    cluster = await NetworkCluster.start(PLANS, {
      clocks: { b: 5 * HOUR_MILLISECONDS, c: -7 * HOUR_MILLISECONDS },
    });
    driver = await cluster.driver('a');
    const { nodes } = await cluster.ask<{ nodes: NodeInfo[] }>(driver, 'nodes');
    assert.deepEqual(
      nodes.map(({ id, alive }) => [id, alive]).sort(),
      ['a', 'b', 'c'].map((name) => [cluster.node(name).id, true]).sort(),
    );
    // The clocks of the processes that run tasks are really those of their machines.
    const { times, own } = await cluster.ask<{ times: Record<string, number>; own: number }>(
      driver,
      'clocks',
    );
    const hours = ['a', 'b', 'c'].map((name) =>
      Math.floor((times[cluster.node(name).id]! - own) / HOUR_MILLISECONDS + 0.5),
    );
    assert.deepEqual(hours, [0, 5, -7]);
    assert.deepEqual(await cluster.ask(driver, 'tiny 500'), { right: true });
    // Longer than it takes until a node that is not heard of counts as dead.
    await cluster.ask(driver, 'far tasks 60 1000');
    const { right } = await cluster.ask<{ right: boolean }>(driver, 'results tasks');
    assert.ok(right);
    const after = await cluster.ask<{ nodes: NodeInfo[] }>(driver, 'nodes');
    assert.deepEqual(
      after.nodes.map(({ id, alive }) => [id, alive]),
      nodes.map(({ id, alive }) => [id, alive]),
    );
    for (const name of ['a', 'b', 'c']) assert.doesNotMatch(cluster.log(name), /dead|cannot be reached/);
  });
});
