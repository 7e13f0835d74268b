import assert from 'node:assert/strict';
import { createStore, type RayletStore } from '../../lib/store/native.js';
import { bytesOf, MiB, nextCounter, put } from './support.js';

const BIG = 1024;
const NONE = new Uint8Array(0);

describe('changes of the objects in a store', () => {
  let store: RayletStore;
  beforeEach(() => {
    store = createStore({ memory: 16 * MiB });
  });
  afterEach(() => store.detach());

  function look(mostBig = 100, mostSmall = 100, mostEntries = 10_000) {
    const { added, removed } = store.objectChanges(BIG, mostBig, mostSmall, mostEntries);
    return { added: idsOf(added), removed: idsOf(removed) };
  }

  function idsOf(bytes: Uint8Array): string[] {
    const ids: string[] = [];
    for (let at = 0; at < bytes.length; at += 16)
      ids.push(Buffer.from(bytes.subarray(at, at + 16)).toString('hex'));
    return ids.sort();
  }

  const idsOfHandles = (handles: readonly number[]): string[] =>
    handles.map((each) => store.idString(each)).sort();

  it('are each told once', () => {
    const handles = [put(store, bytesOf(10, 1)), put(store, NONE, [bytesOf(5000, 2)])];
    const ids = idsOfHandles(handles);
    assert.deepEqual(look(), { added: ids, removed: [] });
    assert.deepEqual(look(), { added: [], removed: [] });
    for (const handle of handles) store.release(handle);
    assert.deepEqual(look(), { added: [], removed: ids });
    assert.deepEqual(look(), { added: [], removed: [] });
  });

  it('are told of an entry that another object has meanwhile', () => {
    const first = put(store, bytesOf(2000, 1));
    const firstId = store.idString(first);
    look();
    store.release(first);
    const second = put(store, bytesOf(2000, 2));
    assert.equal(second % 2 ** 24, first % 2 ** 24);
    assert.deepEqual(look(), { added: [store.idString(second)], removed: [firstId] });
  });

  it('are those of complete objects', () => {
    const pending = store.createPending(nextCounter(), 0);
    const draft = store.draft(bytesOf(3000, 1), 0, 3000, undefined, undefined, 0);
    assert.deepEqual(look(), { added: [], removed: [] });
    store.complete(pending, draft, 0);
    assert.deepEqual(look(), { added: idsOfHandles([pending]), removed: [] });
    const id = store.idString(pending);
    store.free(pending);
    assert.deepEqual(look(), { added: [], removed: [id] });
  });

  it("leave out what is beyond the bounds until there is room, copies of other nodes' objects counting as big", () => {
    const small = Array.from({ length: 3 }, (_, index) => put(store, bytesOf(10, index)));
    const id = new Uint8Array(16).fill(7);
    const replica = store.createReplica(id, 0);
    assert.equal(store.completeSmall(replica, 0, bytesOf(10, 9), 0, 10, 0), 0);
    const big = put(store, bytesOf(BIG, 8));
    const first = look(1, 2);
    assert.equal(first.added.length, 3);
    assert.equal(first.added.filter((each) => idsOfHandles(small).includes(each)).length, 2);
    const told = first.added.find((each) => idsOfHandles([replica, big]).includes(each))!;
    const [gone, left] = store.idString(replica) === told ? [replica, big] : [big, replica];
    assert.deepEqual(look(1, 2), { added: [], removed: [] });
    store.release(gone);
    assert.deepEqual(look(1, 2), { added: [store.idString(left)], removed: [told] });
    assert.deepEqual(look(1, 3).added.length, 1);
  });

  it('are found bit by bit in a big table', () => {
    const handles = Array.from({ length: 1000 }, (_, index) => put(store, bytesOf(8, index)));
    const found: string[] = [];
    for (let round = 0; round < 4; round++) found.push(...look(0, 2000, 260).added);
    assert.deepEqual(found.sort(), idsOfHandles(handles));
    for (const handle of handles) store.release(handle);
    assert.equal(look(0, 2000, 260).removed.length, 1000);
    assert.deepEqual(store.check(), []);
  });

  it('agree with what is there, whatever is put and freed', () => {
    const seed = Number(process.env.SEED ?? Date.now() % 1e6);
    let state = seed;
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const told = new Set<string>();
    const live = new Map<number, string>();
    for (let round = 0; round < 200; round++) {
      for (let step = random(40); step > 0; step--) {
        const handles = [...live.keys()];
        if (random(2) === 0 && handles.length > 0) {
          const handle = handles[random(handles.length)]!;
          if (random(2) === 0) store.free(handle);
          store.release(handle);
          live.delete(handle);
        } else {
          const handle = put(store, bytesOf(random(3000), step));
          live.set(handle, store.idString(handle));
        }
      }
      const { added, removed } = look(10_000, 10_000);
      for (const id of removed) assert.ok(told.delete(id), `seed ${seed}: ${id} was not told of`);
      for (const id of added) {
        assert.ok(!told.has(id), `seed ${seed}: ${id} was told of twice`);
        told.add(id);
      }
      assert.deepEqual([...told].sort(), [...live.values()].sort(), `seed ${seed}, round ${round}`);
    }
  });
});
