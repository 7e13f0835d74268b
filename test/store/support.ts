import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  collectGarbage,
  connectSocket,
  createStore,
  listenSocket,
  type NativeSocket,
  type NativeStore,
  pumpSockets,
  type RayletStore,
  type StoreStatistics,
} from '../../lib/store/native.js';

export const MiB = 2 ** 20;

/** A value of `length` bytes that differ from place to place and from seed to seed. */
export function bytesOf(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = (seed + 1) * 2654435761;
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

let counter = 0;

/** The number of the next object; ids must differ within one environment, whatever store they are in. */
export function nextCounter(): number {
  return ++counter;
}

const nothing = new Uint8Array(0);

/** Stores `meta` and `buffers`; the caller's hold is the reference that comes with it. */
export function put(
  store: NativeStore,
  meta: Uint8Array,
  buffers?: readonly ArrayBufferView[],
  contained?: readonly number[],
  flags = 0,
): number {
  return store.put(nextCounter(), meta, 0, meta.length, buffers, contained, flags);
}

export function draftOf(store: NativeStore, meta: Uint8Array, buffers?: readonly ArrayBufferView[]): number {
  return store.draft(meta, 0, meta.length, buffers, undefined, 0);
}

/** A buffer that is big enough to be viewed in place. */
export function putView(store: NativeStore, bytes: Uint8Array): number {
  return put(store, nothing, [bytes]);
}

/** The first buffer of an object, as bytes. */
export function view(store: NativeStore, handle: number, task = 0): Uint8Array {
  const opened = store.open(handle, task);
  if (opened === undefined) throw new Error('the object is pending');
  return new Uint8Array(opened.buffers[0]!);
}

/** Collects everything that can be collected, without the event loop, and lets the store know. */
export function collect(store: NativeStore): void {
  collectGarbage(true);
  // The memory of ArrayBuffers is let go of by V8's background threads; a second collection waits for them.
  collectGarbage(true);
  store.sweep();
}

/** `statistics` after everything that can be collected was. */
export function statisticsAfterCollection(store: NativeStore): StoreStatistics {
  collect(store);
  return store.statistics();
}

/** Waits without returning to the event loop. */
export function spinUntil(condition: () => boolean, what: string, milliseconds = 20_000): void {
  const deadline = performance.now() + milliseconds;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited ${milliseconds} ms in vain for ${what}`);
    pumpSockets(1);
  }
}

let sockets = 0;

/** A path for a socket that nobody else uses. */
export function socketPath(): string {
  return join(tmpdir(), `s${process.pid}-${++sockets}`);
}

/** Both ends of a connection, in this process. */
export function socketPair(): [NativeSocket, NativeSocket] {
  const path = socketPath();
  let accepted: NativeSocket | undefined;
  const listener = listenSocket(path, (socket) => {
    accepted = socket;
  });
  const connected = connectSocket(path);
  spinUntil(() => accepted !== undefined, 'the connection');
  listener.close();
  return [connected, accepted!];
}

/** A store of the test's own, detached after each test with everything that was attached to it. */
export class TestStores {
  readonly #stores: NativeStore[] = [];

  raylet(memory = 16 * MiB, maxObjects?: number): RayletStore {
    const store = createStore(maxObjects === undefined ? { memory } : { memory, maxObjects });
    this.#stores.push(store);
    return store;
  }

  /** Another client of the store, with a slot and mappings of its own, in this process. */
  client(raylet: RayletStore): NativeStore {
    const [here, there] = socketPair();
    here.sendStore(raylet, raylet.claimSlot(process.pid));
    const store = there.receiveStore();
    here.close();
    there.close();
    if (store === undefined) throw new Error('the store did not arrive');
    this.#stores.push(store);
    return store;
  }

  detachAll(): void {
    for (const store of this.#stores.splice(0).reverse()) store.detach();
  }
}
