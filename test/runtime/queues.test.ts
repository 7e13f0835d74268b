import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { ANY_NODE } from '../../lib/protocol/strategy.js';
import { ShapeQueue } from '../../lib/runtime/shape-queue.js';
import { SpecArena } from '../../lib/runtime/spec-arena.js';
import { type FunctionRecord, Task } from '../../lib/runtime/task.js';
import { TaskList } from '../../lib/runtime/task-list.js';
import { VERSION } from '../../lib/runtime/version.js';

const fn: FunctionRecord = { hash: '0', name: 'f', held: [], meanMicroseconds: 0 };

function newQueue(): ShapeQueue {
  return new ShapeQueue(
    0,
    { key: 'CPU', resources: new Map([['CPU', 1]]), exclusive: false, strategy: ANY_NODE },
    true,
  );
}

function newTask(counter: number, queue: ShapeQueue, depth = 0): Task {
  return new Task(
    counter,
    fn,
    queue,
    counter,
    0,
    depth,
    0,
    3,
    false,
    new Uint8Array(0),
    0,
    0,
    0,
    0,
    undefined,
  );
}

describe('the queue of a resource shape', () => {
  it('gives the least deep tasks to others and the deepest to the own process, in order within a depth', () => {
    const queue = newQueue();
    const order = [0, 2, 1, 2, 0, 1];
    const tasks = order.map((depth, index) => newTask(index, queue, depth));
    for (const task of tasks) queue.push(task);
    assert.equal(queue.size, 6);
    assert.equal(queue.deepest, 2);
    assert.deepEqual(
      [queue.takeShallowest(), queue.takeShallowest(), queue.takeShallowest()],
      [tasks[0], tasks[4], tasks[2]],
    );
    assert.deepEqual(
      [queue.takeDeepest(), queue.takeDeepest(), queue.takeDeepest()],
      [tasks[1], tasks[3], tasks[5]],
    );
    assert.equal(queue.takeDeepest(), undefined);
    assert.equal(queue.takeShallowest(), undefined);
    assert.equal(queue.size, 0);
  });

  it('puts a task that came back before its equals, and takes one out of the middle', () => {
    const queue = newQueue();
    const tasks = [1, 2, 3, 4].map((counter) => newTask(counter, queue));
    for (const task of tasks.slice(0, 3)) queue.push(task);
    queue.pushFirst(tasks[3]!);
    assert.equal(queue.remove(tasks[1]!), true);
    assert.equal(queue.remove(tasks[1]!), false);
    assert.deepEqual(
      [queue.takeShallowest(), queue.takeShallowest(), queue.takeShallowest()],
      [tasks[3], tasks[0], tasks[2]],
    );
  });
});

describe('the list of tasks in a window', () => {
  it('keeps their order whichever leaves', () => {
    const queue = newQueue();
    const list = new TaskList();
    const other = new TaskList();
    const tasks = [0, 1, 2, 3, 4].map((counter) => newTask(counter, queue));
    for (const task of tasks) list.add(task);
    for (const index of [2, 0, 4]) assert.equal(list.remove(tasks[index]!), true);
    assert.equal(list.remove(tasks[2]!), false);
    assert.equal(other.remove(tasks[1]!), false, 'it is in another list');
    assert.deepEqual(list.toArray(), [tasks[1], tasks[3]]);
    assert.equal(list.size, 2);
    list.add(tasks[0]!);
    assert.deepEqual(list.toArray(), [tasks[1], tasks[3], tasks[0]]);
    for (const task of list.toArray()) list.remove(task);
    assert.deepEqual([list.size, list.toArray()], [0, []]);
  });
});

describe('the arena of task specs', () => {
  it('gives every spec bytes of its own, aligned, and big ones an array', () => {
    const arena = new SpecArena();
    const seen: { chunk: Uint8Array; at: number; length: number }[] = [];
    for (let index = 0; index < 5000; index++) {
      const length = index % 97 === 0 ? 20_000 : (index * 7) % 300;
      const at = arena.allocate(length);
      assert.equal(at % 8, 0);
      arena.chunk.fill(index % 251, at, at + length);
      assert.equal(arena.view.buffer, arena.chunk.buffer);
      seen.push({ chunk: arena.chunk, at, length });
    }
    for (const [index, { chunk, at, length }] of seen.entries()) {
      assert.ok(
        chunk.subarray(at, at + length).every((byte) => byte === index % 251),
        `spec ${index} is whole`,
      );
    }
  });
});

describe('the version', () => {
  it('is that of the package', () => {
    const manifest = createRequire(import.meta.url)('../../../package.json') as { version: string };
    assert.equal(VERSION, manifest.version);
  });
});
