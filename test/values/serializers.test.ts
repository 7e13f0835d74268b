import assert from 'node:assert/strict';
import { InvalidArgumentError, SerializationError } from '../../lib/errors/index.js';
import {
  type AnyFunction,
  type CodecHooks,
  createCodec,
  SerializerRegistry,
} from '../../lib/values/index.js';
import { load, roundTrip, store } from './support.js';

class Vector {
  readonly #components: Float64Array;

  constructor(components: Float64Array) {
    this.#components = components;
  }

  get components(): Float64Array {
    return this.#components;
  }

  static readonly serializer = {
    serialize: (vector: Vector) => vector.components,
    deserialize: (components: Float64Array) => new Vector(components),
  };
}

class Unit extends Vector {}

class Cell {
  content: unknown;

  constructor(content: unknown) {
    this.content = content;
  }
}

function registered(hooks: CodecHooks = {}) {
  const serializers = new SerializerRegistry();
  serializers.register(Vector, Vector.serializer);
  return { serializers, codec: createCodec(hooks, { serializers }) };
}

describe('registered serializers', () => {
  it('take an instance apart and put it together', () => {
    const { codec } = registered();
    const vector = new Vector(Float64Array.of(1, 2.5));
    const copy = roundTrip(codec, { vector, list: [vector, new Vector(new Float64Array(1000))] });
    assert.ok(copy.vector instanceof Vector);
    assert.deepEqual(copy.vector.components, vector.components);
    assert.equal(copy.list[0], copy.vector);
    assert.equal(copy.list[1]!.components.length, 1000);
  });

  it('leave big data out of band', () => {
    const { codec } = registered();
    const encoded = codec.encode(new Vector(new Float64Array(1000)));
    assert.equal(encoded.buffers?.length, 1);
    assert.ok(encoded.end < 100);
  });

  it('serve subclasses that have none of their own', () => {
    const { codec, serializers } = registered();
    assert.equal(Object.getPrototypeOf(roundTrip(codec, new Unit(Float64Array.of(1)))), Vector.prototype);
    serializers.register(Unit, {
      serialize: ({ components }: Unit) => components,
      deserialize: (data: Float64Array) => new Unit(data),
    });
    assert.ok(roundTrip(codec, new Unit(Float64Array.of(1))) instanceof Unit);
    assert.equal(Object.getPrototypeOf(roundTrip(codec, new Vector(Float64Array.of(1)))), Vector.prototype);
  });

  it('take effect for classes that were seen before, and replace each other', () => {
    const serializers = new SerializerRegistry();
    const codec = createCodec({}, { serializers });
    assert.deepEqual(roundTrip(codec, new Cell(5)), { content: 5 });
    serializers.register(Cell, {
      serialize: (cell: Cell) => cell.content,
      deserialize: (content: unknown) => new Cell(content),
    });
    assert.ok(roundTrip(codec, new Cell(5)) instanceof Cell);
    serializers.register(Cell, { serialize: () => 0, deserialize: () => new Cell('second') });
    assert.deepEqual(roundTrip(codec, new Cell(5)).content, 'second');
  });

  it('may nest, and may stand in the way of a cycle', () => {
    const serializers = new SerializerRegistry();
    serializers.register(Cell, {
      serialize: (cell: Cell) => [cell.content],
      deserialize: ([content]: unknown[]) => new Cell(content),
    });
    const codec = createCodec({}, { serializers });
    const shared = { x: 1 };
    const nested = roundTrip(codec, [new Cell(new Cell(shared)), shared]);
    assert.equal(((nested[0] as Cell).content as Cell).content as object, nested[1]);

    const cyclic = new Cell(undefined);
    cyclic.content = { inside: cyclic };
    assert.throws(() => codec.encode({ cyclic }), {
      code: SerializationError.code,
      path: 'value.cyclic.serialize()[0].inside',
      reason: 'what its serializer makes of it contains the object itself.',
    });
    assert.throws(() => codec.encode(new Cell(Promise.resolve())), { path: 'value.serialize()[0]' });
  });

  it('are needed by the receiver too, if nothing can ship them', () => {
    const stored = store(registered().codec.encode(new Vector(Float64Array.of(1))));
    assert.throws(() => load(createCodec(), stored), /no serializer 'Vector@/);
  });

  it('of one name in both processes are each their own', () => {
    const sender = new SerializerRegistry();
    const receiver = new SerializerRegistry();
    sender.register(Vector, { ...Vector.serializer, name: 'test.Vector' });
    receiver.register(Vector, {
      serialize: () => 0,
      deserialize: () => new Unit(new Float64Array(0)),
      name: 'test.Vector',
    });
    const stored = store(createCodec({}, { serializers: sender }).encode(new Vector(Float64Array.of(1))));
    assert.ok(load(createCodec({}, { serializers: receiver }), stored) instanceof Unit);
  });

  it('are refused for what is no class, or is built in', () => {
    const { serializers } = registered();
    const any = serializers.register.bind(serializers) as (...args: unknown[]) => void;
    assert.throws(() => any({}, Vector.serializer), InvalidArgumentError);
    assert.throws(() => any(Map, Vector.serializer), InvalidArgumentError);
    assert.throws(() => any(() => 1, Vector.serializer), InvalidArgumentError);
    assert.throws(() => any(Vector), InvalidArgumentError);
    assert.throws(() => any(Vector, { serialize: () => 1 }), InvalidArgumentError);
  });
});

describe('serializers that the receiver does not have', () => {
  /** Ships functions between two registries of this process as keys of a table. */
  const table: AnyFunction[] = [];
  let revived = 0;
  const hooks: CodecHooks = {
    functionToBytes: (fn) => Buffer.from([table.push(fn) - 1]),
    functionFromBytes(bytes) {
      revived++;
      return table[bytes[0]!]!;
    },
  };

  it('come with the first value, and serve both ways from then on', () => {
    const { codec: sender } = registered(hooks);
    const receiver = createCodec(hooks);
    const vectors = [new Vector(Float64Array.of(1)), new Vector(Float64Array.of(2))];
    const stored = store(sender.encode(vectors));
    revived = 0;
    const copies = load(receiver, stored) as Vector[];
    assert.deepEqual(
      copies.map((copy) => copy.components[0]),
      [1, 2],
    );
    assert.equal(revived, 1);
    load(receiver, stored);
    assert.equal(revived, 1);
    const back = load(sender, store(receiver.encode(copies))) as Vector[];
    assert.ok(back[0] instanceof Vector);
    assert.equal(revived, 1, 'the sender knows its own serializer by its name');
  });

  it('come along with a class that is shipped with its properties', () => {
    const { codec: sender } = registered(hooks);
    // What the shipping of functions sees on the class, and puts onto the copy that it makes.
    const [key] = Object.getOwnPropertySymbols(Vector);
    assert.equal(key, Symbol.for('mobula.serializer'));
    const own = Object.getOwnPropertyDescriptor(Vector, key!)!;
    assert.equal(own.enumerable, false);
    class Copy extends Vector {}
    const receiving = new SerializerRegistry();
    const receiver = createCodec(
      {
        ...hooks,
        functionFromBytes: (bytes) =>
          table[bytes[0]!] === (Vector as unknown) ? (Copy as unknown as AnyFunction) : table[bytes[0]!]!,
      },
      { serializers: receiving },
    );
    load(receiver, store(sender.encode({ property: own.value as object })));
    assert.equal(receiving.find(Copy.prototype)?.parts.target, Copy);
    const back = load(sender, store(receiver.encode(new Copy(Float64Array.of(3)))));
    assert.ok(back instanceof Vector && !(back instanceof Copy));
  });

  it('do not replace the one that the receiver registered itself', () => {
    const { codec: sender } = registered(hooks);
    const { codec: receiver, serializers } = registered(hooks);
    const own = serializers.find(Vector.prototype);
    assert.ok(load(receiver, store(sender.encode(new Vector(Float64Array.of(1))))) instanceof Vector);
    assert.equal(serializers.find(Vector.prototype), own);
  });
});
