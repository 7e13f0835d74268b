import assert from 'node:assert/strict';
import { ModulesNotLoadedError, SerializationError } from '../../lib/errors/index.js';
import {
  type AnyFunction,
  type Codec,
  type CodecHooks,
  createCodec,
  REMOTE_FUNCTION,
  type RemoteFunctionParts,
} from '../../lib/values/index.js';
import { load, roundTrip, roundTripImporting, store } from './support.js';

/** Stands for an ObjectRef. */
class Ref {
  readonly #handle: number;

  constructor(handle: number) {
    this.#handle = handle;
  }

  static handleOf(value: object): number {
    return #handle in value ? value.#handle : 0;
  }
}

/** Handles become ids by an arithmetic that any process knows. */
const refHooks: CodecHooks = {
  refHandle: Ref.handleOf,
  writeRefId(handle, target, offset) {
    new DataView(target.buffer, target.byteOffset + offset, 16).setFloat64(8, handle * 2);
  },
  readRef(bytes, offset) {
    return new Ref(new DataView(bytes.buffer, bytes.byteOffset + offset, 16).getFloat64(8) / 2);
  },
};

/** Functions travel as their source. */
function functionHooks(): CodecHooks & { shipped: string[] } {
  const shipped: string[] = [];
  return {
    shipped,
    functionToBytes(fn) {
      const source = Function.prototype.toString.call(fn);
      if (source.includes('[native code]')) {
        throw new SerializationError({
          path: `main.js:3 ${fn.name}`,
          reason: 'it is native.',
          file: 'main.js',
          line: 3,
        });
      }
      shipped.push(fn.name);
      return Buffer.from(source);
    },
    functionFromBytes(bytes) {
      return new Function(`return (${Buffer.from(bytes).toString()})`)() as AnyFunction;
    },
    makeRemote: (fn, options) => Object.assign(() => 'remote', { [REMOTE_FUNCTION]: { fn, options } }),
  };
}

describe('refs in values', () => {
  const codec = createCodec(refHooks);

  it('travel by the id of their object, and are listed for whoever keeps the value', () => {
    const [left, right] = [new Ref(2 ** 51 + 1), new Ref(7)];
    const encoded = codec.encode({ left, list: [right, left, new Ref(7)] });
    assert.deepEqual(encoded.contained, [2 ** 51 + 1, 7]);
    const copy = load(codec, store(encoded)) as { left: Ref; list: Ref[] };
    assert.equal(Ref.handleOf(copy.left), 2 ** 51 + 1);
    assert.deepEqual(copy.list.map(Ref.handleOf), [7, 2 ** 51 + 1, 7]);
    assert.equal(copy.list[1], copy.left);
    assert.notEqual(copy.list[2], copy.list[0]);
  });

  it('are listed once each, many as they are', () => {
    const refs = Array.from({ length: 3000 }, (_, index) => new Ref((index % 1000) + 1));
    const encoded = codec.encode(refs);
    assert.equal(encoded.contained?.length, 1000);
    const copies = load(codec, store(encoded)) as Ref[];
    assert.deepEqual(copies.map(Ref.handleOf), refs.map(Ref.handleOf));
  });

  it('do not stay listed for the next value', () => {
    codec.encode([new Ref(1)]);
    assert.equal(codec.encode([1]).contained, undefined);
  });
});

describe('functions in values', () => {
  it('are shipped by the hook, once each', () => {
    const hooks = functionHooks();
    const double = (x: number) => x * 2;
    const copy = roundTrip(createCodec(hooks), { double, again: [double], byKey: new Map([['k', double]]) });
    assert.equal(copy.double(4), 8);
    assert.equal(copy.again[0], copy.double);
    assert.equal(copy.byKey.get('k'), copy.double);
    assert.deepEqual(hooks.shipped, ['double']);
  });

  it('may hold objects of the store', () => {
    const codec = createCodec({
      ...functionHooks(),
      functionToBytes(fn, hold) {
        hold(5);
        hold(9);
        hold(5);
        return Buffer.from(Function.prototype.toString.call(fn));
      },
    });
    assert.deepEqual(codec.encode([() => 1]).contained, [5, 9]);
  });

  it('are refused with the path to the function, then the path into it', () => {
    assert.throws(() => createCodec(functionHooks()).encode({ a: [Math.max] }), {
      path: 'value.a[0]: main.js:3 max',
      file: 'main.js',
      line: 3,
      message: 'value.a[0]: main.js:3 max (main.js:3) cannot be sent to another process: it is native.',
    });
    assert.throws(() => createCodec(functionHooks()).encode(Math.max), { path: 'main.js:3 max' });
  });

  it('that need modules are asked for again once these are loaded', async () => {
    const hooks = functionHooks();
    let loaded = false;
    const codec = createCodec({
      ...hooks,
      functionFromBytes(bytes) {
        if (loaded) return hooks.functionFromBytes!(bytes);
        throw new ModulesNotLoadedError(['x'], async () => {
          loaded = true;
        });
      },
    });
    const copy = await roundTripImporting(codec, { before: [1], fn: () => 42 });
    assert.equal(copy.fn(), 42);
  });

  it('made by mobula.remote travel as function and options', () => {
    const codec = createCodec(functionHooks());
    const fn = (x: number) => x + 1;
    const remote = Object.assign(() => 'direct', { [REMOTE_FUNCTION]: { fn, options: { numCpus: 2 } } });
    const handle = { [REMOTE_FUNCTION]: { fn, options: undefined } };
    const copy = roundTrip(codec, {
      remote,
      fn,
      list: [remote],
      handle: Object.assign(Object.create({}), handle) as typeof handle,
    });
    const parts: RemoteFunctionParts = copy.remote[REMOTE_FUNCTION];
    assert.deepEqual(parts.options, { numCpus: 2 });
    assert.equal(parts.fn, copy.fn);
    assert.equal(copy.list[0], copy.remote);
    assert.equal(copy.handle[REMOTE_FUNCTION].fn, copy.fn as unknown);
  });
});

describe('a codec that is entered again', () => {
  it('by its hooks, on both ways', () => {
    const inner: { codec: Codec } = { codec: createCodec() };
    const codec = createCodec({
      functionToBytes(fn) {
        const { bytes, end } = codec.encode({ of: fn.name, list: [1, 2, { x: 1 }, { x: 2 }] });
        return new Uint8Array(bytes.subarray(0, end));
      },
      functionFromBytes(bytes) {
        const data = codec.decode(bytes, 0, bytes.length, undefined) as { of: string; list: unknown[] };
        return Object.assign(() => data.of, { list: data.list });
      },
    });
    inner.codec = codec;
    const shared = { x: 0 };
    const named = { first: () => 1, second: () => 2 };
    for (let times = 0; times < 20; times++) {
      const copy = roundTrip(codec, [
        { x: 1 },
        shared,
        named.first,
        { x: 3 },
        named.second,
        shared,
        { x: 'end' },
      ]);
      assert.deepEqual([copy[0], copy[3], copy[6]], [{ x: 1 }, { x: 3 }, { x: 'end' }]);
      assert.equal(copy[1], copy[5]);
      assert.equal((copy[2] as unknown as () => string)(), 'first');
      assert.deepEqual((copy[4] as unknown as { list: unknown }).list, [1, 2, { x: 1 }, { x: 2 }]);
    }
  });

  it('by getters, also when the inner value is refused', () => {
    const codec = createCodec();
    const value = {
      before: { k: 1 },
      get nested() {
        assert.throws(() => codec.encode({ k: Promise.resolve() }), SerializationError);
        return roundTrip(codec, { k: [{ k: 2 }, 'inner'] });
      },
      after: { k: 3 },
    };
    for (let times = 0; times < 20; times++) {
      assert.deepEqual(roundTrip(codec, value), {
        before: { k: 1 },
        nested: { k: [{ k: 2 }, 'inner'] },
        after: { k: 3 },
      });
    }
  });

  it('gives a result that lasts until the next value', () => {
    const codec = createCodec();
    const first = codec.encode({ a: 'x'.repeat(1e6) });
    assert.equal((load(codec, store(first)) as { a: string }).a.length, 1e6);
    const second = codec.encode([1]);
    assert.deepEqual(load(codec, store(second)), [1]);
  });
});

describe('bytes that no encoder wrote', () => {
  it('are an error, not an endless loop or a crash', () => {
    const codec = createCodec();
    const { bytes, start, end } = store(
      codec.encode([
        { a: 'text', b: [1.5, 'é', -3] },
        { a: new Map([[1, new Date(5)]]), b: new Float64Array(4) },
        new Error('x'),
      ]),
    );
    for (let length = 1; length < end - start; length++) {
      assert.throws(() => codec.decode(bytes, start, start + length, undefined), Error, `cut to ${length}`);
    }
    assert.throws(() => codec.decode(bytes, start, end + 1, undefined), Error);
    for (let at = start; at < end; at++) {
      for (const wrong of [0x00, 0x7f, 0xbf, 0xff]) {
        const mutated = bytes.slice();
        mutated[at] = wrong;
        try {
          codec.decode(mutated, start, end, undefined);
        } catch (error) {
          assert.ok(error instanceof Error);
        }
      }
    }
    assert.ok(codec.decode(bytes, start, end, undefined));
  });
});
