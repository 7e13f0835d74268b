import assert from 'node:assert/strict';
import { createHash, randomFillSync } from 'node:crypto';
import * as mobula from '../../lib/index.js';
import { failureOf } from '../integration/support/processes.js';
import { Cluster } from '../support/cluster.js';
import { until } from '../support/poll.js';

const MEBIBYTE = 1024 * 1024;
const OTHERS = ['b', 'c', 'd', 'e'];

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const randomBytes = (length: number): Uint8Array => randomFillSync(new Uint8Array(length));

describe('objects on their way between five nodes', function () {
  this.timeout(120_000);
  let cluster: Cluster;

  before(async () => {
    const plan = (name: string) => ({ name, memory: name === 'e' ? '96MiB' : '512MiB' });
    cluster = await Cluster.start(['a', ...OTHERS].map(plan));
    await cluster.connected('a', OTHERS.length);
    await cluster.attach('a');
    await cluster.getAll(OTHERS.map((name) => on(name, hashOf).remote(new Uint8Array(1))));
  });

  after(() => cluster.remove());

  const on = <Args extends unknown[], Result>(name: string, work: (...args: Args) => Result) =>
    mobula.remote({ scheduling: { node: cluster.node(name).id } }, work);

  const sentSoFar = async (): Promise<number> =>
    (await mobula.statistics()).links.reduce((sum, { bytesSent }) => sum + bytesSent, 0);

  /** Bytes that this node has sent to all others, when nothing is under way any more: gateways tell it each 200 ms. */
  async function sentFromHome(): Promise<number> {
    let last = -1;
    let since = performance.now();
    await until(
      async () => {
        const sum = await sentSoFar();
        if (sum !== last) since = performance.now();
        last = sum;
        return performance.now() - since > 500;
      },
      { timeout: 30_000, what: () => `steady counters: ${last}` },
    );
    return last;
  }

  it('reach all who ask at once, and leave their home once', async () => {
    const before = await sentFromHome();
    const bytes = randomBytes(64 * MEBIBYTE);
    const ref = mobula.put(bytes);
    const hashes = await cluster.getAll(OTHERS.map((name) => on(name, hashOf).remote(ref)));
    assert.deepEqual(
      hashes,
      OTHERS.map(() => hashOf(bytes)),
    );
    const sent = (await sentFromHome()) - before;
    assert.ok(sent >= bytes.length && sent < 2 * bytes.length, `home sent ${sent} bytes`);
  });

  it('of several buffers too', async () => {
    const before = await sentFromHome();
    const parts = [3, 0, 5, 0.5].map((size) => randomBytes(size * MEBIBYTE));
    const ref = mobula.put({ parts, inner: mobula.put('within') });
    const look = async (value: { parts: Uint8Array[]; inner: mobula.ObjectRef<string> }) => [
      ...value.parts.map(hashOf),
      await mobula.get(value.inner),
    ];
    const seen = await cluster.getAll(OTHERS.map((name) => on(name, look).remote(ref)));
    for (const each of seen) assert.deepEqual(each, [...parts.map(hashOf), 'within']);
    const sent = (await sentFromHome()) - before;
    assert.ok(sent < 2 * 8.5 * MEBIBYTE, `home sent ${sent} bytes`);
  });

  it('go from the node that made them to those that need them', async () => {
    const make = on('b', (length: number) => new Uint8Array(length).fill(7));
    const ref = make.remote(16 * MEBIBYTE);
    const before = await sentFromHome();
    const hashes = await cluster.getAll(['c', 'd', 'e'].map((name) => on(name, hashOf).remote(ref)));
    const expected = hashOf(new Uint8Array(16 * MEBIBYTE).fill(7));
    assert.deepEqual(hashes, [expected, expected, expected]);
    const sent = (await sentFromHome()) - before;
    assert.ok(sent < MEBIBYTE, `home sent ${sent} bytes`);
  });

  it('take the room of copies that are only kept', async () => {
    const kept: mobula.ObjectRef<Uint8Array>[] = [];
    // Three times what the store of that node holds; nobody refers to the copies of what went before.
    for (let round = 0; round < 9; round++) {
      const bytes = randomBytes(32 * MEBIBYTE);
      const ref = mobula.put(bytes);
      kept.push(ref);
      assert.equal(await cluster.get(on('e', hashOf).remote(ref)), hashOf(bytes));
    }
    // The first one is fetched again.
    const [first] = kept as [mobula.ObjectRef<Uint8Array>];
    assert.equal(await cluster.get(on('e', hashOf).remote(first)), hashOf(await mobula.get(first)));
  });
  it('fail clearly where they can never fit, and are in nobody’s way', async () => {
    const ref = mobula.put(new Uint8Array(128 * MEBIBYTE));
    const error = await failureOf(cluster.get(on('e', hashOf).remote(ref)));
    assert.match(String(error), /object store of 96\S* MiB|can never fit/);
    assert.equal(await cluster.get(on('e', hashOf).remote(new Uint8Array(9))), hashOf(new Uint8Array(9)));
  });

  it('come from elsewhere when a node dies in the middle of the chain', async () => {
    const bytes = randomBytes(200 * MEBIBYTE);
    const ref = mobula.put(bytes);
    const names = ['b', 'c', 'd'];
    await sentFromHome();
    const { links } = await mobula.statistics();
    const before = new Map(links.map(({ node, bytesSent }) => [node, bytesSent]));
    // Softly: on a busy machine the node may count as dead before its next gateway has joined.
    const results = names.map((name) =>
      mobula.remote({ scheduling: { node: cluster.node(name).id, soft: true } }, hashOf).remote(ref),
    );
    // The one that home sends to directly.
    let victim = '';
    await until(
      async () => {
        const { links } = await mobula.statistics();
        const first = links.find(({ node, bytesSent }) => bytesSent - (before.get(node) ?? 0) > 8 * MEBIBYTE);
        victim = OTHERS.find((name) => cluster.node(name).id === first?.node) ?? '';
        return victim !== '';
      },
      { timeout: 30_000, what: () => 'home to send' },
    );
    process.kill(cluster.gateway(victim)!, 'SIGKILL');
    assert.deepEqual(
      await cluster.getAll(results),
      names.map(() => hashOf(bytes)),
    );
  });
});
