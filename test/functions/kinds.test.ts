// biome-ignore-all lint/complexity/noStaticOnlyClass: classes of all kinds are tested
// biome-ignore-all lint/complexity/noThisInStatic: so is `this` in them
import assert from 'node:assert/strict';
import { Reviver } from './harness.js';

/** Everything here is defined in a file that exports nothing: all of it goes by value. */
const offset = 100;
const settings = { scale: 3, nested: { list: [1, 2, 3] } };

function addOffset(value: number): number {
  return value + offset;
}

function isEven(n: number): boolean {
  return n === 0 || isOdd(n - 1);
}

function isOdd(n: number): boolean {
  return n !== 0 && isEven(n - 1);
}

class Shape {
  static made = 0;
  static readonly unit = { name: 'metre' };
  readonly #secret: number;
  name = 'shape';

  constructor(readonly sides: number) {
    this.#secret = sides * offset;
    Shape.made++;
  }

  static square(): Shape {
    return new Shape(4);
  }

  static get description(): string {
    return `${Shape.made} shapes in ${this.unit.name}`;
  }

  get secret(): number {
    return this.#hidden();
  }

  set secret(value: number) {
    this.name = String(value);
  }

  area(): number {
    return addOffset(this.sides);
  }

  #hidden(): number {
    return this.#secret;
  }

  *[Symbol.iterator](): Generator<number> {
    for (let side = 0; side < this.sides; side++) yield side;
  }
}

class Named extends Shape {
  static blocks = 0;
  static {
    // Runs once, here; not in every process that gets the class.
    Named.blocks++;
  }
  readonly label: string;

  constructor(label: string) {
    super(5);
    this.label = label;
  }

  override area(): number {
    return super.area() * 2;
  }

  static override square(): Shape {
    return super.square();
  }
}

describe('kinds of functions', () => {
  let reviver: Reviver;
  before(() => {
    reviver = new Reviver();
  });
  after(() => reviver.close());

  it('arrow functions, plain functions and async functions', async () => {
    assert.equal(await reviver.call((a: number, b: number) => a + b, 1, 2), 3);
    assert.equal(await reviver.call((a: number) => ({ a }).a, 1), 1);
    // biome-ignore lint/complexity/useArrowFunction: a plain function is what is tested
    const plain = function (a: number) {
      return a * 2;
    };
    assert.equal(await reviver.call(plain, 4), 8);
    const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const slow = async (a: number) => {
      await delay(1);
      return a;
    };
    assert.equal(await reviver.call(slow, 4), 4);
  });

  it('generators, asynchronous ones too', async () => {
    function* count(to: number): Generator<number> {
      for (let at = 0; at < to; at++) yield at;
    }
    async function* countSlowly(to: number): AsyncGenerator<number> {
      for (const at of count(to)) yield await at;
    }
    assert.deepEqual(await reviver.call(() => [...count(3)]), [0, 1, 2]);
    const all = async () => {
      const found: number[] = [];
      for await (const at of countSlowly(3)) found.push(at);
      return found;
    };
    assert.deepEqual(await reviver.call(all), [0, 1, 2]);
  });

  it('methods, getters, setters and computed names of objects', async () => {
    const key = 'computed';
    const object = {
      add(a: number, b: number) {
        return a + b + offset;
      },
      async slow(a: number) {
        return a;
      },
      *many() {
        yield* [1, 2];
      },
      [key + key](a: number) {
        return a * offset;
      },
      'quoted name'() {
        return 'quoted';
      },
      7() {
        return 'seven';
      },
      get() {
        return 'a method called get';
      },
      get value() {
        return offset;
      },
      set value(_value: number) {},
      async async() {
        return 'async';
      },
    };
    assert.equal(await reviver.call(object.add, 1, 2), 103);
    assert.equal(await reviver.call(object.slow, 1), 1);
    assert.deepEqual(await reviver.call(() => [...object.many()]), [1, 2]);
    const computed = object[key + key] as (a: number) => number;
    assert.equal(await reviver.call(computed, 2), 200);
    assert.equal(await reviver.call(() => computed.name), 'computedcomputed');
    assert.equal(await reviver.call(object['quoted name']), 'quoted');
    assert.equal(await reviver.call(object[7]), 'seven');
    assert.equal(await reviver.call(object.get), 'a method called get');
    assert.equal(await reviver.call(object.async), 'async');
    const getter = Object.getOwnPropertyDescriptor(object, 'value')!.get!;
    assert.equal(await reviver.call(getter), 100);
    assert.equal(await reviver.call(() => getter.name), 'get value');
    const setter = Object.getOwnPropertyDescriptor(object, 'value')!.set!;
    assert.equal(await reviver.call(() => setter.length), 1);
  });

  it('default parameters, destructuring and rest parameters', async () => {
    const fn = (
      { a = offset, ...others } = { a: undefined as number | undefined, b: 2 },
      [c] = [offset],
      ...rest: number[]
    ) => [a, others, c, rest];
    assert.deepEqual(await reviver.call(fn), [100, { b: 2 }, 100, []]);
    // A default value does not see the variables of the body.
    const x = 'outer';
    const shadow = (value = x) => {
      var x = 'inner';
      return [value, x];
    };
    assert.deepEqual(await reviver.call(shadow), ['outer', 'inner']);
  });

  it('new.target, plain functions with this, tagged templates', async () => {
    interface Point {
      x: number;
    }
    const Point = function (this: Point, x: number) {
      if (new.target === undefined) throw new TypeError('use new');
      this.x = x;
    } as unknown as { new (x: number): Point; prototype: { twice(): number } };
    Point.prototype.twice = function (this: Point) {
      return this.x * 2;
    };
    const made = await reviver.call(() => {
      const point = new Point(4) as Point & { twice(): number };
      return [point.x, point.twice(), point instanceof Point];
    });
    assert.deepEqual(made, [4, 8, true]);
    const tag = (strings: TemplateStringsArray, ...values: number[]) => [strings.raw.join('|'), values];
    assert.deepEqual(await reviver.call((a: number) => tag`a${a}b\n${offset}`, 1), ['a|b\\n|', [1, 100]]);
  });

  it('data, helper functions and their helpers', async () => {
    const deep = (value: number) => addOffset(value) * settings.scale;
    assert.equal(await reviver.call(deep, 1), 303);
    assert.deepEqual(await reviver.call(() => settings), settings);
  });

  it('recursion, mutual recursion, and cycles through data', async () => {
    const factorial = (n: bigint): bigint => (n < 2n ? 1n : n * factorial(n - 1n));
    assert.equal(await reviver.call(factorial, 20n), 2432902008176640000n);
    assert.equal(await reviver.call(isEven, 101), false);
    const registry: { name: string; all: (() => unknown)[] } = { name: 'registry', all: [] };
    registry.all.push(
      () => registry.name,
      () => registry.all.length,
    );
    assert.deepEqual(await reviver.call(() => registry.all.map((fn) => fn())), ['registry', 2]);
  });

  it('a named function expression means itself, a declaration what its name holds', async () => {
    let calls = 0;
    // biome-ignore lint/suspicious/noFunctionAssign: it is what is tested
    function count(n: number): number {
      return n === 0 ? 0 : 1 + count(n - 1);
    }
    const original = count;
    // @ts-expect-error: a function's name is a variable like others
    count = (n: number) => 10 + original(n);
    assert.equal(await reviver.call(original, 2), 1 + 10 + 1 + 10);
    const wrapped = function self(n: number): number {
      calls += 0;
      return n === 0 ? 0 : 1 + self(n - 1);
    };
    const self = () => 1000;
    assert.equal(self(), 1000);
    assert.equal(await reviver.call(wrapped, 2), 2);
    assert.equal(calls, 0);
    // biome-ignore lint/suspicious/noFunctionAssign: it is what is tested
    function initialise(): string {
      // @ts-expect-error: a function's name is a variable like others
      initialise = () => 'again';
      return 'first';
    }
    assert.deepEqual(await reviver.call(() => [initialise(), initialise()]), ['first', 'again']);
  });

  it('classes with fields, private members, accessors and static members', async () => {
    const made = Shape.made;
    const result = await reviver.call(() => {
      const shape = Shape.square();
      shape.secret = 5;
      return [shape.area(), shape.secret, shape.name, [...shape], Shape.description, Shape.made];
    });
    assert.deepEqual(result, [104, 400, '5', [0, 1, 2, 3], `${made + 1} shapes in metre`, made + 1]);
    assert.equal(Shape.made, made);
  });

  it('classes that extend classes, with super', async () => {
    const result = await reviver.call(() => {
      const named = new Named('label');
      return [
        named.area(),
        named.label,
        named instanceof Shape,
        Named.square() instanceof Shape,
        Object.getPrototypeOf(Named) === Shape,
        Named.blocks,
        Named.name,
      ];
    });
    assert.deepEqual(result, [210, 'label', true, true, true, Named.blocks, 'Named']);
  });

  it('a class itself, and static methods on their own', async () => {
    assert.equal(
      await reviver.call(Shape.square as () => unknown as () => { sides: number }).then((s) => s.sides),
      4,
    );
    const create = () => new Shape(3).sides;
    assert.equal(await reviver.call(create), 3);
    const Anonymous = class {
      static value = () => offset;
      value = offset;
    };
    assert.deepEqual(await reviver.call(() => [new Anonymous().value, Anonymous.value(), Anonymous.name]), [
      100,
      100,
      'Anonymous',
    ]);
  });

  it('classes whose static members are called like those of functions', async () => {
    class Odd {
      static name = 'a name of its own';
      static length() {
        return 'a method';
      }
    }
    assert.deepEqual(await reviver.call(() => [Odd.name, Odd.length()]), ['a name of its own', 'a method']);
    assert.equal(typeof reviver.capture(Odd as never).name, 'string');
  });

  it('static private fields and what changed in a class since it was made', async () => {
    class Counter {
      static #count = 0;
      static readonly #history: number[] = [];
      static #step = (by: number) => by * 2;
      static next(): number {
        Counter.#count += Counter.#step(1);
        Counter.#history.push(Counter.#count);
        return Counter.#count;
      }
      static get history(): readonly number[] {
        return Counter.#history;
      }
    }
    Counter.next();
    Counter.next();
    Object.defineProperty(Counter, 'extra', { value: 'added', enumerable: false });
    (Counter.prototype as unknown as { shout(): string }).shout = () => 'HEY';
    const result = await reviver.call(() => [
      Counter.next(),
      Counter.history,
      (Counter as unknown as { extra: string }).extra,
      Object.keys(Counter),
      (new Counter() as unknown as { shout(): string }).shout(),
    ]);
    assert.deepEqual(result, [6, [2, 4, 6], 'added', [], 'HEY']);
    assert.deepEqual(Counter.history, [2, 4]);
  });

  it('classes whose superclass or keys are expressions', async () => {
    const key = Symbol('own');
    const names = { method: 'dynamic' } as const;
    const mixin = <Base extends new (...parameters: never[]) => object>(base: Base) =>
      class extends (base as unknown as new () => object) {
        mixed = true;
      };
    let evaluations = 0;
    const counted = <Value>(value: Value): Value => {
      evaluations++;
      return value;
    };
    class Fancy extends mixin(counted(Shape) as never) {
      [key] = 'unique';
      static [names.method] = 'static';
      [names.method](): string {
        return 'called';
      }
      static get [Symbol.toStringTag](): string {
        return 'Fancy';
      }
    }
    const result = await reviver.call(() => {
      const fancy = new Fancy() as Fancy & { mixed: boolean };
      return [
        fancy.mixed,
        fancy[key],
        fancy[names.method](),
        Fancy[names.method],
        String(Fancy),
        fancy instanceof Shape,
      ];
    });
    assert.deepEqual(result.slice(0, 4), [true, 'unique', 'called', 'static']);
    assert.equal(result[5], true);
    assert.equal(evaluations, 1);
    class Nothing extends (null as unknown as ObjectConstructor) {
      static value = 1;
    }
    assert.deepEqual(await reviver.call(() => [Nothing.value, Object.getPrototypeOf(Nothing.prototype)]), [
      1,
      null,
    ]);
  });

  it('classes of errors and of collections', async () => {
    class HttpError extends Error {
      constructor(
        readonly status: number,
        message: string,
      ) {
        super(message);
        this.name = 'HttpError';
      }
    }
    class Stack extends Array<number> {
      top(): number | undefined {
        return this.at(-1);
      }
    }
    const result = await reviver.call(() => {
      try {
        throw new HttpError(404, 'not here');
      } catch (error) {
        const stack = Stack.from([1, 2, 3]) as Stack;
        return [error instanceof HttpError, (error as HttpError).status, stack.top(), stack.length];
      }
    });
    assert.deepEqual(result, [true, 404, 3, 3]);
    const thrown: unknown = await reviver
      .call(() => {
        throw new HttpError(500, 'broken');
      })
      .catch((error: unknown) => error);
    assert.ok(thrown instanceof HttpError);
    assert.equal(thrown.status, 500);
  });

  it('bound functions, with what they are bound to', async () => {
    function introduce(this: { name: string }, greeting: string, mark: string) {
      return `${greeting}, ${this.name}${mark}`;
    }
    const bound = introduce.bind({ name: 'Ada' }, 'Hello');
    assert.equal(await reviver.call(bound, '!'), 'Hello, Ada!');
    const max = Math.max.bind(null, 5);
    assert.equal(await reviver.call(() => max(3)), 5);
    const holder = { self: undefined as unknown, hello: undefined as unknown as (mark: string) => string };
    holder.self = holder;
    holder.hello = introduce.bind({ name: 'cycle', holder } as never, 'Hi');
    assert.equal(await reviver.call(() => holder.hello('?')), 'Hi, cycle?');
  });

  it('closures over the variable of a loop', async () => {
    const fns: (() => number)[] = [];
    for (let index = 0; index < 3; index++) fns.push(() => index);
    for (const value of [10, 20]) fns.push(() => value);
    const results: number[] = [];
    for (const fn of fns) results.push(await reviver.call(fn));
    assert.deepEqual(results, [0, 1, 2, 10, 20]);
  });

  it('functions made from text', async () => {
    const made = new Function('a', 'b', 'return a * b') as (a: number, b: number) => number;
    assert.equal(await reviver.call(made, 6, 7), 42);
    const secret = 5;
    // biome-ignore lint/security/noGlobalEval: it is what is tested
    const evaluated = eval('(value) => value + secret') as (value: number) => number;
    assert.equal(await reviver.call(evaluated, 1), 6);
    assert.equal(secret, 5);
  });

  it('functions that stand in arguments and results', async () => {
    const apply = (fn: (a: number) => number, value: number) => fn(value);
    assert.equal(await reviver.call(apply, (a) => a + offset, 1), 101);
    const makeAdder = (by: number) => (value: number) => value + by;
    const adder = await reviver.call(makeAdder, 5);
    assert.equal(adder(1), 6);
  });

  it('own properties of functions', async () => {
    const memo = Object.assign((n: number) => (memo.calls += n), { calls: 1, label: 'memo' });
    Object.defineProperty(memo, 'hidden', { get: () => offset, enumerable: false, configurable: true });
    const result = await reviver.call(() => [
      memo(2),
      memo.label,
      (memo as unknown as { hidden: number }).hidden,
      Object.keys(memo),
    ]);
    assert.deepEqual(result, [3, 'memo', 100, ['calls', 'label']]);
    const inherits = function Child() {};
    const parent = function Parent() {};
    parent.prototype.greet = () => 'hello';
    Object.setPrototypeOf(inherits.prototype, parent.prototype);
    Object.setPrototypeOf(inherits, parent);
    const greeted = await reviver.call(() => {
      const child = new (inherits as unknown as new () => { greet(): string })();
      return [child.greet(), Object.getPrototypeOf(inherits) === parent, inherits.name];
    });
    assert.deepEqual(greeted, ['hello', true, 'Child']);
  });

  it('code that TypeScript compiled to something older: using, decorators', async () => {
    const log: string[] = [];
    const open = (name: string) => ({ [Symbol.dispose]: () => void log.push(`closed ${name}`) });
    const use = () => {
      using _file = open('file');
      log.push('used');
    };
    const run = () => {
      use();
      return log;
    };
    assert.deepEqual(await reviver.call(run), ['used', 'closed file']);
    const loud =
      (method: (text: string) => string, _context: ClassMethodDecoratorContext) => (text: string) =>
        method(text).toUpperCase();
    class Speaker {
      @loud static speak(text: string): string {
        return `${text}!`;
      }
    }
    assert.equal(await reviver.call(() => Speaker.speak('hello')), 'HELLO!');
  });

  it('keeps functions of one name apart', async () => {
    const outer = ((): (() => string) => {
      const helper = () => 'first';
      return () => helper();
    })();
    const inner = ((): (() => string) => {
      const helper = () => 'second';
      return () => helper();
    })();
    assert.deepEqual(await reviver.call(() => [outer(), inner()]), ['first', 'second']);
    const one = reviver.capture(outer);
    const two = reviver.capture(inner);
    assert.notEqual(one.hash, two.hash);
    assert.deepEqual([await reviver.callShipped(one), await reviver.callShipped(two)], ['first', 'second']);
  });
});
