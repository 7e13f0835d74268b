import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as mobula from '../../lib/index.js';
import { until } from '../support/poll.js';
import {
  blockUntil,
  count,
  mostAtOnce,
  newBoard,
  note,
  notes,
  numbers,
  openAllGates,
  openGate,
  waitAtGate,
} from './support/board.js';
import { PATIENT } from './support/processes.js';

/** The most memory that a process ever had resident, in MiB. */
function peakMemory(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]) / 1024;
}

describe('scheduling on two CPUs', function () {
  this.timeout(90_000);

  let node: mobula.Node;

  before(async () => {
    node = await mobula.init({ numCpus: 2 });
  });
  after(() => mobula.shutdown());
  afterEach(openAllGates);

  it('fib(18) by tasks that await each other runs on at most three worker processes', async () => {
    interface Part {
      value: number;
      pids: number[];
    }
    const fib = mobula.remote(async (n: number): Promise<Part> => {
      if (n < 2) return { value: n, pids: [process.pid] };
      const parts = await mobula.get([fib.remote(n - 1), fib.remote(n - 2)]);
      const [left, right] = parts as [Part, Part];
      const pids = new Set([process.pid, ...left.pids, ...right.pids]);
      return { value: left.value + right.value, pids: [...pids] };
    });
    const { value, pids } = await mobula.get(fib.remote(18), { timeout: 80_000 });
    assert.equal(value, 2584);
    const memory = pids.map((pid) => Math.round(peakMemory(pid)));
    console.log(
      `      fib(18): ${pids.length} worker processes; peak memory of the workers ${memory.join(', ')} MiB, ` +
        `of the raylet ${Math.round(peakMemory(node.rayletPid))} MiB, of the driver ${Math.round(peakMemory(process.pid))} MiB`,
    );
    assert.ok(pids.length <= 3, `${pids.length} worker processes`);
  });

  it('of 1,000 tasks that each await two children, at most 50 are suspended at once', async () => {
    const board = newBoard();
    const child = mobula.remote((x: number) => 2 * x);
    const parent = mobula.remote(async (x: number) => {
      const children = [child.remote(x), child.remote(x + 1)] as const;
      note(board, 'suspends');
      const [left, right] = await mobula.get(children);
      note(board, 'goes on');
      return left + right;
    });
    const refs = Array.from({ length: 1000 }, (_, x) => parent.remote(x));
    const sums = await mobula.get(refs, { timeout: 80_000 });
    assert.deepEqual(
      sums,
      Array.from({ length: 1000 }, (_, x) => 4 * x + 2),
    );
    const most = mostAtOnce(notes(board), 'suspends', 'goes on');
    console.log(`      1,000 tasks with two children each: at most ${most} suspended at once`);
    assert.equal(count(board, 'suspends'), 1000);
    assert.ok(most <= 50, `${most} were suspended at once`);
  });

  it('a task that takes long holds up none of the 200 short ones beside it', async () => {
    const board = newBoard();
    const work = mobula.remote((x: number) => {
      if (x !== 100) note(board, `short ${x}`);
      // It is through when all others are: were they to wait for it, it would wait in vain.
      else blockUntil(() => count(board, 'short') === 200, 'the short tasks');
      if (x === 100) note(board, 'long');
      return mobula.currentTask()!.attempt;
    });
    const refs = Array.from({ length: 201 }, (_, x) => work.remote(x));
    const attempts = await mobula.get(refs, { timeout: 60_000 });
    assert.equal(notes(board).at(-1), 'long');
    assert.equal(notes(board).length, 201, 'each ran once');
    assert.deepEqual(new Set(attempts), new Set([1]), 'to be taken back is no attempt');
  });

  it('a task that takes long holds up none of the others while the program blocks', () => {
    const board = newBoard();
    const work = mobula.remote((x: number) => {
      if (x !== 100) note(board, `short ${x}`);
      else blockUntil(() => count(board, 'short') === 200, 'the short tasks');
      return x;
    });
    const refs = Array.from({ length: 201 }, (_, x) => work.remote(x));
    assert.deepEqual(mobula.getSync(refs), [...Array(201).keys()]);
  });

  it('a task that takes long among short ones of another function holds up none either', async () => {
    const board = newBoard();
    const short = mobula.remote((x: number) => {
      note(board, `short ${x}`);
      return x;
    });
    const long = mobula.remote(() => {
      blockUntil(() => count(board, 'short') === 300, 'the short tasks');
      note(board, 'long');
    });
    await mobula.get(
      Array.from({ length: 100 }, (_, x) => short.remote(x)),
      PATIENT,
    );
    const before = Array.from({ length: 100 }, (_, x) => short.remote(x));
    const last = long.remote();
    const behind = Array.from({ length: 100 }, (_, x) => short.remote(x));
    await mobula.get([...before, ...behind], PATIENT);
    await mobula.get(last, PATIENT);
    assert.equal(notes(board).at(-1), 'long');
  });

  it('tasks submit tasks, and pass on refs to what is not there yet', async () => {
    const add = mobula.remote((a: number, b: number) => a + b);
    const nested = mobula.remote(async (i: number) => {
      const parts = Array.from({ length: 10 }, (_, j) => add.remote(i, j));
      return (await mobula.get(parts)).reduce((left, right) => left + right, 0);
    });
    const sums = await mobula.get(
      [0, 1, 2, 3, 4].map((i) => nested.remote(i)),
      PATIENT,
    );
    assert.deepEqual(sums, [45, 55, 65, 75, 85]);

    const hand = mobula.remote((x: number) => ({ result: add.remote(x, 1) }));
    const { result } = await mobula.get(hand.remote(1), PATIENT);
    assert.equal(await mobula.get(result, PATIENT), 2);
    const chained = add.remote(result, add.remote(result, 10));
    assert.equal(await mobula.get(chained, PATIENT), 14);
  });

  it('a task awaits ten levels of tasks', async () => {
    const descend = mobula.remote(async (depth: number): Promise<number[]> => {
      if (depth === 0) return [process.pid];
      return [...(await mobula.get(descend.remote(depth - 1))), process.pid];
    });
    const pids = await mobula.get(descend.remote(10), PATIENT);
    assert.equal(pids.length, 11);
    assert.ok(new Set(pids).size <= 3);
  });

  it('a task gets a ref that it was passed inside a value', async () => {
    const board = newBoard();
    const later = mobula.remote(async () => {
      await waitAtGate(board);
      return 'later';
    });
    const take = mobula.remote(async (box: { refs: readonly mobula.ObjectRef<string>[] }) => {
      note(board, 'asks');
      return (await mobula.get(box.refs)).join();
    });
    const refs = [later.remote(), mobula.put('now')] as const;
    const taken = take.remote({ refs });
    await until(() => count(board, 'asks') === 1, { what: 'the start of the task' });
    openGate(board);
    assert.equal(await mobula.get(taken, PATIENT), 'later,now');
  });

  it('a task waits for some of its own tasks', async () => {
    const board = newBoard();
    const race = mobula.remote(async () => {
      const gated = mobula.remote(async (gate: string) => {
        if (gate !== '') await waitAtGate(board, gate);
        return gate;
      });
      const never = gated.remote('held');
      const soon = gated.remote('');
      const [ready, pending] = await mobula.wait([never, soon]);
      const first = ready[0] === soon && pending[0] === never && ready.length === 1;
      const [none] = await mobula.wait([never], { timeout: 1 });
      openGate(board, 'held');
      const [all] = await mobula.wait([never, soon], { numReturns: 2 });
      return { first, none: none.length, all: all.length, value: await mobula.get(never) };
    });
    assert.deepEqual(await mobula.get(race.remote(), PATIENT), {
      first: true,
      none: 0,
      all: 2,
      value: 'held',
    });
  });

  it('a suspended task lets others use its CPU, in a process that exists', async () => {
    const board = newBoard();
    const gated = mobula.remote({ numCpus: 0 }, () => waitAtGate(board));
    const holder = gated.remote();
    const suspended = mobula.remote(async (box: { ref: mobula.ObjectRef<void> }) => {
      note(board, `suspended ${process.pid}`);
      await mobula.get(box.ref);
    });
    const refs = Array.from({ length: 6 }, () => suspended.remote({ ref: holder }));
    await until(() => count(board, 'suspended') === 6, { what: 'six suspended tasks on two CPUs' });
    const plain = mobula.remote(() => process.pid);
    const pid = await mobula.get(plain.remote(), PATIENT);
    openGate(board);
    await mobula.get(refs, PATIENT);
    assert.ok(new Set([...numbers(board, 'suspended'), pid]).size <= 3);
  });

  it('what suspended tasks wait for runs before new work, also when it needs another lease', async () => {
    const board = newBoard();
    // Its parents cannot run it in their place, so the raylet has to ask for a lease back that the driver keeps full.
    const child = mobula.remote({ numCpus: 2 }, () => note(board, 'child'));
    const parent = mobula.remote(async () => {
      note(board, 'parent');
      await mobula.get(child.remote());
    });
    const filler = mobula.remote(() => {
      note(board, 'filler');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    });
    const before = Array.from({ length: 20 }, () => filler.remote());
    const parents = [parent.remote(), parent.remote()];
    const behind = Array.from({ length: 1000 }, () => filler.remote());
    await mobula.get([...before, ...parents, ...behind], PATIENT);
    const lines = notes(board);
    assert.equal(lines.length, 1024, 'each ran once');
    assert.ok(lines.lastIndexOf('child') < 700, `the last child was number ${lines.lastIndexOf('child')}`);
  });
});
