import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection, MAX_FRAME_BYTES } from '../../lib/protocol/connection.js';
import { readTable, sendTable } from '../../lib/protocol/frames.js';
import { FrameType, Output, OutputT } from '../../lib/protocol/generated/protocol.js';
import {
  connectSocket,
  listenSocket,
  type NativeListener,
  type NativeSocket,
} from '../../lib/store/native.js';
import { until } from '../support/poll.js';

interface Received {
  type: number;
  body: Uint8Array;
}

/** One end of a connection that keeps what it is told. */
class End {
  readonly frames: Received[] = [];
  drains = 0;
  closed: { reason: Error | undefined } | undefined;
  readonly connection: Connection;

  constructor(socket: NativeSocket, onFrame: (end: End, frame: Received) => void = () => undefined) {
    this.connection = new Connection(socket, {
      onFrame: (type, bytes, start, end) => {
        const frame = { type, body: bytes.slice(start, end) };
        this.frames.push(frame);
        onFrame(this, frame);
      },
      onDrained: () => {
        this.drains++;
      },
      onClosed: (reason) => {
        this.closed = { reason };
      },
    });
    this.connection.start();
  }
}

describe('a connection', () => {
  let listener: NativeListener;
  let path: string;
  let accepted: NativeSocket[];
  const ends: End[] = [];

  const connect = async (onFrame?: (end: End, frame: Received) => void): Promise<[End, End]> => {
    const near = new End(connectSocket(path));
    await until(() => accepted.length > 0, { what: 'the connection' });
    const far = new End(accepted.pop()!, onFrame);
    ends.push(near, far);
    return [near, far];
  };

  before(() => {
    accepted = [];
    path = join(mkdtempSync(join(tmpdir(), 'connection-')), 'socket');
    listener = listenSocket(path, (socket) => accepted.push(socket));
  });
  afterEach(() => {
    for (const { connection } of ends.splice(0)) connection.close();
  });
  after(() => listener.close());

  it('hands over frames whole and in order, whatever their sizes', async () => {
    const [near, far] = await connect();
    const sizes = [0, 1, 7, 8, 1000, 65_536, 300_000, 3, 5_000_000, 0, 12];
    for (const [index, size] of sizes.entries())
      near.connection.send(index + 1, new Uint8Array(size).fill(index));
    await until(() => far.frames.length === sizes.length, { what: 'all frames' });
    for (const [index, size] of sizes.entries()) {
      const { type, body } = far.frames[index]!;
      assert.equal(type, index + 1);
      assert.equal(body.length, size);
      assert.ok(body.every((byte) => byte === index));
    }
    assert.ok(far.drains > 0);
    assert.ok(near.connection.drained);
  });

  it('carries tables in both directions at once', async () => {
    const [near, far] = await connect((end, { body }) => {
      const text = readTable(Output.getRootAsOutput, body, 0).text()!;
      sendTable(end.connection, FrameType.Output, new OutputT('far', 2, false, text.toUpperCase()));
    });
    for (let index = 0; index < 2000; index++) {
      sendTable(near.connection, FrameType.Output, new OutputT('near', 1, true, `line ${index}`));
    }
    await until(() => near.frames.length === 2000, { what: 'all answers' });
    const texts = near.frames.map(({ body }) => readTable(Output.getRootAsOutput, body, 0).unpack().text);
    assert.deepEqual(
      texts,
      Array.from({ length: 2000 }, (_, index) => `LINE ${index}`),
    );
    assert.equal(far.frames.length, 2000);
  });

  it('sends what a synchronous loop queues once 64 KiB have gathered', async () => {
    const [near, far] = await connect();
    for (let index = 0; index < 300; index++) near.connection.send(1, new Uint8Array(1000));
    far.connection.socket.watchWritable(false);
    // Nothing but the system calls of this very turn has happened so far.
    assert.ok(far.connection.socket.read(new Uint8Array(1), 0, 1) === 1, 'bytes have arrived already');
    near.connection.close();
  });

  it('tells once that the other side has ended, after its last frames', async () => {
    const [near, far] = await connect();
    near.connection.send(5, new Uint8Array(100_000));
    near.connection.close();
    await until(() => far.closed !== undefined, { what: 'the end' });
    assert.equal(far.frames.length, 1);
    assert.equal(far.closed!.reason, undefined);
    far.connection.send(1, new Uint8Array(1));
    assert.ok(far.connection.closed);
    assert.equal(near.closed, undefined, 'who closes is not told');
  });

  it('is closed by a length that no frame has', async () => {
    const socket = connectSocket(path);
    await until(() => accepted.length > 0, { what: 'the connection' });
    const far = new End(accepted.pop()!);
    ends.push(far);
    const garbage = new Uint8Array(8);
    new DataView(garbage.buffer).setUint32(0, MAX_FRAME_BYTES + 1, true);
    assert.equal(socket.write(garbage, 0, 8), 8);
    await until(() => far.closed !== undefined, { what: 'the end' });
    assert.match(far.closed!.reason!.message, /was announced; the limit is/);
    assert.equal(far.frames.length, 0);
    socket.close();
  });
});
