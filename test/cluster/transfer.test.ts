import assert from 'node:assert/strict';
import { createHash, randomFillSync } from 'node:crypto';
import * as mobula from '../../lib/index.js';
import { Cluster } from '../support/cluster.js';

const MEBIBYTE = 1024 * 1024;
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const randomBytes = (length: number): Uint8Array => randomFillSync(new Uint8Array(length));

describe('objects on their way between five nodes', function () {
  this.timeout(120_000);
  const others = ['b', 'c', 'd', 'e'];
  let cluster: Cluster;

  before(async () => {
    const plan = (name: string) => ({ name, memory: '256MiB' });
    cluster = await Cluster.start(['a', ...others].map(plan));
    await cluster.connected('a', 4);
    await cluster.attach('a');
  });

  after(() => cluster.remove());

  const hashOn = (name: string) =>
    mobula.remote({ scheduling: { node: cluster.node(name).id } }, (bytes: Uint8Array) =>
      createHash('sha256').update(bytes).digest('hex'),
    );

  it('reach all who ask at once, and leave their home once', async () => {
    await cluster.getAll(others.map((name) => hashOn(name).remote(new Uint8Array(1))));
    const bytes = randomBytes(64 * MEBIBYTE);
    const ref = mobula.put(bytes);
    const hashes = await cluster.getAll(others.map((name) => hashOn(name).remote(ref)));
    assert.deepEqual(hashes, others.map(() => hashOf(bytes)));
  });
});
