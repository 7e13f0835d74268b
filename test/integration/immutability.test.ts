import assert from 'node:assert/strict';
import * as mobula from '../../lib/index.js';
import { until } from '../support/poll.js';
import { count, newBoard, note, numbers, openAllGates, openGate, waitAtGate } from './support/board.js';
import { PATIENT } from './support/processes.js';
import { Random } from './support/random.js';

/** Numbers of float64: copied into the heap, a view just above the threshold, and one of many pages. */
const SIZES = [1000, 8192, 250_000];

const ascending = (length: number): Float64Array => Float64Array.from({ length }, (_, index) => index);

/** How many elements differ from those of `ascending`. */
const changes = (array: Float64Array): number =>
  array.reduce((sum, value, index) => sum + Number(value !== index), 0);

/** One CPU: tasks run in one process, one after another, or while another is suspended. */
describe('objects are immutable', function () {
  this.timeout(90_000);

  interface Gate {
    readonly ref: mobula.ObjectRef<void>;
  }

  let board: string;
  /** Ends when the board's gate is open. Until then it keeps another process busy. */
  let gate: Gate;

  const gated = mobula.remote({ numCpus: 0 }, async (path: string) => {
    note(path, 'gated');
    await waitAtGate(path);
  });

  before(() => mobula.init({ numCpus: 1, objectStoreMemory: 256 * 2 ** 20 }));
  after(() => mobula.shutdown());

  beforeEach(async () => {
    board = newBoard();
    gate = { ref: gated.remote(board) };
    await until(() => count(board, 'gated') === 1, { what: 'the task at the gate' });
  });
  afterEach(async () => {
    openAllGates();
    await mobula.get(gate.ref, PATIENT);
  });

  /** Writes into its argument, and tells what it saw before and after. */
  const scribble = mobula.remote((array: Float64Array) => {
    const before = changes(array);
    array.fill(-1);
    return { pid: process.pid, before, after: changes(array) };
  });

  const inspect = mobula.remote((array: Float64Array) => ({ pid: process.pid, changed: changes(array) }));

  for (const length of SIZES) {
    describe(`arrays of ${length} float64`, () => {
      it('keep their content when the source of the put changes', async () => {
        const source = ascending(length);
        const ref = mobula.put(source);
        const inside = mobula.put({ deep: [source] });
        source.fill(7);
        assert.equal(changes(await mobula.get(ref)), 0);
        assert.equal(changes((await mobula.get(inside)).deep[0]!), 0);
        assert.equal((await mobula.get(inspect.remote(ref), PATIENT)).changed, 0);
      });

      it('keep their content when the argument of a call changes after it', async () => {
        const source = ascending(length);
        const refs = [inspect.remote(source), inspect.remote(source.subarray(0))];
        source.fill(7);
        for (const { changed } of await mobula.get(refs, PATIENT)) assert.equal(changed, 0);
      });

      it('keep their content when the driver writes into what it got', async () => {
        const ref = mobula.put(ascending(length));
        const got = await mobula.get(ref);
        got.fill(-8);
        assert.equal(changes(got), length, 'the program may write into its own');
        assert.equal((await mobula.get(inspect.remote(ref), PATIENT)).changed, 0);
        // A second get in the driver may give the same array again, or the original.
        assert.ok([0, length].includes(changes(await mobula.get(ref))));
        assert.equal(changes(mobula.getSync(mobula.put(ascending(length)))), 0);
      });

      it('keep their content when a task that has finished wrote into its argument', async () => {
        const ref = mobula.put(ascending(length));
        for (let round = 0, met = 0; met < 5; round++) {
          const [wrote, read] = await mobula.get([scribble.remote(ref), inspect.remote(ref)], PATIENT);
          if (wrote.pid === read.pid) met++;
          assert.ok(round < 50, `only ${met} of 50 pairs ran in one process`);
          assert.deepEqual([wrote.before, wrote.after, read.changed], [0, length, 0], `round ${round}`);
        }
        assert.equal(changes(await mobula.get(ref)), 0);
      });

      it('keep their content while a task that wrote into its argument is suspended', async () => {
        const suspended = mobula.remote(async (array: Float64Array, path: string, { ref }: Gate) => {
          const before = changes(array);
          array.fill(-1);
          note(path, `wrote in ${process.pid}`);
          await mobula.get(ref);
          return { before, after: changes(array) };
        });
        const ref = mobula.put(ascending(length));
        const writers: ReturnType<typeof suspended.remote>[] = [];
        // Until one reads where another has written: idle processes are used first.
        for (let pid = 0; !numbers(board, 'wrote in').includes(pid); ) {
          assert.ok(writers.length < 8, `none of ${writers.length} suspended tasks shared its process`);
          writers.push(suspended.remote(ref, board, gate));
          await until(() => count(board, 'wrote') === writers.length, { what: 'a task that wrote' });
          const read = await mobula.get(inspect.remote(ref), PATIENT);
          assert.equal(read.changed, 0);
          pid = read.pid;
        }
        openGate(board);
        // Each has its own copy to the end.
        for (const { before, after } of await mobula.get(writers, PATIENT)) {
          assert.deepEqual([before, after], [0, length]);
        }
        assert.equal((await mobula.get(inspect.remote(ref), PATIENT)).changed, 0);
      });

      it('keep their content when a task gets a ref inside a value, and writes', async () => {
        const ref = mobula.put(ascending(length));
        const write = mobula.remote(async (box: { ref: mobula.ObjectRef<Float64Array> }) => {
          const array = await mobula.get(box.ref);
          const before = changes(array);
          array.fill(-1);
          return before;
        });
        assert.deepEqual(await mobula.get([write.remote({ ref }), write.remote({ ref })], PATIENT), [0, 0]);
        assert.equal((await mobula.get(inspect.remote(ref), PATIENT)).changed, 0);
      });

      it('keep their content when the task that returned them keeps and changes them', async () => {
        type Kept = { kept?: Float64Array };
        const make = mobula.remote((size: number, allocated: boolean) => {
          const array: Float64Array = allocated
            ? mobula.allocate(Float64Array, size).array
            : new Float64Array(size);
          for (let index = 0; index < size; index++) array[index] = index;
          (globalThis as Kept).kept = array;
          return array;
        });
        /** The length of the array that is kept, once it has been overwritten; -1 in another process. */
        const change = mobula.remote(() => {
          const { kept } = globalThis as Kept;
          delete (globalThis as Kept).kept;
          if (kept !== undefined && kept.length > 0) kept.fill(-1);
          return kept?.length ?? -1;
        });
        const changed = async (): Promise<number> => {
          let lengthThere = -1;
          await until(
            async () => {
              lengthThere = await mobula.get(change.remote(), PATIENT);
              return lengthThere >= 0;
            },
            { what: 'a task in the process that keeps the array' },
          );
          return lengthThere;
        };
        const copied = make.remote(length, false);
        await mobula.wait([copied]);
        assert.equal(await changed(), length);
        assert.equal(changes(await mobula.get(copied, PATIENT)), 0);
        // An allocated one is no copy: the task's array is detached instead.
        const adopted = make.remote(length, true);
        await mobula.wait([adopted]);
        assert.equal(await changed(), 0);
        const result = await mobula.get(adopted, PATIENT);
        assert.equal(result.length, length);
        assert.equal(changes(result), 0);
      });

      it('detach when they were allocated, by whatever stores them', async () => {
        const sealed = mobula.allocate(Float64Array, length);
        sealed.array.set(ascending(length));
        const ref = sealed.seal();
        assert.equal(sealed.array.length, 0);
        assert.throws(() => sealed.seal(), mobula.InvalidArgumentError);

        const put = mobula.allocate(Float64Array, length);
        put.array.set(ascending(length));
        const putRef = mobula.put(put.array);
        assert.equal(put.array.length, 0);

        const passed = mobula.allocate(Float64Array, length);
        passed.array.set(ascending(length));
        const result = inspect.remote(passed.array);
        if (passed.array.length > 0) passed.array.fill(-1);
        assert.equal((await mobula.get(result, PATIENT)).changed, 0);

        const dropped = mobula.allocate(Float64Array, length);
        dropped[Symbol.dispose]();
        assert.equal(dropped.array.length, 0);
        for (const each of [ref, putRef]) {
          assert.equal(changes(await mobula.get(each)), 0);
          assert.equal((await mobula.get(inspect.remote(each), PATIENT)).changed, 0);
        }
      });
    });
  }

  it('through random writes of many tasks into many kinds of views', async () => {
    const random = new Random('the writers');
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251);
    const value = {
      floats: ascending(30_000),
      bytes,
      part: bytes.subarray(100_000, 200_000),
      view: new DataView(bytes.buffer, 4096, 70_000),
      small: Uint16Array.of(1, 2, 3),
      map: new Map([['matrix', ascending(9000)]]),
    };
    const ref = mobula.put(value);
    const attack = mobula.remote((given: typeof value, where: number) => {
      const wrong =
        given.floats.findIndex((each, index) => each !== index) +
        given.bytes.findIndex((each, index) => each !== index % 251) +
        given.map.get('matrix')!.findIndex((each, index) => each !== index) +
        (given.view.getUint8(5) === (4096 + 5) % 251 ? -1 : 0) +
        (given.part[1] === 100_001 % 251 ? -1 : 0) +
        (given.small.join() === '1,2,3' ? -1 : 0);
      given.floats[where % 30_000] = -1;
      given.bytes[where % 300_000] = 252;
      given.part.fill(253, where % 100_000);
      given.view.setUint8(where % 70_000, 254);
      given.small[where % 3] = 9;
      given.map.get('matrix')!.copyWithin(0, 1);
      given.map.set('new', given.floats);
      return wrong;
    });
    const writes = Array.from({ length: 60 }, () => attack.remote(ref, random.below(1_000_000)));
    assert.deepEqual(await mobula.get(writes, PATIENT), Array(60).fill(-6));
    const last = await mobula.get(ref);
    assert.equal(changes(last.floats), 0);
    assert.deepEqual([...last.map.keys()], ['matrix']);
  });
});
