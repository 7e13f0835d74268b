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
});
