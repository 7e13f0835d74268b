import assert from 'node:assert/strict';
import { createHash, randomFillSync } from 'node:crypto';
import * as mobula from '../../lib/index.js';
import { collectGarbage } from '../../lib/store/native.js';
import { Circle, Table } from '../integration/fixtures/shapes.js';
import { failureOf, failureOfClass, taskErrorOf } from '../integration/support/processes.js';
import { Cluster } from '../support/cluster.js';
import { until } from '../support/poll.js';
import { forgetSerializersAfterwards } from '../support/serializers.js';

class Refusal extends Error {
  readonly reason: string;
  constructor(reason: string, cause: unknown) {
    super(`refused: ${reason}`, { cause });
    this.name = 'Refusal';
    this.reason = reason;
  }
}

const FIRST = { resources: { first: 1 } };
const SECOND = { resources: { second: 0.01 } };
const THIRD = { resources: { third: 0.01 } };

const where = (): string => process.env.HERE ?? process.cwd();
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('tasks of a cluster of three nodes', function () {
  this.timeout(120_000);
  let cluster: Cluster;

  forgetSerializersAfterwards();
  before(async () => {
    cluster = await Cluster.start([
      { name: 'a', resources: { first: 1 }, memory: '256MiB' },
      { name: 'b', cpus: 2, resources: { second: 1 }, memory: '256MiB' },
      { name: 'c', cpus: 2, resources: { third: 1 }, memory: '256MiB' },
    ]);
    await cluster.connected('a', 2);
    await cluster.attach('a');
  });

  after(() => cluster.remove());

  it('run where their resources are', async () => {
    const parent = (): number => process.ppid;
    const pids = await cluster.getAll([
      mobula.remote(FIRST, parent).remote(),
      mobula.remote(SECOND, parent).remote(),
      mobula.remote(THIRD, parent).remote(),
    ]);
    assert.deepEqual(
      pids,
      ['a', 'b', 'c'].map((name) => cluster.node(name).pid),
    );
    const folder = await cluster.get(mobula.remote(SECOND, where).remote());
    assert.notEqual(folder, process.cwd());
  });

  it('spill when the first node is full', async () => {
    const crowd = mobula.remote(async (index: number) => {
      await new Promise((resolve) => setTimeout(resolve, 150));
      return [index, process.ppid] as const;
    });
    const results = await cluster.getAll(Array.from({ length: 30 }, (_, index) => crowd.remote(index)));
    assert.deepEqual(
      results.map(([index]) => index),
      Array.from({ length: 30 }, (_, index) => index),
    );
    const used = new Set(results.map(([, pid]) => pid));
    assert.deepEqual(used, new Set(['a', 'b', 'c'].map((name) => cluster.node(name).pid)));
  });

  it('throw errors with their class, properties and cause', async () => {
    const refuse = mobula.remote({ ...SECOND, name: 'refuse' }, (): number => {
      throw Object.assign(new Refusal('closed', new RangeError('too far')), { extra: { list: [1, 2] } });
    });
    const error = await taskErrorOf(cluster.get(refuse.remote()));
    assert.match(error.message, /refuse/);
    const cause = error.cause as Refusal & { extra: unknown };
    assert.deepEqual([cause.name, cause.reason, cause.message], ['Refusal', 'closed', 'refused: closed']);
    assert.deepEqual(cause.extra, { list: [1, 2] });
    assert.ok(cause.cause instanceof RangeError);
    // An argument that is an error is the error of who needs it, also when that one is to run elsewhere.
    const after = mobula.remote(THIRD, (value: number) => value);
    assert.equal(
      ((await taskErrorOf(cluster.get(after.remote(refuse.remote())))).cause as Error).name,
      'Refusal',
    );
    const failing = mobula.remote(
      { ...SECOND, maxRetries: 2, retryErrors: true },
      async (): Promise<number> => {
        throw new RangeError(`attempt`);
      },
    );
    assert.equal(((await taskErrorOf(cluster.get(failing.remote()))).cause as Error).name, 'RangeError');
  });

  it('know the serializers that the driver registered', async () => {
    mobula.registerSerializer(Circle, {
      serialize: ({ radius }) => radius,
      deserialize: (radius: number) => new Circle(radius),
    });
    const scale = new Float64Array(50_000).fill(2);
    mobula.registerSerializer(Table, {
      serialize: ({ sum }) => Float64Array.of(sum, scale[49_999]!),
      deserialize: (column: Float64Array) => new Table(column),
    });
    const draw = mobula.remote(
      THIRD,
      (radius: number) => [new Circle(radius), new Table(Float64Array.of(radius, 1))] as const,
    );
    const nested = mobula.remote(SECOND, async (radius: number) => {
      const [circle, table] = await mobula.get(draw.remote(radius));
      return [circle instanceof Circle, new Circle(circle.radius + table.sum)] as const;
    });
    const [known, circle] = await cluster.get(nested.remote(3));
    assert.deepEqual([known, circle.radius], [true, 3 + 3 + 1 + 2]);
  });

  it('return several values, nothing, and everything in between', async () => {
    const several = mobula.remote({ ...SECOND, numReturns: 3 }, () => [
      1,
      new Float64Array([1.5, 2]),
      undefined,
    ]);
    const [one, two, three] = several.remote();
    assert.deepEqual(await mobula.get([one!, two!, three!], { timeout: 30_000 }), [
      1,
      new Float64Array([1.5, 2]),
      undefined,
    ]);
    const echo = mobula.remote(THIRD, (value: unknown) => value);
    const values: unknown[] = [
      undefined,
      null,
      0n,
      '',
      new Uint8Array(0),
      Buffer.alloc(0),
      new Map([[1, new Set([2])]]),
      [new Uint8Array(0), new Float64Array(5000).fill(2)],
      new Date(5),
    ];
    for (const value of values) assert.deepEqual(await cluster.get(echo.remote(value)), value);
  });

  it('take and give 20 MB', async () => {
    const bytes = randomFillSync(new Uint8Array(20_000_000));
    const hash = hashOf(bytes);
    const size = mobula.remote(SECOND, (array: Uint8Array) => [hashOf(array), array.length] as const);
    const ref = mobula.put(bytes);
    assert.deepEqual(await cluster.get(size.remote(ref)), [hash, bytes.length]);
    assert.deepEqual(await cluster.get(size.remote(bytes)), [hash, bytes.length]);
    const back = mobula.remote(THIRD, (array: Uint8Array) => ({
      array,
      twice: [array.slice(0, 100_000), array],
    }));
    const result = await cluster.get(back.remote(ref));
    assert.equal(hashOf(result.array), hash);
    assert.equal(hashOf(result.twice[1]!), hash);
    const alone = mobula.remote(THIRD, (array: Uint8Array) => array.slice());
    // From one to the other, both away from here.
    assert.deepEqual(await cluster.get(size.remote(alone.remote(ref))), [hash, bytes.length]);
  });

  it('take and give values of many small parts, and fail with what no store has room for', async () => {
    const list = Array.from({ length: 200_000 }, (_, index) => `${index}${'x'.repeat(100)}`);
    const echo = mobula.remote(SECOND, (value: string[]) => [...value, 'end']);
    const longer = await cluster.get(echo.remote(list));
    assert.deepEqual([longer.length, longer[199_999], longer[200_000]], [200_001, list[199_999], 'end']);
    const small = await cluster.add({ name: 'small', resources: { small: 1 }, memory: '8MiB' });
    const onSmall = { resources: { small: 1 } };
    const length = mobula.remote({ ...onSmall, name: 'length' }, (value: Uint8Array) => value.length);
    const big = mobula.put(new Uint8Array(20_000_000));
    const error = await failureOf(cluster.get(length.remote(big)));
    assert.match(String((error as Error).message), /object store/);
    // The node is as it was.
    assert.equal(await cluster.get(mobula.remote(onSmall, () => process.ppid).remote()), small.pid);
    assert.equal((await cluster.machine.mobula('stop', '--name', 'small')).code, 0);
    await cluster.connected('a', 2);
  });

  it('take and give refs, also to what is not done', async () => {
    const slow = mobula.remote(SECOND, async (value: number) => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return value;
    });
    const sum = mobula.remote(THIRD, async ({ refs }: { refs: mobula.ObjectRef<number>[] }) => {
      const values = (await mobula.get(refs)) as number[];
      return values.reduce((a, b) => a + b, 0);
    });
    assert.equal(await cluster.get(sum.remote({ refs: [slow.remote(1), slow.remote(2), mobula.put(3)] })), 6);
    const inner = mobula.remote(THIRD, async (value: number) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return new Float64Array(100_000).fill(value);
    });
    const outer = mobula.remote(SECOND, (value: number) => ({
      pending: inner.remote(value),
      put: mobula.put([value]),
    }));
    const { pending, put } = await cluster.get(outer.remote(7));
    assert.deepEqual(await cluster.get(put), [7]);
    const array = await cluster.get(pending);
    assert.deepEqual([array.length, array[99_999]], [100_000, 7]);
    // A ref that was made there goes on to a third node, and to tasks here.
    const first = mobula.remote(FIRST, (value: Float64Array) => value[5]);
    assert.equal(await cluster.get(first.remote(pending)), 7);
    const { pending: second } = await cluster.get(outer.remote(8));
    assert.equal(
      await cluster.get(mobula.remote(SECOND, (value: Float64Array) => value[5]).remote(second)),
      8,
    );
  });

  it('carry what their functions captured', async () => {
    const big = new Float64Array(500_000).fill(3);
    const object = mobula.put('held');
    const helper = mobula.remote(THIRD, (index: number) => big[index]! + process.ppid);
    const caller = mobula.remote(SECOND, async () => [
      big.length,
      await mobula.get(helper.remote(9)),
      await mobula.get(object),
    ]);
    assert.deepEqual(await cluster.get(caller.remote()), [500_000, 3 + cluster.node('c').pid, 'held']);
  });

  it('take and give functions with what these captured', async () => {
    const big = new Float64Array(3_000_000).fill(4);
    const apply = mobula.remote(SECOND, (fn: (index: number) => number) => fn(7));
    assert.equal(await cluster.get(apply.remote((index) => big[index]! + 1)), 5);
    const kept = mobula.put((index: number) => big[index]! + 2);
    assert.equal(await cluster.get(apply.remote(kept)), 6);
    const make = mobula.remote(THIRD, () => {
      const made = new Float64Array(3_000_000).fill(8);
      return (index: number) => made[index]!;
    });
    const fn = await cluster.get(make.remote());
    assert.equal(fn(9), 8);
    assert.equal(await cluster.get(apply.remote(make.remote())), 8);
  });

  it('call each other across nodes, deep and wide', async () => {
    const fibonacci: mobula.RemoteFunction<[number], number, 1> = mobula.remote(
      async (n: number): Promise<number> => {
        if (n < 2) return n;
        const [one, two] = (await mobula.get([fibonacci.remote(n - 1), fibonacci.remote(n - 2)])) as number[];
        return one! + two!;
      },
    ) as never;
    assert.equal(await cluster.get(fibonacci.remote(9)), 34);
    // To and fro: each level on the other node.
    const down: mobula.RemoteFunction<[number], number, 1> = mobula.remote(
      SECOND,
      async (n: number): Promise<number> =>
        n === 0 ? 0 : 1 + ((await mobula.get(up.remote(n - 1))) as number),
    ) as never;
    const up: mobula.RemoteFunction<[number], number, 1> = mobula.remote(
      THIRD,
      async (n: number): Promise<number> =>
        n === 0 ? 0 : 1 + ((await mobula.get(down.remote(n - 1))) as number),
    ) as never;
    assert.equal(await cluster.get(down.remote(12)), 12);
  });

  it('are awaited by a task that blocks, also where one needs what another one held', async () => {
    const whole = (numCpus: number) =>
      mobula.remote({ numCpus, resources: { second: 1 } }, () => process.ppid);
    const [one, other] = [whole(1), whole(0.5)];
    const blocking = mobula.remote({ exclusive: true }, () => [
      mobula.getSync(one.remote()),
      mobula.getSync(other.remote()),
      mobula.getSync(one.remote()),
    ]);
    const { pid } = cluster.node('b');
    assert.deepEqual(await cluster.get(blocking.remote()), [pid, pid, pid]);
  });

  it('are waited for, and come as they are completed', async () => {
    const task = mobula.remote(SECOND, async (delay: number) => {
      await new Promise((resolve) => setTimeout(resolve, delay));
      return delay;
    });
    const never = mobula.remote({ ...THIRD, name: 'never' }, () => new Promise<number>(() => undefined));
    const refs = [task.remote(5), task.remote(10), never.remote()];
    const [ready, rest] = await mobula.wait(refs, { numReturns: 2, timeout: 30_000 });
    assert.deepEqual([ready.length, rest], [2, [refs[2]]]);
    const seen: number[] = [];
    for await (const { ref } of mobula.asCompleted(refs)) {
      seen.push(refs.indexOf(ref as mobula.ObjectRef<number>));
      if (seen.length === 2) break;
    }
    assert.deepEqual(seen.sort(), [0, 1]);
    mobula.cancel(refs[2]!, { force: true });
    await failureOfClass(mobula.TaskCancelledError, cluster.get(refs[2]!));
  });

  it('are cancelled: plainly, with force, and with their children', async () => {
    const stopped = mobula.remote({ resources: { first: 0.01 }, numCpus: 0 }, (what: string) =>
      console.log(`told ${what}`),
    );
    const polite = mobula.remote({ ...SECOND, name: 'polite' }, async (id: string) => {
      const { signal } = mobula.currentTask()!;
      await mobula.get(stopped.remote(`${id} runs`));
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      await mobula.get(stopped.remote(`${id} aborted`));
    });
    const output = captureOutput();
    try {
      const ref = polite.remote('one');
      await until(() => output.text().includes('told one runs'), { what: () => output.text() });
      mobula.cancel(ref);
      await failureOfClass(mobula.TaskCancelledError, cluster.get(ref));
      await until(() => output.text().includes('told one aborted'), { what: () => output.text() });

      const parent = mobula.remote({ ...THIRD, name: 'parent' }, async () => {
        await mobula.get(polite.remote('child'));
      });
      const family = parent.remote();
      await until(() => output.text().includes('told child runs'), { what: () => output.text() });
      mobula.cancel(family, { recursive: true });
      await failureOfClass(mobula.TaskCancelledError, cluster.get(family));
      await until(() => output.text().includes('told child aborted'), { what: () => output.text() });

      const busy = mobula.remote({ ...SECOND, name: 'busy' }, () => {
        console.log(`busy in ${process.pid}.`);
        for (;;);
      });
      const loop = busy.remote();
      const pid = Number(
        (await until(() => /busy in (\d+)\./.exec(output.text()), { what: () => output.text() }))[1],
      );
      mobula.cancel(loop, { force: true });
      await failureOfClass(mobula.TaskCancelledError, cluster.get(loop));
      await until(() => !cluster.workers('b').includes(pid), { what: 'the death of a task that was killed' });
      assert.equal(await cluster.get(mobula.remote(SECOND, () => 5).remote()), 5);
    } finally {
      output.end();
    }
  });

  it('print at the driver, with their names', async () => {
    const output = captureOutput();
    try {
      const speak = mobula.remote({ ...SECOND, name: 'speaker' }, () => {
        console.log('one line\nanother');
        console.error('a complaint');
      });
      await cluster.get(speak.remote());
      await until(() => output.text().includes('a complaint') && output.text().includes('another'), {
        what: () => output.text(),
      });
      assert.match(output.text(), /speaker.*one line\n.*speaker.*another/);
    } finally {
      output.end();
    }
  });

  it('leave nothing in the stores once nobody refers to it', async () => {
    const make = mobula.remote(SECOND, () => ({
      ref: mobula.put(new Uint8Array(3_000_000)),
      bytes: new Uint8Array(2_000_000),
    }));
    const use = mobula.remote(
      THIRD,
      async (value: { ref: mobula.ObjectRef<Uint8Array>; bytes: Uint8Array }) => {
        return (await mobula.get(value.ref)).length + value.bytes.length;
      },
    );
    const stores = mobula.remote({ numCpus: 0, resources: { second: 0.01 } }, storeBytes);
    const thirds = mobula.remote({ numCpus: 0, resources: { third: 0.01 } }, storeBytes);
    const all = async (): Promise<number[]> => [
      await storeBytes(),
      ...(await cluster.getAll([stores.remote(), thirds.remote()])),
    ];
    // What functions captured stays as long as the job.
    const before = await all();
    {
      const made = make.remote();
      assert.equal(await cluster.get(use.remote(made)), 5_000_000);
      mobula.free(made);
      assert.ok((await failureOf(cluster.get(made))) instanceof mobula.ObjectFreedError);
    }
    {
      using ref = make.remote();
      assert.equal(await cluster.get(use.remote(ref)), 5_000_000);
    }
    let last: number[] = [];
    await until(
      async () => {
        last = await all();
        return last.every((bytes, index) => bytes < before[index]! + 1_000_000);
      },
      { timeout: 30_000, what: () => `${last} bytes in the stores to become ${before}` },
    );
  });

  it('wait for a node that has what they need, which is said once', async () => {
    const output = captureOutput();
    try {
      const special = mobula.remote(
        { resources: { special: 1 } },
        (index: number) => [index, process.ppid] as const,
      );
      const refs = [0, 1, 2].map((index) => special.remote(index));
      await until(() => output.text().includes('special'), { what: () => `a word: ${output.text()}` });
      // Others are not held up by it.
      assert.equal(await cluster.get(mobula.remote(SECOND, () => 5).remote()), 5);
      const { ready } = { ready: (await mobula.wait(refs, { timeout: 0 }))[0] };
      assert.equal(ready.length, 0);
      const { pid } = await cluster.add({ name: 'd', resources: { special: 1 } });
      assert.deepEqual(
        await cluster.getAll(refs),
        [0, 1, 2].map((index) => [index, pid]),
      );
      assert.equal(output.text().match(/no node of the cluster/g)?.length, 1, output.text());
      assert.equal((await cluster.machine.mobula('stop', '--name', 'd')).code, 0);
      await cluster.connected('a', 2);
    } finally {
      output.end();
    }
  });
});

/** Bytes in the store here. A process that is asked again and again never falls idle, so it has to collect its garbage now. */
const storeBytes = async (): Promise<number> => {
  collectGarbage(true);
  return (await mobula.statistics()).store.sealed.bytes;
};

/** What this process prints meanwhile. */
function captureOutput(): { text(): string; end(): void } {
  let text = '';
  const originals = [process.stdout, process.stderr].map((stream) => {
    const { write } = stream;
    stream.write = ((chunk: string | Uint8Array, ...rest: never[]) => {
      text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      return write.call(stream, chunk, ...rest);
    }) as typeof stream.write;
    return () => {
      stream.write = write;
    };
  });
  return {
    text: () => text,
    end: () => {
      for (const restore of originals) restore();
    },
  };
}
