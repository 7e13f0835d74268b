import { type MobulaError, ObjectLostError } from '../errors/index.js';
import type { NativeStore } from '../store/native.js';
import { Lineage, type TaskResult } from './lineage.js';
import { ObjectState } from './object-values.js';
import type { ObjectWaiter, PendingObject, PendingObjects } from './pending-objects.js';
import { type RemotePlace, returnsOf, type Task, TaskState } from './task.js';

/** Losses that a task survives: a result that is lost again and again may be what kills the nodes. */
const MOST_LOSSES = 20;

/** What this part of the submitter needs of the rest. */
export interface RemoteResultsPort {
  /** As `Waiting.subscribe`. */
  subscribe(handle: number, waiter: ObjectWaiter): boolean;
  /** Asks the raylet to tell when the object is complete, and so to have it fetched. */
  awaitObject(handle: number): void;
  /** The number of a new task; part of its returns' ids. */
  nextCounter(): number;
  /** Seals an error as the result of all returns of the task. */
  sealError(task: Task, error: MobulaError): void;
}

/** Queues a task when its arguments are complete. */
type Take = (task: Task, dependencies: readonly { readonly handle: number }[]) => void;

/**
 * The results of this process's tasks that stay at the nodes which made them. In this node's store they are pending until somebody
 * here wants the value; tasks that are given them may run where they are. When the node is lost, their tasks run again.
 */
export class RemoteResults {
  readonly #store: NativeStore;
  readonly #pending: PendingObjects;
  readonly #port: RemoteResultsPort;
  readonly #take: Take;
  readonly #lineage: Lineage;
  #rebuilt = 0;
  #hasLost = false;

  constructor(store: NativeStore, pending: PendingObjects, port: RemoteResultsPort, take: Take) {
    this.#store = store;
    this.#pending = pending;
    this.#port = port;
    this.#take = take;
    this.#lineage = new Lineage(store);
  }

  /** Tasks that ran again because their results were lost. */
  get rebuilt(): number {
    return this.#rebuilt;
  }

  /** Whether results were ever lost: since then what a task was given may be to come again. */
  get hasLost(): boolean {
    return this.#hasLost;
  }

  /** The results of the task are at that node. Takes over the holds on what it was given. */
  kept(task: Task, place: RemotePlace): void {
    task.state = TaskState.Elsewhere;
    task.place = place;
    this.#lineage.add(task, (handle) => this.#elsewhere(handle));
    const returns = returnsOf(task);
    for (const pending of returns) if (pending.tellElsewhere()) this.#want(pending);
    for (const { handle } of returns) this.#store.release(handle);
  }

  /** Looks which of the results are here by now, or were freed. */
  arrived(task: Task): void {
    if (task.state !== TaskState.Elsewhere) return;
    let missing = 0;
    for (const pending of returnsOf(task)) {
      if (this.#store.state(pending.handle) === ObjectState.Pending) missing++;
      else if (!pending.ready) this.#complete(pending);
    }
    if (missing === 0) this.#settle(task);
  }

  /** The task is done, its results are here. */
  finished(task: Task): void {
    if (task.lineage !== undefined) this.#lineage.settled(task);
  }

  /** The node that has most of what the task is given; undefined when no other node has any of it. */
  nodeOf(task: Task): string | undefined {
    if (this.#lineage.elsewhere.size === 0) return undefined;
    const bytes = new Map<string, number>();
    task.forEachDependency((handle) => {
      const result = this.#elsewhere(handle);
      if (result === undefined) return;
      const { node, sizes } = result.task.place!;
      bytes.set(node, (bytes.get(node) ?? 0) + (sizes[result.index] ?? 0));
    });
    let best: string | undefined;
    for (const [node, sum] of bytes) if (best === undefined || sum > bytes.get(best)!) best = node;
    return best;
  }

  /** Fetches what the task is given and is at other nodes; false when there is nothing of that kind. */
  fetch(task: Task, ready: () => void): boolean {
    if (this.#lineage.elsewhere.size === 0) return false;
    // One more than there are, so that none of them calls before all are counted.
    let missing = 1;
    const waiter: ObjectWaiter = {
      objectReady: () => {
        if (--missing === 0) ready();
      },
      // The session ended, and with it this task.
      objectsLost: () => undefined,
    };
    task.forEachDependency((handle) => {
      if (this.#elsewhere(handle) !== undefined && this.#port.subscribe(handle, waiter)) missing++;
    });
    return --missing > 0;
  }

  /** A node is gone: what it had for this process is made again. */
  lost(worker: number): void {
    const lost = [...this.#lineage.elsewhere].filter(({ place }) => place?.worker === worker);
    // First of all, so that none of them takes another one's result for being there.
    for (const task of lost) task.state = TaskState.Waiting;
    if (lost.length > 0) this.#hasLost = true;
    const twins = new Map<Task, Task>();
    const ready: [Task, number[]][] = [];
    // The youngest first: each holds what it needs before it is asked whether anybody wants that.
    for (const task of lost.reverse()) {
      if (!this.#isWanted(task)) {
        this.#end(task, 'the node that had it is gone');
        continue;
      }
      const dependencies = this.#prepare(task, task, twins);
      if (dependencies !== undefined && this.#restart(task)) ready.push([task, dependencies]);
    }
    // Making one of these may need another one.
    for (const [original, twin] of twins) {
      const dependencies = this.#prepare(twin, original, twins);
      if (dependencies !== undefined) ready.push([twin, dependencies]);
      else for (const { handle } of returnsOf(twin)) this.#store.release(handle);
    }
    this.#rebuilt += ready.length;
    for (const [task, dependencies] of ready)
      this.#take(
        task,
        dependencies.map((handle) => ({ handle })),
      );
  }

  /** To be called now and then: finds what is here because another process wanted it, and what nobody wants any more. */
  review(): void {
    for (const task of this.#lineage.elsewhere) this.arrived(task);
  }

  /** Whether others refer to results that would be lost with this process; these are fetched. */
  bringHome(): boolean {
    let isWanted = false;
    for (const task of this.#lineage.elsewhere) {
      if (!this.#isWanted(task)) continue;
      isWanted = true;
      for (const pending of returnsOf(task)) this.#want(pending);
    }
    return isWanted;
  }

  /** The store is full: lets go of arguments that are only kept for the case that a node is lost. */
  letGo(): void {
    this.#lineage.letGo();
  }

  /** Which result of which task the object is, if it is at another node. */
  #elsewhere(handle: number): TaskResult | undefined {
    const task = this.#pending.get(handle)?.task;
    if (task?.state !== TaskState.Elsewhere) return undefined;
    return { task, index: returnsOf(task).findIndex((each) => each.handle === handle) };
  }

  #want(pending: PendingObject): void {
    // The bit in its entry is what makes whoever completes it say so.
    if (this.#store.wait(pending.handle)) this.arrived(pending.task!);
    else this.#port.awaitObject(pending.handle);
  }

  #complete(pending: PendingObject): void {
    pending.failed = this.#store.state(pending.handle) === ObjectState.Error;
    this.#pending.complete(pending);
  }

  #settle(task: Task): void {
    task.state = TaskState.Done;
    task.place = undefined;
    this.#lineage.settled(task);
    for (const pending of returnsOf(task)) if (!pending.ready) this.#complete(pending);
  }

  #isWanted(task: Task): boolean {
    return returnsOf(task).some(({ handle }) => this.#store.isWanted(handle));
  }

  /** The results will not come any more; what is to come ends only by being completed. */
  #end(task: Task, reason: string): void {
    this.#port.sealError(task, new ObjectLostError(this.#store.idString(task.handle), reason));
    this.#settle(task);
  }

  /**
   * Gets hold of what the task is given; of results that are gone, by having the tasks that made them run again as others.
   * @param original the task whose lineage it is
   * @returns the handles of its dependencies; undefined when it cannot run again, and has failed
   */
  #prepare(task: Task, original: Task, twins: Map<Task, Task>): number[] | undefined {
    const parents = original.lineage?.parents;
    const dependencies: number[] = [];
    const held: number[] = [];
    let missing = false;
    const hold = (handle: number): boolean => {
      // What was freed can still be held by who held it before.
      const isThere = this.#store.state(handle) !== ObjectState.Gone && this.#store.hold(handle);
      if (isThere) held.push(handle);
      return isThere;
    };
    task.forEachDependency((handle) => {
      const parent = parents?.[dependencies.length];
      let usable = handle;
      let isThere = hold(usable);
      if (!isThere && parent !== undefined) {
        usable = this.#again(parent, twins) ?? handle;
        isThere = hold(usable);
      }
      if (!isThere) missing = true;
      dependencies.push(usable);
    });
    task.forEachContained((handle) => {
      if (!hold(handle)) missing = true;
    });
    const reason = missing
      ? 'the node that had it is gone, and so is what its task was given'
      : task.maxRetries === 0
        ? 'the node that had it is gone, and its task may run only once (maxRetries: 0)'
        : ++task.losses > MOST_LOSSES
          ? `the nodes that had it are gone, ${MOST_LOSSES} times in a row`
          : undefined;
    if (reason === undefined) {
      task.replaceDependencies(dependencies);
      return dependencies;
    }
    for (const handle of held) this.#store.release(handle);
    this.#end(task, reason);
    return undefined;
  }

  /** Another task that makes the same results: its handle for one of them. Undefined when the table of objects is full. */
  #again({ task, index }: TaskResult, twins: Map<Task, Task>): number | undefined {
    let twin = twins.get(task);
    if (twin === undefined) {
      const counter = this.#port.nextCounter();
      const handles = this.#store.createPendings(counter, task.returnCount);
      if (handles.length === 0) return undefined;
      twin = task.again(counter, [...handles]);
      for (const pending of returnsOf(twin)) this.#pending.add(pending);
      twins.set(task, twin);
    }
    return returnsOf(twin)[index]!.handle;
  }

  /** Makes its returns ones that are to come. False when they are no more. */
  #restart(task: Task): boolean {
    const next = (task.attempt + 1) & 0xffff;
    if (!this.#store.restart(task.handle, task.attempt, next)) {
      task.forEachHeld((handle) => this.#store.release(handle));
      this.#settle(task);
      return false;
    }
    task.attempt = next;
    task.place = undefined;
    for (const { handle } of returnsOf(task)) this.#store.hold(handle);
    this.#lineage.restarted(task);
    return true;
  }
}
