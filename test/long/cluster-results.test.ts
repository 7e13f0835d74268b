import assert from 'node:assert/strict';
import * as mobula from '../../lib/index.js';
import { failureOf } from '../integration/support/processes.js';
import { Cluster } from '../support/cluster.js';
import { until } from '../support/poll.js';

const MIB = 1024 * 1024;
const BIG = 8 * MIB;
const AT_B = { resources: { second: 0.01 } };
const AT_C = { resources: { third: 0.01 } };

const fill = (value: number): Uint8Array => new Uint8Array(8 * 1024 * 1024).fill(value);

describe('results that stay at other nodes', function () {
  this.timeout(120_000);
  let cluster: Cluster;

  beforeEach(async () => {
    cluster = await Cluster.start([
      { name: 'a', cpus: 1, memory: '128MiB' },
      { name: 'b', cpus: 1, resources: { second: 1 }, memory: '128MiB' },
      { name: 'c', cpus: 1, resources: { third: 1 }, memory: '128MiB' },
    ]);
    await cluster.connected('a', 2);
    await cluster.attach('a');
  });

  afterEach(() => cluster.remove());

  /** Bytes in the store of the node that this process is a driver of. */
  const bytesHere = async (): Promise<number> => (await mobula.statistics()).store.bytesUsed;
  /** The same of another node, asked by a task there. */
  const bytesAt = async (where: object): Promise<number> => {
    const ask = mobula.remote(
      { numCpus: 0, ...where },
      async () => (await mobula.statistics()).store.bytesUsed,
    );
    return await cluster.get(ask.remote());
  };

  it('run what they are given to where they are, and are fetched when somebody wants them', async () => {
    const make = mobula.remote(AT_B, fill);
    const look = mobula.remote((bytes: Uint8Array) => [bytes[0]!, bytes.length, process.ppid] as const);
    const ref = make.remote(7);
    // Nothing but its argument says where it should run.
    const [first, length, at] = await cluster.get(look.remote(ref));
    assert.deepEqual([first, length], [7, BIG]);
    assert.equal(at, cluster.node('b').pid);
    assert.ok((await bytesHere()) < MIB, 'the result is not here');
    assert.ok((await bytesAt(AT_B)) >= BIG, 'the result is there');
    const there = mobula.remote(AT_C, (bytes: Uint8Array) => [bytes[9]!, process.ppid] as const);
    assert.deepEqual(await cluster.get(there.remote(ref)), [7, cluster.node('c').pid]);
    assert.equal((await cluster.get(ref))[BIG - 1], 7);
    assert.ok((await bytesHere()) >= BIG, 'the result was fetched');
  });

  it('are waited for, listed as completed and read by a blocked thread', async () => {
    const make = mobula.remote(AT_B, fill);
    assert.equal(mobula.getSync(make.remote(1))[5], 1);
    const [ready, pending] = await cluster.watched(
      mobula.wait([make.remote(2), make.remote(3)], { numReturns: 2 }),
    );
    assert.deepEqual([ready.length, pending.length], [2, 0]);
    for await (const { status, value } of mobula.asCompleted([make.remote(4)])) {
      assert.equal(status, 'fulfilled');
      assert.equal(value?.[6], 4);
    }
    const [one, two] = mobula
      .remote({ numReturns: 2, ...AT_B }, () => [new Uint8Array(1_000_000).fill(5), 'small'] as const)
      .remote();
    assert.equal(await cluster.get(two), 'small');
    assert.equal((await cluster.get(one))[3], 5);
  });

  it('are seen by who only looks now and then, and when one of several was freed', async () => {
    const make = mobula.remote(AT_B, fill);
    const polled = make.remote(1);
    await until(async () => (await mobula.wait([polled], { timeout: 0 }))[0].length === 1, {
      what: 'a result of another node',
    });
    assert.equal((await cluster.get(polled))[0], 1);
    const two = mobula.remote({ numReturns: 2, ...AT_B }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      return [new Uint8Array(1_000_000).fill(1), new Uint8Array(1_000_000).fill(2)] as const;
    });
    const [freed, other] = two.remote();
    const reading = failureOf(cluster.get(freed));
    await new Promise((resolve) => setTimeout(resolve, 100));
    mobula.free(freed);
    assert.ok((await reading) instanceof mobula.ObjectFreedError);
    assert.equal((await cluster.get(other))[9], 2);
  });

  it('are read by tasks of this node, given as arguments and inside of values', async () => {
    const ref = mobula.remote(AT_B, fill).remote(9);
    // The node that has them has no room: this one fetches them.
    const block = mobula.remote(AT_B, async (milliseconds: number) => {
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
    });
    const look = mobula.remote((bytes: Uint8Array) => [bytes[1]!, process.ppid] as const);
    const inside = mobula.remote(
      { numCpus: 0 },
      async ({ each }: { each: mobula.ObjectRef<Uint8Array> }) => (await mobula.get(each))[2]!,
    );
    const blocked = block.remote(3000);
    const [first] = await cluster.get(look.remote(ref));
    assert.equal(first, 9);
    assert.equal(await cluster.get(inside.remote({ each: ref })), 9);
    await cluster.get(blocked);
  });

  it('end at every node when nobody refers to them any more', async () => {
    const make = mobula.remote(AT_B, fill);
    const before = await bytesAt(AT_B);
    {
      using dropped = make.remote(1);
      const freed = make.remote(2);
      const look = mobula.remote(AT_C, (bytes: Uint8Array) => bytes.length);
      assert.equal(await cluster.get(look.remote(dropped)), BIG);
      await until(async () => (await bytesAt(AT_B)) >= BIG, { what: 'a result at the other node' });
      mobula.free(freed);
      assert.ok((await failureOf(cluster.get(freed))) instanceof mobula.ObjectFreedError);
    }
    let last: number[] = [];
    await until(
      async () => {
        last = [await bytesHere(), await bytesAt(AT_B), await bytesAt(AT_C)];
        return last.every((bytes) => bytes < before + MIB);
      },
      { timeout: 30_000, what: () => `the end of both results: ${last} bytes` },
    );
  });

  it("move to the submitter's node when theirs is full", async () => {
    const make = mobula.remote(AT_B, fill);
    // More than the store of that node has room for, and less than both have.
    const refs: mobula.ObjectRef<Uint8Array>[] = [];
    for (let index = 0; index < 20; index++) {
      refs.push(make.remote(index));
      if (index % 4 === 3) {
        const sum = mobula.remote(AT_B, (bytes: Uint8Array) => bytes.length);
        assert.equal(await cluster.get(sum.remote(refs[index]!)), BIG);
      }
    }
    for (const [index, ref] of refs.entries()) {
      using each = ref;
      assert.equal((await cluster.get(each))[1], index);
    }
  });

  it('are made again when their node dies, with what they were made of', async () => {
    // Each needs what only one node has, which dies and is replaced.
    const make = mobula.remote(AT_B, fill);
    const grow = mobula.remote(AT_B, (bytes: Uint8Array) => bytes.map((value) => value + 1));
    let ref = make.remote(0);
    // The refs of all but the last are dropped: their objects end, and have to be made again.
    for (let step = 0; step < 5; step++) {
      using before = ref;
      ref = grow.remote(before);
    }
    const at = mobula.remote(AT_B, (_bytes: Uint8Array) => process.ppid);
    assert.equal(await cluster.get(at.remote(ref)), cluster.node('b').pid);
    assert.equal((await mobula.statistics()).tasks.rebuilt, 0);
    assert.ok((await bytesHere()) < MIB);
    cluster.killNode('b');
    await cluster.add({ name: 'b2', cpus: 1, resources: { second: 1 }, memory: '128MiB' });
    assert.equal((await cluster.get(ref))[4711], 5);
    const { rebuilt } = (await mobula.statistics()).tasks;
    assert.ok(rebuilt >= 6, `${rebuilt} tasks ran again`);
  });

  it('are waited for again by tasks that had them already', async () => {
    const made = mobula.remote(AT_B, fill).remote(8);
    const look = mobula.remote(AT_B, (bytes: Uint8Array) => bytes[3]!);
    assert.equal(await cluster.get(look.remote(made)), 8);
    // The node has one CPU, which this task keeps: the others wait for it, with all that they are given.
    const blocked = mobula
      .remote(AT_B, () => new Promise((resolve) => setTimeout(resolve, 3_600_000)))
      .remote();
    const looks = Array.from({ length: 4 }, () => look.remote(made));
    cluster.killNode('b');
    mobula.cancel(blocked);
    await cluster.add({ name: 'b2', cpus: 1, resources: { second: 1 }, memory: '128MiB' });
    assert.deepEqual(await cluster.getAll(looks), [8, 8, 8, 8]);
    assert.ok((await failureOf(cluster.get(blocked))) instanceof mobula.TaskCancelledError);
  });

  it('are lost when they cannot be made again, and that is said', async () => {
    const once = mobula.remote({ ...AT_B, maxRetries: 0 }, fill).remote(1);
    const given = mobula.put(new Uint8Array(BIG));
    const changed = mobula.remote(AT_B, (bytes: Uint8Array) => bytes.map(() => 3)).remote(given);
    // Its argument is gone with the program's wish that it be so.
    const look = mobula.remote(AT_B, (first: Uint8Array, second: Uint8Array) => first.length + second.length);
    assert.equal(await cluster.get(look.remote(once, changed)), 2 * BIG);
    mobula.free(given);
    cluster.killNode('b');
    const { id } = cluster.node('b');
    await until(async () => (await mobula.nodes()).every((node) => node.id !== id || !node.alive), {
      what: 'the end of the node',
    });
    for (const ref of [once, changed]) {
      const error = await failureOf(cluster.get(ref));
      assert.ok(error instanceof mobula.ObjectLostError, String(error));
    }
  });
});
