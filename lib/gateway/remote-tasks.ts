import { ObjectLostError } from '../errors/index.js';
import { resourceTables } from '../protocol/amounts.js';
import {
  CancelRemoteTaskT,
  PeerFrame,
  ResultTakenT,
  ShipFunctionT,
  SubmitTaskT,
} from '../protocol/generated/peers.js';
import { TaskStatus } from '../protocol/generated/protocol.js';
import type { Runtime } from '../runtime/runtime.js';
import { smoothed } from '../runtime/smoothed.js';
import { wholeMessage } from '../values/types.js';
import type { AssignedFunction, Assignment, AssignmentOrigin, AssignmentSink } from '../worker/assignment.js';
import type { ReceivedObject } from './incoming-object.js';
import { KeptResults } from './kept-results.js';
import { byteList, ID_BYTES, type PeerConnection, sendPeerTable } from './peer-frames.js';
import { sealError } from './room.js';

/** Work in microseconds that the other node is to have in its hands under one lease: some round trips. */
const WINDOW_MICROSECONDS = 2000;
const MOST_IN_FLIGHT = 64;

/** A function as the tasks of one name call it. */
interface RemoteFunction extends AssignedFunction {
  /** Smoothed run time, 0 before the first task is done. */
  meanMicroseconds: number;
}

/** The code of a function as the raylet has it. */
export interface FunctionCode {
  readonly payload: Uint8Array;
  /** Handles of the objects that it refers to. */
  readonly held: readonly number[];
}

/** A lease on another node. */
export interface RemoteLease {
  readonly id: number;
  readonly peer: RemotePeer;
  readonly job: number;
  readonly jobName: string;
  readonly resources: Readonly<Record<string, number>>;
  readonly exclusive: boolean;
}

/** The node that a lease is on. */
export interface RemotePeer {
  readonly node: string;
  readonly connection: PeerConnection;
  /** Ids of objects here, one after another, for a message to it: it is told when they are freed. */
  share(handles: ArrayLike<number>): Uint8Array;
  /**
   * Gets a result that it keeps; undefined when it has it no more, or is gone.
   * @throws ObjectStoreFullError
   */
  fetch(id: Uint8Array): Promise<ReceivedObject | undefined>;
}

interface Slot {
  readonly lease: RemoteLease;
  waiting: Assignment<RemoteFunction>[];
  inFlight: number;
}

interface InFlight {
  readonly assignment: Assignment<RemoteFunction>;
  readonly slot: Slot;
}

export interface RemoteTasksPort {
  /** The function's code; undefined when it is gone with its job. */
  fetchFunction(hash: string, job: number): Promise<FunctionCode | undefined>;
  /** Drops copies of objects that are kept for later tasks only. */
  evict(): void;
}

/**
 * Takes tasks of this node's submitters, as a worker does, and has them run by other nodes. A task is started, for its
 * submitter, when it is sent: from then on nobody takes it back, and it is lost only with the node that it was sent to.
 */
export class RemoteTasks implements AssignmentSink<RemoteFunction> {
  /** Results that stay at the nodes which made them. */
  readonly results: KeptResults;
  readonly #runtime: Runtime;
  readonly #port: RemoteTasksPort;
  readonly #slots = new Map<number, Slot>();
  /** Tasks that came before their lease was heard of, on the other socket. */
  readonly #early = new Map<number, Assignment<RemoteFunction>[]>();
  /** Of the leases that were heard of; their numbers only grow. */
  #newestLease = 0;
  readonly #functions = new Map<string, RemoteFunction>();
  /** By job and hash. */
  readonly #codes = new Map<string, FunctionCode | 'coming' | 'gone'>();
  /** Functions that a peer knows, by job and hash. */
  readonly #shipped = new WeakMap<RemotePeer, Set<string>>();
  readonly #inFlight = new Map<number, InFlight>();
  #nextToken = 1;

  constructor(runtime: Runtime, port: RemoteTasksPort) {
    this.#runtime = runtime;
    this.#port = port;
    this.results = new KeptResults(runtime, {
      taken: (peer, token) => this.taken(peer, token),
      evict: () => port.evict(),
    });
  }

  // ---- what the raylet says

  granted(lease: RemoteLease): void {
    const slot = { lease, waiting: this.#early.get(lease.id) ?? [], inFlight: 0 };
    this.#heardOf(lease.id);
    this.#slots.set(lease.id, slot);
    this.#pump(slot);
  }

  /** The submitter has given it back, or is gone; or the node that it is on is. */
  ended(id: number): void {
    this.#heardOf(id);
    this.#slots.delete(id);
  }

  /** The node is gone: the raylet tells the submitters, who queue its tasks again. */
  peerLost(peer: RemotePeer): void {
    this.results.peerLost(peer);
    for (const [id, slot] of this.#slots) if (slot.lease.peer === peer) this.#slots.delete(id);
    for (const [token, { slot }] of this.#inFlight)
      if (slot.lease.peer === peer) this.#inFlight.delete(token);
  }

  /** The other nodes are told, and answer no more for its tasks. */
  jobEnded(job: number): void {
    for (const [id, { lease }] of this.#slots) if (lease.job === job) this.#slots.delete(id);
    for (const [token, { slot }] of this.#inFlight) if (slot.lease.job === job) this.#inFlight.delete(token);
    for (const key of this.#codes.keys()) if (key.startsWith(codeKey(job, ''))) this.#codes.delete(key);
    // Nobody's tasks need them now, and the next job may have others.
    if (this.#slots.size === 0 && this.#inFlight.size === 0) this.#functions.clear();
  }

  kill(peer: RemotePeer, handle: number): void {
    for (const [token, { assignment, slot }] of this.#inFlight) {
      if (slot.lease.peer === peer && assignment.handle === handle) this.#cancel(token, true, false);
    }
  }

  // ---- what submitters say

  functionOf(hash: string, name: string): RemoteFunction {
    const key = `${hash} ${name}`;
    let fn = this.#functions.get(key);
    if (fn === undefined) {
      fn = { hash, name, meanMicroseconds: 0 };
      this.#functions.set(key, fn);
    }
    return fn;
  }

  accept(assignment: Assignment<RemoteFunction>): void {
    const slot = this.#slots.get(assignment.lease);
    if (slot !== undefined) slot.waiting.push(assignment);
    // Under a lease that is over it is void: the raylet has told its submitter.
    else if (assignment.lease > this.#newestLease) {
      const early = this.#early.get(assignment.lease);
      if (early === undefined) this.#early.set(assignment.lease, [assignment]);
      else early.push(assignment);
    }
  }

  turn(): void {
    for (const slot of this.#slots.values()) if (slot.waiting.length > 0) this.#pump(slot);
  }

  cancel(
    origin: AssignmentOrigin<RemoteFunction>,
    counter: number,
    attempt: number,
    recursive: boolean,
  ): void {
    for (const [token, { assignment }] of this.#inFlight) {
      if (assignment.origin === origin && assignment.counter === counter && assignment.attempt === attempt)
        this.#cancel(token, false, recursive);
    }
  }

  originClosed(origin: AssignmentOrigin<RemoteFunction>): void {
    for (const slot of this.#slots.values()) {
      slot.waiting = slot.waiting.filter((assignment) => assignment.origin !== origin);
    }
    for (const [lease, [first]] of this.#early) if (first!.origin === origin) this.#early.delete(lease);
    for (const [token, { assignment }] of this.#inFlight) {
      if (assignment.origin === origin) this.#cancel(token, false, true);
    }
  }

  // ---- what the other nodes say

  /** The results stay at the node that ran the task, in so many bytes each. */
  kept(token: number, microseconds: number, sizes: readonly number[]): void {
    const task = this.#end(token, microseconds);
    if (task === undefined) return;
    const { assignment, slot } = task;
    const { attempt, origin, targets } = assignment;
    const { peer } = slot.lease;
    this.results.add({ peer, token, targets, attempt });
    const node = Buffer.from(peer.node, 'latin1');
    const place = new Uint8Array(8 * sizes.length + node.length);
    const view = new DataView(place.buffer);
    for (const [index, size] of sizes.entries()) view.setFloat64(8 * index, size, true);
    place.set(node, 8 * sizes.length);
    origin.done(assignment, TaskStatus.Elsewhere, microseconds, wholeMessage(place));
    this.#pump(slot);
  }

  /** The results are here; undefined stands for one that could not be had. */
  finished(
    token: number,
    failed: boolean,
    microseconds: number,
    results: readonly (ReceivedObject | undefined)[],
  ): void {
    const { store } = this.#runtime;
    const task = this.#end(token, microseconds);
    const drafts = results.map((result) => result?.draft ?? 0);
    if (task === undefined) {
      for (const draft of drafts) if (draft !== 0) store.abort(draft);
      return;
    }
    const { assignment, slot } = task;
    const error = results[0]?.error;
    if (drafts.includes(0)) void this.#failed(assignment, drafts, microseconds);
    else if (failed && assignment.errorsComeBack && error !== undefined) {
      for (const draft of drafts) if (draft !== 0) store.abort(draft);
      assignment.origin.done(assignment, TaskStatus.Thrown, microseconds, wholeMessage(error));
    } else {
      const { targets } = assignment;
      const completed = store.complete(targets, drafts, assignment.attempt);
      if (completed === 1) this.#runtime.objectsReady(targets);
      const status =
        completed < 0 ? TaskStatus.Discarded : failed ? TaskStatus.StoredError : TaskStatus.Stored;
      assignment.origin.done(assignment, status, microseconds, undefined);
    }
    this.#pump(slot);
  }

  taken(peer: RemotePeer, token: number): void {
    sendPeerTable(peer.connection, PeerFrame.ResultTaken, new ResultTakenT(token));
  }

  // ---- inside

  #heardOf(lease: number): void {
    this.#early.delete(lease);
    this.#newestLease = Math.max(this.#newestLease, lease);
  }

  /** Undefined for a task that nobody waits for any more. */
  #end(token: number, microseconds: number): InFlight | undefined {
    const task = this.#inFlight.get(token);
    if (task === undefined) return undefined;
    this.#inFlight.delete(token);
    task.slot.inFlight--;
    const { fn } = task.assignment;
    fn.meanMicroseconds = smoothed(fn.meanMicroseconds, microseconds);
    return task;
  }

  /** A result did not get here: the store is full, or it was freed at once over there. */
  async #failed(
    assignment: Assignment<RemoteFunction>,
    drafts: readonly number[],
    microseconds: number,
  ): Promise<void> {
    const { store } = this.#runtime;
    for (const draft of drafts) if (draft !== 0) store.abort(draft);
    const reason = 'its result did not reach this node, whose object store has no room for it';
    const lost = new ObjectLostError(store.idString(assignment.handle), reason);
    await sealError(this.#runtime, assignment.targets, assignment.attempt, lost, this.#port.evict);
    assignment.origin.done(assignment, TaskStatus.StoredError, microseconds, undefined);
  }

  #cancel(token: number, force: boolean, recursive: boolean): void {
    const { connection } = this.#inFlight.get(token)!.slot.lease.peer;
    sendPeerTable(connection, PeerFrame.CancelRemoteTask, new CancelRemoteTaskT(token, force, recursive));
  }

  #pump(slot: Slot): void {
    while (slot.waiting.length > 0) {
      const [assignment] = slot.waiting as [Assignment<RemoteFunction>];
      if (slot.inFlight >= windowOf(assignment.fn)) return;
      const code = this.#codes.get(codeKey(slot.lease.job, assignment.fn.hash));
      if (code === undefined) {
        void this.#fetch(assignment.fn.hash, slot.lease.job);
        return;
      }
      if (code === 'coming') return;
      slot.waiting.shift();
      // Taken back or cancelled in the meantime: this copy is void, and its submitter knows.
      if (!this.#runtime.store.startTask(assignment.handle, assignment.attempt)) continue;
      if (code !== 'gone') this.#ship(slot.lease, assignment.fn, code);
      this.#send(slot, assignment);
    }
  }

  async #fetch(hash: string, job: number): Promise<void> {
    const key = codeKey(job, hash);
    this.#codes.set(key, 'coming');
    const code = await this.#port.fetchFunction(hash, job);
    // Unless the job has ended meanwhile.
    if (this.#codes.has(key)) this.#codes.set(key, code ?? 'gone');
    this.turn();
  }

  #ship(lease: RemoteLease, fn: RemoteFunction, code: FunctionCode): void {
    const key = codeKey(lease.job, fn.hash);
    const shipped = this.#shipped.get(lease.peer) ?? new Set();
    this.#shipped.set(lease.peer, shipped);
    if (shipped.has(key)) return;
    shipped.add(key);
    const held = byteList(lease.peer.share(code.held));
    const table = new ShipFunctionT(lease.job, lease.jobName, fn.hash, fn.name, byteList(code.payload), held);
    sendPeerTable(lease.peer.connection, PeerFrame.ShipFunction, table);
  }

  #send(slot: Slot, assignment: Assignment<RemoteFunction>): void {
    const { lease } = slot;
    const token = this.#nextToken++;
    this.#inFlight.set(token, { assignment, slot });
    slot.inFlight++;
    const positions: number[] = [];
    const dependencies: number[] = [];
    assignment.forEachDependency((position, handle) => {
      positions.push(position);
      dependencies.push(handle);
    });
    const { store } = this.#runtime;
    const returns = new Uint8Array(ID_BYTES * assignment.returnCount);
    for (const [index, handle] of assignment.targets.entries())
      store.writeId(handle, returns, index * ID_BYTES);
    const table = new SubmitTaskT(
      token,
      lease.job,
      lease.jobName,
      assignment.fn.hash,
      assignment.fn.name,
      resourceTables(lease.resources),
      lease.exclusive,
      // Deaths of processes over there are retried there; that of the node, by the submitter.
      assignment.alone ? 0 : 3,
      assignment.flags,
      byteList(returns),
      byteList(lease.peer.share(dependencies)),
      positions,
      byteList(lease.peer.share(assignment.containedHandles)),
      byteList(assignment.bytes.subarray(assignment.argumentStart, assignment.end)),
    );
    sendPeerTable(lease.peer.connection, PeerFrame.SubmitTask, table);
  }
}

/** Jobs may have functions of the same content that refer to different objects. */
function codeKey(job: number, hash: string): string {
  return `${job} ${hash}`;
}

function windowOf(fn: RemoteFunction): number {
  if (fn.meanMicroseconds === 0) return 1;
  return Math.min(MOST_IN_FLIGHT, 1 + Math.ceil(WINDOW_MICROSECONDS / fn.meanMicroseconds));
}
