import assert from 'node:assert/strict';
import { REMOTE_FUNCTION } from '../../lib/values/index.js';
import { Reviver, TestRef, TestRemote } from './harness.js';

describe('the contents of a shipped function', () => {
  let reviver: Reviver;
  before(() => {
    reviver = new Reviver();
  });
  after(() => reviver.close());

  const make = (captured: unknown) => () => captured;

  it('decide its hash: equal source and data have one hash', () => {
    const hash = (captured: unknown) => reviver.capture(make(captured)).hash;
    assert.match(hash(1), /^[0-9a-f]{32}$/);
    assert.equal(hash(1), hash(1));
    assert.equal(hash({ a: [1, 'x'] }), hash({ a: [1, 'x'] }));
    assert.notEqual(hash(1), hash(2));
    assert.notEqual(hash({ a: [1] }), hash({ a: [2] }));
    assert.notEqual(hash(undefined), hash(null));
    assert.equal(hash(new Float64Array(20_000)), hash(new Float64Array(20_000)));
    assert.notEqual(hash(new Float64Array(20_000)), hash(new Float64Array(20_000).fill(1)));
  });

  it('give each version of a function that is defined again its own hash, and run as defined', async () => {
    const versions = [1, 2, 3, 4, 5].map(
      (version) => new Function('x', `return x * ${version}`) as (x: number) => number,
    );
    const hashes = versions.map((version) => reviver.capture(version).hash);
    assert.equal(new Set(hashes).size, 5);
    const results: number[] = [];
    for (const version of versions) results.push(await reviver.call(version, 10));
    assert.deepEqual(results, [10, 20, 30, 40, 50]);
    const captured = [1, 2, 3, 4, 5].map((factor) => (x: number) => x * factor);
    assert.equal(new Set(captured.map((fn) => reviver.capture(fn).hash)).size, 5);
  });

  it('are taken once a function, and anew for each function inside a value', async () => {
    let count = 1;
    const read = () => count;
    assert.equal(await reviver.call(read), 1);
    const callIt = (fn: () => number) => fn();
    assert.equal(await reviver.call(callIt, read), 1);
    count = 2;
    assert.equal(await reviver.call(read), 1);
    assert.equal(await reviver.call(callIt, read), 2);
    assert.equal(reviver.capture(read), reviver.capture(read));
  });

  it('hold big buffers as objects of the store, small ones themselves', async () => {
    const big = new Float64Array(100_000).fill(2);
    const small = new Float64Array(1000).fill(3);
    const fn = () => [big.length, big[99_999], small[999], big.byteOffset % 8, small.byteOffset % 8];
    const { held, payload } = reviver.capture(fn);
    assert.equal(held.length, 1);
    assert.ok(payload.length > 8000 && payload.length < 20_000, String(payload.length));
    assert.deepEqual(await reviver.call(fn), [100_000, 2, 3, 0, 0]);
    const callIt = (inner: () => number) => inner();
    assert.equal(await reviver.call(callIt, () => big[5]!), 2);
  });

  it('name the objects whose refs were captured', async () => {
    const ref = new TestRef(17);
    const list = [new TestRef(18), ref];
    const fn = () => [ref, list] as const;
    assert.deepEqual([...reviver.capture(fn).held].sort(), [17, 18]);
    const [same, [other, again]] = await reviver.call(fn);
    assert.deepEqual([same.handle, other!.handle, again!.handle], [17, 18, 17]);
    const held: number[] = [];
    reviver.session.codec
      .encode(() => list)
      .contained?.forEach((handle) => {
        held.push(handle);
      });
    assert.deepEqual(held.sort(), [17, 18]);
  });

  it('hold remote functions with their options, themselves included', async () => {
    const fib = new TestRemote((n: number) => (n < 2 ? n : typeof fib[REMOTE_FUNCTION].fn), {
      maxRetries: 2,
      retryErrors: [RangeError],
    });
    const result = await reviver.call(() => {
      const { fn, options } = fib[REMOTE_FUNCTION];
      const { maxRetries, retryErrors } = options as { maxRetries: number; retryErrors: unknown[] };
      return [(fn as (n: number) => unknown)(5), maxRetries, retryErrors[0] === RangeError];
    });
    assert.deepEqual(result, ['function', 2, true]);
    const api = { fib, deeper: { fib } };
    const inData = await reviver.call(() => {
      const { fn } = api.deeper.fib[REMOTE_FUNCTION];
      return [(fn as (n: number) => unknown)(1), api.fib === api.deeper.fib];
    });
    assert.deepEqual(inData, [1, true]);
  });

  it('can be shipped on by the process that got them', async () => {
    const settings = { scale: 2 };
    let calls = 0;
    class Scaler {
      static #made = 0;
      scale(value: number): number {
        Scaler.#made++;
        return value * settings.scale + Scaler.#made;
      }
    }
    const path = await import('node:path');
    const scale = (value: number) => {
      calls++;
      return [new Scaler().scale(value), calls, path.basename('a/b'), import.meta.url];
    };
    /** Runs in the other process, and gives back functions that were made there, or came there. */
    const make = () => {
      scale(1);
      let inner = 10;
      const local = (value: number) => [scale(value), inner++, path.sep, import.meta.url];
      local(1);
      return { scale, local, again: () => local(0) };
    };
    const { scale: same, local } = await reviver.call(make);
    // The state that they had there when they were shipped on.
    assert.deepEqual(same(10), [20 + 3, 3, 'b', import.meta.url]);
    assert.deepEqual(local(10), [[20 + 3, 3, 'b', import.meta.url], 11, path.sep, import.meta.url]);
    assert.equal(calls, 0);
    // And once more round.
    assert.deepEqual(await reviver.call(local, 10), [
      [20 + 4, 4, 'b', import.meta.url],
      12,
      path.sep,
      import.meta.url,
    ]);
  });
});
