import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connectSocket, listenSocket, type NativeSocket, pumpSockets } from '../../lib/store/native.js';
import { compiled } from '../support/paths.js';
import { until } from '../support/poll.js';
import { bytesOf, MiB, socketPair, socketPath, spinUntil } from './support.js';

const nothing = (): void => undefined;

describe('sockets', () => {
  const open: { close(): void }[] = [];
  const pair = (): [NativeSocket, NativeSocket] => {
    const sockets = socketPair();
    open.push(...sockets);
    return sockets;
  };
  afterEach(() => {
    for (const each of open.splice(0)) each.close();
  });

  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
  const send = (socket: NativeSocket, message: string): void => {
    const bytes = Buffer.from(message);
    assert.equal(socket.write(bytes, 0, bytes.length), bytes.length);
  };

  it('carry bytes both ways, without the event loop', () => {
    const [here, there] = pair();
    const target = new Uint8Array(20);
    assert.equal(there.read(target, 0, 20), 0, 'nothing there yet');
    send(here, 'request');
    assert.equal(there.read(target, 5, 10), 7);
    assert.equal(text(target.subarray(5, 12)), 'request');
    send(there, 'answer');
    assert.equal(here.read(target, 0, 3), 3);
    assert.equal(here.read(target, 3, 17), 3);
    assert.equal(text(target.subarray(0, 6)), 'answer');
    assert.equal(here.read(target, 0, 0), 0);
    assert.equal(here.write(target, 0, 0), 0);
  });

  it('know who is at the other end', () => {
    const [here] = pair();
    assert.deepEqual(here.peer(), { pid: process.pid, uid: process.getuid!() });
    assert.ok(here.descriptor >= 0);
  });

  it('carry 10 MB in order, each side as fast as the other', async () => {
    const [here, there] = pair();
    const sent = bytesOf(10 * MiB, 1);
    const received = new Uint8Array(sent.length);
    let at = 0;
    let blocked = 0;
    const write = (): void => {
      while (at < sent.length) {
        const count = here.write(sent, at, sent.length - at);
        assert.ok(count >= 0);
        if (count === 0) {
          blocked++;
          here.watchWritable(true);
          return;
        }
        at += count;
      }
      here.watchWritable(false);
    };
    here.start(nothing, write);
    let filled = 0;
    const done = new Promise<void>((resolve) => {
      there.start(() => {
        const count = there.read(received, filled, received.length - filled);
        assert.ok(count >= 0);
        filled += count;
        if (filled === received.length) resolve();
      }, nothing);
    });
    write();
    await done;
    assert.ok(Buffer.from(received.buffer).equals(sent));
    assert.ok(blocked > 0, 'the kernel did not take all at once');
  });

  it('echo through another process', async () => {
    const path = socketPath();
    const accepted: NativeSocket[] = [];
    open.push(listenSocket(path, (socket) => accepted.push(socket)));
    const child = fork(compiled('test/store/fixtures/echo.ts'), [path]);
    const socket = await until(() => accepted[0], { what: 'the connection' });
    open.push(socket);
    assert.equal(socket.peer().pid, child.pid);
    let answer = '';
    const target = new Uint8Array(100);
    socket.start(() => {
      const count = socket.read(target, 0, 100);
      if (count > 0) answer += text(target.subarray(0, count));
    }, nothing);
    for (const message of ['one', ' two', ' three']) {
      const expected = answer + message;
      send(socket, message);
      await until(() => answer === expected, { what: 'the echo' });
    }
    child.kill();
    await once(child, 'exit');
  });

  it('deliver what a peer sent before it died, then the end', async () => {
    for (const death of ['SIGKILL', 'exit'] as const) {
      const path = socketPath();
      const accepted: NativeSocket[] = [];
      const listener = listenSocket(path, (socket) => accepted.push(socket));
      open.push(listener);
      const child = fork(compiled('test/store/fixtures/echo.ts'), [path, death === 'exit' ? 'exit' : 'stay']);
      const socket = await until(() => accepted[0], { what: 'the connection' });
      open.push(socket);
      send(socket, 'last words');
      const ended = once(child, 'exit');
      const target = new Uint8Array(100);
      let heard = '';
      let end = false;
      socket.start(() => {
        const count = socket.read(target, 0, 4);
        if (count > 0) heard += text(target.subarray(0, count));
        if (count < 0) {
          end = true;
          socket.close();
        }
      }, nothing);
      await until(() => heard.length === 10, { what: 'the last words' });
      child.kill('SIGKILL');
      await until(() => end, { what: 'the end' });
      assert.equal(heard, 'last words');
      await ended;
      listener.close();
    }
  });

  it('report a broken connection without an exception or a signal', () => {
    const [here, there] = pair();
    send(here, 'unread');
    there.close();
    assert.equal(here.write(new Uint8Array(10), 0, 10), -1);
    assert.equal(here.read(new Uint8Array(10), 0, 10), -1);
    const [left, right] = pair();
    send(left, 'half read');
    left.close();
    const target = new Uint8Array(20);
    assert.equal(right.read(target, 0, 4), 4);
    assert.equal(right.read(target, 0, 20), 5);
    assert.equal(right.read(target, 0, 20), -1);
  });

  it('report a reset to the loop, with unread bytes on both sides', async () => {
    const [here, there] = pair();
    send(here, 'to there');
    send(there, 'to here');
    let heard = '';
    let end = false;
    const target = new Uint8Array(2);
    here.start(() => {
      const count = here.read(target, 0, 2);
      if (count > 0) heard += text(target.subarray(0, count));
      else if (count < 0) {
        end = true;
        here.close();
      }
    }, nothing);
    there.close();
    await until(() => end, { what: 'the end' });
    assert.equal(heard, 'to here');
  });

  it('call no one after close, and can be closed in any callback', async () => {
    const [here, there] = pair();
    let calls = 0;
    here.start(
      () => {
        calls++;
        here.close();
        here.close();
      },
      () => assert.fail('closed'),
    );
    here.watchWritable(true);
    // Writable at once; the callback comes only after this turn.
    here.watchWritable(false);
    send(there, 'x');
    await until(() => calls > 0, { what: 'the callback' });
    assert.equal(there.write(Buffer.from('more'), 0, 4), -1);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(calls, 1);
  });

  it('start once', () => {
    const [here] = pair();
    here.start(nothing, nothing);
    assert.throws(() => here.start(nothing, nothing), { code: 'EALREADY' });
  });

  it('turn exceptions of callbacks into uncaughtException', async () => {
    const [here, there] = pair();
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    try {
      const caught = once(process, 'uncaughtException');
      here.start(() => {
        here.close();
        throw new RangeError('from onReadable');
      }, nothing);
      send(there, 'x');
      const [error] = await caught;
      assert.ok(error instanceof RangeError);
    } finally {
      for (const listener of listeners) process.on('uncaughtException', listener);
    }
  });

  it('run microtasks and ticks after each callback in the loop', async () => {
    const order: string[] = [];
    const sockets = [pair(), pair()];
    for (const [index, [here]] of sockets.entries()) {
      here.start(() => {
        here.close();
        order.push(`callback ${index}`);
        process.nextTick(() => order.push(`tick ${index}`));
        Promise.resolve().then(() => order.push(`microtask ${index}`));
      }, nothing);
    }
    for (const [, there] of sockets) send(there, 'x');
    await until(() => order.length === 6, { what: 'both callbacks' });
    for (let at = 0; at < 6; at += 3) {
      assert.deepEqual(
        order.slice(at, at + 3).map((line) => line.split(' ')[0]),
        ['callback', 'tick', 'microtask'],
      );
    }
  });

  describe('pumped', () => {
    it('call back in a synchronous loop', () => {
      const [here, there] = pair();
      const target = new Uint8Array(10);
      let heard = '';
      here.start(() => {
        heard += text(target.subarray(0, here.read(target, 0, 10)));
      }, nothing);
      assert.equal(pumpSockets(0), false);
      send(there, 'ping');
      assert.equal(pumpSockets(1000), true);
      assert.equal(heard, 'ping');
    });

    it('wait no longer than they are told', () => {
      const [here] = pair();
      here.start(nothing, nothing);
      assert.equal(pumpSockets(30), false);
    });

    it('call onWritable only while it is watched', () => {
      const [here] = pair();
      let writable = 0;
      here.start(nothing, () => writable++);
      assert.equal(pumpSockets(0), false);
      here.watchWritable(true);
      assert.equal(pumpSockets(0), true);
      here.watchWritable(false);
      assert.equal(pumpSockets(0), false);
      assert.equal(writable, 1);
    });

    it('accept connections', () => {
      const path = socketPath();
      const accepted: NativeSocket[] = [];
      open.push(listenSocket(path, (socket) => accepted.push(socket)));
      for (let index = 0; index < 10; index++) open.push(connectSocket(path));
      spinUntil(() => accepted.length === 10, 'ten connections');
      open.push(...accepted);
    });

    it('survive each other’s being closed and opened in callbacks', () => {
      const pairs = [pair(), pair(), pair()];
      const called: number[] = [];
      let opened: [NativeSocket, NativeSocket] | undefined;
      for (const [index, [here]] of pairs.entries()) {
        here.start(() => {
          called.push(index);
          for (const [other] of pairs) other.close();
          opened = pair();
          opened[0].start(nothing, nothing);
        }, nothing);
      }
      for (const [, there] of pairs) send(there, 'x');
      assert.equal(pumpSockets(1000), true);
      assert.equal(called.length, 1, 'the first closed the others');
      assert.equal(pumpSockets(0), false);
      assert.ok(opened !== undefined);
    });

    it('may be pumped again from a callback', () => {
      const [[here, there], [inner, outer]] = [pair(), pair()];
      let nested = false;
      inner.start(() => {
        inner.read(new Uint8Array(1), 0, 1);
        nested = true;
      }, nothing);
      here.start(() => {
        here.read(new Uint8Array(1), 0, 1);
        send(outer, 'y');
        spinUntil(() => nested, 'the nested callback');
      }, nothing);
      send(there, 'x');
      pumpSockets(1000);
      assert.equal(nested, true);
    });

    it('throw what a callback throws, and lose nothing of the others', () => {
      const pairs = [pair(), pair()];
      let heard = 0;
      for (const [here] of pairs) {
        here.start(() => {
          here.read(new Uint8Array(1), 0, 1);
          if (heard++ === 0) throw new RangeError('the first');
        }, nothing);
      }
      for (const [, there] of pairs) send(there, 'x');
      assert.throws(() => pumpSockets(1000), RangeError);
      assert.equal(heard, 1);
      assert.equal(pumpSockets(1000), true);
      assert.equal(heard, 2);
    });
  });

  describe('listeners', () => {
    it('remove their file, and refuse', () => {
      const path = socketPath();
      const listener = listenSocket(path, nothing);
      assert.ok(existsSync(path));
      assert.throws(() => listenSocket(path, nothing), { code: 'EADDRINUSE' });
      listener.close();
      listener.close();
      listener.ref();
      assert.ok(!existsSync(path));
      assert.throws(() => connectSocket(path), { code: 'ENOENT' });
    });

    it('can be closed in their callback', () => {
      const path = socketPath();
      let accepted = 0;
      const listener = listenSocket(path, (socket) => {
        accepted++;
        socket.close();
        listener.close();
      });
      const [first, second] = [connectSocket(path), connectSocket(path)];
      open.push(first, second);
      spinUntil(() => accepted > 0, 'a connection');
      assert.equal(pumpSockets(0), false);
      assert.equal(accepted, 1);
    });
  });

  for (const kind of ['socket', 'listener']) {
    it(`keep a process alive, unless unref was called: ${kind}`, async () => {
      const child = fork(compiled('test/store/fixtures/alive.ts'), [socketPath(), kind], { silent: true });
      const printed: string[] = [];
      child.stdout!.on('data', (chunk: Buffer) => printed.push(chunk.toString()));
      const [code] = await once(child, 'exit');
      assert.equal(code, 0);
      assert.equal(printed.join(''), 'held by ref, ended by unref\n');
    });
  }
});
