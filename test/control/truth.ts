import assert from 'node:assert/strict';
import type { ControlStore, TaskRecord } from '../../lib/control/control-store.js';
import { RedisControlStore } from '../../lib/control/redis-control-store.js';
import { until } from '../support/poll.js';

/** The node and the job that {@link recordAll} is about. */
export const NODE = '0123456789abcdef';
export const JOB = '01234567-1';
export const NONE = { finished: 0, failed: 0 };

export function task(id: string, more: Partial<TaskRecord> = {}): TaskRecord {
  const ran = { status: 'finished', attempts: 1, start: 5000, milliseconds: 1 };
  return { id, job: JOB, name: 'add', ...ran, ...more };
}

/** What a raylet says of itself. */
export function recordAll(store: ControlStore): void {
  const node = { id: NODE, pid: 1, address: '127.0.0.1:1', resources: { CPU: 2 }, objectStoreMemory: 1 };
  store.nodeStarted({ ...node, started: 1, ended: undefined });
  store.jobStarted({ job: JOB, name: 'main.js', pid: 2, started: 2, ended: undefined });
  store.addFunction(JOB, { hash: 'abc', name: 'add', payload: Uint8Array.of(0, 255, 10, 13) });
  store.objectsAdded(NODE, ['aa', 'bb', 'cc']);
  store.objectsRemoved(NODE, ['cc']);
  store.recordTasks(JOB, { finished: 4, failed: 1 }, [task('01')]);
  store.recordError({ time: 3, message: 'something' });
}

/** That another process finds all that the raylet is the truth for. */
export async function checkTruth(url: string): Promise<void> {
  const reader = new RedisControlStore({ url, node: 'fedcba9876543210' });
  try {
    assert.deepEqual(
      (await reader.nodes()).map(({ id, ended }) => [id, ended]),
      [[NODE, undefined]],
    );
    assert.deepEqual(
      (await reader.jobs()).map(({ job, ended }) => [job, ended]),
      [[JOB, undefined]],
    );
    assert.deepEqual([...(await reader.functionOf('abc', JOB))!.payload], [0, 255, 10, 13]);
    assert.equal(await reader.functionOf('abc', '01234567-2'), undefined);
    for (const object of ['aa', 'bb']) assert.deepEqual(await reader.locationsOf(object), [NODE]);
    assert.deepEqual(await reader.locationsOf('cc'), []);
    const { finished, failed } = await reader.taskCounts(JOB);
    assert.deepEqual([finished, failed], [4, 1]);
  } finally {
    await reader.close();
  }
}

/** A flush may find the connection broken that it only now hears of. */
export async function checkWritten(store: ControlStore): Promise<void> {
  await until(
    () =>
      store.flush().then(
        () => true,
        () => false,
      ),
    { what: 'a flush' },
  );
}
