import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { RecordCodes } from '../../lib/cluster/link/codes.js';
import { FrameReader, Garbage } from '../../lib/cluster/link/frame-reader.js';
import { connectNode } from '../../lib/cluster/link/index.js';
import { Random } from '../integration/support/random.js';
import { until } from '../support/poll.js';
import {
  LinkEnd,
  openHandles,
  type Received,
  Relay,
  secret,
  TestListener,
  withoutHeartbeats,
} from './link-support.js';

const borrowedType = 50;

function frame(type: number, body: Uint8Array): Buffer {
  const prefix = Buffer.alloc(8);
  prefix.writeUInt32LE(body.length, 0);
  prefix.writeUInt32LE(type, 4);
  return Buffer.concat([prefix, body]);
}

function record(codes: RecordCodes | undefined, ...frames: Buffer[]): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(4), ...frames]);
  bytes.writeUInt32LE(bytes.length - 4, 0);
  return codes === undefined ? bytes : Buffer.concat([bytes, codes.next(bytes)]);
}

function filled(size: number, random: Random): Buffer {
  const body = Buffer.alloc(size, random.below(256));
  for (let at = 0; at < size; at += 61) body[at] = random.below(256);
  return body;
}

describe('the records of a link', () => {
  const open: { close(): unknown }[] = [];
  let handles: string;

  beforeEach(() => {
    handles = openHandles();
  });
  afterEach(async () => {
    for (const thing of open.splice(0).reverse()) await thing.close();
    await until(() => openHandles() === handles, { what: () => `the end of ${openHandles()}` });
  });

  it('take many small frames each, and one long one', async () => {
    const listener = await TestListener.listen();
    const relay = await new Relay(listener.port).listen();
    open.push(listener, relay);
    const [near, far] = await listener.link({ port: relay.port, ...withoutHeartbeats });
    const before = relay.bytes('toListener').length;
    const sizes = [...Array.from({ length: 1000 }, () => 100), 8192, 8193, 1 << 20];
    for (const [index, size] of sizes.entries()) near.link.send(index % 9, Buffer.alloc(size));
    await until(() => far.frames.length === sizes.length, { what: 'all frames' });
    const stream = relay.bytes('toListener').subarray(before);
    const records: number[] = [];
    for (let at = 0; at < stream.length; at += 4 + records.at(-1)! + 16) {
      records.push(stream.readUInt32LE(at));
    }
    // 606 frames of 100 bytes fill 64 KiB; the last of 8 KiB fits in with the rest.
    assert.deepEqual(records, [606 * 108, 394 * 108 + 8200, 8201, 8 + 2 ** 20]);
  });

  it('give their bodies memory of its own, unless they are borrowed', async () => {
    const random = new Random('kept and borrowed bodies');
    const listener = await TestListener.listen({}, undefined, false);
    open.push(listener);
    const [near, far] = await listener.link();
    const sent: Received[] = Array.from({ length: 120 }, () => {
      const size = random.below(3) === 0 ? random.below(3 << 20) : random.below(2 ** random.below(20));
      const type = random.below(2) === 0 ? borrowedType : random.below(borrowedType);
      return { type, body: filled(size, random) };
    });
    const kept: [got: Uint8Array, sent: Uint8Array][] = [];
    const memory = new Set<ArrayBufferLike>();
    let count = 0;
    let ended = false;
    far.started = true;
    far.link.start({
      knows: (type) => type <= borrowedType,
      borrows: (type) => type === borrowedType,
      onFrame: (type, body) => {
        const expected = sent[count++]!;
        assert.equal(type, expected.type);
        assert.ok(Buffer.from(expected.body).equals(body));
        if (type !== borrowedType) kept.push([body, expected.body]);
        else if (body.length > 65_536) memory.add(body.buffer);
      },
      onClosed: (reason: Error) => {
        far.closings.push(reason as (typeof far.closings)[0]);
        ended = true;
      },
    });
    for (const { type, body } of sent) {
      await near.link.drained();
      near.link.send(type, body);
    }
    await until(() => count === sent.length || ended, { what: 'all frames' });
    assert.equal(count, sent.length, `seed ${random.seed}: ${far.closings[0]?.message}`);
    for (const [got, expected] of kept) assert.ok(Buffer.from(expected).equals(got), `seed ${random.seed}`);
    for (const [got] of kept) assert.ok(!memory.has(got.buffer));
    const long = sent.filter(({ type, body }) => type === borrowedType && body.length > 65_536);
    assert.ok(memory.size < long.length);
  });

  it('may come right behind the handshake, before the link is started, or both', async () => {
    // What the listener sends as soon as it has the link can be read by the dialer's handshake.
    const listener = await TestListener.listen({
      onLink: (link) => {
        listenerEnds.push(new LinkEnd(link));
        link.send(1, Buffer.from('early'));
        link.send(2, Buffer.alloc(300_000, 7));
      },
    });
    open.push(listener);
    const listenerEnds: LinkEnd[] = [];
    for (let round = 0; round < 30; round++) {
      const link = await connectNode(listener.dialing());
      for (let turn = 0; turn < round % 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      const near = new LinkEnd(link);
      await until(() => near.frames.length === 2 || link.closed, { what: 'both frames' });
      assert.equal(Buffer.from(near.frames[0]!.body).toString(), 'early');
      assert.ok(Buffer.alloc(300_000, 7).equals(near.frames[1]!.body));
      link.close('seen');
      await near.closed();
    }
    await until(() => listenerEnds.every(({ closings }) => closings.length === 1), { what: 'all ends' });
  });
});

describe('the reader of records', () => {
  const key = createSecretKey(secret);

  it('takes them however they are cut and wherever they were put, and no other bytes', () => {
    const random = new Random('cuts of records');
    for (let round = 0; round < 60; round++) {
      const codes = round % 3 === 0 ? undefined : new RecordCodes(key);
      const sent: Received[] = [];
      const records = Array.from({ length: 1 + random.below(20) }, () => {
        const frames = Array.from({ length: 1 + random.below(30) }, () => {
          const most = random.below(8) === 0 ? 8192 : 200;
          return { type: random.below(5), body: filled(random.below(most), random) };
        });
        const size = frames.reduce((sum, { body }) => sum + body.length + 8, 0);
        const fitting = size < 60_000 && random.below(4) > 0 ? frames : frames.slice(0, 1);
        if (random.below(6) === 0) {
          fitting.splice(0, Infinity, { type: 3, body: filled(random.below(200_000), random) });
        }
        sent.push(...fitting);
        return record(codes, ...fitting.map(({ type, body }) => frame(type, body)));
      });
      const seen: Received[] = [];
      const reader = new FrameReader({
        key: codes && key,
        knows: (type) => type < 5,
        borrows: () => false,
        onFrame: (type, body) => seen.push({ type, body }),
      });
      const bytes = Buffer.concat(records);
      for (let at = 0; at < bytes.length; ) {
        const count = 1 + random.below(2 ** random.below(19));
        if (random.below(4) === 0) {
          reader.push(bytes.subarray(at, at + count));
          at = Math.min(bytes.length, at + count);
        } else {
          const copied = bytes.copy(reader.space(), 0, at, at + count);
          at += copied;
          reader.filled(copied);
        }
      }
      assert.equal(reader.bytes, bytes.length);
      assert.equal(reader.frames, sent.length, `seed ${random.seed}`);
      for (const [index, { type, body }] of sent.entries()) {
        assert.equal(seen[index]!.type, type);
        assert.ok(Buffer.from(body).equals(seen[index]!.body), `seed ${random.seed}`);
      }
    }
  });

  it('refuses records that no sender makes', () => {
    const long = Buffer.alloc(70_000);
    const tooLong = frame(1, long);
    tooLong.writeUInt32LE(70_001, 0);
    const wrong: [bytes: Buffer, what: RegExp][] = [
      [record(undefined, frame(1, Buffer.alloc(2)), Buffer.alloc(7)), /a record ended within the prefix/],
      [Buffer.from([7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), /a record of 7 bytes was announced/],
      [record(undefined, tooLong), /a body of 70001 bytes was announced in a record of 70000/],
      [record(undefined, frame(1, long), frame(1, long)), /a long record had more than one frame/],
      [record(undefined, frame(5, long)), /frames of type 5 do not exist/],
      [record(undefined, frame(0xffff_ff00, Buffer.alloc(1))), /a body of 1 bytes.*the limit is 0/],
      [record(undefined, frame(0xffff_ff02, Buffer.alloc(0))), /do not exist/],
    ];
    for (const [bytes, what] of wrong) {
      const reader = new FrameReader({
        key: undefined,
        knows: (type) => type < 5,
        borrows: () => true,
        onFrame: () => undefined,
      });
      assert.throws(
        () => reader.push(bytes),
        (error: Error) => error instanceof Garbage && what.test(error.message),
        `${what}`,
      );
    }
  });

  it('gives equal records codes of their own, and no code to what was cut otherwise', () => {
    const codes = new RecordCodes(key);
    const same = new RecordCodes(key);
    const bytes = Buffer.from('the same bytes');
    const first = codes.next(bytes);
    const second = codes.next(bytes);
    assert.equal(first.length, 16);
    assert.ok(!first.equals(second));
    // In parts or as a whole is the same.
    assert.deepEqual(same.next(bytes.subarray(0, 3), bytes.subarray(3)), first);
    assert.ok(!same.next(bytes.subarray(0, 3)).equals(second));
  });
});
