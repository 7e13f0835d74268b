import assert from 'node:assert/strict';
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
  pollUntil,
  waitAtGate,
} from './support/board.js';
import { failureOfClass, PATIENT, taskErrorOf } from './support/processes.js';

describe('resources', function () {
  this.timeout(90_000);

  before(() => mobula.init({ numCpus: 2, resources: { gpu: 1, disk: 2 } }));
  after(() => mobula.shutdown());
  afterEach(openAllGates);

  /** Runs twelve tasks that end when `together` of them have met; gives back the most that ran at once. */
  async function meet(options: mobula.RemoteOptions<1>, together: number): Promise<number> {
    const board = newBoard();
    const meeting = mobula.remote(options, async (path: string, guests: number) => {
      note(path, `enters ${process.pid}`);
      await pollUntil(() => count(path, 'enters') >= guests, `${guests} tasks at once`);
      note(path, 'leaves');
    });
    const refs = Array.from({ length: 12 }, () => meeting.remote(board, together));
    await mobula.get(refs, PATIENT);
    assert.equal(count(board, 'leaves'), 12);
    return mostAtOnce(notes(board), 'enters', 'leaves');
  }

  it('by default a task takes one CPU', async () => {
    assert.equal(await meet({}, 2), 2);
  });

  it('fractions add up: four tasks of half a CPU run at once on two CPUs', async () => {
    assert.equal(await meet({ numCpus: 0.5 }, 4), 4);
  });

  it('a task of two CPUs runs alone', async () => {
    assert.equal(await meet({ numCpus: 2 }, 1), 1);
  });

  it('custom resources limit what runs at once', async () => {
    assert.equal(await meet({ numCpus: 0.25, resources: { disk: 1 } }, 2), 2);
    assert.equal(await meet({ numCpus: 0, resources: { disk: 0.5 } }, 4), 4);
    assert.equal(await meet({ resources: { gpu: 1 } }, 1), 1);
  });

  it('numCpus: 0 runs beside everything else, each task in a process of its own', async () => {
    const board = newBoard();
    const busy = mobula.remote(async () => {
      note(board, 'busy');
      await waitAtGate(board);
    });
    const light = mobula.remote({ numCpus: 0 }, async () => {
      note(board, `light ${process.pid}`);
      await pollUntil(() => count(board, 'light') === 6, 'six light tasks');
    });
    const held = [busy.remote(), busy.remote()];
    await until(() => count(board, 'busy') === 2, { what: 'two busy CPUs' });
    await mobula.get(
      Array.from({ length: 6 }, () => light.remote()),
      PATIENT,
    );
    assert.equal(new Set(numbers(board, 'light')).size, 6);
    openGate(board);
    await mobula.get(held, PATIENT);
  });

  it('the gpu of a task stays taken while it awaits; its CPU does not', async () => {
    const board = newBoard();
    const gated = mobula.remote(async () => {
      await waitAtGate(board);
      note(board, 'child ended');
    });
    const owner = mobula.remote({ numCpus: 2, resources: { gpu: 1 } }, async (name: string) => {
      note(board, `${name} starts`);
      await mobula.get(gated.remote());
      note(board, `${name} ends`);
    });
    const plain = mobula.remote((x: number) => x);
    const first = owner.remote('first');
    await until(() => count(board, 'first starts') === 1, { what: 'the owner of the gpu' });
    const second = owner.remote('second');
    // The CPUs are free: these run, one after another, and so would the second.
    for (let x = 0; x < 20; x++) assert.equal(await mobula.get(plain.remote(x), PATIENT), x);
    assert.equal(count(board, 'second starts'), 0);
    openGate(board);
    await mobula.get([first, second], PATIENT);
    assert.deepEqual(
      notes(board).filter((line) => !line.startsWith('child')),
      ['first starts', 'first ends', 'second starts', 'second ends'],
    );
  });

  it('of children are their own, whatever their parents take', async () => {
    for (const numCpus of [0, 0.5, 2]) {
      const board = newBoard();
      const child = mobula.remote(async (path: string) => {
        note(path, 'enters');
        await pollUntil(() => count(path, 'enters') >= 2, 'two children at once');
        // Others, if there were a CPU for them, have a hundred turns to come.
        for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
        note(path, 'leaves');
      });
      const parent = mobula.remote({ numCpus }, async (path: string) => {
        await mobula.get([child.remote(path), child.remote(path)]);
      });
      await mobula.get(
        Array.from({ length: 6 }, () => parent.remote(board)),
        PATIENT,
      );
      assert.equal(mostAtOnce(notes(board), 'enters', 'leaves'), 2, `children of parents of ${numCpus} CPUs`);
    }
  });

  it('that no node has reject at once, and say what was asked for', async () => {
    const task = mobula.remote({ name: 'huge' }, () => 1);
    const tooBig = await failureOfClass(
      mobula.InfeasibleTaskError,
      mobula.get(task.options({ numCpus: 100 }).remote(), PATIENT),
    );
    assert.equal(tooBig.code, 'ERR_MOBULA_INFEASIBLE_TASK');
    assert.equal(tooBig.functionName, 'huge');
    assert.deepEqual(tooBig.resources, { CPU: 100 });
    assert.deepEqual(tooBig.nodes, [{ CPU: 2, gpu: 1, disk: 2 }]);
    assert.match(tooBig.message, /'huge' asks for .*CPU: 100/);
    const unknown = task.options({ resources: { tpu: 1 } });
    for (let round = 0; round < 2; round++) {
      const error = await failureOfClass(mobula.InfeasibleTaskError, mobula.get(unknown.remote(), PATIENT));
      assert.deepEqual(error.resources, { CPU: 1, tpu: 1 });
    }
    const inside = mobula.remote(async () => {
      try {
        return await mobula.get(unknown.remote());
      } catch (error) {
        return (error as mobula.MobulaError).code;
      }
    });
    assert.equal(await mobula.get(inside.remote(), PATIENT), 'ERR_MOBULA_INFEASIBLE_TASK');
    assert.equal(await mobula.get(task.remote(), PATIENT), 1);
  });
});

describe('getSync inside tasks', function () {
  this.timeout(90_000);

  before(() => mobula.init({ numCpus: 2 }));
  after(() => mobula.shutdown());
  afterEach(openAllGates);

  const child = mobula.remote((x: number) => x + 1);

  it('works in exclusive tasks, more of them than CPUs, also below each other', async () => {
    const parent = mobula.remote({ exclusive: true }, (depth: number): number => {
      if (depth === 0) return mobula.getSync([child.remote(1), child.remote(2)]).reduce((a, b) => a + b);
      return mobula.getSync(parent.remote(depth - 1)) + 1;
    });
    assert.equal(await mobula.get(parent.remote(0), PATIENT), 5);
    assert.equal(await mobula.get(parent.remote(3), PATIENT), 8);
    const sums = await mobula.get(
      Array.from({ length: 8 }, () => parent.remote(1)),
      PATIENT,
    );
    assert.deepEqual(sums, Array(8).fill(6));
  });

  it('gives back at once what others still send to a process that blocks', async () => {
    const board = newBoard();
    const plain = mobula.remote(() => process.pid);
    const gated = mobula.remote({ numCpus: 0 }, async () => {
      note(board, 'gated');
      await waitAtGate(board);
    });
    const gate = { ref: gated.remote() };
    await until(() => count(board, 'gated') === 1, { what: 'the task at the gate' });
    const blocking = mobula.remote({ exclusive: true }, (box: { ref: mobula.ObjectRef<void> }) => {
      note(board, `blocks ${process.pid}`);
      mobula.getSync(box.ref);
    });
    // It hears nothing of the lease that it has lost meanwhile, and neither of them has a timer that could help.
    const sender = mobula.remote({ exclusive: true }, () => {
      note(board, `leased ${mobula.getSync(plain.remote())}`);
      blockUntil(() => count(board, 'blocks') === 1, 'the other blocking task');
      return mobula.getSync(plain.remote());
    });
    const sent = sender.remote();
    await until(() => count(board, 'leased') === 1, { what: 'the lease of the sender' });
    const blocked = blocking.remote(gate);
    const pid = await mobula.get(sent, PATIENT);
    assert.deepEqual(numbers(board, 'blocks'), numbers(board, 'leased'), 'both were given the same process');
    assert.notEqual(pid, numbers(board, 'blocks')[0]);
    openGate(board);
    await mobula.get(blocked, PATIENT);
  });

  it('has the process to itself', async () => {
    const board = newBoard();
    const exclusive = mobula.remote({ exclusive: true }, async (path: string) => {
      note(path, `exclusive ${process.pid}`);
      await waitAtGate(path);
      await mobula.get(child.remote(1));
      note(path, 'ended');
    });
    const others = mobula.remote(() => process.pid);
    const ref = exclusive.remote(board);
    await until(() => count(board, 'exclusive') === 1, { what: 'the start of the exclusive task' });
    const pids = await mobula.get(
      Array.from({ length: 50 }, () => others.remote()),
      PATIENT,
    );
    assert.ok(!pids.includes(numbers(board, 'exclusive')[0]!));
    openGate(board);
    await mobula.get(ref, PATIENT);
  });

  it('throws BlockingGetError in others, unless the value is there', async () => {
    const parent = mobula.remote(() => mobula.getSync(child.remote(1)));
    const error = await taskErrorOf(mobula.get(parent.remote(), PATIENT));
    assert.ok(error.cause instanceof mobula.BlockingGetError);
    assert.match(error.cause.objectId, /^[0-9a-f]{32}$/);

    const reads = mobula.remote(async (box: { ref: mobula.ObjectRef<number> }) => {
      const own = mobula.put(20);
      const later = child.remote(0);
      await mobula.wait([later]);
      return mobula.getSync(box.ref) + mobula.getSync(own) + mobula.getSync(later);
    });
    assert.equal(await mobula.get(reads.remote({ ref: mobula.put(300) }), PATIENT), 321);
  });

  it('in the driver blocks the thread alone', async () => {
    assert.equal(mobula.getSync(child.remote(child.remote(1))), 3);
    assert.deepEqual(mobula.getSync([child.remote(5), mobula.put('x')]), [6, 'x']);
    const fail = mobula.remote(() => {
      throw new RangeError('sync');
    });
    assert.throws(
      () => mobula.getSync(fail.remote()),
      (error) => mobula.TaskError.is(error, RangeError),
    );
  });
});
