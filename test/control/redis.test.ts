import assert from 'node:assert/strict';
import { RedisControlStore } from '../../lib/control/redis-control-store.js';
import { RedisServer } from '../support/redis.js';
import { controlStoreConformance } from './conformance.js';

describe('with a redis-server', () => {
  let server: RedisServer;

  before(async () => {
    server = await RedisServer.start();
  });

  after(() => server.close());

  controlStoreConformance('redis', async () => {
    await server.cli('FLUSHALL');
    return new RedisControlStore({ url: server.url, node: '0123456789abcdef' });
  });

  it('what another node took for ended comes back', async () => {
    await server.cli('FLUSHALL');
    const [own, other] = ['aaaa', 'bbbb'].map((node) => new RedisControlStore({ url: server.url, node }));
    try {
      const job = { job: 'aaaa-1', name: 'driver.js', pid: 7, started: 5, ended: undefined };
      const fn = { hash: 'f00d', name: 'train', payload: new Uint8Array([1, 2, 3]) };
      own!.jobStarted(job);
      own!.jobStarted({ ...job, job: 'aaaa-2' });
      assert.ok(own!.addFunction('aaaa-1', fn));
      own!.jobEnded('aaaa-2', 8);
      await own!.flush();
      other!.jobEnded('aaaa-1', 9);
      await other!.flush();
      assert.equal(await other!.functionOf(fn.hash), undefined);
      own!.livesOn();
      const jobs = await own!.jobs();
      assert.deepEqual(
        jobs.map(({ job: id, ended }) => [id, ended]),
        [
          ['aaaa-1', undefined],
          ['aaaa-2', 8],
        ],
      );
      assert.deepEqual(await server.lines('ZRANGE', 'mobula:jobs:ended', '0', '-1'), ['aaaa-2']);
      const found = await other!.functionOf(fn.hash, 'aaaa-1');
      assert.deepEqual([...found!.payload], [1, 2, 3]);
    } finally {
      await own!.close();
      await other!.close();
    }
  });
});
