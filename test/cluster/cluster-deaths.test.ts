import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as mobula from '../../lib/index.js';
import { failureOfClass, isAlive, untilDead } from '../integration/support/processes.js';
import { Random } from '../integration/support/random.js';
import { Cluster } from '../support/cluster.js';
import { until } from '../support/poll.js';

const FIXTURE = 'test/cluster/fixtures/cluster-driver.ts';
const FAR = { resources: { far: 0.01 } };

/** Takes a moment, and says which node ran it. */
const square = async (index: number): Promise<[number, number]> => {
  await new Promise((resolve) => setTimeout(resolve, 100));
  return [index * index, process.ppid];
};
const squares = (count: number): number[] => Array.from({ length: count }, (_, index) => index * index);

describe('deaths in a cluster of three nodes', function () {
  this.timeout(180_000);
  let cluster: Cluster;
  let folder: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'deaths-'));
    cluster = await Cluster.start(
      [
        { name: 'a' },
        { name: 'b', cpus: 2, resources: { far: 1 } },
        { name: 'c', cpus: 2, resources: { far: 1, third: 1 } },
      ],
      { persistent: true },
    );
    await cluster.connected('a', 2);
    await cluster.attach('a');
  });

  afterEach(async () => {
    await cluster.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts so many tasks on the two others, and waits until both of them run some. */
  async function farTasks(count: number): Promise<mobula.ObjectRef<[number, number]>[]> {
    const task = mobula.remote({ ...FAR, maxRetries: 5 }, square);
    const refs = Array.from({ length: count }, (_, index) => task.remote(index));
    await until(() => cluster.workers('b').length > 0 && cluster.workers('c').length > 0, {
      what: 'workers on both other nodes',
    });
    return refs;
  }

  it('of a node: what ran there runs elsewhere, and the node is missed by all', async () => {
    const refs = await farTasks(40);
    const dead = [cluster.node('b').pid, cluster.gateway('b')!, ...cluster.workers('b')];
    cluster.killNode('b');
    const results = await cluster.getAll(refs);
    assert.deepEqual(
      results.map(([value]) => value),
      squares(40),
    );
    await untilDead(dead, 'a node that was killed, with all that it started');
    await cluster.connected('a', 1);
  });

  it('of gateways, one after the other: tasks run again, and the links are made anew', async () => {
    for (const name of ['b', 'a', 'c']) {
      const refs = await farTasks(20);
      const gateway = cluster.gateway(name)!;
      process.kill(gateway, 'SIGKILL');
      assert.deepEqual(
        (await cluster.getAll(refs)).map(([value]) => value),
        squares(20),
      );
      await until(() => ![undefined, gateway].includes(cluster.gateway(name)), {
        what: `another gateway of ${name}`,
      });
      await cluster.connected('a', 2);
      await cluster.connected('b', 2);
    }
    const third = mobula.remote({ resources: { third: 1 } }, () => process.ppid);
    assert.equal(await cluster.get(third.remote()), cluster.node('c').pid);
  });

  it('of workers over there: tasks run again', async () => {
    const random = new Random('workers');
    const file = join(folder, 'pids');
    const task = mobula.remote({ ...FAR, maxRetries: 10 }, async (index: number, path: string) => {
      appendFileSync(path, `${process.pid}\n`);
      await new Promise((resolve) => setTimeout(resolve, 150));
      return index * index;
    });
    const refs = Array.from({ length: 40 }, (_, index) => task.remote(index, file));
    // Those that have run a task: a process that dies as it starts is another matter.
    const running = (): number[] => {
      const pids = existsSync(file) ? new Set(readFileSync(file, 'utf8').trim().split('\n').map(Number)) : [];
      return [...pids].filter(isAlive);
    };
    for (let round = 0; round < 4; round++) {
      const victim = await until(() => random.pick(running()), { what: 'a worker' });
      process.kill(victim, 'SIGKILL');
      await untilDead([victim], 'a worker that was killed');
    }
    assert.deepEqual(await cluster.getAll(refs), squares(40));
  });

  it('of a node: a task that may run once only has run once', async () => {
    const file = join(folder, 'runs');
    const once = mobula.remote(
      { resources: { third: 1 }, maxRetries: 0, name: 'once' },
      async (path: string) => {
        appendFileSync(path, 'run\n');
        await new Promise(() => undefined);
      },
    );
    const ref = once.remote(file);
    await until(() => existsSync(file), { what: 'the start of a task' });
    cluster.killNode('c');
    const error = await failureOfClass(mobula.WorkerCrashedError, cluster.get(ref));
    assert.match(error.message, /once/);
    // Were it started again, it would be on a node that has what it needs.
    await cluster.add({ name: 'd', resources: { third: 1 } });
    assert.equal(await cluster.get(mobula.remote({ resources: { third: 1 } }, () => 5).remote()), 5);
    assert.equal(readFileSync(file, 'utf8'), 'run\n');
  });

  it('of a driver: nothing of its job is left on the other nodes', async () => {
    const bytes = mobula.remote({ numCpus: 0, ...FAR }, storeBytes);
    const onThird = mobula.remote({ numCpus: 0, resources: { third: 0.01 } }, storeBytes);
    await cluster.get(onThird.remote());
    await cluster.get(bytes.remote());
    const own = new Set([...cluster.workers('b'), ...cluster.workers('c')]);
    const driver = cluster.machine.program(FIXTURE, { args: ['auto:a', 'victim', 'third'] });
    await driver.answer();
    await driver.ask('hang');
    await until(async () => (await cluster.get(onThird.remote())) > 3_500_000, {
      what: 'what a driver has on another node',
    });
    const theirs = [...cluster.workers('b'), ...cluster.workers('c')].filter((pid) => !own.has(pid));
    assert.ok(theirs.length > 0);
    driver.child.kill('SIGKILL');
    await untilDead(
      theirs.filter((pid) => !own.has(pid) && isAlive(pid)),
      'the workers of a driver that was killed',
    );
    let left = 0;
    await until(
      async () => {
        left = await cluster.get(onThird.remote());
        return left < 1_000_000;
      },
      { what: () => `the end of the objects of a driver that was killed: ${left} bytes are left` },
    );
    await until(async () => (await cluster.status('c')).jobs.length === 1, { what: 'the end of its job' });
    const { jobs } = await cluster.status('a');
    assert.deepEqual(
      jobs.map(({ pid }) => pid),
      [process.pid],
    );
  });
});

const storeBytes = async (): Promise<number> => (await mobula.statistics()).store.sealed.bytes;
