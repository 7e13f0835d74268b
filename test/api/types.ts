/**
 * What the compiler must say of the interface: compiled with the build, never run. Where an error is expected, a build
 * without it fails.
 */
import { expectTypeOf } from 'expect-type';
import * as mobula from '../../lib/index.js';

class Animal {
  name = 'animal';
}

class Dog extends Animal {
  bark(): string {
    return 'woof';
  }
}

declare const animal: mobula.ObjectRef<Animal>;
declare const dog: mobula.ObjectRef<Dog>;
declare const number: mobula.ObjectRef<number>;
declare const text: mobula.ObjectRef<string>;
declare const numbers: mobula.ObjectRef<number>[];

export function refs(): void {
  expectTypeOf(dog).toExtend<mobula.ObjectRef<Animal>>();
  expectTypeOf(animal).not.toExtend<mobula.ObjectRef<Dog>>();
  expectTypeOf(number).toExtend<mobula.ObjectRef<number | string>>();
  expectTypeOf(number).toExtend<mobula.ObjectRef>();
  expectTypeOf(number).not.toExtend<PromiseLike<unknown>>();
  expectTypeOf(number.id).toEqualTypeOf<string>();
  expectTypeOf(number).toExtend<Disposable>();

  expectTypeOf(mobula.put(1)).toEqualTypeOf<mobula.ObjectRef<number>>();
  expectTypeOf(mobula.put({ a: [text] })).toEqualTypeOf<
    mobula.ObjectRef<{ a: mobula.ObjectRef<string>[] }>
  >();

  // @ts-expect-error: a ref is made by mobula alone, and is no plain object
  const forged: mobula.ObjectRef<number> = { id: 'ab' };
  void forged;
  // @ts-expect-error: a ref to a number is no number
  const unresolved: number = number;
  void unresolved;
}

export function parameters(): void {
  const add = mobula.remote((a: number, b: number) => a + b);
  expectTypeOf(add).toEqualTypeOf<mobula.RemoteFunction<[a: number, b: number], number>>();
  expectTypeOf(add.remote).parameter(0).toEqualTypeOf<number | mobula.ObjectRef<number>>();
  expectTypeOf(add.remote(1, 2)).toEqualTypeOf<mobula.ObjectRef<number>>();
  expectTypeOf(add.remote(number, add.remote(1, number))).toEqualTypeOf<mobula.ObjectRef<number>>();
  // @ts-expect-error: a ref to a string is no ref to a number
  add.remote(1, text);
  // @ts-expect-error: nor is a string a number
  add.remote(1, '2');
  // @ts-expect-error: both parameters are needed
  add.remote(1);
  // @ts-expect-error: and no more
  add.remote(1, 2, 3);
  // @ts-expect-error: a remote function is not called directly
  add(1, 2);

  const optional = mobula.remote((a: number, b?: string) => `${a}${b}`);
  optional.remote(1);
  optional.remote(1, text);
  const rest = mobula.remote((...values: number[]) => values.length);
  rest.remote();
  rest.remote(1, number, 3);
  rest.remote(...numbers);
  // @ts-expect-error: a string among numbers
  rest.remote(1, 'two');

  // A subclass may be passed, itself or by ref.
  const pet = mobula.remote((each: Animal) => each.name);
  pet.remote(new Dog());
  pet.remote(dog);
  const walk = mobula.remote((each: Dog) => each.bark());
  // @ts-expect-error: not every animal barks
  walk.remote(animal);
  const either = mobula.remote((value: number | string) => value);
  either.remote(number);
  either.remote(text);
}

export function parametersThatAreRefs(): void {
  const direct = mobula.remote((ref: mobula.ObjectRef<number>) => mobula.get(ref));
  // @ts-expect-error: at top level the function would be given the number
  direct.remote(number);
  const boxed = mobula.remote((box: { ref: mobula.ObjectRef<number> }) => mobula.get(box.ref));
  expectTypeOf(boxed.remote({ ref: number })).toEqualTypeOf<mobula.ObjectRef<number>>();
  const listed = mobula.remote((list: readonly mobula.ObjectRef<number>[]) => list.length);
  listed.remote([number, number]);
  listed.remote(numbers);
  // @ts-expect-error: refs to strings inside
  listed.remote([text]);
}

export async function results(): Promise<void> {
  const later = mobula.remote(async (a: number) => [a]);
  expectTypeOf(later.remote(1)).toEqualTypeOf<mobula.ObjectRef<number[]>>();
  const sometimes = mobula.remote((a: number): number | Promise<number> => a);
  expectTypeOf(sometimes.remote(1)).toEqualTypeOf<mobula.ObjectRef<number>>();
  const nothing = mobula.remote(() => {});
  expectTypeOf(nothing.remote()).toEqualTypeOf<mobula.ObjectRef<void>>();
  const made = mobula.remote(() => mobula.put('x'));
  expectTypeOf(made.remote()).toEqualTypeOf<mobula.ObjectRef<mobula.ObjectRef<string>>>();
  expectTypeOf(await mobula.get(await mobula.get(made.remote()))).toEqualTypeOf<string>();
}

export async function several(): Promise<void> {
  expectTypeOf(await mobula.get(number)).toEqualTypeOf<number>();
  expectTypeOf(await mobula.get([number, text])).toEqualTypeOf<[number, string]>();
  expectTypeOf(await mobula.get([number, text] as const)).toEqualTypeOf<[number, string]>();
  expectTypeOf(await mobula.get(numbers)).toEqualTypeOf<number[]>();
  expectTypeOf(await mobula.get(numbers as readonly mobula.ObjectRef<number>[])).toEqualTypeOf<number[]>();
  expectTypeOf(await mobula.get([])).toEqualTypeOf<[]>();
  expectTypeOf(mobula.getSync(text)).toEqualTypeOf<string>();
  expectTypeOf(mobula.getSync([text, number])).toEqualTypeOf<[string, number]>();
  await mobula.get(number, { timeout: 1, signal: new AbortController().signal });
  // @ts-expect-error: a value is no ref
  await mobula.get(5);
  // @ts-expect-error: nor is one among refs
  await mobula.get([number, 5]);
  // @ts-expect-error: there is no such option
  await mobula.get(number, { timeOut: 1 });
  // @ts-expect-error: an index is no options object
  numbers.map(mobula.get);

  const [ready, pending] = await mobula.wait(numbers, { numReturns: 1, timeout: 10 });
  expectTypeOf(ready).toEqualTypeOf<mobula.ObjectRef<number>[]>();
  expectTypeOf(pending).toEqualTypeOf<mobula.ObjectRef<number>[]>();
  const [mixed] = await mobula.wait([number, text]);
  expectTypeOf(mixed).toEqualTypeOf<(mobula.ObjectRef<number> | mobula.ObjectRef<string>)[]>();
  // @ts-expect-error: wait takes a list
  await mobula.wait(number);

  for await (const completed of mobula.asCompleted(numbers)) {
    expectTypeOf(completed).toEqualTypeOf<mobula.Completed<number>>();
    expectTypeOf(completed.ref).toEqualTypeOf<mobula.ObjectRef<number>>();
    if (completed.status === 'fulfilled') expectTypeOf(completed.value).toEqualTypeOf<number>();
    else expectTypeOf(completed.reason).toEqualTypeOf<unknown>();
  }
  for await (const { value } of mobula.asCompleted(new Set([number]))) {
    expectTypeOf(value).toEqualTypeOf<number | undefined>();
  }
}

export function returns(): void {
  const split = mobula.remote({ numReturns: 3 }, () => [1, 'two', true] as const);
  expectTypeOf(split.remote()).toEqualTypeOf<
    [mobula.ObjectRef<1>, mobula.ObjectRef<'two'>, mobula.ObjectRef<true>]
  >();
  const later = mobula.remote({ numReturns: 2 }, async (a: number): Promise<[number, string]> => [a, '']);
  expectTypeOf(later.remote(1)).toEqualTypeOf<[mobula.ObjectRef<number>, mobula.ObjectRef<string>]>();
  const list = mobula.remote({ numReturns: 4 }, (): number[] => [1, 2, 3, 4]);
  expectTypeOf(list.remote()).toEqualTypeOf<mobula.ObjectRef<number>[]>();
  // @ts-expect-error: the tuple has three elements
  mobula.remote({ numReturns: 2 }, () => [1, 2, 3] as const);
  // @ts-expect-error: a number cannot be taken apart
  mobula.remote({ numReturns: 2 }, () => 5);
  const whole = mobula.remote({ numReturns: 1 }, () => [1, 2, 3] as const);
  expectTypeOf(whole.remote()).toEqualTypeOf<mobula.ObjectRef<readonly [1, 2, 3]>>();

  const pair = mobula.remote(() => [1, 'two'] as [number, string]);
  expectTypeOf(pair.remote()).toEqualTypeOf<mobula.ObjectRef<[number, string]>>();
  expectTypeOf(pair.options({ numReturns: 2 }).remote()).toEqualTypeOf<
    [mobula.ObjectRef<number>, mobula.ObjectRef<string>]
  >();
  // @ts-expect-error: the tuple has two elements
  pair.options({ numReturns: 3 });
  expectTypeOf(split.options({ numReturns: 1 }).remote()).toEqualTypeOf<
    mobula.ObjectRef<readonly [1, 'two', true]>
  >();
  // Other options leave the number of returns as it is.
  expectTypeOf(split.options({ numCpus: 2 }).remote()).toEqualTypeOf<
    [mobula.ObjectRef<1>, mobula.ObjectRef<'two'>, mobula.ObjectRef<true>]
  >();
  expectTypeOf(pair.options({ maxRetries: 0 }).remote()).toEqualTypeOf<mobula.ObjectRef<[number, string]>>();
}

export function options(): void {
  const fn = mobula.remote(
    {
      name: 'named',
      numCpus: 0.5,
      resources: { gpu: 1 },
      maxRetries: 0,
      retryErrors: [RangeError],
      exclusive: true,
      scheduling: { node: 'ab', soft: true },
    },
    (a: number) => a,
  );
  expectTypeOf(fn.remote(1)).toEqualTypeOf<mobula.ObjectRef<number>>();
  // @ts-expect-error: there is no such option
  mobula.remote({ numCpu: 1 }, () => 1);
  // @ts-expect-error: a number of CPUs is a number
  fn.options({ numCpus: '2' });
  fn.options({ scheduling: 'SPREAD' }).options({ scheduling: 'DEFAULT' });
  fn.options({ scheduling: { node: 'ab' } });
  // @ts-expect-error: there is no such strategy
  fn.options({ scheduling: 'PACK' });
  // @ts-expect-error: a node that is not named
  fn.options({ scheduling: { soft: true } });
  expectTypeOf<mobula.RemoteOptions['scheduling']>().toEqualTypeOf<mobula.Scheduling | undefined>();
  // @ts-expect-error: the options come first
  mobula.remote((a: number) => a, { numCpus: 1 });
  // @ts-expect-error: a class is not a function
  mobula.remote(Dog);
  mobula.cancel(number, { force: true, recursive: false });
  mobula.free(number);
  mobula.free(numbers);
}

export function allocation(): void {
  const out = mobula.allocate(Float64Array, 10);
  expectTypeOf(out.array).toExtend<Float64Array>();
  expectTypeOf(out.seal()).toExtend<mobula.ObjectRef<Float64Array>>();
  expectTypeOf(mobula.allocate(BigInt64Array, 1).array[0]).toEqualTypeOf<bigint | undefined>();
  expectTypeOf(out).toExtend<Disposable>();
  // @ts-expect-error: the constructor of a typed array
  mobula.allocate(Array, 10);
  // @ts-expect-error: its length
  mobula.allocate(Float64Array);
}

// biome-ignore lint/complexity/noStaticOnlyClass: it is about decorators of static methods
class Maths {
  @mobula.remote({ numCpus: 2 })
  static add(a: number, b: number): number {
    return a + b;
  }

  @mobula.remote
  static async twice(a: number): Promise<number> {
    return 2 * a;
  }

  // @ts-expect-error: a field is no method
  @mobula.remote({ numCpus: 1 })
  static field = 1;
}

export function decorated(): void {
  // The decorator leaves the member's type alone; remote gives the typed handle.
  expectTypeOf(Maths.add).toEqualTypeOf<(a: number, b: number) => number>();
  expectTypeOf(mobula.remote(Maths.add).remote(1, number)).toEqualTypeOf<mobula.ObjectRef<number>>();
  expectTypeOf(mobula.remote(Maths.twice).remote(1)).toEqualTypeOf<mobula.ObjectRef<number>>();
  // @ts-expect-error: the parameters are checked there
  mobula.remote(Maths.add).remote('1', 2);
}

export async function sessions(): Promise<void> {
  await using node = await mobula.init({ numCpus: 2, resources: { gpu: 1 }, logToDriver: false });
  expectTypeOf(node).toEqualTypeOf<mobula.Node>();
  expectTypeOf(mobula.currentTask()).toEqualTypeOf<mobula.CurrentTask | undefined>();
  expectTypeOf(mobula.isInitialized()).toEqualTypeOf<boolean>();
  expectTypeOf(await mobula.nodes()).toEqualTypeOf<mobula.NodeInfo[]>();
  expectTypeOf(await mobula.resources()).toEqualTypeOf<mobula.ResourceAmounts>();
  expectTypeOf<mobula.ResourceAmounts['total']>().toEqualTypeOf<Readonly<Record<string, number>>>();
  // @ts-expect-error: what a node tells of itself is not changed here
  for (const each of await mobula.nodes()) each.alive = false;
  await mobula.init({ address: 'auto' });
  {
    using ref = mobula.put(1);
    expectTypeOf(ref).toEqualTypeOf<mobula.ObjectRef<number>>();
  }
  // @ts-expect-error: there is no such option
  await mobula.init({ numCPUs: 2 });
  const error: unknown = undefined;
  if (mobula.TaskError.is(error, RangeError)) expectTypeOf(error.cause).toEqualTypeOf<RangeError>();

  mobula.registerSerializer(Dog, {
    serialize: (each) => each.name,
    deserialize: (name: string) => Object.assign(new Dog(), { name }),
  });
  mobula.registerSerializer(Dog, {
    // @ts-expect-error: what serialize gives is what deserialize takes
    serialize: (each) => each.name,
    deserialize: (name: number) => Object.assign(new Dog(), { name }),
  });
}
