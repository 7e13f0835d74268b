import assert from 'node:assert/strict';
import {
  connectSocket,
  createStore,
  dieWith,
  listenSocket,
  pumpSockets,
  type RayletStore,
} from '../../lib/store/native.js';
import { bytesOf, nextCounter, put, socketPair, TestStores } from './support.js';

type AnyFunction = (...values: unknown[]) => unknown;

/** Nothing that TypeScript's own mistakes could pass may crash the process. */
describe('arguments of the native surface', () => {
  const stores = new TestStores();
  let store: RayletStore;

  before(() => {
    store = stores.raylet();
  });
  after(() => stores.detachAll());

  const detachedView = new Uint8Array(64);
  structuredClone(detachedView, { transfer: [detachedView.buffer] });
  const strange: unknown[] = [
    undefined,
    null,
    true,
    'text',
    Symbol('symbol'),
    1n,
    -1,
    0.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    1e300,
    {},
    [],
    [undefined],
    [-1],
    [{}],
    () => undefined,
    new Uint8Array(4),
    detachedView,
    new Float64Array(4),
    new ArrayBuffer(4),
    new SharedArrayBuffer(4),
    new DataView(new ArrayBuffer(4)),
    new Proxy({}, {}),
    Object.create(Uint8Array.prototype),
  ];

  /** Arguments that are right, for each function that takes any. */
  function calls(): Record<string, [AnyFunction, () => unknown[]]> {
    const meta = bytesOf(8, 1);
    const handle = put(store, meta);
    const method = (name: keyof RayletStore): AnyFunction => store[name] as AnyFunction;
    return {
      createPending: [method('createPending'), () => [nextCounter(), 0]],
      createReplica: [method('createReplica'), () => [bytesOf(16, nextCounter()), 0]],
      createPendings: [method('createPendings'), () => [nextCounter(), 2]],
      put: [method('put'), () => [nextCounter(), meta, 0, 8, [meta], [handle], 0]],
      draft: [method('draft'), () => [meta, 0, 8, [meta], [handle], 0]],
      complete: [method('complete'), () => [[handle], [handle], 0]],
      completeSmall: [method('completeSmall'), () => [handle, 0, meta, 0, 8, 0]],
      abort: [method('abort'), () => [handle]],
      allocate: [method('allocate'), () => [100]],
      finishAllocated: [method('finishAllocated'), () => [handle, meta, 0, 8, 0]],
      sealDraft: [method('sealDraft'), () => [handle]],
      state: [method('state'), () => [handle]],
      read: [method('read'), () => [handle, meta]],
      open: [method('open'), () => [handle, 0]],
      taskFinished: [method('taskFinished'), () => [5]],
      contained: [method('contained'), () => [handle]],
      track: [method('track'), () => [{}, handle]],
      untrack: [method('untrack'), () => [1]],
      hold: [method('hold'), () => [handle]],
      release: [method('release'), () => [handle]],
      watchDrop: [method('watchDrop'), () => [handle]],
      unwatchDrop: [method('unwatchDrop'), () => [handle]],
      sweep: [method('sweep'), () => [true]],
      free: [method('free'), () => [handle]],
      lookup: [method('lookup'), () => [new Uint8Array(16), 0]],
      writeId: [method('writeId'), () => [handle, new Uint8Array(16), 0]],
      idString: [method('idString'), () => [handle]],
      wait: [method('wait'), () => [handle]],
      startTask: [method('startTask'), () => [handle, 0]],
      takeBack: [method('takeBack'), () => [handle, 0]],
      restart: [method('restart'), () => [handle, 0, 1]],
      taskWord: [method('taskWord'), () => [handle]],
      setRunning: [method('setRunning'), () => [0]],
      claimSlot: [method('claimSlot'), () => [1]],
      reclaimSlot: [method('reclaimSlot'), () => [200]],
      running: [method('running'), () => [0]],
      takeWaiters: [method('takeWaiters'), () => [handle]],
    };
  }

  it('throws a TypeError for each wrong value in each place, and nothing else happens', () => {
    for (const [name, [call, good]] of Object.entries(calls())) {
      for (let place = 0; place < good().length; place++) {
        for (const value of strange) {
          const values = good();
          values[place] = value;
          try {
            call(...values);
          } catch (error) {
            // Some of the strange values are right in some places, and some right ones are wrong by now.
            const { code } = error as { code: string };
            assert.match(
              code,
              /^ERR_MOBULA_(INVALID_ARGUMENT|OBJECT_FREED|OBJECT_STORE_FULL)$/,
              `${name}: ${error}`,
            );
            if (code === 'ERR_MOBULA_INVALID_ARGUMENT') assert.ok(error instanceof TypeError, name);
          }
        }
        assert.throws(
          () => call(...good().slice(0, place), 'text', ...good().slice(place + 1)),
          { name: 'TypeError', code: 'ERR_MOBULA_INVALID_ARGUMENT' },
          `${name}, argument ${place}`,
        );
      }
      assert.deepEqual(store.check(), [], name);
    }
  });

  it('does not let ranges leave their arrays', () => {
    const meta = bytesOf(8, 1);
    for (const [start, end] of [
      [0, 9],
      [5, 4],
      [9, 9],
    ] as const) {
      assert.throws(() => store.put(1, meta, start, end, undefined, undefined, 0), TypeError);
      assert.throws(() => store.completeSmall(1, 0, meta, start, end, 0), TypeError);
    }
    assert.throws(() => store.lookup(new Uint8Array(16), 1), TypeError);
    assert.throws(() => store.lookup(new Uint8Array(15), 0), TypeError);
    assert.throws(() => store.writeId(put(store, meta), new Uint8Array(20), 5), TypeError);
    assert.throws(() => store.put(1, meta, 0, 8, undefined, undefined, 4096), TypeError);
    assert.throws(() => store.createPending(2 ** 40, 0), TypeError);
    assert.throws(() => store.createPending(1, 2 ** 24), TypeError);
    assert.throws(() => store.startTask(1, 65_536), TypeError);
    assert.throws(() => store.complete([], [], 0), TypeError);
    assert.throws(() => store.complete([1, 2], [1], 0), TypeError);
  });

  it('takes sockets and stores for what they are only', () => {
    const [here, there] = socketPair();
    const bare = here as unknown as Record<string, AnyFunction>;
    for (const [name, good] of [
      ['start', [() => undefined, () => undefined]],
      ['read', [new Uint8Array(8), 0, 8]],
      ['write', [new Uint8Array(8), 0, 8]],
      ['watchWritable', [true]],
      ['sendStore', [store, 1]],
    ] as [string, unknown[]][]) {
      for (let place = 0; place < good.length; place++) {
        const values = good.slice();
        values[place] = 'text';
        assert.throws(() => bare[name]!.apply(here, values), TypeError, `${name}, argument ${place}`);
      }
      assert.throws(() => bare[name]!.apply(store, good), TypeError, `${name} of another object`);
      assert.throws(() => bare[name]!.apply(undefined, good), TypeError);
    }
    for (const imposter of [{}, here, new Proxy(store, {}), Object.create(store)]) {
      assert.throws(() => here.sendStore(imposter as RayletStore, 1), TypeError);
    }
    assert.throws(() => here.sendStore(store, 0), TypeError, 'the own slot');
    assert.throws(() => here.sendStore(store, 77), TypeError, 'a slot that was not claimed');
    const SocketClass = here.constructor as new (...values: unknown[]) => unknown;
    assert.throws(() => new SocketClass(), TypeError);
    assert.throws(() => new SocketClass({}), TypeError);
    here.close();
    there.close();
    assert.throws(
      () =>
        here.start(
          () => undefined,
          () => undefined,
        ),
      { code: 'EBADF' },
    );
    assert.throws(() => here.receiveStore(), { code: 'EBADF' });
    assert.equal(here.read(new Uint8Array(1), 0, 1), -1);
    assert.equal(here.write(new Uint8Array(1), 0, 1), -1);
    assert.equal(here.descriptor, -1);
  });

  it('refuses bad stores, paths and processes', () => {
    const bad = (call: (value: never) => unknown, ...values: unknown[]): void => {
      for (const value of values) assert.throws(() => call(value as never), TypeError);
    };
    bad((memory: number) => createStore({ memory }), -1, 'much', undefined, Number.NaN);
    bad((maxObjects: number) => createStore({ memory: 2 ** 20, maxObjects }), -1, 'many');
    bad(connectSocket, 1, undefined, null);
    bad((path: string) => listenSocket(path, () => undefined), 1, undefined);
    bad((callback: () => void) => listenSocket('/tmp/x', callback), 1, undefined);
    bad(pumpSockets, -1, 'long', undefined);
    bad(dieWith, 0, -1, 'init', undefined);
    assert.throws(() => connectSocket('/nonexistent/socket'), { code: 'ENOENT', syscall: 'connect' });
    assert.throws(() => connectSocket(`/tmp/${'x'.repeat(200)}`), { code: 'ENAMETOOLONG' });
    assert.throws(() => listenSocket('/nonexistent/socket', () => undefined), {
      code: 'ENOENT',
      syscall: 'listen',
    });
    assert.throws(
      () => createStore({ memory: 2 ** 52 }),
      (error: Error) => error.message.length > 0,
    );
  });
});
