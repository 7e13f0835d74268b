import assert from 'node:assert/strict';
import * as mobula from '../../lib/index.js';
import { failureOf } from '../integration/support/processes.js';
import { Cluster } from '../support/cluster.js';
import { until } from '../support/poll.js';

const MIB = 1024 * 1024;
const BIG = 8 * MIB;
const AT_B = { resources: { second: 0.01 } };

const fill = (value: number): Uint8Array => new Uint8Array(8 * 1024 * 1024).fill(value);
const bytesUsed = async (): Promise<number> => (await mobula.statistics()).store.bytesUsed;

describe('a process whose tasks have results that stay at other nodes', function () {
  this.timeout(120_000);
  let cluster: Cluster;

  beforeEach(async () => {
    cluster = await Cluster.start([
      { name: 'a', memory: '128MiB' },
      { name: 'b', resources: { second: 1 }, memory: '128MiB' },
    ]);
    await cluster.connected('a', 1);
    await cluster.attach('a');
  });

  afterEach(() => cluster.remove());

  it('brings home before it ends, as it is not needed any more, what others refer to', async () => {
    const here = { numCpus: 0, scheduling: { node: cluster.node('a').id } };
    const make = mobula.remote(AT_B, fill);
    const bytesAtB = mobula.remote({ ...AT_B, numCpus: 0 }, bytesUsed);
    // The node keeps one process; this task has that to itself, and the other one is not needed any more.
    const blocked = mobula
      .remote({ ...here, numCpus: 1 }, () => new Promise((resolve) => setTimeout(resolve, 3_600_000)))
      .remote();
    const submit = mobula.remote(here, async (enough: number) => {
      const ref = make.remote(3);
      while ((await mobula.get(bytesAtB.remote())) < enough)
        await new Promise((resolve) => setTimeout(resolve, 20));
      return { ref, pid: process.pid, bytesHere: (await mobula.statistics()).store.bytesUsed };
    });
    const { ref, pid, bytesHere } = await cluster.get(submit.remote(BIG));
    assert.ok(bytesHere < MIB, `the result is at the other node, and here are ${bytesHere} bytes`);
    await until(() => !cluster.workers('a').includes(pid), {
      timeout: 40_000,
      what: () => `the end of an idle worker\n${cluster.logs()}`,
    });
    // Nobody but this node can have it now.
    cluster.killNode('b');
    assert.equal((await cluster.get(ref))[BIG - 1], 3);
    mobula.cancel(blocked);
    assert.ok((await failureOf(cluster.get(blocked))) instanceof mobula.TaskCancelledError);
  });

  it('asks for no more queues when nodes come and go', async () => {
    const make = mobula.remote(AT_B, fill);
    const makeAtGuest = mobula.remote({ resources: { guest: 0.01 } }, fill);
    const look = mobula.remote((bytes: Uint8Array) => bytes[1]!);
    const shapes = async (): Promise<number> => Number((await mobula.statistics()).scheduler.shapes);
    const stays = make.remote(99);
    await cluster.get(look.remote(new Uint8Array(9)));
    const before = await shapes();
    for (let visit = 0; visit < 5; visit++) {
      const { name } = await cluster.add({ name: `guest${visit}`, resources: { guest: 1 } });
      await cluster.connected('a', 2);
      using ref = makeAtGuest.remote(visit);
      assert.equal(await cluster.get(look.remote(ref)), visit);
      assert.equal(await cluster.get(look.remote(stays)), 99);
      cluster.killNode(name);
      await cluster.connected('a', 1);
    }
    // One for the tasks on guests; those near two nodes at a time, or one more when a lease was given back late.
    const more = (await shapes()) - before;
    assert.ok(more >= 2 && more <= 4, `${more} shapes more`);
  });
});
