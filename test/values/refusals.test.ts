import assert from 'node:assert/strict';
import { createHash, createSecretKey } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { createServer, Socket } from 'node:net';
import { MessageChannel } from 'node:worker_threads';
import { SerializationError } from '../../lib/errors/index.js';
import { createCodec } from '../../lib/values/index.js';
import { roundTrip } from './support.js';

const codec = createCodec();

function refusal(value: unknown, name?: string): SerializationError {
  try {
    codec.encode(value, name);
  } catch (error) {
    assert.ok(error instanceof SerializationError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'it was not refused' });
}

const unsendable = Promise.resolve();

describe('the path of what cannot be sent', () => {
  const pathOf = (value: unknown, name?: string) => refusal(value, name).path;

  it('leads through every kind of container', () => {
    assert.equal(pathOf(unsendable), 'value');
    assert.equal(pathOf({ a: [1, 2, 3, { b: unsendable }] }), 'value.a[3].b');
    assert.equal(pathOf({ 'a key': { Größe: { 5: unsendable } } }), 'value["a key"].Größe["5"]');
    assert.equal(pathOf(new Map([['k', unsendable]])), 'value.get("k")');
    assert.equal(pathOf(new Map([[{}, [unsendable]]])), 'value.get({})[0]');
    assert.equal(
      pathOf(
        new Map([
          [1, 2],
          [{ x: unsendable }, 3],
        ] as [unknown, unknown][]),
      ),
      'value.keys()[1].x',
    );
    assert.equal(pathOf(new Set([1, unsendable])), 'value.values()[1]');
    assert.equal(pathOf(new Error('x', { cause: { y: unsendable } })), 'value.cause.y');
    assert.equal(pathOf(Object.assign(new Error('x'), { request: unsendable })), 'value.request');
    assert.equal(pathOf(new AggregateError([1, unsendable])), 'value.errors[1]');
    const withHole: unknown[] = [1];
    withHole[5] = unsendable;
    assert.equal(pathOf(withHole), 'value[5]');
    assert.equal(pathOf(Object.assign([1], { extra: unsendable })), 'value.extra');
    assert.equal(pathOf(new Array(100).fill({ deep: [unsendable] })), 'value[0].deep[0]');
  });

  it('is right for objects whose shape is known by now', () => {
    for (let times = 0; times < 5; times++) {
      assert.equal(pathOf({ first: { id: 1 }, second: { id: unsendable } }), 'value.second.id');
    }
  });

  it('starts with the name of the value', () => {
    assert.equal(pathOf([unsendable], 'argument 2'), 'argument 2[0]');
    assert.equal(pathOf(unsendable, 'argument 1'), 'argument 1');
  });

  it('leaves the codec as it was', () => {
    refusal({ a: [unsendable] });
    assert.deepEqual(roundTrip(codec, { a: [1] }), { a: [1] });
  });
});

describe('what is refused', () => {
  const reasonOf = (value: unknown) => refusal({ it: value }).reason;

  it('says why, and what to do instead', () => {
    assert.match(reasonOf(Promise.resolve()), /Await it/);
    assert.match(reasonOf(new WeakMap()), /Use a Map/);
    assert.match(reasonOf(new WeakSet()), /Use a Set/);
    assert.match(reasonOf(new WeakRef({})), /ref\.deref\(\)/);
    assert.match(reasonOf(new SharedArrayBuffer(8)), /mobula\.put or mobula\.allocate/);
    assert.match(reasonOf(new Uint8Array(new SharedArrayBuffer(8))), /mobula\.put or mobula\.allocate/);
    assert.match(reasonOf(Symbol('local')), /Symbol\(local\) exists in its process only/);
    assert.match(reasonOf(Object(Symbol('x'))), /Symbol/);
    assert.match(
      reasonOf(() => 1),
      /functions cannot be sent here/,
    );
    assert.match(reasonOf(new Map().entries()), /Map Iterator .* \[\.\.\.iterator\]/);
    assert.match(
      reasonOf(
        (function* () {
          yield 1;
        })(),
      ),
      /a Generator is a running function/,
    );
    assert.match(reasonOf(new Intl.NumberFormat()), /a NumberFormat has native state/);
    assert.match(reasonOf(new AbortController()), /currentTask\(\)\.signal/);
    assert.match(reasonOf(new ReadableStream()), /ReadableStream has hidden state/);
    assert.match(reasonOf(new Blob(['x'])), /arrayBuffer\(\)/);
    assert.match(reasonOf(createSecretKey(Buffer.from('k'))), /SecretKeyObject has native state/);
    assert.match(reasonOf(createHash('sha256')), /a stream \(Hash\)/);
    assert.match(reasonOf(process), /native state/);
  });

  it('modules, timers, sockets, ports', async () => {
    assert.match(reasonOf(await import('node:path')), /it is a module\. Import/);
    const timer = setTimeout(() => {}, 0);
    assert.match(reasonOf(timer), /timer/);
    clearTimeout(timer);
    const socket = new Socket();
    assert.match(reasonOf(socket), /a stream \(Socket\)/);
    socket.destroy();
    const { port1 } = new MessageChannel();
    assert.match(reasonOf(port1), /a MessagePort has native state/);
    port1.close();
    const server = createServer().listen(0);
    assert.match(reasonOf(server), /a Server has native state/);
    await new Promise((resolve) => server.close(resolve));
  });

  it('memory that was given away', () => {
    const buffer = new ArrayBuffer(8);
    const view = new Uint8Array(buffer);
    structuredClone(buffer, { transfer: [buffer] });
    assert.match(reasonOf(buffer), /given away/);
    assert.match(reasonOf(view), /given away/);
  });

  it('what is nested more deeply than the stack', () => {
    let chain: object = {};
    for (let depth = 0; depth < 200_000; depth++) chain = { chain };
    assert.match(refusal(chain).reason, /nested too deeply/);
  });

  it('classes of the program that hold native objects under a symbol', () => {
    class Session {
      readonly id = 1;
    }
    const { port1 } = new MessageChannel();
    const session = Object.assign(new Session(), { [Symbol('handle')]: port1 });
    assert.match(reasonOf(session), /a Session has native state/);
    port1.close();
  });

  it('not what only looks like it', () => {
    class Timeout {
      readonly milliseconds = 5;
    }
    class Headers {
      readonly list = ['x'];
    }
    assert.deepEqual(roundTrip(codec, [new Timeout(), new Headers()]), [
      { milliseconds: 5 },
      { list: ['x'] },
    ]);
    const emitter = Object.assign(new EventEmitter(), { own: 1 });
    assert.equal((roundTrip(codec, emitter) as { own: number }).own, 1);
    assert.deepEqual(roundTrip(codec, Object.assign(Object.create({ inherited: 1 }), { own: 2 })), {
      own: 2,
    });
    assert.ok(Object.keys(roundTrip(codec, process.env)).length > 0);
  });

  it("errors of the program's own getters pass as they are", () => {
    const own = new RangeError('mine');
    const value = {
      get broken() {
        throw own;
      },
    };
    assert.throws(
      () => codec.encode([value]),
      (error) => error === own,
    );
  });
});
