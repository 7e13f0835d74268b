import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { connectNode, DRAINED_BYTES, MOST_FRAME_BYTES, NodeListener } from '../../lib/cluster/link/index.js';
import { InvalidArgumentError, NodeLinkError } from '../../lib/errors/index.js';
import { Random } from '../integration/support/random.js';
import { compiled } from '../support/paths.js';
import { until } from '../support/poll.js';
import {
  dialerIdentity,
  echo,
  highestType,
  host,
  LinkEnd,
  listenerIdentity,
  openHandles,
  Relay,
  secret,
  TestListener,
} from './link-support.js';

/** Times with which silence shows within a test; no test says how long it takes. */
const quick = { heartbeatMilliseconds: 20, silenceMilliseconds: 400 };

describe('a link between nodes', () => {
  const open: { close(): unknown }[] = [];
  let handles: string;
  const listen = async (...parameters: Parameters<typeof TestListener.listen>) => {
    const listener = await TestListener.listen(...parameters);
    open.push(listener);
    return listener;
  };
  const relayTo = async (...parameters: ConstructorParameters<typeof Relay>) => {
    const relay = await new Relay(...parameters).listen();
    open.push(relay);
    return relay;
  };

  beforeEach(() => {
    handles = openHandles();
  });
  afterEach(async () => {
    for (const thing of open.splice(0).reverse()) await thing.close();
    await until(() => openHandles() === handles, { what: () => `the end of ${openHandles()}` });
  });

  it('tells each side who the other is', async () => {
    const listener = await listen();
    const [near, far] = await listener.link();
    assert.deepEqual(near.link.peer, listenerIdentity);
    assert.deepEqual(far.link.peer, dialerIdentity);
    assert.equal(near.link.address, `${host}:${listener.port}`);
    assert.deepEqual(listener.refusals, []);
  });

  it('carries frames of all sizes and any number of parts, whole and in order, both ways', async () => {
    const random = new Random('sizes of frames');
    const listener = await listen({}, echo);
    const [near] = await listener.link();
    const sizes = [0, 1, 15, 16, 17, 8191, 8192, 8193, 65_535, 65_536, 1 << 20, MOST_FRAME_BYTES];
    for (let index = 0; index < 300; index++) sizes.push(random.below(2 ** random.below(19)));
    const sent = sizes.map((size, index) => {
      const body = Buffer.alloc(size);
      for (let at = 0; at < size; at += 97) body[at] = random.below(256);
      return { type: index % highestType, body };
    });
    for (const { type, body } of sent) {
      const cuts = Array.from({ length: random.below(4) }, () => random.below(body.length + 1));
      const places = [0, ...cuts.sort((a, b) => a - b), body.length];
      near.link.send(type, ...places.slice(1).map((end, index) => body.subarray(places[index], end)));
    }
    await until(() => near.frames.length === sent.length || near.link.closed, { what: 'all frames back' });
    assert.deepEqual([...near.closings, ...listener.ends[0]!.closings], []);
    for (const [index, { type, body }] of sent.entries()) {
      const frame = near.frames[index]!;
      assert.equal(frame.type, type);
      assert.ok(body.equals(frame.body), `frame ${index} of ${body.length} bytes`);
    }
  });

  it('is whole however the bytes are cut on their way', async () => {
    const random = new Random('cuts of bytes');
    const listener = await listen({}, echo);
    const relay = await relayTo(listener.port, (bytes, direction) => {
      // Written one by one without delay, they reach the other side in many pieces.
      const { toListener, toDialer } = relay.connections.at(-1)!;
      const to = direction === 'toListener' ? toListener.setNoDelay() : toDialer.setNoDelay();
      for (let at = 0; at < bytes.length; ) {
        const end = at + 1 + random.below(40);
        to.write(bytes.subarray(at, end));
        at = end;
      }
      return Buffer.alloc(0);
    });
    const [near] = await listener.link({ port: relay.port });
    const bodies = Array.from({ length: 200 }, (_, index) => Buffer.alloc(random.below(300), index));
    for (const [index, body] of bodies.entries()) near.link.send(index % highestType, body);
    await until(() => near.frames.length === bodies.length, { what: 'all frames back' });
    for (const [index, { body }] of near.frames.entries()) assert.ok(bodies[index]!.equals(body));
  });

  it('makes whoever produces wait while the other side does not read', async () => {
    const listener = await listen({}, undefined, false);
    const [near, far] = await listener.link();
    const chunk = Buffer.alloc(1 << 20, 1);
    let sent = 0;
    while (near.link.bytesQueued <= 8 * DRAINED_BYTES) {
      near.link.send(1, chunk);
      sent++;
    }
    let drained = false;
    const waiting = near.link.drained().then(() => {
      drained = true;
    });
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(!drained);
    assert.equal(near.drains, 0);
    far.start();
    await waiting;
    assert.ok(near.link.bytesQueued <= DRAINED_BYTES);
    await until(() => far.frames.length === sent && near.drains === 1, { what: 'all frames' });
    await near.link.drained();
  });

  it('lets nobody wait for ever when it ends', async () => {
    const listener = await listen({}, undefined, false);
    const [near, far] = await listener.link();
    while (near.link.bytesQueued <= 8 * DRAINED_BYTES) near.link.send(1, Buffer.alloc(1 << 20));
    const waiting = assert.rejects(near.link.drained(), NodeLinkError);
    far.start();
    far.link.close('enough');
    await waiting;
    await assert.rejects(near.link.drained(), NodeLinkError);
    assert.equal(near.link.bytesQueued, 0);
    near.link.send(1, Buffer.alloc(10));
  });

  it('is closed in good order: what was sent before arrives, and both sides hear the reason once', async () => {
    const listener = await listen();
    const handlesOfListener = openHandles();
    const [near, far] = await listener.link();
    // The other side is sending too: closing must not cut off what this one says.
    for (let index = 0; index < 50; index++) {
      near.link.send(2, Buffer.alloc(50_000, index));
      far.link.send(3, Buffer.alloc(50_000, index));
    }
    near.link.close('the node is leaving');
    near.link.close('twice');
    const [here, there] = await Promise.all([near.closed(), far.closed()]);
    assert.equal(far.frames.length, 50);
    assert.equal(here.failure, 'closed');
    assert.match(here.message, /closed here: the node is leaving\. /);
    assert.equal(there.failure, 'closed');
    assert.match(there.message, /closed there: the node is leaving\. /);
    far.link.close('late');
    await until(() => openHandles() === handlesOfListener, { what: 'the end of both sockets' });
    assert.equal(near.closings.length + far.closings.length, 2);
  });

  it('tells of a node that is killed', async () => {
    const listener = await listen();
    const program = compiled('test/cluster/fixtures/link-peer.ts');
    const child = spawn(process.execPath, [program, `${listener.port}`, secret.toString('hex')], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const end = await until(() => listener.ends[0], { what: 'its link' });
    await until(() => end.frames.length === 1, { what: 'its frame' });
    assert.equal(Buffer.from(end.frames[0]!.body).toString(), `${child.pid}`);
    child.kill('SIGKILL');
    assert.equal((await end.closed()).failure, 'lost');
  });

  it('closes when nothing comes any more, though the connection is open', async () => {
    const listener = await listen(quick);
    const relay = await relayTo(listener.port);
    const [near, far] = await listener.link({ port: relay.port, ...quick });
    relay.silent = true;
    const reasons = await Promise.all([near.closed(), far.closed()]);
    // Whoever notices first ends the connection, which the other may see before its own time is over.
    assert.ok(reasons.some(({ failure }) => failure === 'silent'));
    assert.ok(reasons.every(({ failure }) => failure === 'silent' || failure === 'lost'));
  });

  it('stays open while both sides have nothing to say', async () => {
    const listener = await listen(quick);
    const relay = await relayTo(listener.port);
    const [near, far] = await listener.link({ port: relay.port, ...quick });
    const [start] = [relay.bytes('toListener').length];
    // Each heartbeat is 32 bytes; so many take several times the silence after which it would have closed.
    await until(() => relay.bytes('toListener').length - start! > 60 * 32, { what: 'heartbeats' });
    assert.ok(!near.link.closed && !far.link.closed);
    assert.deepEqual([near.frames, far.frames], [[], []]);
  });

  it('takes a trickle of bytes that never becomes a frame for silence', async () => {
    const listener = await listen(quick);
    let trickle = false;
    const relay = await relayTo(listener.port, (bytes, direction) => {
      if (!trickle || direction === 'toDialer' || bytes.length < 1000) return bytes;
      // A body of 15 MiB is announced. What follows are heartbeats, which become part of it.
      bytes.writeUInt32LE(15 << 20, 0);
      return bytes;
    });
    const [near, far] = await listener.link({ port: relay.port, ...quick });
    trickle = true;
    near.link.send(1, Buffer.alloc(2000));
    assert.equal((await far.closed()).failure, 'silent');
    assert.deepEqual(far.frames, []);
    await near.closed();
  });

  it('ends for its own part only when a frame makes no sense to its reader', async () => {
    const listener = await listen({}, (end, frame) => {
      if (frame.type === 13) throw new RangeError('13 is not expected here');
      echo(end, frame);
    });
    const [good] = await listener.link();
    const [unlucky, unluckyFar] = await listener.link();
    unlucky.link.send(13);
    unlucky.link.send(1);
    const reason = await unluckyFar.closed();
    assert.equal(reason.failure, 'garbage');
    assert.match(reason.message, /13 is not expected here/);
    assert.deepEqual((await unlucky.closed()).failure, 'lost');

    const [odd, oddFar] = await listener.link();
    odd.link.send(highestType + 1);
    assert.match((await oddFar.closed()).message, /frames of type 100 do not exist/);
    await odd.closed();

    good.link.send(5, Buffer.from('still here'));
    await until(() => good.frames.length === 1, { what: 'the answer of the good link' });
  });

  it('refuses to send what no frame can be', async () => {
    const listener = await listen();
    const [near, far] = await listener.link();
    for (const type of [-1, 0.5, 2 ** 32 - 256, 2 ** 32]) {
      assert.throws(() => near.link.send(type), InvalidArgumentError);
    }
    const half = Buffer.alloc(MOST_FRAME_BYTES / 2 + 1);
    assert.throws(() => near.link.send(1, half, half), /Send it in chunks/);
    near.link.send(1, half, half.subarray(2));
    await until(() => far.frames.length === 1, { what: 'the longest frame' });
    assert.throws(() => near.start(), InvalidArgumentError);
  });

  it('can be closed before it is started, by either side', async () => {
    const listener = await listen({}, undefined, false);
    const near = new LinkEnd(await connectNode(listener.dialing()), undefined, false);
    const far = await until(() => listener.ends[0], { what: "the listener's end" });
    far.link.close('not wanted');
    near.start();
    assert.match((await near.closed()).message, /not wanted/);
    far.start();
    assert.match((await far.closed()).message, /not wanted/);
  });

  it('outlives its listener', async () => {
    const listener = await listen({}, echo);
    const [near] = await listener.link();
    const { port } = listener;
    listener.listener.close();
    near.link.send(1, Buffer.from('x'));
    await until(() => near.frames.length === 1, { what: 'the answer' });
    await assert.rejects(connectNode(listener.dialing({ port })), { failure: 'unreachable' });
  });

  it('cannot be made where nobody listens, and says so', async () => {
    const listener = await listen();
    const { port } = listener;
    await listener.close();
    await assert.rejects(connectNode(listener.dialing({ port })), (error: NodeLinkError) => {
      assert.equal(error.failure, 'unreachable');
      assert.match(error.message, new RegExp(`^no link to the node at 127.0.0.1:${port}: .*ECONNREFUSED`));
      return true;
    });
  });

  it('is given up when the other side does not answer', async () => {
    const mute = createServer((socket) => socket.on('error', () => undefined).resume());
    await new Promise<void>((resolve) => mute.listen(0, host, resolve));
    open.push(mute);
    const { port } = mute.address() as { port: number };
    await assert.rejects(
      connectNode({ host, port, secret, identity: dialerIdentity, timeout: 100 }),
      /it did not answer within 100 ms/,
    );
  });

  it('needs a port of its own to listen on', async () => {
    const { port } = await listen();
    await assert.rejects(TestListener.listen({ port }), { failure: 'unreachable', message: /EADDRINUSE/ });
  });

  it('is not made with a secret that is too short, or an identity that is none', async () => {
    const options = { host, port: 1, secret, identity: dialerIdentity };
    const wrong = [
      { ...options, secret: Buffer.alloc(15) },
      { ...options, identity: { ...dialerIdentity, nodeId: '' } },
      { ...options, identity: { ...dialerIdentity, incarnation: 0.5 } },
      { ...options, identity: { ...dialerIdentity, purpose: 'x'.repeat(5000) } },
    ];
    for (const each of wrong) {
      await assert.rejects(connectNode(each), InvalidArgumentError);
      const listening = { onLink: () => undefined, onRefused: () => undefined };
      await assert.rejects(NodeListener.listen({ ...each, ...listening }), InvalidArgumentError);
    }
  });
});
