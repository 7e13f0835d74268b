/**
 * The tutorial: what Mobula is, one step at a time. Every step checks what it got and prints a line.
 *
 *     npm run tutorial
 */
import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import * as mobula from 'mobula';

let step = 0;

function print(what: string, result: string | number | readonly number[]): void {
  step += 1;
  console.log(
    `${String(step).padStart(2)}. ${what} -> ${typeof result === 'string' ? result : JSON.stringify(result)}`,
  );
}

// ---- Starting -----------------------------------------------------------------------------------------------

// `init` starts a node on this machine: a raylet, an object store in shared memory, and worker processes. This
// program is the driver. `numCpus` says how many tasks of one CPU may run at once; left out, it is the number of
// cores. Ten, whatever the machine has, because step 8 sleeps in ten tasks, and sleeping needs no core. With MOBULA_ADDRESS
// in the environment the program attaches to a cluster, which has what it has: ten CPUs in all will do.
await mobula.init(process.env['MOBULA_ADDRESS'] === undefined ? { numCpus: 10 } : {});
print('mobula.init({ numCpus: 10 })', 'started');

// ---- Immutable remote objects: put and get ------------------------------------------------------------------

// `put` copies a value into the object store and gives back an ObjectRef, which names the object.
// Once it is there nobody can change it.
const example = mobula.put('example');
assert.match(String(example), /^ObjectRef\([0-9a-f]{32}\)$/);
print("mobula.put('example')", String(example));

// `get` makes a value of the object again. It waits if the object does not exist yet.
const exampleAgain = await mobula.get(mobula.put('example'));
assert.equal(exampleAgain, 'example');
print("get(put('example'))", exampleAgain);

// `get` of a list of refs gives a list of values, in the same order.
const digits = await mobula.get(Array.from({ length: 10 }, (_, i) => mobula.put(i)));
assert.deepEqual(digits, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
print('get of ten refs', digits);

// ---- Asynchronous computation: remote functions -------------------------------------------------------------

// A plain function: the caller waits until it has returned.
function add1(a: number, b: number): number {
  return a + b;
}
assert.equal(add1(1, 2), 3);
print('add1(1, 2), a plain function', add1(1, 2));

// A remote function: the same thing, made to run in a worker process. The function travels there by value, with
// whatever it refers to. It is called by its `remote`; calling it directly is an error.
const add2 = mobula.remote((a: number, b: number) => a + b);
assert.equal(typeof add2.remote, 'function');
print('add2 = mobula.remote((a, b) => a + b)', 'a remote function');

// `remote` returns a ref at once: the task it made runs when a worker is free, and its result goes into the store.
const sum = await mobula.get(add2.remote(1, 2));
assert.equal(sum, 3);
print('get(add2.remote(1, 2))', sum);

// Tasks run in parallel. Ten sleeps of a second, one after another, take ten seconds; as ten tasks they take one,
// because each has a process of its own.
function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds); // blocks the whole thread
}

function f1(): void {
  sleep(1000);
}

const f2 = mobula.remote(() => {
  const start = Date.now();
  sleep(1000);
  return { process: `${hostname()}:${process.pid}`, start, end: Date.now() };
});

const before = performance.now();
for (let i = 0; i < 10; i++) {
  f1();
}
const between = performance.now();
const naps = await mobula.get(Array.from({ length: 10 }, () => f2.remote()));
const after = performance.now();

const processes = new Set(naps.map((nap) => nap.process)).size;
// In a cluster some may still be starting, on other machines, when the first wake up.
const alone = process.env['MOBULA_ADDRESS'] === undefined;
assert.ok(alone ? processes === 10 : processes > 1, 'ten different processes slept');
assert.ok(!naps.some((nap) => nap.process === `${hostname()}:${process.pid}`), 'none of them is this one');
const lastStart = Math.max(...naps.map((nap) => nap.start));
const asleepTogether = naps.filter((nap) => nap.end > lastStart).length;
assert.ok(alone ? asleepTogether === 10 : asleepTogether > 1, 'there was a moment at which all ten slept');
print(
  'ten sleeps of one second',
  `${seconds(between - before)} one after another, ${seconds(after - between)} as tasks; ` +
    `${asleepTogether} slept at once, in ${processes} processes`,
);

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

// Each argument is a value or a ref to one. A ref is replaced by its value before the task runs, so these are the same.
const three = await mobula.get([
  add2.remote(1, 2),
  add2.remote(1, mobula.put(2)),
  add2.remote(mobula.put(1), mobula.put(2)),
]);
assert.deepEqual(three, [3, 3, 3]);
print('add2 of values, of a ref, of two refs', three);

// A function that returns several values can give a ref for each.
const returnMultiple = mobula.remote({ numReturns: 3 }, () => [1, 2, 3] as const);
const [a, b, c] = returnMultiple.remote();
const multiple = await mobula.get([a, b, c]);
assert.deepEqual(multiple, [1, 2, 3]);
print('three returns of one task', multiple);

// ---- Dependencies between tasks -----------------------------------------------------------------------------

// The result of one task as the argument of the next: the second runs when the first has finished. Nothing here
// waits in the driver, and the intermediate results never visit it.
const f = mobula.remote((x: number) => x + 1);
const x = f.remote(0);
const y = f.remote(x);
const z = f.remote(y);
const chained = await mobula.get(z);
assert.equal(chained, 3);
print('f(f(f(0))) as three tasks', chained);

// A tree reduce over a hundred arrays of normal deviates: each pair is added by a task, and so are the sums, until
// one is left. The generator is an ordinary function; it goes to the workers with the task that uses it.
function normalDeviates(seed: number, size: number): Float64Array {
  let state = seed >>> 0;
  const uniform = (): number => {
    // A Weyl sequence through a 32 bit finaliser: short, seeded, good enough for a tutorial. Never 0.
    state = (state + 0x9e3779b9) >>> 0;
    let word = state;
    word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    return (((word ^ (word >>> 16)) >>> 0) + 0.5) / 2 ** 32;
  };
  // Box and Muller: two uniform deviates make one normal deviate.
  return Float64Array.from({ length: size }, () => {
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  });
}

const generateData = mobula.remote((seed: number) => normalDeviates(seed, 1000));
const aggregateData = mobula.remote((left: Float64Array, right: Float64Array) =>
  left.map((value, i) => value + (right[i] ?? Number.NaN)),
);

const data = Array.from({ length: 100 }, (_, seed) => generateData.remote(seed));
while (data.length > 1) {
  const [left, right] = data.splice(0, 2) as [(typeof data)[0], (typeof data)[0]];
  data.push(aggregateData.remote(left, right));
}
const [total] = await mobula.get(data);

const plain = new Float64Array(1000);
for (let seed = 0; seed < 100; seed++) {
  normalDeviates(seed, 1000).forEach((value, i) => {
    plain[i] = (plain[i] ?? 0) + value;
  });
}
assert.ok(total instanceof Float64Array);
assert.equal(total.length, 1000);
// The tree adds in another order than the loop does, so the two differ by rounding, and by nothing more.
const error = Math.max(...total.map((value, i) => Math.abs(value - (plain[i] ?? Number.NaN))));
assert.ok(error < 1e-9, `the tree and the loop differ by ${error}`);
const head = Array.from(total.subarray(0, 3), (value) => value.toFixed(3)).join(', ');
print('tree reduce of 100 arrays of 1000', `[${head}, ... 997 more]`);

// ---- Remote functions within remote functions ---------------------------------------------------------------

// A task may call remote functions itself, and wait for them: while it waits, its CPU is free for others.
const subExperiment = mobula.remote((i: number, j: number) => i + j);
const runExperiment = mobula.remote(async (i: number) => {
  const subResults = [];
  for (let j = 0; j < 10; j++) {
    subResults.push(subExperiment.remote(i, j));
  }
  return (await mobula.get(subResults)).reduce((left, right) => left + right, 0);
});
const results = await mobula.get([0, 1, 2, 3, 4].map((i) => runExperiment.remote(i)));
assert.deepEqual(results, [45, 55, 65, 75, 85]);
print('five experiments of ten sub-experiments', results);

// `shutdown` ends the workers, the raylet and the store. A program that just ends leaves nothing behind either.
await mobula.shutdown();
