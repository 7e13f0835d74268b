import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { MessageChannel } from 'node:worker_threads';
import * as mobula from '../../lib/index.js';
import { failureOfClass, PATIENT } from '../integration/support/processes.js';
import { forgetSerializersAfterwards } from '../support/serializers.js';
import { errorOf, refuses } from './support.js';

/** Values that are wrong, past what the compiler lets through. */
const any = (value: unknown): never => value as never;

class Celsius {
  constructor(readonly degrees: number) {}
  get fahrenheit(): number {
    return this.degrees * 1.8 + 32;
  }
}

// biome-ignore lint/complexity/noStaticOnlyClass: it is about decorators of static methods
class Maths {
  @mobula.remote({ name: 'decorated', numReturns: 2 })
  static split(a: number): [number, number] {
    return [a, 2 * a];
  }

  @mobula.remote
  static async twice(a: number): Promise<number> {
    return 2 * a;
  }
}

describe('the interface', function () {
  this.timeout(60_000);

  forgetSerializersAfterwards();
  before(() => mobula.init({ numCpus: 1, objectStoreMemory: 32 * 2 ** 20 }));
  after(() => mobula.shutdown());

  const add = mobula.remote(function add(a: number, b: number): number {
    return a + b;
  });

  describe('a remote function', () => {
    it('is not called directly', async () => {
      const error = await errorOf(() => (add as unknown as (a: number, b: number) => number)(1, 2));
      assert.ok(error instanceof mobula.DirectCallError);
      assert.match(error.message, /add\.remote\(/);
      assert.equal(error.functionName, 'add');
    });

    it('has a bound `remote`', async () => {
      const { remote } = add;
      assert.equal(await mobula.get(remote(1, 2), PATIENT), 3);
      assert.deepEqual(
        await mobula.get(
          [1, 2].map((value) => remote(value, value)),
          PATIENT,
        ),
        [2, 4],
      );
    });

    it('stays as it is when options() makes another of it', async () => {
      const named = mobula.remote({ name: 'first', numReturns: 1 }, () => {
        const pair: [string, string] = [mobula.currentTask()!.name, 'second'];
        return pair;
      });
      const split = named.options({ numReturns: 2, name: 'other' });
      assert.notEqual(split, named);
      assert.deepEqual(await mobula.get(split.remote(), PATIENT), ['other', 'second']);
      assert.deepEqual(await mobula.get(named.remote(), PATIENT), ['first', 'second']);
      // Options that are not given stay.
      assert.deepEqual(await mobula.get(split.options({ maxRetries: 0 }).remote(), PATIENT), [
        'other',
        'second',
      ]);
    });

    it('takes values and refs, and passes on refs that stand inside values', async () => {
      assert.equal(await mobula.get(add.remote(add.remote(1, 2), mobula.put(3)), PATIENT), 6);
      const isRef = mobula.remote((box: { ref: mobula.ObjectRef<number> }) => [
        mobula.ObjectRef.is(box.ref),
        mobula.getSync(box.ref),
      ]);
      assert.deepEqual(await mobula.get(isRef.remote({ ref: mobula.put(5) }), PATIENT), [true, 5]);
    });

    it('is no class yet', async () => {
      const error = await errorOf(() => mobula.remote(any(Celsius)));
      assert.ok(error instanceof mobula.NotSupportedError);
      assert.match(error.message, /Actors/);
      const decorator = mobula.remote({}) as (value: unknown, context: unknown) => void;
      const context = { kind: 'class', name: 'X', addInitializer: () => {} };
      assert.ok((await errorOf(() => decorator(Celsius, context))) instanceof mobula.NotSupportedError);
    });

    it('is what remote makes of a decorated method, with its options', async () => {
      assert.deepEqual(Maths.split(4), [4, 8], 'the method itself is left alone');
      const refs = mobula.remote(Maths.split).remote(4) as unknown as mobula.ObjectRef<number>[];
      assert.deepEqual(await mobula.get(refs, PATIENT), [4, 8]);
      assert.equal((mobula.remote(Maths.split) as unknown as { name: string }).name, 'decorated');
      assert.equal(await mobula.get(mobula.remote(Maths.twice).remote(21), PATIENT), 42);
      const decorator = mobula.remote({}) as (value: unknown, context: unknown) => void;
      await refuses(
        () => decorator(() => 1, { kind: 'getter', name: 'x', addInitializer: () => {} }),
        /getter/,
      );
    });

    it('knows its task', async () => {
      assert.equal(mobula.currentTask(), undefined);
      const tell = mobula.remote({ name: 'teller' }, async () => {
        const before = mobula.currentTask()!;
        await new Promise((resolve) => setImmediate(resolve));
        const after = mobula.currentTask()!;
        return {
          name: after.name,
          id: after.id,
          attempt: after.attempt,
          same: before.id === after.id,
          aborted: after.signal.aborted,
        };
      });
      const ref = tell.remote();
      assert.deepEqual(await mobula.get(ref, PATIENT), {
        name: 'teller',
        id: ref.id,
        attempt: 1,
        same: true,
        aborted: false,
      });
    });
  });

  describe('wrong arguments', () => {
    it('are refused by remote', async () => {
      await refuses(() => mobula.remote(any(5)), /not 5/);
      await refuses(() => mobula.remote(any(undefined)), /not undefined/);
      await refuses(() => mobula.remote({}, any('text')), /fn is text/);
      await refuses(
        () =>
          mobula.remote(
            any(() => 1),
            any({ numCpus: 1 }),
          ),
        /options first/,
      );
    });

    const amounts = ['1', -1, Number.NaN, Number.POSITIVE_INFINITY, 0.00001, null];
    const wrongOptions: [string, unknown[], RegExp][] = [
      ['name', [5, ''], /name must be a string/],
      ['numCpus', amounts, /numCpus must be/],
      ['resources', [5, null, { CPU: 1 }, ...amounts.map((gpu) => ({ gpu }))], /resources/],
      ['numReturns', [0, -1, 1.5, '2', 2 ** 24, null], /numReturns must be a whole number from 1/],
      ['maxRetries', [-1, 1.5, '2', 10_001, null], /maxRetries must be a whole number from 0/],
      ['retryErrors', [1, 'all', [RangeError, 'x'], null, {}], /retryErrors must be/],
      ['exclusive', [1, 'yes', null], /exclusive must be true or false/],
      [
        'scheduling',
        [
          1,
          null,
          'spread',
          {},
          { node: 5 },
          { node: 'x' },
          { node: 'ab', soft: 1 },
          { node: 'ab', hard: true },
        ],
        /scheduling/,
      ],
    ];
    for (const [option, values, message] of wrongOptions) {
      it(`are refused as the option ${option}`, async () => {
        for (const value of values) {
          await refuses(() => mobula.remote(any({ [option]: value }), () => 1), message);
          await refuses(() => add.options(any({ [option]: value })), message);
          await refuses(() => mobula.remote(any({ [option]: value })), message);
        }
      });
    }

    it('are refused as options that nobody knows, or that are none', async () => {
      const ref = mobula.put(1);
      await refuses(() => mobula.remote(any({ numCpu: 1 }), () => 1), /no option 'numCpu'; it has .*numCpus/);
      await refuses(() => add.options(any({ timeout: 1 })), /no option 'timeout'/);
      await refuses(() => add.options(any(undefined)), /must be an object/);
      await refuses(() => mobula.get(ref, any({ timeOut: 1 })), /mobula\.get has no option 'timeOut'/);
      await refuses(() => mobula.wait([ref], any({ fetchLocal: true })), /mobula\.wait has no option/);
      await refuses(
        () => mobula.asCompleted([ref], any({ numReturns: 1 })).next(),
        /mobula\.asCompleted has no/,
      );
      await refuses(() => mobula.cancel(ref, any({ forced: true })), /mobula\.cancel has no option 'forced'/);
      for (const none of [0, 'x', null, []])
        await refuses(() => mobula.get(ref, any(none)), /must be an object/);
    });

    it('are refused as a callback of map', async () => {
      const refs = [mobula.put(1), mobula.put(2)];
      const error = await errorOf(() => refs.map(mobula.get as never));
      assert.ok(error instanceof TypeError);
      assert.match(error.message, /refs\.map\(\(ref\) => mobula\.get\(ref\)\)/);
    });

    it('are refused by init, which may be called again', async () => {
      await mobula.shutdown();
      for (const [options, message] of [
        [{ cpus: 1 }, /no option 'cpus'/],
        [5, /must be an object/],
        [{ numCpus: -1 }, /numCpus/],
        [{ numCpus: '2' }, /numCpus/],
        [{ resources: { CPU: 2 } }, /use numCpus/],
        [{ resources: { gpu: -1 } }, /resources\.gpu/],
        [{ objectStoreMemory: 1000 }, /objectStoreMemory must be a whole number of bytes, at least/],
        [{ objectStoreMemory: 2 ** 21 + 0.5 }, /objectStoreMemory/],
        [{ logToDriver: 'no' }, /logToDriver/],
        [{ address: 5 }, /address/],
      ] as const) {
        await refuses(() => mobula.init(any(options)), message);
      }
      await mobula.init({ numCpus: 1, objectStoreMemory: 32 * 2 ** 20 });
    });

    it('are refused where a ref is needed', async () => {
      for (const value of [undefined, null, 5, 'x', {}, Promise.resolve(1)]) {
        await refuses(() => mobula.get(any(value)), /mobula\.get takes an ObjectRef or an array of them/);
        await refuses(() => mobula.getSync(any(value)), /mobula\.getSync takes an ObjectRef/);
        await refuses(() => mobula.cancel(any(value)), /mobula\.cancel takes an ObjectRef/);
        await refuses(() => mobula.free(any(value)), /mobula\.free/);
        await refuses(() => mobula.wait(any(value)), /mobula\.wait takes an array/);
        const list = any([mobula.put(1), value]);
        await refuses(() => mobula.get(list), /element 1 is/);
        await refuses(() => mobula.getSync(list), /element 1 is/);
        await refuses(() => mobula.wait(list), /element 1 is/);
        await refuses(() => mobula.asCompleted(list).next(), /element 1 is/);
        await refuses(() => mobula.free(list), /element 1 is/);
      }
    });

    it('are refused by put, which stores no ref', async () => {
      await refuses(() => mobula.put(mobula.put(1)), /pass the ref on as it is, or wrap it/);
      const inner = mobula.put(1);
      const [ref] = await mobula.get(mobula.put([inner]));
      assert.equal(await mobula.get(ref!), 1);
    });

    it('are refused by allocate', async () => {
      for (const length of [0, -1, 1.5, '2', Number.NaN]) {
        await refuses(() => mobula.allocate(Uint8Array, any(length)), /length must be/);
      }
      for (const type of [Array, Object, 'Uint8Array', undefined]) {
        await refuses(() => mobula.allocate(any(type), 1), /constructor of a typed array/);
      }
    });

    it('are refused by registerSerializer', async () => {
      const parts = { serialize: () => 1, deserialize: () => new Celsius(1) };
      await refuses(() => mobula.registerSerializer(any(5), any(parts)), /must be a class/);
      await refuses(() => mobula.registerSerializer(Map, any(parts)), /Map is built in/);
      await refuses(() => mobula.registerSerializer(Celsius, any({ serialize: () => 1 })), /deserialize/);
    });
  });

  describe('an ObjectRef', () => {
    it('prints as ObjectRef(hex), everywhere', () => {
      const ref = mobula.put(1);
      assert.match(String(ref), /^ObjectRef\([0-9a-f]{32}\)$/);
      assert.equal(`${ref}`, `ObjectRef(${ref.id})`);
      assert.equal(inspect(ref), String(ref));
      assert.equal(inspect({ deep: [ref] }), `{ deep: [ ${ref} ] }`);
    });

    it('cannot be written as JSON, cloned or posted, and says why', async () => {
      const ref = mobula.put(1);
      const json = await failureOfClass(
        mobula.SerializationError,
        errorOf(() => JSON.stringify({ a: [ref] })).then((error) => Promise.reject(error)),
      );
      assert.match(json.message, /keeps nothing alive.*mobula\.get\(ref\)/);
      const { port1, port2 } = new MessageChannel();
      try {
        for (const copy of [() => structuredClone({ ref }), () => port1.postMessage([ref])]) {
          const error = await errorOf(copy);
          assert.ok(error instanceof DOMException);
          assert.equal(error.name, 'DataCloneError');
          assert.match(error.message, /ObjectRef cannot be cloned: send await mobula\.get\(ref\)/);
        }
      } finally {
        port1.close();
        port2.close();
      }
    });

    it('is no thenable: an async function can return it', async () => {
      const ref = mobula.put('value');
      assert.equal('then' in ref, false);
      assert.equal(await (async () => ref)(), ref);
    });

    it('is disposed by `using`, and is then of no use', async () => {
      let disposed: mobula.ObjectRef<number>;
      {
        using ref = mobula.put(1);
        disposed = ref;
      }
      assert.equal(String(disposed), 'ObjectRef(disposed)');
      for (const use of [
        () => mobula.get(disposed),
        () => mobula.get([disposed]),
        () => mobula.getSync(disposed),
        () => mobula.wait([disposed]),
        () => mobula.free(disposed),
        () => mobula.cancel(disposed),
        () => add.remote(disposed, 1),
        () => mobula.put({ disposed }),
        () => disposed.id,
      ]) {
        await refuses(use, /was disposed/);
      }
      disposed[Symbol.dispose]();
      assert.equal(await mobula.get(add.remote(1, 2), PATIENT), 3, 'nothing is left half done');
    });

    it('that another ref names too outlives the disposed one', async () => {
      const first = mobula.put('shared');
      const [second] = await mobula.get(mobula.put([first]));
      assert.equal(second!.id, first.id);
      first[Symbol.dispose]();
      assert.equal(await mobula.get(second!), 'shared');
    });
  });

  describe('free', () => {
    it('destroys for everybody', async () => {
      const refs = [mobula.put('a'), mobula.put('b'), mobula.put('c')] as const;
      const sees = mobula.remote(async (box: mobula.ObjectRef<string>[]) => {
        try {
          return await mobula.get(box[0]!);
        } catch (error) {
          return (error as mobula.MobulaError).code;
        }
      });
      mobula.free(refs[0]);
      mobula.free([refs[1]]);
      for (const ref of [refs[0], refs[1]]) {
        const error = await failureOfClass(mobula.ObjectFreedError, mobula.get(ref));
        assert.equal(error.objectId, ref.id);
        assert.ok((await errorOf(() => mobula.getSync(ref))) instanceof mobula.ObjectFreedError);
        assert.ok((await errorOf(() => mobula.get([refs[2], ref]))) instanceof mobula.ObjectFreedError);
        assert.equal((await mobula.wait([ref], { timeout: 0 }))[0][0], ref, 'there is nothing to wait for');
      }
      assert.equal(await mobula.get(sees.remote([refs[2]]), PATIENT), 'c');
      const box = mobula.put([refs[2]]);
      mobula.free(refs[2]);
      assert.equal(await mobula.get(sees.remote(box), PATIENT), 'ERR_MOBULA_OBJECT_FREED');
      mobula.free(refs[2]);
    });

    it('fails the task that was to take it', async () => {
      const ref = mobula.put(1);
      mobula.free(ref);
      const error = await errorOf(() => mobula.get(add.remote(ref, 1), PATIENT));
      assert.ok(error instanceof mobula.ObjectFreedError, String(error));
    });

    it('leaves what was read as it is', async () => {
      const ref = mobula.put(new Float64Array(100_000).fill(3));
      const array = await mobula.get(ref);
      mobula.free(ref);
      assert.ok(array.every((value) => value === 3));
    });

    it('of a result that is still to come lets nobody wait for ever', async () => {
      const later = mobula.remote(async () => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        return 1;
      });
      const ref = later.remote();
      const got = errorOf(() => mobula.get(ref, PATIENT));
      mobula.free(ref);
      assert.ok((await got) instanceof mobula.ObjectFreedError, String(await got));
    });
  });

  describe('allocate', () => {
    it('makes an object of what was filled, once', async () => {
      const out = mobula.allocate(Float64Array, 100_000);
      out.array.fill(2);
      const ref = out.seal();
      assert.equal(out.array.length, 0, 'the array is detached');
      await refuses(() => out.seal(), /stored or given back/);
      out[Symbol.dispose]();
      assert.equal((await mobula.get(ref)).length, 100_000);
      assert.ok((await mobula.get(ref)).every((value) => value === 2));
    });

    it('gives the memory back when it is disposed unsealed', async () => {
      const { drafts } = (await mobula.statistics()).store;
      {
        using out = mobula.allocate(Uint8Array, 2 ** 20);
        out.array[0] = 1;
        assert.equal((await mobula.statistics()).store.drafts.objects, drafts.objects + 1);
      }
      assert.equal((await mobula.statistics()).store.drafts.objects, drafts.objects);
    });

    it('has arrays that are put, passed and returned without a copy', async () => {
      const put = mobula.allocate(Int32Array, 50_000);
      put.array.fill(1);
      const ref = mobula.put(put.array);
      assert.equal(put.array.length, 0);
      const sum = mobula.remote((values: Int32Array) => values.reduce((total, value) => total + value, 0));
      assert.equal(await mobula.get(sum.remote(ref), PATIENT), 50_000);
      const made = mobula.remote((length: number) => {
        const out = mobula.allocate(Int32Array, length);
        out.array.fill(3);
        return out.array;
      });
      const got = await mobula.get(made.remote(50_000), PATIENT);
      assert.ok(got instanceof Int32Array && got.length === 50_000 && got.every((value) => value === 3));
    });
  });

  describe('registerSerializer', () => {
    it('carries instances to a task and back', async () => {
      mobula.registerSerializer(Celsius, {
        serialize: (value) => value.degrees,
        deserialize: (degrees: number) => new Celsius(degrees),
      });
      const warm = mobula.remote(
        (value: Celsius) => [value.fahrenheit, new Celsius(value.degrees + 1)] as const,
      );
      const [fahrenheit, warmer] = await mobula.get(warm.remote(new Celsius(100)), PATIENT);
      assert.equal(fahrenheit, 212);
      assert.ok(warmer instanceof Celsius);
      assert.equal(warmer.degrees, 101);
      assert.equal((await mobula.get(mobula.put({ deep: [new Celsius(5)] }))).deep[0]!.fahrenheit, 41);
    });
  });
});
