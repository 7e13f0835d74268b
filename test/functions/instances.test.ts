import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { SerializationError } from '../../lib/errors/index.js';
import { Machine } from './fixtures/library.js';
import { Reviver } from './harness.js';

class Model {
  readonly weights: number[];
  parent: Model | undefined;
  constructor(weights: number[]) {
    this.weights = weights;
  }
  predict(value: number): number {
    return this.weights.reduce((sum, weight) => sum + weight * value, 0);
  }
}

class Scaled extends Model {
  readonly scale = 2;
  override predict(value: number): number {
    return super.predict(value) * this.scale;
  }
}

class Cache extends Map<string, number> {
  misses = 0;
  fetch(key: string): number {
    return this.get(key) ?? --this.misses;
  }
}

class Money {
  readonly #cents: number;
  constructor(cents: number) {
    this.#cents = cents;
  }
  get cents(): number {
    return this.#cents;
  }
}

describe('objects of classes that functions capture', () => {
  let reviver: Reviver;
  before(() => {
    reviver = new Reviver();
  });
  after(() => reviver.close());

  it('keep their class', async () => {
    const model = new Model([1, 2]);
    const scaled = new Scaled([1, 2]);
    scaled.parent = model;
    const result = await reviver.call(() => [
      model.predict(2),
      scaled.predict(2),
      scaled instanceof Model,
      scaled.parent === model,
      Object.keys(scaled),
    ]);
    assert.deepEqual(result, [6, 12, true, true, ['weights', 'parent', 'scale']]);
  });

  it('also inside other data, and when their constructor would do more', async () => {
    let made = 0;
    class Counted {
      id: number;
      constructor() {
        this.id = ++made;
      }
      label() {
        return `number ${this.id}`;
      }
    }
    const data = { list: [new Counted()], map: new Map([['key', new Counted()]]) };
    const result = await reviver.call(() => [data.list[0]!.label(), data.map.get('key')!.label(), made]);
    assert.deepEqual(result, ['number 1', 'number 2', 2]);
  });

  it('when the class extends a built-in one', async () => {
    const cache = new Cache([['a', 1]]);
    cache.misses = -5;
    class Points extends Array<number> {
      total() {
        return this.reduce((sum, value) => sum + value, 0);
      }
    }
    const points = Points.of(1, 2, 3) as Points;
    class Stamp extends Date {
      year() {
        return this.getUTCFullYear();
      }
    }
    const stamp = new Stamp(0);
    const result = await reviver.call(() => [
      cache.fetch('a'),
      cache.fetch('b'),
      cache.size,
      points.total(),
      points.length,
      stamp.year(),
    ]);
    assert.deepEqual(result, [1, -6, 1, 6, 3, 1970]);
  });

  it('when the class is one of a module, or of Node.js', async () => {
    const machine = new Machine();
    assert.equal(
      await reviver.call(() => machine instanceof Machine && machine.constructor === Machine),
      true,
    );
    const emitter = new EventEmitter();
    const seen: string[] = [];
    emitter.on('event', (value: string) => seen.push(value));
    const result = await reviver.call(() => {
      emitter.emit('event', 'x');
      return seen;
    });
    assert.deepEqual(result, ['x']);
    assert.deepEqual(seen, []);
  });

  it('when their prototype is an object', async () => {
    const animal = {
      sound: 'noise',
      speak: function (this: { sound: string }) {
        return this.sound;
      },
    };
    const dog = Object.create(animal, { sound: { value: 'woof', enumerable: true } }) as typeof animal;
    const puppy = Object.create(dog) as typeof animal;
    const result = await reviver.call(() => [
      dog.speak(),
      puppy.speak(),
      Object.getPrototypeOf(puppy) === dog,
    ]);
    assert.deepEqual(result, ['woof', 'woof', true]);
  });

  it('are refused when they have private members, as nobody can take those out', () => {
    const money = { price: [new Money(5)] };
    const fn = () => money.price[0]!.cents;
    assert.throws(
      () => reviver.capture(fn),
      (error: SerializationError) =>
        error instanceof SerializationError &&
        error.path.endsWith(' fn -> money -> Money') &&
        error.reason.includes('#cents'),
    );
  });

  it('unless a serializer is registered for their class', async () => {
    reviver.session.serializers.register(Money, {
      serialize: (money) => money.cents,
      deserialize: (cents: number) => new Money(cents),
    });
    const price = new Money(7);
    const result = await reviver.call(() => [price.cents, price instanceof Money]);
    assert.deepEqual(result, [7, true]);
  });
});
