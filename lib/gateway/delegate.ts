import { TaskCancelledError } from '../errors/index.js';
import { amountsOf } from '../protocol/amounts.js';
import type { ShipFunction, SubmitTask } from '../protocol/generated/peers.js';
import type { Strategy } from '../protocol/strategy.js';
import type { CallOptions, Dependency } from '../runtime/calls.js';
import { ObjectState } from '../runtime/object-values.js';
import { functionRecord, type Runtime } from '../runtime/runtime.js';
import { resourceShape } from '../runtime/shape-queue.js';
import { type FunctionRecord, TaskFlags } from '../runtime/task.js';
import { wholeMessage } from '../values/types.js';
import { idsOf } from './peer-frames.js';
import type { Replicas } from './replicas.js';

/** Results of so many bytes and more, in all of a task's returns, that contain no refs, stay here until somebody at the other node wants them. */
const KEPT_BYTES = 256 * 1024;

/** A task that is done: its returns are complete here, in the delegate's part of the store, and held until `release`. */
export interface FinishedTask {
  readonly token: number;
  readonly handles: Float64Array;
  readonly failed: boolean;
  /** Run time, as measured for the function. */
  readonly microseconds: number;
  /** Sizes of the returns in bytes, if they stay here; else they are to be sent. */
  readonly kept: readonly number[];
}

/** What a delegate tells the node whose job it is. */
export interface DelegateEvents {
  finished(task: FinishedTask): void;
}

interface RunningTask {
  readonly handles: Float64Array;
  readonly fn: FunctionRecord;
  /** All returns have the ids that the other node gave them. */
  readonly isFirst: boolean;
  /** Whether this node's raylet has it: what must be here before it runs is on its way until then. */
  submitted: boolean;
  /** The results stand, and are held for the other node, or are about to. */
  done: boolean;
}

/** Runs the tasks of one job of another node here. To this node's raylet it is a driver like any other. */
export class Delegate {
  readonly runtime: Runtime;
  readonly replicas: Replicas;
  readonly #events: DelegateEvents;
  readonly #functions = new Map<string, FunctionRecord>();
  /** By hash: copies of the objects that a function's code opens as it is revived. */
  readonly #held = new Map<string, readonly number[]>();
  readonly #tasks = new Map<number, RunningTask>();
  /** Tasks whose results stay here. */
  readonly #kept = new Set<number>();

  constructor(runtime: Runtime, replicas: Replicas, events: DelegateEvents) {
    this.runtime = runtime;
    this.replicas = replicas;
    this.#events = events;
  }

  /** Tokens of the tasks whose results stay here, the oldest first. */
  get kept(): ReadonlySet<number> {
    return this.#kept;
  }

  define(ship: ShipFunction): void {
    const hash = ship.hash()!;
    const held = idsOf(ship.heldArray()).map((id) => this.replicas.obtain(id, []));
    // For as long as the job lasts, as the raylet does, once it knows.
    for (const handle of held) this.runtime.store.hold(handle);
    this.#held.set(hash, held);
    this.runtime.exportFunction({
      hash,
      name: ship.name() ?? '',
      payload: ship.payloadArray()!.slice(),
      held,
    });
  }

  submit(message: SubmitTask): void {
    const { store, submitter, values } = this.runtime;
    const name = message.name()!;
    const hash = message.hash()!;
    const fn = this.#function(hash, name);
    const returns = idsOf(message.returnsArray());
    // An earlier attempt of the task may have left its results here; those of this one are told apart by their handle.
    const isFirst = returns.every((id) => store.lookup(id, 0) === 0);
    const handles = Float64Array.from(returns, (id) => {
      const create = (): number =>
        isFirst ? store.createReplica(id, 0) : store.createPending(values.nextCounter(), 0);
      return create() || values.waitForSpace(0, create);
    });
    const task: RunningTask = { handles, fn, isFirst, submitted: false, done: false };
    this.#tasks.set(message.token(), task);
    const flags = message.flags() & ~TaskFlags.ErrorsComeBack;
    const amounts = Array.from({ length: message.resourcesLength() }, (_, index) =>
      message.resources(index)!.unpack(),
    );
    const options: CallOptions = {
      numReturns: returns.length,
      queue: submitter.queueOf(resourceShape(amountsOf(amounts), message.exclusive(), this.#strategy)),
      maxRetries: message.maxRetries(),
      retryErrors: false,
      exclusive: (flags & TaskFlags.Exclusive) !== 0,
    };
    const dependencies: Dependency[] = idsOf(message.dependenciesArray()).map((id, index) => ({
      position: message.positions(index)!,
      handle: this.replicas.obtain(id, []),
    }));
    const contained = idsOf(message.containedArray()).map((id) => this.replicas.obtain(id, []));
    const bytes = message.argumentsArray()?.slice() ?? new Uint8Array(0);
    const encoded = wholeMessage(bytes, contained.length === 0 ? undefined : contained);
    // Until it is submitted: copies are let go of when room is needed.
    const named = [...dependencies.map(({ handle }) => handle), ...contained];
    const held = named.filter((handle) => store.hold(handle));
    const act = (): void => {
      if (this.runtime.ended !== undefined) return;
      if (!task.done)
        this.#submit(message.token(), task, () =>
          this.runtime.calls.submitEncoded(fn, options, flags, handles, dependencies, encoded),
        );
      for (const handle of held) store.release(handle);
    };
    // A worker opens these at once, as on the other node, where they were complete. Other refs may be to what is not done.
    const inStore = (flags & TaskFlags.ArgumentsInStore) !== 0;
    this.#whenComplete([...(this.#held.get(hash) ?? []), ...(inStore ? contained.slice(0, 1) : [])], act);
  }

  cancel(token: number, force: boolean, recursive: boolean): void {
    const task = this.#tasks.get(token);
    if (task === undefined || task.done) return;
    if (task.submitted) this.runtime.cancel(task.handles[0]!, force, recursive);
    else void this.#fail(token, task, new TaskCancelledError(task.fn.name));
  }

  /** The other node has the results. */
  release(token: number): void {
    const task = this.#tasks.get(token);
    if (task === undefined || !task.done) return;
    this.#tasks.delete(token);
    this.#kept.delete(token);
    for (const handle of task.handles) this.runtime.store.release(handle);
  }

  #submit(token: number, task: RunningTask, submit: () => void): void {
    task.submitted = true;
    try {
      submit();
    } catch (error) {
      // An argument was freed meanwhile: that is the task's result.
      void this.#fail(token, task, error);
      return;
    }
    const objectReady = (): void => this.#finished(token, task);
    if (!this.runtime.waiting.subscribe(task.handles[0]!, { objectReady, objectsLost: () => undefined }))
      objectReady();
  }

  /** Ends a task that the raylet does not know. */
  async #fail(token: number, task: RunningTask, error: unknown): Promise<void> {
    task.done = true;
    await this.replicas.seal([...task.handles], error);
    if (this.runtime.ended !== undefined) return;
    this.#finished(token, task);
    for (const handle of task.handles) this.runtime.store.release(handle);
  }

  /** Acts when none of them is pending any more; never, when the other node is gone. */
  #whenComplete(handles: readonly number[], act: () => void): void {
    let missing = 1;
    const objectReady = (): void => {
      if (--missing === 0) act();
    };
    for (const handle of handles) {
      missing++;
      if (!this.runtime.waiting.subscribe(handle, { objectReady, objectsLost: () => undefined })) missing--;
    }
    objectReady();
  }

  #finished(token: number, task: RunningTask): void {
    const { store } = this.runtime;
    task.done = true;
    for (const handle of task.handles) store.hold(handle);
    const failed = store.state(task.handles[0]!) !== ObjectState.Value;
    const sizes = Array.from(task.handles, (handle) => store.bytesOf(handle));
    const isBig = sizes.reduce((sum, size) => sum + size, 0) >= KEPT_BYTES;
    // What they contain is named by this node: copies that go from here to a third one would be asked for at the wrong place.
    const isFlat = Array.from(task.handles).every((handle) => store.contained(handle).length === 0);
    const staysHere = !failed && task.isFirst && isBig && isFlat;
    const microseconds = task.fn.meanMicroseconds;
    const kept = staysHere ? sizes : [];
    if (staysHere) this.#kept.add(token);
    this.#events.finished({ token, handles: task.handles, failed, microseconds, kept });
  }

  /** Here, also if others have room by now: nodes that see each other's room late would send it to and fro. */
  get #strategy(): Strategy {
    return { spread: false, node: this.runtime.node, soft: false };
  }

  #function(hash: string, name: string): FunctionRecord {
    const key = `${hash} ${name}`;
    let fn = this.#functions.get(key);
    if (fn === undefined) {
      fn = functionRecord({ hash, name, held: [] });
      this.#functions.set(key, fn);
    }
    return fn;
  }
}
