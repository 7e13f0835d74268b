import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../integration/support/processes.js';
import type { ProgramProcess } from '../support/machine.js';
import { NETWORK_KINDS, type NetworkKind } from '../support/network.js';
import { NetworkCluster, REDIS_MACHINE } from '../support/network-cluster.js';
import { until } from '../support/poll.js';

/** Links are given up after five seconds; keys expire after five, and a node is dead for good after ten. */
const CUT_MILLISECONDS = 13_000;

interface Results {
  readonly right: boolean;
  readonly machines: readonly string[];
}

describe('three machines whose cables are cut and mended', function () {
  this.timeout(300_000);
  let cluster: NetworkCluster;
  let driver: ProgramProcess;
  let folder: string;

  async function start(kind?: NetworkKind): Promise<void> {
    folder = mkdtempSync(join(tmpdir(), 'cuts-'));
    cluster = await NetworkCluster.start(
      [
        { name: 'a' },
        { name: 'b', cpus: 2, resources: { far: 1, b: 1 } },
        { name: 'c', cpus: 2, resources: { far: 1, c: 1 } },
      ],
      { kind },
    );
    driver = await cluster.driver('a');
  }

  afterEach(async () => {
    await cluster.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Starts tasks that both other nodes are running when this resolves. */
  async function begin(key: string, count: number): Promise<string> {
    const file = join(folder, key);
    await cluster.ask(driver, `far ${key} ${count} 700 ${file}`);
    await until(() => ['b', 'c'].every((name) => lines(file).some((line) => line.endsWith(name))), {
      what: () => `tasks on both other nodes\n${cluster.logs()}`,
    });
    return file;
  }

  /** All is as it should be, and all nodes run tasks again. */
  async function finish(key: string): Promise<void> {
    const { right } = await cluster.ask<Results>(driver, `results ${key}`);
    assert.ok(right);
    for (const name of ['a', 'b', 'c']) await cluster.connected(name, 2);
    await begin('after', 12);
    const after = await cluster.ask<Results>(driver, 'results after');
    assert.ok(after.right);
    assert.deepEqual(new Set(after.machines), new Set(['b', 'c']));
  }

  for (const kind of NETWORK_KINDS)
    it(`between two nodes that have no driver (${kind})`, async () => {
      await start(kind);
      await cluster.ask(driver, 'nested sum 12');
      await begin('tasks', 30);
      await until(() => cluster.workers('c').length > 1, { what: 'workers of b on c' });
      cluster.network.cut('b', 'c');
      await sleep(CUT_MILLISECONDS);
      cluster.network.heal('b', 'c');
      assert.deepEqual(await cluster.ask(driver, 'number sum'), { value: 198 });
      await finish('tasks');
    });

  it("between the driver's node and everybody else", async () => {
    await start();
    const file = await begin('tasks', 30);
    const workers = [...cluster.workers('b'), ...cluster.workers('c')];
    const before = cluster.node('a').id;
    cluster.network.cut('a', 'b', 'c', REDIS_MACHINE);
    await sleep(CUT_MILLISECONDS);
    // What was over there has ended, and completes nothing more.
    assert.deepEqual(workers.filter(isAlive), []);
    const ended = lines(file).length;
    cluster.network.heal('a', 'b', 'c', REDIS_MACHINE);
    await finish('tasks');
    assert.ok(lines(file).length > ended);
    const nodes = await cluster.nodes('b');
    assert.deepEqual([nodes.length, nodes.find(({ id }) => id === before)?.alive], [4, false]);
  });

  it('between Redis and a node that runs tasks of another one', async () => {
    await start();
    await begin('tasks', 40);
    cluster.network.cut('b', REDIS_MACHINE);
    await sleep(CUT_MILLISECONDS);
    cluster.network.heal('b', REDIS_MACHINE);
    await finish('tasks');
  });
});

function lines(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}
