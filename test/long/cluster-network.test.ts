import assert from 'node:assert/strict';
import type { ProgramProcess } from '../support/machine.js';
import { NETWORK_KINDS } from '../support/network.js';
import { NetworkCluster } from '../support/network-cluster.js';
import { until } from '../support/poll.js';

const PLANS = [
  { name: 'a', memory: '768MiB' },
  { name: 'b', cpus: 2, resources: { far: 1, b: 1 }, memory: '512MiB' },
  { name: 'c', cpus: 2, resources: { far: 1, c: 1 }, memory: '512MiB' },
];
const OTHERS = ['b', 'c'];
const MEGABYTES = 192;
const LENGTH = (MEGABYTES << 20) / 8;
/** More than small talk, and less than the object. */
const SOME_BYTES = 8 << 20;

for (const kind of NETWORK_KINDS)
  describe(`three machines (${kind}), two of which do not have the program`, function () {
    this.timeout(300_000);
    let cluster: NetworkCluster;
    let driver: ProgramProcess;

    before(async () => {
      cluster = await NetworkCluster.start(PLANS, { kind });
      driver = await cluster.driver('a');
    });

    after(() => cluster.remove());

    it('say in Redis where an object is and what a task was', async () => {
      const { id } = await cluster.ask<{ id: string }>(driver, 'send sum 1 2');
      assert.deepEqual(await cluster.ask(driver, 'number sum'), { value: (2 * (1 << 20)) / 8 });
      let holders: string[] = [];
      await until(
        async () => {
          const nodes = await cluster.redis.lines('ZRANGE', 'mobula:nodes', '0', '-1');
          holders = [];
          for (const node of nodes)
            if ((await cluster.redis.cli('SISMEMBER', `mobula:node:${node}:objects`, id)) === '1')
              holders.push(node);
          return holders.includes(cluster.node('a').id) && holders.length > 1;
        },
        { what: () => `the places of object ${id}: ${holders.join(', ')}` },
      );
      const { ids } = await cluster.ask<{ ids: string[] }>(driver, 'far tasks 3 1200');
      await cluster.ask(driver, 'results tasks');
      const others = ['b', 'c'].map((name) => cluster.node(name).id);
      let record: string[] = [];
      await until(
        async () => {
          record = await cluster.redis.lines(
            'HMGET',
            `mobula:task:${ids[0]}`,
            'name',
            'status',
            'resources',
            'node',
          );
          return record[1] === 'finished';
        },
        { what: () => `the record of a task: ${record.join(' ')}` },
      );
      assert.deepEqual(record.slice(0, 2), ['far', 'finished']);
      assert.deepEqual(JSON.parse(record[2]!), { CPU: 1, far: 0.01 });
      assert.ok(others.includes(record[3]!));
    });

    it('have the addresses at which they are reached', async () => {
      const reached = async () =>
        (await cluster.nodes('a')).map(({ address }) => address.slice(0, address.lastIndexOf(':'))).sort();
      await until(async () => !(await reached()).includes(''), { what: 'the addresses of all nodes' });
      assert.deepEqual(
        await reached(),
        ['a', 'b', 'c'].map((name) => cluster.network.addressOf(name)),
      );
    });

    for (const [what, direction, start, end] of [
      ['a node to which an argument is on its way', 'received', 'send sum', 'number sum'],
      ['a node from which a result is on its way', 'sent', 'fetch array', 'array array'],
    ] as const)
      it(`survive the death of ${what}`, async () => {
        const traffic = async (name: string): Promise<number> => (await cluster.traffic(name))[direction];
        const before = new Map<string, number>();
        for (const name of OTHERS) before.set(name, await traffic(name));
        await cluster.ask(driver, `${start} ${MEGABYTES} 3`);
        driver.tell(end);
        const victim = await until(
          async () => {
            for (const name of OTHERS)
              if ((await traffic(name)) - before.get(name)! > SOME_BYTES) return name;
            return undefined;
          },
          { what: () => `an object on its way\n${cluster.logs()}` },
        );
        cluster.kill(victim);
        const answer = await driver.answer<Record<string, unknown>>();
        const [length, sum] = [LENGTH, 3 * LENGTH];
        assert.deepEqual(answer, direction === 'received' ? { value: sum } : { length, sum });
        await cluster.add(PLANS.find(({ name }) => name === victim)!);
        await cluster.connected('a', 2);
      });
  });
