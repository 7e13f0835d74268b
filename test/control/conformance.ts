import assert from 'node:assert/strict';
import {
  type ControlStore,
  type FunctionRecord,
  type JobRecord,
  MOST_ARGUMENTS,
  MOST_ENDED_JOBS,
  MOST_ENDED_NODES,
  MOST_ERRORS,
  MOST_FUNCTION_BYTES_OF_A_JOB,
  MOST_NAME_LENGTH,
  MOST_TASKS,
  MOST_TEXT_LENGTH,
  type NodeRecord,
  type TaskRecord,
} from '../../lib/control/control-store.js';

function nodeRecord(id: string, more: Partial<NodeRecord> = {}): NodeRecord {
  return {
    id,
    pid: 100,
    address: '',
    resources: { CPU: 2, gpu: 0.5 },
    objectStoreMemory: 1 << 28,
    started: 1_000,
    ended: undefined,
    ...more,
  };
}

function jobRecord(job: string, more: Partial<JobRecord> = {}): JobRecord {
  return {
    job,
    name: `driver-${job}.js`,
    pid: 200 + Number(job),
    started: 2_000 + Number(job),
    ended: undefined,
    ...more,
  };
}

function taskRecord(id: string, more: Partial<TaskRecord> = {}): TaskRecord {
  return {
    id,
    job: '1',
    name: 'add',
    status: 'finished',
    attempts: 1,
    start: 5_000,
    milliseconds: 3.5,
    ...more,
  };
}

function functionRecord(hash: string, bytes = 10): FunctionRecord {
  return { hash, name: `f${hash}`, payload: new Uint8Array(bytes).fill(7) };
}

/** What every control store does, run on one implementation. `open` makes an empty one. */
export function controlStoreConformance(name: string, open: () => Promise<ControlStore>): void {
  describe(`control store: ${name}`, () => {
    let store: ControlStore;

    beforeEach(async () => {
      store = await open();
    });

    afterEach(async () => {
      await store.close();
    });

    describe('nodes', () => {
      it('are remembered as they were given, in their order', async () => {
        const records = [
          nodeRecord('b1', { started: 1 }),
          nodeRecord('a2', { started: 2, address: '10.0.0.2:7000' }),
        ];
        for (const record of records) store.nodeStarted(record);
        assert.deepEqual(await store.nodes(), records);
      });

      it('may be reached elsewhere later on', async () => {
        store.nodeStarted(nodeRecord('a'));
        store.nodeReached('a', '10.0.0.5:7000');
        await store.flush();
        store.nodeReached('a', '10.0.0.5:7001');
        store.nodeReached('unknown', '10.0.0.5:7002');
        assert.deepEqual(await store.nodes(), [nodeRecord('a', { address: '10.0.0.5:7001' })]);
        store.nodeEnded('a', 5);
        store.nodeReached('a', '10.0.0.5:7003');
        assert.deepEqual(await store.nodes(), [nodeRecord('a', { address: '10.0.0.5:7001', ended: 5 })]);
      });

      it('end once', async () => {
        store.nodeStarted(nodeRecord('n'));
        store.nodeEnded('n', 7_000);
        store.nodeEnded('n', 8_000);
        store.nodeEnded('unknown', 8_000);
        assert.deepEqual(await store.nodes(), [nodeRecord('n', { ended: 7_000 })]);
      });

      it('are bounded when they have ended, those that live are not', async () => {
        store.nodeStarted(nodeRecord('alive'));
        for (let index = 0; index <= MOST_ENDED_NODES; index++) {
          store.nodeStarted(nodeRecord(`n${index}`));
          store.nodeEnded(`n${index}`, 9_000);
        }
        const ids = (await store.nodes()).map(({ id }) => id);
        assert.equal(ids.length, MOST_ENDED_NODES + 1);
        assert.deepEqual(
          [ids.includes('alive'), ids.includes('n0'), ids.includes('n1')],
          [true, false, true],
        );
      });
    });

    describe('jobs', () => {
      it('are remembered as they were given, in their order', async () => {
        store.jobStarted(jobRecord('2'));
        store.jobStarted(jobRecord('1'));
        assert.deepEqual(await store.jobs(), [jobRecord('2'), jobRecord('1')]);
      });

      it('end once', async () => {
        store.jobStarted(jobRecord('1'));
        store.jobEnded('1', 7_000);
        store.jobEnded('1', 8_000);
        store.jobEnded('9', 8_000);
        assert.deepEqual(await store.jobs(), [jobRecord('1', { ended: 7_000 })]);
      });

      it('start once, and do not come back', async () => {
        store.jobStarted(jobRecord('1'));
        store.jobStarted(jobRecord('1', { name: 'again.js' }));
        assert.deepEqual(await store.jobs(), [jobRecord('1')]);
        store.jobEnded('1', 7_000);
        store.jobStarted(jobRecord('1', { name: 'again.js' }));
        assert.deepEqual(await store.jobs(), [jobRecord('1', { ended: 7_000 })]);
      });

      it('are bounded when they have ended', async () => {
        store.jobStarted(jobRecord('1'));
        for (let job = 2; job <= MOST_ENDED_JOBS + 2; job++) {
          store.jobStarted(jobRecord(`${job}`));
          store.jobEnded(`${job}`, 9_000);
        }
        const jobs = (await store.jobs()).map(({ job }) => job);
        assert.equal(jobs.length, MOST_ENDED_JOBS + 1);
        assert.deepEqual([jobs.includes('1'), jobs.includes('2'), jobs.includes('3')], [true, false, true]);
      });

      it('have names of bounded length', async () => {
        store.jobStarted(jobRecord('1', { name: 'x'.repeat(100_000) }));
        const [job] = await store.jobs();
        assert.equal(job!.name.length, MOST_NAME_LENGTH);
      });
    });

    describe('functions', () => {
      it('come back by hash, byte for byte', async () => {
        store.jobStarted(jobRecord('1'));
        const fn = { hash: 'abc', name: 'add', payload: Uint8Array.from({ length: 256 }, (_, byte) => byte) };
        assert.equal(store.addFunction('1', fn), true);
        const found = await store.functionOf('abc');
        assert.deepEqual({ ...found, payload: [...found!.payload] }, { ...fn, payload: [...fn.payload] });
        assert.equal(await store.functionOf('abd'), undefined);
      });

      it('belong to the jobs that exported them', async () => {
        for (const job of ['1', '2', '3']) store.jobStarted(jobRecord(job));
        store.addFunction('1', functionRecord('abc'));
        store.addFunction('2', functionRecord('abc'));
        assert.notEqual(await store.functionOf('abc', '1'), undefined);
        assert.notEqual(await store.functionOf('abc', '2'), undefined);
        assert.equal(await store.functionOf('abc', '3'), undefined);
        store.jobEnded('1', 5);
        assert.equal(await store.functionOf('abc', '1'), undefined);
        assert.notEqual(await store.functionOf('abc', '2'), undefined);
        store.jobEnded('2', 5);
        assert.equal(await store.functionOf('abc'), undefined);
      });

      it('are taken twice, and not for a job that is not there', async () => {
        store.jobStarted(jobRecord('1'));
        assert.equal(store.addFunction('1', functionRecord('abc')), true);
        assert.equal(store.addFunction('1', functionRecord('abc')), true);
        assert.equal(store.addFunction('2', functionRecord('abd')), false);
        store.jobEnded('1', 5);
        assert.equal(store.addFunction('1', functionRecord('abc')), false);
        assert.equal(await store.functionOf('abc'), undefined);
        assert.equal(await store.functionOf('abd'), undefined);
      });

      it('of one job are bounded in bytes, and it says so', async () => {
        store.jobStarted(jobRecord('1'));
        store.jobStarted(jobRecord('2'));
        // Only their sizes count: the pages of these are never touched.
        const half = MOST_FUNCTION_BYTES_OF_A_JOB / 2;
        const big = (hash: string) => ({ hash, name: 'big', payload: new Uint8Array(new ArrayBuffer(half)) });
        assert.equal(store.addFunction('1', big('a')), true);
        assert.equal(store.addFunction('1', big('a')), true);
        assert.equal(store.addFunction('1', functionRecord('b')), true);
        assert.equal(store.addFunction('1', big('c')), false);
        assert.equal(await store.functionOf('c'), undefined);
        assert.equal(store.addFunction('2', functionRecord('d')), true);
        const [error] = await store.errors(1);
        assert.match(error!.message, /job 1 has exported 256 MiB of functions.*big was not kept/);
      });
    });

    describe('locations', () => {
      it('are the nodes that hold an object', async () => {
        for (const id of ['n1', 'n2']) store.nodeStarted(nodeRecord(id));
        store.objectsAdded('n1', ['aa', 'bb']);
        store.objectsAdded('n2', ['bb']);
        store.objectsAdded('n2', ['bb']);
        assert.deepEqual(await store.locationsOf('aa'), ['n1']);
        assert.deepEqual((await store.locationsOf('bb')).sort(), ['n1', 'n2']);
        assert.deepEqual(await store.locationsOf('cc'), []);
        store.objectsRemoved('n1', ['aa', 'bb', 'cc']);
        assert.deepEqual(await store.locationsOf('aa'), []);
        assert.deepEqual(await store.locationsOf('bb'), ['n2']);
      });

      it('end with the node', async () => {
        for (const id of ['n1', 'n2']) store.nodeStarted(nodeRecord(id));
        store.objectsAdded('n1', ['aa', 'bb']);
        store.objectsAdded('n2', ['bb']);
        store.nodeEnded('n1', 9_000);
        store.objectsAdded('n1', ['cc']);
        assert.deepEqual(await store.locationsOf('aa'), []);
        assert.deepEqual(await store.locationsOf('bb'), ['n2']);
        assert.deepEqual(await store.locationsOf('cc'), []);
      });
    });

    describe('tasks', () => {
      it('are found by id and listed, the last recorded first', async () => {
        const full = { node: 'n1', worker: 3, error: 'Error: no\n    at f', status: 'failed', attempts: 4 };
        store.recordTasks('1', { finished: 0, failed: 0 }, [taskRecord('01'), taskRecord('02', full)]);
        store.recordTasks('1', { finished: 0, failed: 0 }, [taskRecord('03')]);
        assert.deepEqual(await store.task('02'), taskRecord('02', full));
        assert.equal(await store.task('09'), undefined);
        assert.deepEqual(await store.tasks(2), [taskRecord('03'), taskRecord('02', full)]);
        assert.equal((await store.tasks(100)).length, 3);
        assert.deepEqual(await store.tasks(0), []);
      });

      it('replace what was recorded of them before', async () => {
        store.recordTasks('1', { finished: 0, failed: 0 }, [
          taskRecord('01', { status: 'running' }),
          taskRecord('02'),
        ]);
        store.recordTasks('1', { finished: 0, failed: 0 }, [taskRecord('01', { status: 'finished' })]);
        assert.deepEqual(await store.tasks(10), [taskRecord('01'), taskRecord('02')]);
      });

      it('keep what they take, may be given, and were given', async () => {
        const given = Array.from({ length: MOST_ARGUMENTS + 5 }, (_, index) => `${index}`.padStart(32, '0'));
        const spec = { resources: { CPU: 0.5, gpu: 1 }, retries: 3, arguments: given.slice(0, 2) };
        const records = [
          taskRecord('01', spec),
          taskRecord('02', { ...spec, resources: {}, retries: 0, arguments: [] }),
          taskRecord('03', { arguments: given }),
        ];
        store.recordTasks('1', { finished: 3, failed: 0 }, records);
        assert.deepEqual(await store.task('01'), records[0]);
        assert.deepEqual(await store.task('02'), records[1]);
        assert.deepEqual((await store.task('03'))!.arguments, given.slice(0, MOST_ARGUMENTS));
      });

      it('are filtered', async () => {
        store.recordTasks('1', { finished: 0, failed: 0 }, [
          taskRecord('01'),
          taskRecord('02', { status: 'failed' }),
        ]);
        store.recordTasks('2', { finished: 0, failed: 0 }, [taskRecord('03', { job: '2', name: 'sub' })]);
        const ids = async (filter: object) => (await store.tasks(10, filter)).map(({ id }) => id);
        assert.deepEqual(await ids({ status: 'failed' }), ['02']);
        assert.deepEqual(await ids({ job: '2' }), ['03']);
        assert.deepEqual(await ids({ name: 'add' }), ['02', '01']);
        assert.deepEqual(await ids({ name: 'add', job: '2' }), []);
      });

      it('are counted, also those that were left out', async () => {
        store.jobStarted(jobRecord('1'));
        assert.deepEqual(await store.taskCounts('1'), { finished: 0, failed: 0, leftOut: 0 });
        store.recordTasks('1', { finished: 1000, failed: 2 }, [
          taskRecord('01'),
          taskRecord('02', { status: 'failed' }),
          taskRecord('03', { status: 'running' }),
        ]);
        store.recordTasks('1', { finished: 5, failed: 0 }, []);
        assert.deepEqual(await store.taskCounts('1'), { finished: 1005, failed: 2, leftOut: 1005 });
        store.jobEnded('1', 9_000);
        assert.deepEqual(await store.taskCounts('1'), { finished: 1005, failed: 2, leftOut: 1005 });
        assert.deepEqual(await store.taskCounts('2'), { finished: 0, failed: 0, leftOut: 0 });
      });

      it('are bounded in number and in length', async () => {
        const records = Array.from({ length: 1000 }, (_, index) => index);
        for (let batch = 0; batch * 1000 <= MOST_TASKS; batch++) {
          store.recordTasks(
            '1',
            { finished: 1000, failed: 0 },
            records.map((index) => taskRecord(`${batch * 1000 + index}`)),
          );
        }
        assert.equal((await store.tasks(2 * MOST_TASKS)).length, MOST_TASKS);
        assert.equal(await store.task('999'), undefined);
        assert.notEqual(await store.task('1000'), undefined);
        const long = taskRecord('long', { name: 'n'.repeat(1e6), error: 'e'.repeat(1e6) });
        store.recordTasks('1', { finished: 0, failed: 1 }, [long]);
        const kept = await store.task('long');
        assert.deepEqual([kept!.name.length, kept!.error!.length], [MOST_NAME_LENGTH, MOST_TEXT_LENGTH]);
        assert.ok(kept!.error!.startsWith('eee'));
      });
    });

    describe('errors', () => {
      it('are listed, the newest first', async () => {
        store.recordError({ time: 1, message: 'one' });
        store.recordError({ time: 2, message: 'two', node: 'n1', job: '3' });
        assert.deepEqual(await store.errors(10), [
          { time: 2, message: 'two', node: 'n1', job: '3' },
          { time: 1, message: 'one' },
        ]);
        assert.deepEqual(await store.errors(1), [{ time: 2, message: 'two', node: 'n1', job: '3' }]);
      });

      it('are bounded in number and in length', async () => {
        for (let time = 0; time < MOST_ERRORS + 5; time++)
          store.recordError({ time, message: 'm'.repeat(3000) });
        const errors = await store.errors(2 * MOST_ERRORS);
        assert.deepEqual(
          [errors.length, errors[0]!.time, errors.at(-1)!.time],
          [MOST_ERRORS, MOST_ERRORS + 4, 5],
        );
        assert.equal(errors[0]!.message.length, MOST_TEXT_LENGTH);
      });
    });

    it('has nothing left to write after a flush', async () => {
      store.recordTasks('1', { finished: 1, failed: 0 }, [taskRecord('01')]);
      await store.flush();
      assert.deepEqual(await store.task('01'), taskRecord('01'));
    });
  });
}
