import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { NativeAddonError } from '../errors/index.js';
import { compileAddon } from './compile-addon.js';
import { packageRoot } from './package-files.js';

/**
 * The whole native surface. `native/addon` implements it; nothing else of Mobula loads the addon.
 *
 * Conventions
 * - An object is named by its **handle**, an exact integer that means the same in all processes of a node; 0 is none.
 *   A handle whose object is gone is harmless: every operation answers "gone" or does nothing.
 * - A **counter** (below 2^40) and a **return index** (below 2^24) make, with the session of the environment, the id of
 *   a new object. Whoever creates objects counts; an id must not be used twice.
 * - Sizes are bytes, times milliseconds.
 * - Arguments of a wrong type or out of range throw a TypeError with code `ERR_MOBULA_INVALID_ARGUMENT`. Other errors
 *   carry a code of the catalogue or the name of a system error (`ECONNREFUSED`). After `detach`, whatever needs the
 *   store throws `ERR_MOBULA_NOT_INITIALIZED`, and whatever gives something back does nothing.
 * - Nothing here may be called from another thread than the one that made it. `worker_threads` are environments of
 *   their own, each with its own slot.
 *
 * References and pins
 * - The store knows, for each environment and object, whether the environment refers to it (the object may not be
 *   destroyed) and whether it has it pinned (its memory may not be reused). The addon counts: `track`, `hold` and
 *   their opposites for references; pins come and go with the ArrayBuffers of `open`.
 * - What this environment publishes (`put`, `sealDraft`) is referred to from the start. That reference
 *   passes to the first hold; without any, `release` ends it.
 *
 * Full
 * - "Full" is never an exception here: what creates something answers 0 (or undefined, or an empty list), after it has
 *   given back what this environment's garbage held. A small part of the store is kept back for results and errors, so
 *   that tasks can be completed when nothing can be put any more.
 */
export interface NativeStore {
  /** Number of this environment's place in the store, below 256. The raylet has 0. */
  readonly slot: number;
  /** 8 bytes that begin the id of every object made here. Random, new for each environment. */
  readonly session: Uint8Array;
  /** Size of the memory for objects. */
  readonly arenaBytes: number;

  // --- Results that do not exist yet -----------------------------------------------------------------------------

  /** A pending object, owned by this environment and held once. 0 when the table of objects is full. */
  createPending(counter: number, returnIndex: number): number;
  /** Pending objects for the return indexes 0 to `count - 1`: all of them, or none (length 0) when the table is full. */
  createPendings(counter: number, count: number): Float64Array;
  /**
   * A pending object with the id in `id[offset, offset + 16)`, which another node gave it: to become this node's copy of that
   * node's object. Owned by this environment and held once. 0 when the table of objects is full.
   *
   * @throws TypeError when there is an object of that id here (see `lookup`)
   */
  createReplica(id: Uint8Array, offset: number): number;

  // --- Writing ---------------------------------------------------------------------------------------------------

  /**
   * Stores an object: copies and publishes it. Referred to by this environment.
   *
   * @param meta `meta[start, end)` is the encoded value
   * @param buffers its out-of-band buffers; those of 16 KiB and more stand in pages of their own, so that readers view
   *   them in place
   * @param contained handles of the objects that the value refers to; they live as long as this one. The caller holds
   *   each meanwhile
   * @param flags below 4096; bit 0 says that the value is an error
   * @returns 0 when the store is full and what this environment could drop (it looks) was not enough
   * @throws `ERR_MOBULA_OBJECT_STORE_FULL` when it can never fit
   */
  put(
    counter: number,
    meta: Uint8Array,
    start: number,
    end: number,
    buffers: readonly ArrayBufferView[] | undefined,
    contained: readonly number[] | undefined,
    flags: number,
  ): number;

  /** The same without publishing: a draft for `complete`, visible to nobody. Ends with `complete` or `abort`. */
  draft(
    meta: Uint8Array,
    start: number,
    end: number,
    buffers: readonly ArrayBufferView[] | undefined,
    contained: readonly number[] | undefined,
    flags: number,
  ): number;

  /**
   * Settles a task: the drafts become the values of the pending targets, all visible at once. The drafts are used up
   * in any case.
   *
   * @param targets the returns of one task, in order
   * @returns 0; 1 when somebody waits for one of them (see `takeWaiters`); -1 when another attempt has settled the
   *   task, it is at another attempt, or it is gone: then nothing has changed
   */
  complete(targets: number | readonly number[], drafts: number | readonly number[], attempt: number): number;

  /** `draft` and `complete` in one for a small value without buffers and refs. As `complete`; -2 when full. */
  completeSmall(
    target: number,
    attempt: number,
    meta: Uint8Array,
    start: number,
    end: number,
    flags: number,
  ): number;

  /** Gives a draft back. One of `allocate` is detached first. */
  abort(draft: number): void;

  /**
   * A draft whose only buffer the program fills in place: `buffer` is that memory, with whatever was there before.
   * Undefined when the store is full. A buffer that is collected before `finishAllocated` aborts its draft.
   *
   * @throws `ERR_MOBULA_OBJECT_STORE_FULL` when it can never fit
   */
  allocate(byteLength: number): { draft: number; buffer: ArrayBuffer } | undefined;

  /**
   * Writes the rest of an allocated object, at most 512 bytes, and detaches its buffer. The draft then goes on to
   * `sealDraft`, `complete` or `abort`.
   *
   * @throws TypeError when the buffer's memory has moved elsewhere (`transfer`), so that somebody could still write
   *   into it. Such a draft is aborted when that memory is collected
   */
  finishAllocated(draft: number, meta: Uint8Array, start: number, end: number, flags: number): void;

  /** Publishes a finished draft of `allocate` as an object of its own, and returns its handle. */
  sealDraft(draft: number): number;

  // --- Reading ---------------------------------------------------------------------------------------------------

  /** 0 gone (freed, or nobody referred to it), 1 pending, 2 a value, 3 an error. Takes no lock. */
  state(handle: number): number;

  /** Bytes that a complete object takes up in the store; 0 while it is pending or when it is gone. Takes no lock. */
  bytesOf(handle: number): number;

  /**
   * Copies the meta of a value without buffers to the beginning of `target`. Takes no lock.
   *
   * @returns its length; -1 pending, -2 it has buffers or is an error (use `open`), -3 `target` is too small (use `open`), -4 gone
   */
  read(handle: number, target: Uint8Array): number;

  /**
   * The whole object: the meta copied, small buffers copied, and each buffer of 16 KiB and more as an ArrayBuffer over
   * the object's own memory. What the program writes there reaches nobody else: it changes this task's own copy of
   * that page. The object is pinned while any of them can be reached.
   *
   * @param task exact integer naming the unfinished task that asks. A view is given to a second task only when the
   *   first is finished and has not written into it. 0: no task; views given to 0 are shared among those who ask so
   * @returns undefined while it is pending
   * @throws `ERR_MOBULA_OBJECT_FREED` when it is gone
   */
  open(handle: number, task: number): { meta: Uint8Array; buffers: ArrayBuffer[]; flags: number } | undefined;

  /** The views given to that task may go to others, once they are known to be unchanged. */
  taskFinished(task: number): void;

  /** Looks which views of finished tasks are unchanged: about 10 us a MiB, to be done off the path. */
  checkViews(): void;

  /** Ends the pins of views that were collected. `sweep` does so too; this does not look at refs. */
  dropViews(): void;

  /** Handles of the objects that a value refers to; empty while it is pending or when it is gone. */
  contained(handle: number): Float64Array;

  // --- References ------------------------------------------------------------------------------------------------

  /**
   * Holds the object until `ref` is garbage collected or `untrack` is called with the ticket returned here. 0, and no
   * hold, when the object is gone.
   */
  track(ref: object, handle: number): number;
  /** Ends a tracked hold now. A ticket that has ended, or 0, does nothing. */
  untrack(ticket: number): void;
  /** One more counted hold. False when the object is gone. */
  hold(handle: number): boolean;
  /** One counted hold less. */
  release(handle: number): void;

  /**
   * From now on, when the last tracked hold on the object ends, `sweep` reports its handle, with one counted hold
   * that the caller has to release. At once, if there is none now.
   */
  watchDrop(handle: number): void;
  unwatchDrop(handle: number): void;

  /**
   * Ends the holds and pins whose JavaScript objects the garbage collector has found dead. Cheap when it has not run
   * since the last time. Creating and tracking do this by themselves now and then.
   *
   * @param force look also when no collection was noticed
   * @returns watched handles whose last tracked hold has ended, undefined for none
   */
  sweep(force?: boolean): Float64Array | undefined;

  /** Whether somebody keeps the object, or the place of one to come, and nobody has freed it. Takes no lock. */
  isWanted(handle: number): boolean;

  /** Destroys the object for everybody; what is not there yet, when it comes. References to it answer "gone". */
  free(handle: number): void;

  // --- Names -----------------------------------------------------------------------------------------------------

  /** The handle of the object whose id stands in `id[offset, offset + 16)`; 0 when it is not in this store. */
  lookup(id: Uint8Array, offset: number): number;
  /** Writes the id, 16 bytes. False when the object is gone; nothing is written then. */
  writeId(handle: number, target: Uint8Array, offset: number): boolean;
  /** The id as 32 hexadecimal digits; of an object that is gone, or after `detach`, the empty string. */
  idString(handle: number): string;

  // --- Waiting and tasks (a task is named by its first return) -----------------------------------------------------

  /** True when there is nothing to wait for: the object is ready or gone. Else its completion says that we wait. */
  wait(handle: number): boolean;
  /** Claims an unstarted task for this environment. False when it was taken back, settled, or is at another attempt. */
  startTask(handle: number, attempt: number): boolean;
  /** Takes an unstarted task back: it is at `attempt + 1` now. False when it was started or is at another attempt. */
  takeBack(handle: number, attempt: number): boolean;
  /** Moves a task from `attempt`, started or not, to `next`, unstarted. False when settled or at another attempt. */
  restart(handle: number, attempt: number, next: number): boolean;
  /** attempt * 2 + (1 when started); -1 when the object is gone. */
  taskWord(handle: number): number;
  /** Names the task on this environment's stack, 0 for none, for whoever looks after its death. */
  setRunning(handle: number): void;

  // --- The store as a whole ----------------------------------------------------------------------------------------

  statistics(): StoreStatistics;
  /** How many refs, views and unfinished drafts of this environment were not found dead yet. */
  programHolds(): number;
  /** Who holds how much, of those who hold anything. */
  holders(): StoreHolding[];
  /**
   * Gives everything of this environment back and forgets the store. Arrays that the program still has keep their
   * content (it is copied); buffers of unfinished drafts are detached. Idempotent.
   */
  detach(): void;
}

/** The store in the process that made it. */
export interface RayletStore extends NativeStore {
  /** A slot with a new session for the client with that pid. Throws `ERR_MOBULA_OBJECT_STORE_FULL` at 255 clients. */
  claimSlot(pid: number): number;
  /**
   * Clears what a dead client left: references, pins, drafts, and its slot.
   *
   * @returns pending objects of the dead that others refer to: the caller has to complete them, with an error
   * @throws `ETIMEDOUT` when somebody held the store's lock for a second: to be called again later; nothing is lost
   */
  reclaimSlot(slot: number): Float64Array;
  /** The task on that client's stack, 0 for none. */
  running(slot: number): number;
  /** The slots that wait for the object; they wait no longer. */
  takeWaiters(handle: number): number[];
  /**
   * Which complete objects there are that there were not at the last call, and which are gone; an object that came and went in
   * between is in neither. Takes no lock.
   *
   * @param bigBytes objects of so many bytes, and all copies of other nodes' objects, are told of first
   * @param mostBig of those, at most so many are known at a time, and of the others `mostSmall`; the rest is left out until one of
   *   the known is gone
   * @param mostEntries so much of the table of objects is looked at in one call, 64 bytes each; the next call goes on there
   * @returns ids, 16 bytes each, one after another
   */
  objectChanges(
    bigBytes: number,
    mostBig: number,
    mostSmall: number,
    mostEntries: number,
  ): { readonly added: Uint8Array; readonly removed: Uint8Array };
  /** Violated invariants of the whole store, one line each. Takes the lock for a scan: for tests and diagnosis. */
  check(): string[];
}

/** Objects and their bytes. */
export interface StoreUse {
  readonly objects: number;
  readonly bytes: number;
}

/** What a client did since it came. Only ever grows. */
export interface StoreCounters {
  readonly puts: number;
  readonly gets: number;
  readonly bytesCopiedIn: number;
  readonly bytesCopiedOut: number;
  /** Bytes handed out as views, each time they were. */
  readonly bytesViewed: number;
}

export interface StoreStatistics {
  readonly arenaBytes: number;
  /** Of blocks, as rounded by the allocator. */
  readonly bytesUsed: number;
  readonly bytesPeak: number;
  /** Of the arena, ever used: what is resident. */
  readonly bytesTouched: number;
  readonly entriesUsed: number;
  readonly entriesPeak: number;
  readonly maxObjects: number;
  /** How often a client died holding the lock. */
  readonly recoveries: number;
  readonly clients: number;
  readonly pending: StoreUse;
  readonly drafts: StoreUse;
  readonly sealed: StoreUse;
  readonly freed: StoreUse;
  /** Of all clients, those that are gone included. */
  readonly totals: StoreCounters;
  /** Of this environment. */
  readonly own: StoreCounters;
  /** Tracked holds of this environment. */
  readonly tracked: number;
  /** Views of this environment that can be reached, or were not found dead yet. */
  readonly views: StoreUse;
}

export interface StoreHolding {
  readonly slot: number;
  readonly pid: number;
  /** Objects that it refers to, has pinned, or is writing. */
  readonly objects: number;
  readonly bytes: number;
}

/**
 * A local stream socket. The addon does the system calls, never blocking; TypeScript does the buffering. Closed on
 * exec. The other side's death is a result and never an exception.
 */
export interface NativeSocket {
  /**
   * Begins to watch. `onReadable`: there are bytes, or the end. `onWritable`: there is room; only while
   * `watchWritable(true)`. Either may be called from `pumpSockets` too, and without need. An exception in them becomes
   * an uncaughtException, or, inside `pumpSockets`, is thrown by it.
   */
  start(onReadable: () => void, onWritable: () => void): void;
  /** Receives into `target[offset, offset + length)`: the count of bytes; 0 = none there now; -1 = ended, or broken. */
  read(target: Uint8Array, offset: number, length: number): number;
  /** Sends from `source[offset, offset + length)`: the count of bytes taken; 0 = no room now; -1 = broken. */
  write(source: Uint8Array, offset: number, length: number): number;
  watchWritable(on: boolean): void;
  /** A started socket keeps the event loop alive unless `unref` was called. */
  ref(): void;
  unref(): void;
  /** Idempotent. No callback comes after it. */
  close(): void;
  /** -1 once it is closed. */
  readonly descriptor: number;
  /** The process at the other end, as the kernel knows it. */
  peer(): { pid: number; uid: number };
  /**
   * Sends the store and a slot of it. Has to be the first that is sent on the connection.
   *
   * @throws `EACCES` when the other side is another user, `EPIPE` when it is gone
   */
  sendStore(store: RayletStore, slot: number): void;
  /**
   * Receives what `sendStore` sent; undefined = not there yet. Has to be the first that is received.
   *
   * @throws `EACCES` when the other side is another user, `ERR_MOBULA_VERSION_MISMATCH` when it is no store of this
   *   version of Mobula, `ECONNRESET` when the connection ended
   */
  receiveStore(): NativeStore | undefined;
}

export interface NativeListener {
  /** Idempotent. Removes the socket file. */
  close(): void;
  ref(): void;
  unref(): void;
}

/** What the addon exports. */
interface Addon {
  createStore(memory: number, maxObjects: number | undefined): RayletStore;
  connectSocket(path: string): NativeSocket;
  listenSocket(path: string, onConnection: (socket: NativeSocket) => void): NativeListener;
  pumpSockets(milliseconds: number): boolean;
  spinForAnswers(): void;
  dieWith(pid: number): void;
  /** `collect(full)` collects the young generation or the whole heap before it returns. */
  setCollector(collect: (full: boolean) => void): void;
}

function load(): Addon {
  if (process.platform !== 'linux') {
    throw new NativeAddonError(
      `the object store needs Linux so far (memfd, pidfd, robust mutexes), and this is ${process.platform}`,
      'Use Linux, for example in a container.',
    );
  }
  const path = join(packageRoot, 'build/Release/mobula.node');
  if (!existsSync(path) && !compileAddon(packageRoot)) {
    throw new NativeAddonError(
      `it is not built (there is no ${path})`,
      'See above for what the compiler says, then run `npm rebuild mobula` (in a checkout: `npm run build`).',
    );
  }
  let loaded: Addon;
  try {
    loaded = createRequire(import.meta.url)(path) as Addon;
  } catch (cause) {
    throw new NativeAddonError(
      `${path} does not load on Node ${process.version}`,
      'Run `npm rebuild mobula` (in a checkout: `npm run build`).',
      { cause },
    );
  }
  loaded.setCollector(collectGarbage);
  return loaded;
}

type Gc = (options?: { type: 'minor' }) => void;
let gc: Gc | undefined;

/**
 * Collects garbage before it returns: the young generation, about a millisecond, or the whole heap. Without the
 * program having been started with --expose-gc.
 */
export function collectGarbage(full: boolean): void {
  if (gc === undefined) {
    // The flag matters while a context is made; without it again, contexts of the program are as it expects them.
    const exposed = typeof globalThis.gc === 'function';
    if (!exposed) setFlagsFromString('--expose-gc');
    gc = runInNewContext('gc') as Gc;
    if (!exposed) setFlagsFromString('--no-expose-gc');
  }
  // Not { type: 'major' }: on Node 20 that keeps ArrayBuffers of the old generation for ever.
  if (full) gc();
  else gc({ type: 'minor' });
}

let addon: Addon | undefined;

/** Loaded at the first use, so that importing Mobula works, and says nothing, where the addon cannot. */
function native(): Addon {
  addon ??= load();
  return addon;
}

/**
 * Makes a store; this environment becomes its raylet.
 *
 * @param options `memory`: bytes for objects, rounded up to pages, at least 1 MiB. `maxObjects`: how many there may be
 *   at once, at most 2^24 - 1, which is the default
 */
export function createStore(options: { memory: number; maxObjects?: number }): RayletStore {
  return native().createStore(options.memory, options.maxObjects);
}

/** Connects to the listener at `path` (at most 107 bytes). Throws the system's error, `ECONNREFUSED` for example. */
export function connectSocket(path: string): NativeSocket {
  return native().connectSocket(path);
}

/**
 * Listens at `path` (at most 107 bytes), which must not exist. `onConnection` gets each connection, not started yet;
 * exceptions in it are treated as those of {@link NativeSocket.start}.
 */
export function listenSocket(path: string, onConnection: (socket: NativeSocket) => void): NativeListener {
  return native().listenSocket(path, onConnection);
}

/**
 * Waits until a started socket or a listener of this environment is ready, for at most `milliseconds`, and calls the
 * callbacks of all that are. For code that blocks the thread. May be called from such a callback.
 *
 * @returns whether any was ready
 */
export function pumpSockets(milliseconds: number): boolean {
  return native().pumpSockets(milliseconds);
}

/**
 * From now on this thread, when it has just sent or received something, looks for an answer for up to 50 us before its event loop
 * blocks: to be woken takes longer than a tiny task. It does so ever more rarely while that is in vain.
 */
export function spinForAnswers(): void {
  native().spinForAnswers();
}

/**
 * Ends this process as soon as the process `pid` has ended, also out of a loop that never returns. If it leads its
 * process group, that is killed as a whole: what tasks have started, too.
 */
export function dieWith(pid: number): void {
  native().dieWith(pid);
}
