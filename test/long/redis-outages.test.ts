import assert from 'node:assert/strict';
import { MOST_TASKS } from '../../lib/control/control-store.js';
import { LIVE_SECONDS } from '../../lib/control/redis/keys.js';
import { RedisControlStore } from '../../lib/control/redis-control-store.js';
import { ControlStoreError } from '../../lib/errors/index.js';
import { checkTruth, checkWritten, JOB, NODE, NONE, recordAll, task } from '../control/truth.js';
import { until } from '../support/poll.js';
import { RedisServer, type RedisServerOptions } from '../support/redis.js';

describe('control store: redis that comes and goes', () => {
  const opened: { close(): Promise<void> }[] = [];

  async function start(options?: RedisServerOptions): Promise<RedisServer> {
    const server = await RedisServer.start(options);
    opened.push(server);
    return server;
  }

  function open(server: RedisServer, liveSeconds = LIVE_SECONDS): RedisControlStore {
    const store = new RedisControlStore({ url: server.url, node: NODE, liveSeconds });
    opened.unshift(store);
    return store;
  }

  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
  });

  it('shows another process what this one wrote, without a flush', async () => {
    const server = await start();
    recordAll(open(server));
    const written = async () => (await server.cli('EXISTS', 'mobula:errors')) === '1';
    await until(written, { what: 'the last part' });
    await checkTruth(server.url);
  });

  it('adds up what several processes count, and lets each release the functions of a job', async () => {
    const server = await start();
    const store = open(server);
    recordAll(store);
    await store.flush();
    const other = new RedisControlStore({ url: server.url, node: 'fedcba9876543210' });
    opened.unshift(other);
    other.jobStarted({ job: JOB, name: 'main.js', pid: 2, started: 2, ended: undefined });
    other.recordTasks(JOB, { finished: 10, failed: 0 }, [task('02')]);
    other.addFunction(JOB, { hash: 'def', name: 'other', payload: Uint8Array.of(1) });
    other.addFunction(JOB, { hash: 'abc', name: 'add', payload: Uint8Array.of(0, 255, 10, 13) });
    await other.flush();
    assert.deepEqual(await store.taskCounts(JOB), { finished: 14, failed: 1, leftOut: 13 });
    assert.equal((await store.functionOf('def', JOB))?.name, 'other');
    store.jobEnded(JOB, 9);
    await store.flush();
    other.jobEnded(JOB, 10);
    await other.flush();
    assert.deepEqual(await server.lines('KEYS', 'mobula:function*'), []);
    assert.equal((await other.jobs())[0]!.ended, 9);
    assert.deepEqual(await other.taskCounts(JOB), { finished: 14, failed: 1, leftOut: 13 });
  });

  it('writes what was recorded before the server was there', async () => {
    const server = await start();
    await server.kill();
    const store = open(server);
    recordAll(store);
    await server.restart();
    await checkWritten(store);
    await checkTruth(server.url);
  });

  it('goes on after a kill and a restart with its data', async () => {
    const server = await start({ persistent: true });
    const store = open(server);
    recordAll(store);
    await store.flush();
    await server.kill();
    store.recordTasks(JOB, NONE, [task('02')]);
    store.recordError({ time: 4, message: 'while it was away' });
    await server.restart();
    await checkWritten(store);
    await checkTruth(server.url);
    assert.deepEqual(
      (await store.tasks(10)).map(({ id }) => id),
      ['02', '01'],
    );
    assert.deepEqual(
      (await store.errors(10)).map(({ message }) => message),
      ['while it was away', 'something'],
    );
  });

  it('writes all that it is the truth for to a server that was started empty', async () => {
    const server = await start();
    const store = open(server);
    recordAll(store);
    await store.flush();
    const epoch = await server.cli('GET', 'mobula:epoch');
    await server.kill();
    await server.restart();
    // Without anything new to write.
    const back = async () => (await server.cli('EXISTS', `mobula:job:${JOB}:counts`)) === '1';
    await until(back, { what: 'what was lost' });
    await checkTruth(server.url);
    assert.notEqual(await server.cli('GET', 'mobula:epoch'), epoch);
  });

  it('writes it to a server that lost its last second', async () => {
    const server = await start({ persistent: true });
    const store = open(server);
    store.recordError({ time: 1, message: 'before' });
    await store.flush();
    // What is taken away under the same epoch, with the server's next life, is what a crash would have lost.
    recordAll(store);
    await store.flush();
    const keys = (await server.lines('KEYS', 'mobula:*')).filter((key) => key !== 'mobula:epoch');
    await server.cli('DEL', ...keys);
    await server.kill();
    await server.restart();
    await until(async () => (await server.cli('EXISTS', `mobula:job:${JOB}:counts`)) === '1', {
      what: 'what was lost',
    });
    await checkTruth(server.url);
  });

  it('writes it to a server that was emptied under its hands', async () => {
    const server = await start();
    const store = open(server, 8);
    recordAll(store);
    await store.flush();
    await server.cli('FLUSHALL');
    await until(async () => (await server.cli('EXISTS', `mobula:job:${JOB}:counts`)) === '1', {
      what: 'what was lost',
    });
    await checkTruth(server.url);
  });

  it('writes it to a server that was away for longer than the keys live', async () => {
    const server = await start({ persistent: true });
    const store = open(server, 1);
    recordAll(store);
    await store.flush();
    await server.kill();
    const before = Date.now();
    await until(() => Date.now() - before > 1500, { what: 'the expiry' });
    await server.restart();
    await until(async () => (await server.cli('EXISTS', `mobula:job:${JOB}:counts`)) === '1', {
      what: 'what expired',
    });
    await checkTruth(server.url);
  });

  it('keeps alive what belongs to it, and lets the rest expire when it is gone', async () => {
    const server = await start();
    const store = open(server, 1);
    recordAll(store);
    await store.flush();
    const before = Date.now();
    await until(() => Date.now() - before > 2500, { what: 'more than one expiry' });
    await checkTruth(server.url);
    // A closed store says no longer that it lives, as a killed process does not.
    await store.close();
    const left = async () => (await server.lines('KEYS', 'mobula:*')).sort().join(' ');
    const expected = 'mobula:epoch mobula:errors mobula:jobs mobula:nodes mobula:task:01 mobula:tasks';
    await until(async () => (await left()) === expected, { what: 'the expiry of the rest' });
    const forEver = [];
    for (const key of await server.lines('KEYS', 'mobula:*'))
      if ((await server.cli('TTL', key)) === '-1') forEver.push(key);
    assert.deepEqual(forEver, ['mobula:epoch']);
  });

  it('gives up in time and says why, and hangs nobody, while the server is away or stopped', async () => {
    const server = await start();
    const store = open(server);
    recordAll(store);
    await store.flush();
    server.signal('SIGSTOP');
    try {
      store.recordTasks(JOB, NONE, [task('02')]);
      await assert.rejects(store.flush(), ControlStoreError);
      // What it exported itself it knows without the server.
      assert.equal((await store.functionOf('abc', JOB))?.name, 'add');
    } finally {
      server.signal('SIGCONT');
    }
    await checkWritten(store);
    assert.equal((await store.task('02'))?.id, '02');
    await server.kill();
    await assert.rejects(store.task('02'), (error: Error) => {
      assert.ok(error instanceof ControlStoreError);
      assert.match(error.message, new RegExp(`redis://127.0.0.1:${server.port}.*(ECONNREFUSED|was lost)`));
      return true;
    });
    await store.close();
    await assert.rejects(store.flush(), /it was closed/);
  });

  it('is bounded while the server is away, and says how much was left out', async () => {
    const server = await start();
    const store = open(server);
    recordAll(store);
    await store.flush();
    await server.kill();
    for (let index = 0; index < 1_000_000; index++) store.recordTasks(JOB, { finished: 1, failed: 0 }, []);
    const most = 3 * MOST_TASKS;
    for (let index = 0; index < most; index++)
      store.recordTasks(JOB, { finished: 1, failed: 0 }, [task(`t${index}`)]);
    const failures = Array.from({ length: 100 }, (_, index) => task(`f${index}`, { status: 'failed' }));
    store.recordTasks(JOB, { finished: 0, failed: 100 }, failures);
    await server.restart();
    await checkWritten(store);
    const totals = await store.taskCounts(JOB);
    assert.deepEqual([totals.finished, totals.failed], [1_000_004 + most, 101]);
    assert.ok(totals.leftOut >= 1_000_000 + most - MOST_TASKS - 1, `${totals.leftOut}`);
    const kept = await store.tasks(2 * MOST_TASKS);
    assert.ok(kept.length <= MOST_TASKS);
    assert.equal((await store.tasks(200, { status: 'failed' })).length, 100);
  });

  it('leaves a bounded number of keys after 20,000 records of each kind', async () => {
    const server = await start();
    const store = open(server);
    recordAll(store);
    for (let index = 0; index < 20_000; index++) {
      store.recordTasks(JOB, { finished: 1, failed: 0 }, [task(`t${index}`)]);
      store.recordError({ time: index, message: `error ${index}` });
      store.objectsAdded(NODE, [`o${index}`]);
      store.jobStarted({ job: `n-${index}`, name: 'main.js', pid: 2, started: 2, ended: undefined });
      store.addFunction(`n-${index}`, { hash: `h${index}`, name: 'f', payload: Uint8Array.of(1) });
      store.jobEnded(`n-${index}`, 3);
      if (index % 500 === 0) await store.flush();
    }
    await store.flush();
    const keys = await server.lines('KEYS', 'mobula:*');
    const kinds = new Map<string, number>();
    for (const key of keys) {
      const kind = key.replace(/^mobula:(\w+):[\w-]+/, '$1');
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    assert.ok(kinds.get('task')! <= MOST_TASKS);
    assert.ok(kinds.get('job')! <= 1001, `${kinds.get('job')}`);
    assert.equal(kinds.get('function'), 1);
    assert.ok(keys.length < MOST_TASKS + 1100, JSON.stringify([...kinds]));
    assert.equal(await server.cli('ZCARD', 'mobula:errors'), '1000');
  });

  it('survives a server that is killed again and again while it writes', async () => {
    const server = await start({ persistent: true });
    const store = open(server);
    recordAll(store);
    for (let round = 0; round < 5; round++) {
      for (let index = 0; index < 2000; index++)
        store.recordTasks(JOB, { finished: 1, failed: 0 }, [task(`t${round}-${index}`)]);
      store.objectsAdded(NODE, [`o${round}`]);
      void store.flush().catch(() => {});
      await server.kill();
      await server.restart();
    }
    await checkWritten(store);
    const { finished } = await store.taskCounts(JOB);
    assert.equal(finished, 10_004);
    for (let round = 0; round < 5; round++) assert.deepEqual(await store.locationsOf(`o${round}`), [NODE]);
    assert.equal((await store.tasks(MOST_TASKS)).length, MOST_TASKS);
  });
});
