import assert from 'node:assert/strict';
import type { NativeStore, RayletStore } from '../../lib/store/native.js';
import { bytesOf, draftOf, MiB, nextCounter, put, TestStores } from './support.js';

/** Every operation on an object in every state, as one client of two sees it. */
describe('operations of a store, by state of the object', () => {
  const meta = bytesOf(3, 1);
  const big = bytesOf(20_000, 2);
  const id = new Uint8Array(16);
  const target = new Uint8Array(100);
  const small = new Uint8Array(2);

  type State = (client: NativeStore, raylet: RayletStore, keep: (object: unknown) => void) => number;
  const states = {
    none: () => 0,
    neverUsed: () => 12_345,
    stale: (client) => {
      const handle = put(client, meta);
      client.release(handle);
      return handle;
    },
    pending: (client) => client.createPending(nextCounter(), 0),
    pendingOfAnother: (_, raylet) => raylet.createPending(nextCounter(), 0),
    started: (client) => {
      const handle = client.createPending(nextCounter(), 0);
      assert.ok(client.startTask(handle, 0));
      return handle;
    },
    freedPending: (client) => {
      const handle = client.createPending(nextCounter(), 0);
      client.free(handle);
      return handle;
    },
    draft: (client) => draftOf(client, meta),
    draftOfAnother: (_, raylet) => draftOf(raylet, meta),
    allocated: (client, _, keep) => {
      const allocated = client.allocate(100);
      keep(allocated);
      return allocated!.draft;
    },
    finished: (client) => {
      const { draft } = client.allocate(100)!;
      client.finishAllocated(draft, meta, 0, 3, 0);
      return draft;
    },
    value: (client) => put(client, meta),
    error: (client) => put(client, meta, undefined, undefined, 1),
    withBuffer: (client) => put(client, meta, [big]),
    settled: (client) => {
      const handle = client.createPending(nextCounter(), 0);
      assert.equal(client.completeSmall(handle, 0, meta, 0, 3, 0), 0);
      return handle;
    },
    freed: (client) => {
      const handle = put(client, meta);
      client.free(handle);
      return handle;
    },
    freedInView: (client, _, keep) => {
      const handle = put(client, meta, [big]);
      keep(client.open(handle, 0));
      client.free(handle);
      return handle;
    },
  } satisfies Record<string, State>;
  type StateName = keyof typeof states;

  const gone: StateName[] = ['none', 'neverUsed', 'stale'];
  const tombstones: StateName[] = ['freed', 'freedInView'];
  const drafts: StateName[] = ['draft', 'draftOfAnother', 'allocated', 'finished'];
  const pending: StateName[] = ['pending', 'pendingOfAnother', 'started'];
  const values: StateName[] = ['value', 'error', 'withBuffer', 'settled'];
  const ready: StateName[] = [...values];
  const unreadable: StateName[] = [...gone, ...tombstones, ...drafts, 'freedPending'];
  const INVALID = 'ERR_MOBULA_INVALID_ARGUMENT';

  type Result = number | boolean | string | undefined;
  interface Operation {
    run(client: NativeStore, handle: number): Result;
    /** Result by state. */
    expected: [Result, StateName[]][];
  }
  const all = Object.keys(states) as StateName[];
  const except = (...left: StateName[]): StateName[] => all.filter((name) => !left.includes(name));

  const operations: Record<string, Operation> = {
    state: {
      run: (client, handle) => client.state(handle),
      expected: [
        [0, unreadable],
        [1, pending],
        [2, ready.filter((name) => name !== 'error')],
        [3, ['error']],
      ],
    },
    read: {
      run: (client, handle) => client.read(handle, target),
      expected: [
        [-4, unreadable],
        [-1, pending],
        [-2, ['withBuffer', 'error']],
        [3, ['value', 'settled']],
      ],
    },
    'read into too little': {
      run: (client, handle) => client.read(handle, small),
      expected: [
        [-4, unreadable],
        [-1, pending],
        [-2, ['withBuffer']],
        [-3, ['value', 'error', 'settled']],
      ],
    },
    open: {
      run(client, handle) {
        const opened = client.open(handle, 0);
        return opened && `${opened.meta.length} ${opened.buffers.length} ${opened.flags}`;
      },
      expected: [
        ['ERR_MOBULA_OBJECT_FREED', unreadable],
        [undefined, pending],
        ['3 0 0', ['value', 'settled']],
        ['3 0 1', ['error']],
        ['3 1 0', ['withBuffer']],
      ],
    },
    contained: { run: (client, handle) => client.contained(handle).length, expected: [[0, all]] },
    track: {
      run: (client, handle) => client.track({}, handle) > 0,
      expected: [
        [false, [...gone, ...drafts]],
        [true, [...pending, ...ready, ...tombstones, 'freedPending']],
      ],
    },
    hold: {
      run: (client, handle) => client.hold(handle),
      expected: [
        [false, [...gone, ...drafts]],
        [true, [...pending, ...ready, ...tombstones, 'freedPending']],
      ],
    },
    release: { run: (client, handle) => client.release(handle) as undefined, expected: [[undefined, all]] },
    watchDrop: {
      run: (client, handle) => client.watchDrop(handle) as undefined,
      expected: [[undefined, all]],
    },
    unwatchDrop: {
      run: (client, handle) => client.unwatchDrop(handle) as undefined,
      expected: [[undefined, all]],
    },
    free: { run: (client, handle) => client.free(handle) as undefined, expected: [[undefined, all]] },
    abort: { run: (client, handle) => client.abort(handle) as undefined, expected: [[undefined, all]] },
    setRunning: {
      run: (client, handle) => client.setRunning(handle) as undefined,
      expected: [[undefined, all]],
    },
    wait: {
      run: (client, handle) => client.wait(handle),
      expected: [
        [false, pending],
        [true, [...unreadable, ...ready]],
      ],
    },
    startTask: {
      run: (client, handle) => client.startTask(handle, 0),
      expected: [
        [true, ['pending', 'pendingOfAnother', 'freedPending']],
        [false, except('pending', 'pendingOfAnother', 'freedPending')],
      ],
    },
    'startTask at another attempt': {
      run: (client, handle) => client.startTask(handle, 1),
      expected: [[false, all]],
    },
    takeBack: {
      run: (client, handle) => client.takeBack(handle, 0),
      expected: [
        [true, ['pending', 'pendingOfAnother', 'freedPending']],
        [false, except('pending', 'pendingOfAnother', 'freedPending')],
      ],
    },
    restart: {
      run: (client, handle) => client.restart(handle, 0, 7),
      expected: [
        [true, [...pending, 'freedPending']],
        [false, except(...pending, 'freedPending')],
      ],
    },
    taskWord: {
      run: (client, handle) => client.taskWord(handle),
      expected: [
        [-1, gone],
        [1, ['started']],
        [0, except(...gone, 'started')],
      ],
    },
    'complete, as the target': {
      run: (client, handle) => client.complete(handle, draftOf(client, meta), 0),
      expected: [
        [0, [...pending, 'freedPending']],
        [-1, except(...pending, 'freedPending')],
      ],
    },
    'complete at another attempt': {
      run: (client, handle) => client.complete(handle, draftOf(client, meta), 1),
      expected: [[-1, all]],
    },
    'complete, as the draft': {
      run: (client, handle) => client.complete(client.createPending(nextCounter(), 0), handle, 0),
      expected: [
        [0, ['draft', 'finished']],
        [INVALID, except('draft', 'finished')],
      ],
    },
    completeSmall: {
      run: (client, handle) => client.completeSmall(handle, 0, meta, 0, 3, 0),
      expected: [
        [0, [...pending, 'freedPending']],
        [-1, except(...pending, 'freedPending')],
      ],
    },
    finishAllocated: {
      run: (client, handle) => client.finishAllocated(handle, meta, 0, 3, 0) as undefined,
      expected: [
        [undefined, ['allocated', 'finished']],
        [INVALID, except('allocated', 'finished')],
      ],
    },
    sealDraft: {
      run: (client, handle) => client.sealDraft(handle) === handle,
      expected: [
        [true, ['finished']],
        [INVALID, except('finished')],
      ],
    },
    writeId: {
      run: (client, handle) => client.writeId(handle, id, 0),
      expected: [
        [false, gone],
        [true, except(...gone)],
      ],
    },
    idString: {
      run: (client, handle) => client.idString(handle).length,
      expected: [
        [0, gone],
        [32, except(...gone)],
      ],
    },
    lookup: {
      run: (client, handle) => client.writeId(handle, id, 0) && client.lookup(id, 0) === handle,
      expected: [
        [false, [...gone, ...drafts]],
        [true, except(...gone, ...drafts)],
      ],
    },
    'put, as contained': {
      run: (client, handle) => client.contained(put(client, meta, undefined, [handle]))[0] === handle,
      expected: [[true, all]],
    },
  };

  const stores = new TestStores();
  afterEach(() => stores.detachAll());

  for (const [name, { run, expected }] of Object.entries(operations)) {
    it(name, () => {
      assert.deepEqual(expected.flatMap(([, names]) => names).sort(), [...all].sort(), 'each state once');
      for (const [result, names] of expected) {
        for (const state of names) {
          const raylet = stores.raylet(2 * MiB);
          const client = stores.client(raylet);
          const kept: unknown[] = [];
          const make: State = states[state];
          const handle = make(client, raylet, (object) => kept.push(object));
          let actual: Result;
          try {
            actual = run(client, handle);
          } catch (error) {
            actual = (error as { code: string }).code;
          }
          assert.equal(actual, result, `${name} on ${state}`);
          assert.deepEqual(raylet.check(), [], `${name} on ${state}`);
          // Whatever it was, the other client is not in the way and everything can be given back.
          client.detach();
          raylet.reclaimSlot(client.slot);
          assert.deepEqual(raylet.check(), [], `${name} on ${state}, reclaimed`);
          assert.equal(kept.length <= 1, true);
          stores.detachAll();
        }
      }
    });
  }
});
