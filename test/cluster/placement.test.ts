import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as mobula from '../../lib/index.js';
import { Machine } from '../support/machine.js';
import { until } from '../support/poll.js';
import { RedisServer } from '../support/redis.js';

/** Two nodes of one cluster on loopback, and this program attached to the first. */
describe('tasks on two nodes', function () {
  this.timeout(60_000);
  let redis: RedisServer;
  let machine: Machine;
  let here: mobula.NodeInfo;
  let there: mobula.NodeInfo;

  async function start(name: string, cpus: number, ...more: string[]): Promise<string> {
    const secret = join(machine.folder, 'secret');
    const { socket } = await machine.json<{ socket: string }>(
      ...['start', '--redis', redis.url, '--name', name, '--num-cpus', `${cpus}`],
      ...['--address', '127.0.0.1', '--secret-file', secret, '--object-store-memory', '16MiB'],
      ...more,
    );
    return socket;
  }

  before(async () => {
    redis = await RedisServer.start();
    machine = new Machine();
    writeFileSync(join(machine.folder, 'secret'), 'of this test alone, and of nothing else', { mode: 0o600 });
    const socket = await start('a', 2, '--head');
    await start('b', 2);
    await mobula.init({ address: socket });
    // What another node has free is known when the link to it stands.
    const joined = async () => {
      const nodes = await mobula.nodes();
      return nodes.length === 2 && nodes.every(({ available }) => available['CPU'] === 2);
    };
    await until(joined, { what: 'two nodes with two free CPUs each' });
    const own = (await mobula.get(ppid.remote()))[0];
    for (const node of await mobula.nodes()) {
      if (node.pid === own) here = node;
      else there = node;
    }
  });

  after(async () => {
    await mobula.shutdown();
    await machine.remove();
    await redis.close();
  });

  /** The raylet that started the worker, and so its node. */
  const ppid = mobula.remote(() => [process.ppid]);

  async function placesOf(count: number, scheduling: mobula.Scheduling): Promise<number[]> {
    const fn = ppid.options({ scheduling });
    return (await mobula.get(Array.from({ length: count }, () => fn.remote()))).flat();
  }

  it('run on the node that they name', async () => {
    assert.deepEqual(new Set(await placesOf(20, { node: there.id })), new Set([there.pid]));
    assert.deepEqual(new Set(await placesOf(20, { node: here.id })), new Set([here.pid]));
    assert.deepEqual(new Set(await placesOf(20, { node: there.id, soft: true })), new Set([there.pid]));
  });

  it('run on the node that they name though they are submitted by a task', async () => {
    const submitting = mobula.remote(async (node: string) => {
      const inner = mobula.remote(() => process.ppid).options({ scheduling: { node } });
      return await mobula.get(inner.remote());
    });
    assert.equal(await mobula.get(submitting.remote(there.id)), there.pid);
  });

  it('run on both nodes in turn with SPREAD', async () => {
    const places: number[] = [];
    for (let round = 0; round < 8; round++) places.push(...(await placesOf(1, 'SPREAD')));
    for (const pid of [here.pid, there.pid]) {
      const count = places.filter((place) => place === pid).length;
      assert.equal(count, 4, `in turn: ${places.join(' ')}`);
    }
    const many = new Set(await placesOf(40, 'SPREAD'));
    assert.deepEqual(many, new Set([here.pid, there.pid]));
  });

  it('fail when they name a node that is not there, and run elsewhere with soft', async () => {
    const nowhere = 'ab'.repeat(16);
    const lost = ppid.options({ scheduling: { node: nowhere } }).remote();
    await assert.rejects(mobula.get(lost), (error: Error) => {
      assert(error instanceof mobula.InfeasibleTaskError);
      assert.match(error.message, new RegExp(`node ${nowhere} is not in the cluster`));
      return true;
    });
    assert.equal((await placesOf(1, { node: nowhere, soft: true })).length, 1);
  });

  it('fail when they ask the node that they name for more than it has', async () => {
    for (const { id } of [here, there]) {
      const fn = ppid.options({ scheduling: { node: id }, numCpus: 3 });
      await assert.rejects(mobula.get(fn.remote()), mobula.InfeasibleTaskError);
    }
  });

  it('go elsewhere, or fail, when the node that they name dies', async () => {
    const slow = mobula.remote(async (): Promise<number> => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return process.ppid;
    });
    const soft = slow.options({ scheduling: { node: there.id, soft: true } });
    const hard = slow.options({ scheduling: { node: there.id } });
    const softRefs = Array.from({ length: 6 }, () => soft.remote());
    const hardRefs = Array.from({ length: 6 }, () => hard.remote());
    await mobula.wait([...softRefs, ...hardRefs], { numReturns: 1 });
    process.kill(there.pid, 'SIGKILL');
    const places = await mobula.get(softRefs);
    assert(places.includes(here.pid));
    const results = await Promise.allSettled(hardRefs.map((ref) => mobula.get(ref)));
    assert(results.some(({ status }) => status === 'rejected'));
    for (const result of results) {
      if (result.status === 'fulfilled') assert.equal(result.value, there.pid);
      else assert(result.reason instanceof mobula.InfeasibleTaskError, String(result.reason));
    }
  });
});
