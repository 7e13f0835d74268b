import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { connectNode } from '../../lib/cluster/link/index.js';
import { MOST_KNOCKS } from '../../lib/cluster/link/knocks.js';
import { LINK_VERSION } from '../../lib/cluster/link/secret.js';
import { Strangers, WRONG_PROOFS_ALLOWED } from '../../lib/cluster/link/strangers.js';
import { type NodeLinkError, VersionMismatchError } from '../../lib/errors/index.js';
import { until } from '../support/poll.js';
import {
  dialerIdentity,
  echo,
  host,
  listenerIdentity,
  openHandles,
  RawSocket,
  Relay,
  TestListener,
  withoutHeartbeats,
} from './link-support.js';

const HELLO_BYTES = 44;
const PROOF_BYTES = 32;

/** Names of the nodes of these tests, none of which a stranger may see. */
function assertNamesNobody(bytes: Buffer): void {
  for (const { nodeId } of [listenerIdentity, dialerIdentity]) assert.ok(!bytes.includes(nodeId));
}

describe('the handshake of a link', () => {
  let listener: TestListener;
  let handles: string;
  const open: { close(): unknown }[] = [];

  /** The link works for who knows the secret, and nobody else has got one. */
  const assertServesTheGood = async (): Promise<void> => {
    const links = listener.ends.length;
    const [near, far] = await listener.link();
    near.link.send(1, Buffer.from('good'));
    await until(() => near.frames.length === 1, { what: 'the answer' });
    assert.equal(listener.ends.length, links + 1);
    near.link.close('served');
    await far.closed();
  };

  const relayTo = async (...parameters: ConstructorParameters<typeof Relay>): Promise<Relay> => {
    const relay = await new Relay(...parameters).listen();
    open.push(relay);
    return relay;
  };

  /** A listener that is none of ours: each connection is given to `onSocket`. */
  const impostor = async (onSocket: (socket: Socket) => void): Promise<number> => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      onSocket(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    open.push({
      close: () => {
        server.close();
        for (const socket of sockets) socket.destroy();
      },
    });
    return (server.address() as { port: number }).port;
  };

  /** Bytes that a dialer sent in a session that ended in good order: handshake and some frames. */
  const recordSession = async (): Promise<{ toListener: Buffer; toDialer: Buffer }> => {
    const relay = await relayTo(listener.port);
    const [near, far] = await listener.link({ port: relay.port, ...withoutHeartbeats });
    for (let index = 0; index < 5; index++) near.link.send(index, Buffer.from(`frame ${index}`));
    await until(() => near.frames.length === 5, { what: 'the answers' });
    near.link.close('recorded');
    await far.closed();
    return { toListener: relay.bytes('toListener'), toDialer: relay.bytes('toDialer') };
  };

  beforeEach(async () => {
    handles = openHandles();
    listener = await TestListener.listen({}, (end, frame) => {
      end.frames.push(frame);
      echo(end, frame);
    });
  });
  afterEach(async () => {
    for (const thing of open.splice(0)) await thing.close();
    await listener.close();
    assert.equal(listener.listener.knocking, 0);
    await until(() => openHandles() === handles, { what: () => `the end of ${openHandles()}` });
  });

  it('refuses who has another secret, on both sides', async () => {
    await assert.rejects(
      connectNode(listener.dialing({ secret: randomBytes(32) })),
      (error: NodeLinkError) => {
        assert.equal(error.failure, 'refused');
        assert.match(error.message, /closed the connection during the handshake.*the same secret/);
        return true;
      },
    );
    await until(() => listener.refusals.length === 1, { what: 'the refusal' });
    assert.deepEqual(listener.refusals, [
      { host, reason: 'its secret is another one than ours', slowed: false },
    ]);
    await assertServesTheGood();
  });

  it('tells a stranger nothing but that he is refused', async () => {
    const { toListener } = await recordSession();
    const hello = toListener.subarray(0, HELLO_BYTES);
    const knocks = [
      'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
      Buffer.alloc(1),
      randomBytes(100_000),
      Buffer.concat([hello, Buffer.alloc(PROOF_BYTES)]),
      Buffer.concat([hello, randomBytes(5000)]),
    ];
    for (const knock of knocks) {
      const stranger = new RawSocket(listener.port, '127.0.0.9');
      stranger.send(knock);
      stranger.socket.end();
      const learnt = await stranger.end();
      assertNamesNobody(learnt);
      assert.ok(learnt.length === 0 || learnt.length === HELLO_BYTES, `${learnt.length} bytes`);
    }
    assert.equal(listener.ends.length, 1);
    await assertServesTheGood();
  });

  it('tells an impostor of a listener nothing of the dialer', async () => {
    const learnt: Buffer[] = [];
    const { toDialer } = await recordSession();
    const port = await impostor((socket) => {
      socket.on('data', (bytes) => learnt.push(bytes));
      socket.write(Buffer.concat([toDialer.subarray(0, HELLO_BYTES), randomBytes(2000)]));
    });
    await assert.rejects(connectNode(listener.dialing({ port })), {
      failure: 'refused',
      message: /its secret is another one than ours/,
    });
    assertNamesNobody(Buffer.concat(learnt));
    assert.ok(Buffer.concat(learnt).length <= HELLO_BYTES + PROOF_BYTES);
  });

  it('cannot be replayed to a listener, nor can its frames', async () => {
    const { toListener } = await recordSession();
    const known = listener.ends.length;
    const thief = new RawSocket(listener.port, '127.0.0.9');
    thief.send(toListener);
    const learnt = await thief.end();
    assert.equal(learnt.length, HELLO_BYTES);
    await until(() => listener.refusals.length === 1, { what: 'the refusal' });
    assert.match(listener.refusals[0]!.reason, /its secret is another one/);
    assert.equal(listener.ends.length, known);
  });

  it('cannot be replayed to a dialer', async () => {
    const { toDialer } = await recordSession();
    const port = await impostor((socket) => socket.write(toDialer));
    await assert.rejects(connectNode(listener.dialing({ port })), { failure: 'refused' });
  });

  it('cannot be had from the dialer by sending back what he says', async () => {
    let carried = 0;
    const port = await impostor((socket) => {
      socket.on('data', (bytes) => {
        carried += bytes.length;
        socket.write(bytes);
      });
    });
    await assert.rejects(connectNode(listener.dialing({ port })), {
      failure: 'refused',
      message: /its secret is another one/,
    });
    assert.ok(carried >= HELLO_BYTES + PROOF_BYTES);
  });

  it('cannot be had from one dialer by means of another', async () => {
    // Two dialers are connected crosswise: each takes the other for a listener.
    const waiting: Socket[] = [];
    const port = await impostor((socket) => {
      const other = waiting.pop();
      if (other === undefined) waiting.push(socket);
      else {
        socket.pipe(other);
        other.pipe(socket);
      }
    });
    const outcomes = await Promise.allSettled([
      connectNode(listener.dialing({ port })),
      connectNode(listener.dialing({ port })),
    ]);
    for (const outcome of outcomes) assert.equal(outcome.status, 'rejected');
  });

  it('covers the identities: whoever changes one on the way is noticed', async () => {
    for (const changed of [dialerIdentity, listenerIdentity]) {
      const relay = await relayTo(listener.port, (bytes) => {
        const at = bytes.indexOf(changed.nodeId);
        if (at >= 0) bytes[at]!++;
        return bytes;
      });
      await assert.rejects(connectNode(listener.dialing({ port: relay.port })), { failure: 'refused' });
    }
    assert.equal(listener.ends.length, 0);
    await assertServesTheGood();
  });

  it('leaves nothing behind when it is cut off at any byte', async () => {
    const [near, far] = await listener.link();
    const total = HELLO_BYTES + 2 * PROOF_BYTES + 2 + JSON.stringify(dialerIdentity).length;
    for (let cut = 0; cut < total; cut += 3) {
      // In the middle, so that the proofs before the cut are good ones.
      const relay = await new Relay(listener.port, (bytes, direction, offset) => {
        if (direction === 'toDialer') return bytes;
        if (cut >= offset + bytes.length) return bytes;
        setImmediate(() => relay.close());
        return bytes.subarray(0, Math.max(0, cut - offset));
      }).listen();
      await assert.rejects(connectNode(listener.dialing({ port: relay.port })), { failure: 'refused' });
      relay.close();
    }
    await until(() => listener.listener.knocking === 0, { what: 'the end of all knocks' });
    assert.equal(listener.ends.length, 1);
    near.link.close('cut often enough');
    await far.closed();
    await assertServesTheGood();
  });

  it('ends for who sends a byte a second', async () => {
    const { toListener } = await recordSession();
    const slow = new RawSocket(listener.port, '127.0.0.9');
    let at = 0;
    const trickle = setInterval(() => slow.send(toListener.subarray(at, ++at)), 1000);
    try {
      slow.send(toListener.subarray(at, ++at));
      await slow.end();
    } finally {
      clearInterval(trickle);
    }
    assert.ok(at < HELLO_BYTES);
    await until(() => listener.refusals.length === 1, { what: 'the refusal' });
    assert.match(listener.refusals[0]!.reason, /took more than 5000 ms/);
  });

  it('is kept from nobody by those who connect and say nothing', async () => {
    const silent = Array.from({ length: 3 * MOST_KNOCKS }, () => new RawSocket(listener.port, '127.0.0.9'));
    // The places go to the last who came; the others have been dropped.
    await until(() => silent.filter(({ ended }) => ended).length >= 2 * MOST_KNOCKS, { what: 'the drops' });
    assert.equal(listener.listener.knocking, MOST_KNOCKS);
    await assertServesTheGood();
    assert.deepEqual(listener.refusals, [
      { host: '127.0.0.9', reason: 'too many connections had proved nothing yet', slowed: false },
    ]);
    for (const { socket } of silent) socket.destroy();
    await until(() => listener.listener.knocking === 0, { what: 'the end of all knocks' });
  });

  it('slows down who goes on guessing, and reports it once', async () => {
    const wrong = { secret: randomBytes(32) };
    for (let guess = 0; guess < WRONG_PROOFS_ALLOWED + 3; guess++) {
      await assert.rejects(connectNode(listener.dialing(wrong)), { failure: 'refused' });
    }
    await until(() => listener.listener.knocking === 0, { what: 'the end of all knocks' });
    assert.deepEqual(
      listener.refusals.map(({ slowed }) => slowed),
      [false, true],
    );
    // Who shares the host with them waits, but gets in.
    await assertServesTheGood();
  });

  it('names the versions when they differ', async () => {
    const relay = await relayTo(listener.port, (bytes, _, offset) => {
      if (offset === 0) bytes.writeUInt32LE(9, 8);
      return bytes;
    });
    await assert.rejects(connectNode(listener.dialing({ port: relay.port })), (error: unknown) => {
      assert.ok(error instanceof VersionMismatchError);
      assert.deepEqual([error.here, error.there], [`${LINK_VERSION}`, '9']);
      return true;
    });
    await until(() => listener.refusals.length === 1, { what: 'the refusal' });
    assert.match(listener.refusals[0]!.reason, /version 9 of the link/);
  });

  it('ends when the listener is closed meanwhile', async () => {
    const knock = new RawSocket(listener.port);
    await until(() => listener.listener.knocking === 1, { what: 'the knock' });
    listener.listener.close();
    await knock.end();
  });
});

describe('the frames of a session', () => {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const thing of open.splice(0)) await thing.close();
  });

  /** A session through a relay that changes the bytes after the handshake; what the listener's side saw. */
  const sessionThrough = async (
    change: (frame: Buffer, relay: Relay) => Buffer,
  ): Promise<{ seen: string[]; reason: NodeLinkError; ofDialer: NodeLinkError }> => {
    const listener = await TestListener.listen();
    let ready = false;
    const relay: Relay = await new Relay(listener.port, (bytes, direction) =>
      ready && direction === 'toListener' ? change(bytes, relay) : bytes,
    ).listen();
    open.push(listener, relay);
    const [near, far] = await listener.link({ port: relay.port, ...withoutHeartbeats });
    ready = true;
    for (let index = 0; !far.link.closed && !near.link.closed && index < 5; index++) {
      const carried = relay.carried.toListener.length;
      near.link.send(index, Buffer.from(`frame ${index}`));
      // One at a time, so that the relay gets each by itself.
      await until(() => near.link.closed || relay.carried.toListener.length > carried, { what: 'the relay' });
    }
    const [reason, ofDialer] = await Promise.all([far.closed(), near.closed()]);
    return { seen: far.frames.map(({ body }) => Buffer.from(body).toString()), reason, ofDialer };
  };

  it('cannot be sent twice', async () => {
    const { seen, reason } = await sessionThrough((frame) => Buffer.concat([frame, frame]));
    assert.deepEqual(seen, ['frame 0']);
    assert.match(reason.message, /record 1 is not the one that was sent/);
  });

  it('cannot be left out', async () => {
    let count = 0;
    const { seen, reason } = await sessionThrough((frame) => (++count === 2 ? Buffer.alloc(0) : frame));
    assert.deepEqual(seen, ['frame 0']);
    assert.match(reason.message, /record 1 is not the one that was sent/);
  });

  it('cannot change places', async () => {
    let count = 0;
    let second: Buffer | undefined;
    const { seen, reason } = await sessionThrough((frame) => {
      if (++count === 2) second = Buffer.from(frame);
      if (count === 2) return Buffer.alloc(0);
      return count === 3 ? Buffer.concat([frame, second!]) : frame;
    });
    assert.deepEqual(seen, ['frame 0']);
    assert.match(reason.message, /record 1 is not the one that was sent/);
  });

  it('cannot be sent back to who sent them', async () => {
    const { seen, ofDialer } = await sessionThrough((frame, relay) => {
      relay.connections[0]!.toDialer.write(frame);
      return Buffer.alloc(0);
    });
    assert.deepEqual(seen, []);
    assert.match(ofDialer.message, /record 0 is not the one that was sent/);
  });

  it('are of no use in another session', async () => {
    const recorded: Buffer[] = [];
    await sessionThrough((frame) => {
      recorded.push(Buffer.from(frame));
      return recorded.length === 3 ? Buffer.alloc(99, 255) : frame;
    });
    const { seen, reason } = await sessionThrough(() => recorded[0]!);
    assert.deepEqual(seen, []);
    assert.match(reason.message, /record 0 is not the one that was sent/);
  });

  it('of a length that none has are refused before a byte of them is kept', async () => {
    const { seen, reason } = await sessionThrough((frame) => {
      frame.writeUInt32LE(0xffff_ffff, 0);
      return frame;
    });
    assert.deepEqual(seen, []);
    assert.match(
      reason.message,
      /a record of 4294967295 bytes was announced; from 8 to 16777224 are allowed/,
    );
  });
});

describe('the memory of refused hosts', () => {
  it('doubles the delay with each wrong proof up to a bound, and forgets', () => {
    const strangers = new Strangers();
    const delays = Array.from({ length: 9 }, () => {
      strangers.refuse('a', true, 0);
      return strangers.delayOf('a', 0);
    });
    assert.deepEqual(delays, [0, 0, 250, 500, 1000, 2000, 2000, 2000, 2000]);
    assert.equal(strangers.delayOf('b', 0), 0);
    assert.equal(strangers.delayOf('a', 59_999), 2000);
    assert.equal(strangers.delayOf('a', 60_000), 0);
  });

  it('reports a host twice at most, however long it goes on', () => {
    const strangers = new Strangers();
    const reports = Array.from({ length: 500 }, (_, second) => strangers.refuse('a', true, second * 1000));
    assert.deepEqual(
      reports.filter((report) => report !== undefined),
      ['first', 'slowed'],
    );
    assert.equal(strangers.refuse('a', false, 10_000_000), 'first');
  });

  it('does not grow with the number of hosts', () => {
    const strangers = new Strangers();
    for (let host = 0; host < 5000; host++) {
      for (let proof = 0; proof < 3; proof++) strangers.refuse(`${host}`, true, 0);
    }
    const remembered = Array.from({ length: 5000 }, (_, host) => strangers.delayOf(`${host}`, 0));
    assert.equal(remembered.filter((delay) => delay > 0).length, 1024);
    assert.equal(remembered[4999], 250);
  });
});
