import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { createCodec } from '../../lib/values/index.js';
import { ValueGenerator } from './generate.js';
import { assertSameGraph } from './same-graph.js';
import { Random, roundTrip, testSeed } from './support.js';

/** Random values compared in one run. */
const VALUES = 2500;

describe('what the structured clone algorithm takes', () => {
  const codecs = [
    createCodec(),
    createCodec({}, { outOfBandBytes: 1 }),
    createCodec({}, { outOfBandBytes: 1e9 }),
  ];

  it('comes out as structuredClone gives it', function () {
    this.timeout(120_000);
    const seed = testSeed();
    console.log(`      seed ${seed}`);
    for (let number = 0; number < VALUES; number++) {
      const value = new ValueGenerator(new Random(seed + number)).value();
      try {
        assertSameGraph(roundTrip(codecs[number % codecs.length]!, value), structuredClone(value));
      } catch (error) {
        const text = inspect(value, { depth: 6, maxArrayLength: 20 }).slice(0, 3000);
        throw new Error(`MOBULA_TEST_SEED=${seed + number} fails for ${text}`, { cause: error });
      }
    }
  });

  const [codec] = codecs as [ReturnType<typeof createCodec>];
  const same = (value: unknown) => assertSameGraph(roundTrip(codec, value), structuredClone(value));

  it('matches of regular expressions keep index, input and groups', () => {
    same('abc'.match(/(?<letter>b)/));
    same(Object.assign(new Array(1000).fill(1.5), { columns: ['x'] }));
  });

  it('sparse arrays stay sparse, whatever their length', () => {
    const huge: unknown[] = new Array(4_000_000_000);
    huge[7] = 'seven';
    huge[3_000_000_000] = { far: true };
    same(huge);
    same(new Array(100_000));
    const late: unknown[] = new Array(5000);
    late.push(1);
    same(late);
    same(Object.assign(new Array(70).fill(undefined), { length: 90 }));
  });

  it('a chain of objects as long as structuredClone takes', () => {
    let chain: object = {};
    for (let depth = 0; depth < 1000; depth++) chain = depth % 2 ? { chain } : [chain];
    same(chain);
  });

  it('objects with more keys than a shape has, and keys in any order', () => {
    const many = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`key ${(index * 7919) % 500}`, index]),
    );
    for (let times = 0; times < 3; times++)
      same([many, { b: 1, a: 2 }, { a: 2, b: 1 }, { 5: 'five', 1: 'one' }]);
  });

  it('getters that remove or add what is still to be visited', () => {
    const shrinking = () => ({
      get a() {
        delete (this as { b?: number }).b;
        return 1;
      },
      b: 2 as number | undefined,
      c: 3,
    });
    for (let times = 0; times < 12; times++) {
      assertSameGraph(roundTrip(codec, shrinking()), structuredClone(shrinking()));
      assertSameGraph(
        roundTrip(codec, [shrinking(), shrinking()]),
        structuredClone([shrinking(), shrinking()]),
      );
    }
    const emptying = () => {
      const array: unknown[] = [1, 2, 3];
      Object.defineProperty(array, 0, {
        enumerable: true,
        get() {
          array.length = 1;
          return 'got';
        },
      });
      return array;
    };
    const emptied = roundTrip(codec, emptying());
    assert.equal(emptied.length, 3);
    assert.ok(!(1 in emptied));
    const growing = new Map<string, unknown>();
    growing.set('first', {
      get again() {
        growing.set(`new ${growing.size}`, 1);
        return 1;
      },
    });
    assert.equal(roundTrip(codec, growing).size, 1);
  });

  it('objects whose prototype says something else than they are', () => {
    same(Object.create(Map.prototype));
    same(Object.create(Error.prototype));
    same([Object.setPrototypeOf(new Map([[1, 2]]), new Date()), new Date(1)]);
    same(Object.setPrototypeOf(new Set([1]), Date.prototype));
    same(Object.setPrototypeOf(new Date(5), null));
    same(Object.setPrototypeOf([1, 2], {}));
  });

  it('shapes are found again after many others took their places', () => {
    const random = new Random(testSeed());
    for (let round = 0; round < 4000; round++) {
      const keys = Array.from({ length: 1 + random.below(4) }, () => `k${random.below(12)}`);
      const value = [1, 2, 3].map((number) => Object.fromEntries(keys.map((key) => [key, number])));
      assert.deepEqual(roundTrip(codec, value), value);
    }
  });
});

describe('beyond structured clone', () => {
  const codec = createCodec();

  it('Buffers stay Buffers, URLs stay URLs, symbols that every process has stay symbols', () => {
    const url = new URL('https://example.org/a?b#c');
    const value = {
      buffer: Buffer.from('text'),
      url,
      again: url,
      symbols: [Symbol.iterator, Symbol.for('mobula.test'), Symbol.asyncDispose].filter(Boolean),
    };
    const copy = roundTrip(codec, value);
    assert.ok(Buffer.isBuffer(copy.buffer));
    assert.equal(copy.buffer.toString(), 'text');
    assert.ok(copy.url instanceof URL);
    assert.equal(copy.url.href, url.href);
    assert.equal(copy.again, copy.url);
    assert.deepEqual(copy.symbols, value.symbols);
  });

  it('proxies are read through, arguments become objects', () => {
    const proxy = new Proxy({ a: [1] }, {});
    assert.deepEqual(roundTrip(codec, { proxy }).proxy, { a: [1] });
    assert.deepEqual(roundTrip(codec, new Proxy([1, 2], {})), [1, 2]);
    const parameters = (function (..._rest: unknown[]) {
      // biome-ignore lint/complexity/noArguments: it is what is tested
      return arguments;
    })(1, 'x') as unknown;
    assert.deepEqual(roundTrip(codec, parameters), { 0: 1, 1: 'x' });
  });
});
