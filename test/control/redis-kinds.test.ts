import assert from 'node:assert/strict';
import { Membership } from '../../lib/cluster/membership.js';
import { RedisControlStore } from '../../lib/control/redis-control-store.js';
import { ControlStoreError } from '../../lib/errors/index.js';
import { until } from '../support/poll.js';
import { RedisServer } from '../support/redis.js';
import { RedisSentinel } from '../support/redis-sentinel.js';

const NODE = '0123456789abcdef';
const JOB = '01234567-1';

/** Writes and reads something of each kind, and joins and leaves. */
async function checkUse(url: string): Promise<void> {
  const store = new RedisControlStore({ url, node: NODE });
  const resources = { CPU: 1 };
  const node = { id: NODE, pid: 1, address: 'a:1', resources, objectStoreMemory: 1 };
  const membership = new Membership({ url, member: { ...node, available: resources, incarnation: 1 } });
  try {
    store.nodeStarted({ ...node, started: 1, ended: undefined });
    store.jobStarted({ job: JOB, name: 'main.js', pid: 2, started: 2, ended: undefined });
    store.addFunction(JOB, { hash: 'abc', name: 'add', payload: Uint8Array.of(0, 255) });
    store.objectsAdded(NODE, ['aa']);
    const task = {
      id: '01',
      job: JOB,
      name: 'add',
      status: 'failed',
      attempts: 1,
      start: 1,
      milliseconds: 1,
    };
    store.recordTasks(JOB, { finished: 0, failed: 1 }, [task]);
    store.recordError({ time: 1, message: 'something' });
    const written = () =>
      store.flush().then(
        () => true,
        () => false,
      );
    await until(written, { what: 'the first flush' });
    assert.equal((await store.nodes()).length, 1);
    assert.deepEqual(await store.locationsOf('aa'), [NODE]);
    assert.deepEqual(await store.tasks(10), [task]);
    assert.equal((await store.errors(10)).length, 1);
    store.jobEnded(JOB, 3);
    store.nodeEnded(NODE, 3);
    assert.equal(await store.functionOf('abc', JOB), undefined);
    assert.equal((await store.jobs())[0]!.ended, 3);
    assert.deepEqual(await store.taskCounts(JOB), { finished: 0, failed: 1, leftOut: 0 });
    await membership.start();
  } finally {
    await membership.close();
    await store.close();
  }
}

describe('kinds of Redis', () => {
  const open: { close(): Promise<void> }[] = [];

  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });

  it('a cluster', async () => {
    const options = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'];
    const server = await RedisServer.start({ options });
    open.push(server);
    await server.cli('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    const up = async () => (await server.cli('CLUSTER', 'INFO')).includes('cluster_state:ok');
    await until(up, { what: 'the cluster' });
    await checkUse(`redis+cluster://127.0.0.1:${server.port}`);
    for (const key of await server.lines('KEYS', '*')) assert.match(key, /^\{mobula\}:/);
  });

  it('sentinels', async () => {
    const server = await RedisServer.start();
    open.push(server);
    const sentinel = await RedisSentinel.start(server, 'main');
    open.unshift(sentinel);
    await checkUse(sentinel.url);
    assert.match(await server.cli('GET', 'mobula:epoch'), /^\w{16}$/);
  });

  it('a server with a password', async () => {
    const server = await RedisServer.start();
    open.push(server);
    const password = 'a@b:c/d';
    await server.cli('ACL', 'SETUSER', 'ann', 'on', `>${password}`, '~mobula:*', '&mobula:*', '+@all');
    await checkUse(`redis://ann:${encodeURIComponent(password)}@127.0.0.1:${server.port}`);
    const store = new RedisControlStore({ url: `redis://ann:wrong@127.0.0.1:${server.port}`, node: NODE });
    open.unshift(store);
    store.recordError({ time: 1, message: 'nobody hears it' });
    await assert.rejects(store.flush(), (error: Error) => {
      assert.ok(error instanceof ControlStoreError);
      assert.match(error.message, /WRONGPASS/);
      assert.doesNotMatch(error.message, /ann:wrong/);
      return true;
    });
  });

  it('a server that refuses some of it: the rest is written, and it is said once', async () => {
    const server = await RedisServer.start();
    open.push(server);
    await server.cli('SET', 'mobula:errors', 'not a sorted set');
    const store = new RedisControlStore({ url: server.url, node: NODE });
    open.unshift(store);
    store.recordError({ time: 1, message: 'something' });
    store.nodeStarted({
      ...{ id: NODE, pid: 1, address: '', resources: {} },
      ...{ objectStoreMemory: 1, started: 1, ended: undefined },
    });
    const refusal = () =>
      store.flush().then(
        () => '',
        (error: Error) => error.message,
      );
    const message = await until(
      async () => {
        const text = await refusal();
        return text.includes('refused') ? text : '';
      },
      { what: 'the refusal' },
    );
    assert.match(message, /WRONGTYPE/);
    assert.equal((await store.nodes()).length, 1);
  });

  it('a server that is full for a while', async () => {
    const server = await RedisServer.start();
    open.push(server);
    await server.cli('CONFIG', 'SET', 'maxmemory', '1');
    const store = new RedisControlStore({ url: server.url, node: NODE });
    open.unshift(store);
    store.recordError({ time: 1, message: 'something' });
    await assert.rejects(store.flush(), /OOM/);
    await server.cli('CONFIG', 'SET', 'maxmemory', '0');
    assert.equal((await store.errors(1)).length, 1);
  });
});
