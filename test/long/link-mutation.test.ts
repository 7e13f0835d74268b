import assert from 'node:assert/strict';
import { type AddressInfo, connect, createServer } from 'node:net';
import { connectNode } from '../../lib/cluster/link/index.js';
import { NodeLink } from '../../lib/cluster/link/node-link.js';
import { type SessionKeys, sessionKeysOf } from '../../lib/cluster/link/secret.js';
import {
  dialerIdentity,
  echo,
  highestType,
  host,
  LinkEnd,
  listenerIdentity,
  openHandles,
  type Received,
  Relay,
  secret,
  TestListener,
  withoutHeartbeats,
} from '../cluster/link-support.js';
import { damaged } from '../cluster/mutations.js';
import { Random } from '../integration/support/random.js';
import { until } from '../support/poll.js';

const REPLAYED_HANDSHAKES = 20_000;
const REPLAYED_FRAMES = 77_000;
const LIVE_SESSIONS = 3000;
/** Connections under way at one time; fewer than a listener lets knock. */
const AT_ONCE = 32;

/** A session that went through a relay, as bytes and as frames. */
interface Recording {
  readonly handshake: Buffer;
  /** All that the dialer sent after it. */
  readonly stream: Buffer;
  readonly frames: readonly Received[];
  /** Where each record begins in the stream. */
  readonly starts: readonly number[];
  readonly keys: SessionKeys;
}

/** Runs `job` for 0 to `count` - 1, so many of them at once. */
async function each(count: number, job: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const run = async (): Promise<void> => {
    while (next < count) await job(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, run));
}

/** A loopback address of its own for each, so that none is slowed down for what another did. */
function addressOf(index: number): string {
  return `127.${16 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
}

/** Frames of several types and sizes; `most` bounds the sizes. */
function makeFrames(random: Random, count: number, most: number): Received[] {
  return Array.from({ length: count }, (_, index) => {
    const size = index === 1 ? 0 : random.below(most);
    const body = Buffer.from(Array.from({ length: size }, () => random.below(256)));
    return { type: random.below(highestType + 1), body };
  });
}

/** Whether the frames are the first ones of those that were sent, unchanged. */
function isBeginning(seen: readonly Received[], sent: readonly Received[]): boolean {
  return (
    seen.length <= sent.length &&
    seen.every(({ type, body }, index) => {
      const frame = sent[index]!;
      return frame.type === type && Buffer.from(frame.body).equals(body);
    })
  );
}

describe('a link whose bytes are changed on the way', function () {
  this.timeout(600_000);
  let random: Random;
  let listener: TestListener;
  let good: LinkEnd;
  let goodFrames = 0;
  let goodLinks = 0;
  let serving = true;
  let service: Promise<void>;
  let handles: string;

  const record = async (frames: readonly Received[]): Promise<Recording> => {
    const relay = await new Relay(listener.port).listen();
    const [near, far] = await listener.link({ port: relay.port, ...withoutHeartbeats });
    const handshake = relay.bytes('toListener');
    for (const [index, { type, body }] of frames.entries()) {
      near.link.send(type, body);
      // What is sent in one turn may share a record: most have one of their own, some do not.
      if (random.below(4) === 0) continue;
      await until(() => near.frames.length === index + 1, { what: 'the answers' });
    }
    await until(() => near.frames.length === frames.length, { what: 'the answers' });
    const stream = relay.bytes('toListener').subarray(handshake.length);
    near.link.close('recorded');
    await far.closed();
    relay.close();
    const keys = sessionKeysOf(secret, {
      dialerNonce: handshake.subarray(12, 44),
      listenerNonce: relay.bytes('toDialer').subarray(12, 44),
      channel: Buffer.alloc(0),
      identities: [
        Buffer.from(JSON.stringify(dialerIdentity)),
        Buffer.from(JSON.stringify(listenerIdentity)),
      ],
    });
    const starts: number[] = [];
    for (let at = 0; at < stream.length; at += 4 + stream.readUInt32LE(at) + 16) starts.push(at);
    const bytes = frames.reduce((sum, { body }) => sum + 8 + body.length, 0);
    assert.equal(bytes + starts.length * 20, stream.length);
    return { handshake, stream, frames, starts, keys };
  };

  /** A good peer that goes on all the while, and another that connects anew each time. */
  const serve = async (): Promise<void> => {
    while (serving) {
      good.link.send(1, Buffer.from(`${goodFrames}`));
      await until(() => good.frames.length > 0, { what: 'the answer to the good peer' });
      assert.equal(Buffer.from(good.frames.pop()!.body).toString(), `${goodFrames++}`);
      const another = new LinkEnd(await connectNode(listener.dialing()));
      another.link.send(2, Buffer.from('hello'));
      await until(() => another.frames.length === 1, { what: 'the answer to a new good peer' });
      another.link.close('served');
      await another.closed();
      goodLinks++;
    }
  };

  before(async () => {
    random = new Random('changes of bytes');
    listener = await TestListener.listen({}, (end, frame) => {
      end.frames.push(frame);
      echo(end, frame);
    });
    good = new LinkEnd(await connectNode(listener.dialing()));
  });
  beforeEach(async () => {
    handles = openHandles();
    serving = true;
    service = serve();
    // Should it fail while the test is busy, the failure is met at the end.
    service.catch(() => undefined);
  });
  afterEach(async () => {
    serving = false;
    await service;
    await until(() => openHandles() === handles && listener.listener.knocking === 0, {
      what: () => `the end of ${openHandles()}, which were ${handles}`,
    });
    listener.ends.splice(1);
  });
  after(async () => {
    await listener.close();
    await good.closed();
    console.log(`      meanwhile ${goodFrames} frames and ${goodLinks} new links of good peers were served`);
  });

  it('is not made by any replayed handshake', async () => {
    const { handshake, stream } = await record(makeFrames(random, 3, 100));
    const whole = Buffer.concat([handshake, stream]);
    const strangers = new Set<string>();
    await each(REPLAYED_HANDSHAKES, async (index) => {
      const bytes = damaged(whole, random, [0, 8, 44, 76]);
      strangers.add(addressOf(index));
      await replay(listener.port, addressOf(index), bytes);
    });
    assert.equal(strangers.size, REPLAYED_HANDSHAKES);
    const made = listener.ends.filter(({ link }) => strangers.has(link.address.split(':')[0]!));
    assert.deepEqual(made, []);
  });

  it('hands over no frame of a recorded session but those before the change', async () => {
    const recordings: Recording[] = [];
    for (let index = 0; index < 20; index++) recordings.push(await record(makeFrames(random, 8, 400)));
    const long = await record(makeFrames(random, 5, 100_000));
    const failures = new Map<string, number>();
    const sawChanged: Received[][] = [];
    let opened = 0;
    let closed = 0;
    let seen = 0;
    // What a listener makes of a connection after the handshake, with the keys of the recorded session. The stranger says first
    // which recording he replays: the real thing has agreed on its keys by then.
    const server = createServer((socket) => {
      opened++;
      socket.once('readable', () => {
        const choice = socket.read(1) as Buffer | null;
        const recording = recordings[choice?.[0] ?? 0] ?? long;
        const frames: Received[] = [];
        const link = new NodeLink({
          socket,
          role: 'listener',
          keys: recording.keys,
          peer: dialerIdentity,
          address: 'replayed',
          times: {},
        });
        link.start({
          knows: (type) => type <= highestType,
          onFrame: (type, body) => {
            frames.push({ type, body });
            seen++;
          },
          onClosed: ({ failure }) => {
            closed++;
            failures.set(failure, (failures.get(failure) ?? 0) + 1);
            if (!isBeginning(frames, recording.frames)) sawChanged.push(frames);
          },
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const { port } = server.address() as AddressInfo;
    await each(REPLAYED_FRAMES, async (index) => {
      const choice = index % 100 === 0 ? recordings.length : random.below(recordings.length);
      const { stream, starts } = recordings[choice] ?? long;
      const bytes = damaged(stream, random, starts);
      await replay(port, addressOf(index), Buffer.concat([Buffer.from([choice]), bytes]));
    });
    server.close();
    await until(() => closed === opened, { what: () => `the end of ${opened - closed} links` });
    assert.equal(opened, REPLAYED_FRAMES);
    assert.deepEqual(sawChanged, [], `seed ${random.seed}`);
    console.log(`      ${seen} frames before the changes were seen; ends: ${JSON.stringify([...failures])}`);
    assert.ok(seen > REPLAYED_FRAMES);
  });

  it('ends a live session, whichever side gets the change and when, and hands over no changed frame', async () => {
    const sent = makeFrames(random, 6, 3000);
    const total = sent.reduce((sum, { body }) => sum + body.length + 8, 250 + 20);
    let changedSessions = 0;
    let made = 0;
    await each(LIVE_SESSIONS, async (index) => {
      const direction = random.below(2) === 0 ? 'toListener' : 'toDialer';
      const place = random.below(2) === 0 ? random.below(250) : random.below(total);
      let changed = false;
      const relay = await new Relay(
        listener.port,
        (bytes, way, offset) => {
          if (changed || way !== direction || offset + bytes.length <= place) return bytes;
          changed = true;
          const kept = Math.max(0, place - offset);
          return Buffer.concat([bytes.subarray(0, kept), damaged(bytes.subarray(kept), random, [0])]);
        },
        addressOf(index),
      ).listen();
      try {
        const link = await connectNode(listener.dialing({ port: relay.port, timeout: 200 })).catch(
          () => undefined,
        );
        if (link === undefined) return;
        made++;
        const near = new LinkEnd(link);
        for (const { type, body } of sent) link.send(type, body);
        await until(() => near.frames.length === sent.length || link.closed || changed, {
          what: 'an outcome',
        });
        link.close('the session is over');
        await near.closed();
        assert.ok(isBeginning(near.frames, sent), `seed ${random.seed}: the dialer saw a changed frame`);
      } finally {
        relay.close();
        if (changed) changedSessions++;
      }
    });
    const links = listener.ends.filter(({ link }) => !link.address.startsWith(`${host}:`));
    await until(() => links.every(({ closings }) => closings.length === 1), { what: 'the end of all links' });
    for (const { frames } of links) {
      assert.ok(isBeginning(frames, sent), `seed ${random.seed}: the listener saw a changed frame`);
    }
    console.log(`      ${changedSessions} sessions were changed, and ${made} links made`);
    assert.ok(changedSessions > LIVE_SESSIONS / 2 && made > LIVE_SESSIONS / 4);
  });
});

/** Sends bytes over a connection of their own, and waits until it has ended. */
function replay(port: number, localAddress: string, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host, localAddress });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // The other side may end, with bytes of ours unread, as soon as it sees what they are.
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.on('close', () => resolve());
    socket.resume();
    socket.end(bytes);
  });
}
