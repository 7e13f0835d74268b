import assert from 'node:assert/strict';
import type { Member } from '../../lib/cluster/member.js';
import { Membership } from '../../lib/cluster/membership.js';
import { RedisControlStore } from '../../lib/control/redis-control-store.js';
import { ControlStoreError } from '../../lib/errors/index.js';
import * as mobula from '../../lib/index.js';
import { controlStoreConformance } from '../control/conformance.js';
import { checkTruth, checkWritten, JOB, NODE, recordAll } from '../control/truth.js';
import { Authority } from '../support/authority.js';
import { Cluster } from '../support/cluster.js';
import { until } from '../support/poll.js';
import { RedisServer } from '../support/redis.js';
import { RedisCluster } from '../support/redis-cluster.js';
import { RedisSentinel } from '../support/redis-sentinel.js';

function member(id: string): Member {
  const resources = { CPU: 1 };
  const where = { address: '127.0.0.1:1', resources, available: resources, objectStoreMemory: 1 };
  return { id, ...where, pid: 1, incarnation: 1 };
}

/** A member of the cluster, and what it heard of the others. */
class Listener {
  readonly membership: Membership;
  readonly heard: string[] = [];

  constructor(url: string, id: string) {
    this.membership = new Membership({ url, member: member(id) });
    this.membership.on('joined', ({ id: other }) => this.heard.push(`${other} joined`));
    this.membership.on('left', ({ id: other }) => this.heard.push(`${other} left`));
    this.membership.on('evicted', (reason) => this.heard.push(`evicted: ${reason}`));
  }

  close(): Promise<void> {
    return this.membership.close();
  }
}

describe('redis of more than one server, and with TLS', function () {
  this.timeout(60_000);
  let authority: Authority;
  const opened: { close(): Promise<void> }[] = [];

  const keep = <T extends { close(): Promise<void> }>(each: T): T => {
    opened.unshift(each);
    return each;
  };
  const openStore = (url: string): RedisControlStore => keep(new RedisControlStore({ url, node: NODE }));

  before(() => {
    authority = new Authority();
  });

  after(() => authority.remove());

  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
  });

  /** That a store and two members, which know of each other, go on when the master has been killed and `takesOver` was awaited. */
  async function checkFailover(
    url: string,
    master: RedisServer,
    takesOver: () => Promise<unknown>,
  ): Promise<void> {
    const store = openStore(url);
    recordAll(store);
    await checkWritten(store);
    const [a, b] = [keep(new Listener(url, 'a'.repeat(16))), keep(new Listener(url, 'b'.repeat(16)))];
    await Promise.all([a.membership.start(), b.membership.start()]);
    await until(() => a.heard.length === 1 && b.heard.length === 1, { what: 'the two members' });
    await master.kill();
    // Recorded while there is no master.
    store.recordError({ time: 4, message: 'in between' });
    store.objectsAdded(NODE, ['dd']);
    await takesOver();
    await checkWritten(store);
    await checkTruth(url);
    assert.deepEqual(await store.locationsOf('dd'), [NODE]);
    assert.equal((await store.errors(1))[0]!.message, 'in between');
    const c = keep(new Listener(url, 'c'.repeat(16)));
    await c.membership.start();
    const all = [a, b, c];
    await until(() => all.every(({ membership }) => membership.members().length === 2), {
      what: () => `three members: ${JSON.stringify(all.map(({ heard }) => heard))}`,
    });
    for (const { heard } of all)
      assert.ok(
        heard.every((word) => word.endsWith('joined')),
        heard.join(),
      );
  }

  describe('TLS', () => {
    it('a server whose authority the URL names', async () => {
      const server = keep(await RedisServer.start({ authority }));
      const store = openStore(server.url);
      recordAll(store);
      await checkWritten(store);
      await checkTruth(server.url);
      const listener = keep(new Listener(server.url, NODE));
      await listener.membership.start();
      assert.match(await server.cli('ZRANGE', 'mobula:members', '0', '-1'), new RegExp(NODE));
    });

    it('a server that wants to see a certificate', async () => {
      const server = keep(await RedisServer.start({ authority, mutual: true }));
      const store = openStore(server.url);
      recordAll(store);
      await checkWritten(store);
      await checkTruth(server.url);
      const without = openStore(server.url.replace(/&.*$/, ''));
      without.recordError({ time: 1, message: 'nobody hears it' });
      await assert.rejects(without.flush(), ControlStoreError);
    });

    it('a server of an authority that nobody named is not trusted, and it says so', async () => {
      const server = keep(await RedisServer.start({ authority }));
      const store = openStore(server.url.replace(/\?.*$/, ''));
      store.recordError({ time: 1, message: 'nobody hears it' });
      await assert.rejects(store.flush(), (error: Error) => {
        assert.ok(error instanceof ControlStoreError);
        assert.match(error.message, /certificate/);
        return true;
      });
      assert.equal(await server.cli('DBSIZE'), '0');
    });

    it('nodes work together that share such a server', async () => {
      const cluster = await Cluster.start([{ name: 'a' }, { name: 'b', resources: { far: 1 } }], {
        authority,
        mutual: true,
      });
      try {
        await cluster.connected('a', 1);
        await cluster.attach('a');
        const parent = mobula.remote({ resources: { far: 1 } }, () => process.ppid);
        assert.equal(await cluster.get(parent.remote()), cluster.node('b').pid);
      } finally {
        await cluster.remove();
      }
    });
  });

  for (const tls of [false, true]) {
    it(`sentinels${tls ? ' with TLS' : ''}: a replica takes the place of the master`, async () => {
      const options = tls ? { authority } : {};
      const master = keep(await RedisServer.start(options));
      const replica = keep(
        await RedisServer.start({ ...options, options: ['--replicaof', '127.0.0.1', `${master.port}`] }),
      );
      const sentinel = keep(await RedisSentinel.start(master, 'main', options.authority));
      await sentinel.knowsReplica();
      await checkFailover(sentinel.url, master, async () => {
        const promoted = async () => (await sentinel.master()) === replica.port;
        await until(promoted, { timeout: 30_000, what: 'the failover' });
      });
    });
  }

  it('sentinels: what the replica had not heard of when it became the master is written again', async () => {
    const master = keep(await RedisServer.start());
    const replica = keep(
      await RedisServer.start({ options: ['--replicaof', '127.0.0.1', `${master.port}`] }),
    );
    const sentinel = keep(await RedisSentinel.start(master, 'main'));
    await sentinel.knowsReplica();
    const store = openStore(sentinel.url);
    recordAll(store);
    await checkWritten(store);
    const copied = async () => (await replica.cli('EXISTS', 'mobula:errors')) === '1';
    await until(copied, { what: 'the copy' });
    await master.kill();
    await replica.cli('CONFIG', 'SET', 'replica-read-only', 'no');
    const keys = (await replica.lines('KEYS', 'mobula:*')).filter((key) => key !== 'mobula:epoch');
    await replica.cli('DEL', ...keys);
    const back = async () => (await replica.cli('EXISTS', `mobula:job:${JOB}:counts`)) === '1';
    await until(back, { timeout: 30_000, what: 'what was lost' });
    await checkTruth(sentinel.url);
  });

  for (const tls of [false, true]) {
    it(`a cluster${tls ? ' with TLS' : ''}: a replica takes the place of the master of our keys`, async () => {
      const cluster = keep(
        await RedisCluster.start('{mobula}:epoch', tls ? { authority, mutual: true } : {}),
      );
      await checkFailover(cluster.url, cluster.owner, async () => {
        const promoted = async () => (await cluster.replica.cli('ROLE')).startsWith('master');
        await until(promoted, { timeout: 30_000, what: 'the failover' });
      });
    });
  }

  it('a cluster whose server lost its last second: it is written again', async () => {
    const options = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'];
    const server = keep(await RedisServer.start({ persistent: true, options }));
    const up = async () => (await server.cli('CLUSTER', 'INFO')).includes('cluster_state:ok');
    await server.cli('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await until(up, { what: 'the cluster' });
    const url = `redis+cluster://127.0.0.1:${server.port}`;
    const store = openStore(url);
    recordAll(store);
    await checkWritten(store);
    const keys = (await server.lines('KEYS', '*')).filter((key) => key !== '{mobula}:epoch');
    await server.cli('DEL', ...keys);
    await server.kill();
    await server.restart();
    await until(
      async () => (await up()) && (await server.cli('EXISTS', `{mobula}:job:${JOB}:counts`)) === '1',
      {
        timeout: 30_000,
        what: 'what was lost',
      },
    );
    await checkTruth(url);
  });
});

describe('with a redis cluster of three masters', function () {
  this.timeout(60_000);
  let cluster: RedisCluster;

  before(async () => {
    cluster = await RedisCluster.start('{mobula}:epoch');
  });

  after(() => cluster.close());

  controlStoreConformance('redis cluster', async () => {
    await cluster.empty();
    return new RedisControlStore({ url: cluster.url, node: NODE });
  });
});
