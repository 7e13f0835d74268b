import { setTimeout as sleep } from 'node:timers/promises';
import { isMobulaError, ShutdownError } from '../errors/index.js';
import {
  CancelRemoteTask,
  DropReplicas,
  DropReplicasT,
  FetchObject,
  FetchObjectT,
  JobGone,
  JobGoneT,
  NodeState,
  NodeStateT,
  ObjectBegin,
  ObjectChunk,
  ObjectMissing,
  ObjectMissingT,
  PeerFrame,
  RemoteOutput,
  RemoteOutputT,
  ResultTaken,
  ShipFunction,
  SubmitTask,
  TaskFinished,
  TaskFinishedT,
} from '../protocol/generated/peers.js';
import type { Runtime } from '../runtime/runtime.js';
import { Delegate } from './delegate.js';
import { IncomingObject, type ReceivedObject, sendObject } from './object-transfer.js';
import {
  amountsOf,
  amountTables,
  byteList,
  ID_BYTES,
  idsOf,
  joinIds,
  type PeerConnection,
  peerBuffer,
  sendPeerTable,
} from './peer-frames.js';
import type { RemotePeer, RemoteTasks } from './remote-tasks.js';
import { Replicas } from './replicas.js';

/** Numbers of transfers from here on are those of results, chosen by their sender. */
const FIRST_RESULT_TRANSFER = 2 ** 31;
const CHUNK_HEADER_BYTES = ObjectChunk.sizeOf();
/** A job that could not be given a place at the raylet tries again after so long. */
const OPEN_AGAIN_MILLISECONDS = 1000;

/** What a line of output says, and where it comes from. */
export interface OutputText {
  readonly name: string;
  readonly pid: number;
  readonly stderr: boolean;
  readonly text: string;
}

/** What a peer needs of its gateway. */
export interface PeerHost {
  /** This node's own part in the store and at the raylet. */
  readonly runtime: Runtime;
  readonly tasks: RemoteTasks;
  /** A driver of this node's, in the place of the other node's job. */
  openDelegate(jobName: string, output: (output: OutputText) => void): Promise<Runtime>;
  output(job: number, output: OutputText): void;
  log(text: string): void;
  /** An object of that runtime was read in place, to be sent. */
  viewed(runtime: Runtime): void;
  /** The other node said what it has free. */
  available(peer: Peer, amounts: Readonly<Record<string, number>>): void;
}

interface Incoming {
  readonly object: IncomingObject;
  /** What it contains is on its way, too. */
  readonly nested: Promise<void>[];
}

interface Result {
  readonly received: ReceivedObject | undefined;
  readonly nested: readonly Promise<void>[];
}

interface PendingFetch {
  readonly runtime: Runtime;
  readonly nested: Promise<void>[];
  resolve(received: ReceivedObject | undefined): void;
  reject(reason: unknown): void;
}

/** One of the other node's jobs here; what comes before its delegate is there waits for it. */
interface DelegatedJob {
  delegate: Delegate | undefined;
  waiting: ((delegate: Delegate) => void)[];
  gone: boolean;
}

/** Another node: both run tasks for each other, over one link. */
export class Peer implements RemotePeer {
  readonly connection: PeerConnection;
  readonly #host: PeerHost;
  readonly #replicas: Replicas;
  readonly #jobs = new Map<number, DelegatedJob>();
  /** The job of each task that runs here for the other node. */
  readonly #jobOfToken = new Map<number, DelegatedJob>();
  readonly #fetches = new Map<number, PendingFetch>();
  readonly #incoming = new Map<number, Incoming>();
  /** Results that arrived before the word that their task is finished. */
  readonly #results = new Map<number, Result>();
  /** Ids of objects here that the other node was told of, by handle. */
  readonly #shared = new Map<number, Uint8Array>();
  #nextFetch = 1;
  #nextResult = FIRST_RESULT_TRANSFER;
  #lost = false;

  constructor(
    /** The number under which this node's raylet knows the other. */
    readonly number: number,
    readonly node: string,
    connection: PeerConnection,
    host: PeerHost,
  ) {
    this.connection = connection;
    this.#host = host;
    this.#replicas = new Replicas(host.runtime, this.#fetch);
  }

  /** @throws when the message makes no sense: the link is to be closed then */
  onFrame(type: number, body: Uint8Array): void {
    switch (type) {
      case PeerFrame.SubmitTask: {
        const message = SubmitTask.getRootAsSubmitTask(peerBuffer(body));
        const job = this.#job(message.job(), message.jobName() ?? '');
        this.#jobOfToken.set(message.token(), job);
        this.#withDelegate(job, (delegate) => delegate.submit(message));
        return;
      }
      case PeerFrame.ShipFunction: {
        const message = ShipFunction.getRootAsShipFunction(peerBuffer(body));
        const job = this.#job(message.job(), message.jobName() ?? '');
        this.#withDelegate(job, (delegate) => delegate.define(message));
        return;
      }
      case PeerFrame.CancelRemoteTask: {
        const message = CancelRemoteTask.getRootAsCancelRemoteTask(peerBuffer(body));
        const [token, force, recursive] = [message.token(), message.force(), message.recursive()];
        const job = this.#jobOfToken.get(token);
        if (job !== undefined)
          this.#withDelegate(job, (delegate) => delegate.cancel(token, force, recursive));
        return;
      }
      case PeerFrame.ResultTaken: {
        const token = ResultTaken.getRootAsResultTaken(peerBuffer(body)).token();
        this.#jobOfToken.get(token)?.delegate?.release(token);
        this.#jobOfToken.delete(token);
        return;
      }
      case PeerFrame.JobGone:
        this.#endJob(JobGone.getRootAsJobGone(peerBuffer(body)).job());
        return;
      case PeerFrame.DropReplicas: {
        const ids = idsOf(DropReplicas.getRootAsDropReplicas(peerBuffer(body)).idsArray());
        for (const id of ids) {
          this.#replicas.drop(id);
          for (const { delegate } of this.#jobs.values()) delegate?.replicas.drop(id);
        }
        return;
      }
      case PeerFrame.TaskFinished:
        this.#taskFinished(TaskFinished.getRootAsTaskFinished(peerBuffer(body)));
        return;
      case PeerFrame.RemoteOutput: {
        const output = RemoteOutput.getRootAsRemoteOutput(peerBuffer(body)).unpack();
        const { pid, stderr } = output;
        this.#host.output(output.job, { name: String(output.name), pid, stderr, text: String(output.text) });
        return;
      }
      case PeerFrame.NodeState: {
        const { available } = NodeState.getRootAsNodeState(peerBuffer(body)).unpack();
        this.#host.available(this, amountsOf(available));
        return;
      }
      case PeerFrame.FetchObject: {
        const message = FetchObject.getRootAsFetchObject(peerBuffer(body));
        const id = message.idArray()?.slice();
        if (id?.length !== ID_BYTES) throw new RangeError('an id of the wrong length');
        void this.#serve(message.transfer(), id);
        return;
      }
      case PeerFrame.ObjectBegin:
        this.#begin(body);
        return;
      case PeerFrame.ObjectChunk:
        this.#chunk(body);
        return;
      case PeerFrame.ObjectMissing: {
        const transfer = ObjectMissing.getRootAsObjectMissing(peerBuffer(body)).transfer();
        if (transfer >= FIRST_RESULT_TRANSFER)
          this.#results.set(transfer, { received: undefined, nested: [] });
        else this.#takeFetch(transfer)?.resolve(undefined);
        return;
      }
      default:
        throw new RangeError(`a frame of type ${type}`);
    }
  }

  // ---- RemotePeer

  shared(handle: number): void {
    if (this.#shared.has(handle)) return;
    // Now, as an object that is gone has no id any more.
    const id = new Uint8Array(ID_BYTES);
    if (this.#host.runtime.store.writeId(handle, id, 0)) this.#shared.set(handle, id);
  }

  /** Tells the other node which of the objects that it was told of were freed here. */
  dropFreed(): void {
    const { store } = this.#host.runtime;
    const gone: Uint8Array[] = [];
    for (const [handle, id] of this.#shared) {
      if (store.state(handle) !== 0) continue;
      this.#shared.delete(handle);
      gone.push(id);
    }
    if (gone.length > 0)
      sendPeerTable(this.connection, PeerFrame.DropReplicas, new DropReplicasT(byteList(joinIds(gone))));
  }

  tellAvailable(amounts: Readonly<Record<string, number>>): void {
    sendPeerTable(this.connection, PeerFrame.NodeState, new NodeStateT(amountTables(amounts)));
  }

  jobEnded(job: number): void {
    sendPeerTable(this.connection, PeerFrame.JobGone, new JobGoneT(job));
  }

  /** The link is closed: nothing more comes, and what runs here for the other node ends. */
  lost(): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#host.tasks.peerLost(this);
    for (const { object } of this.#incoming.values()) object.abort();
    this.#incoming.clear();
    for (const transfer of [...this.#fetches.keys()]) this.#takeFetch(transfer)?.resolve(undefined);
    for (const { received } of this.#results.values())
      if (received !== undefined) this.#host.runtime.store.abort(received.draft);
    this.#results.clear();
    for (const job of [...this.#jobs.keys()]) this.#endJob(job);
    this.#replicas.dropAll();
  }

  // ---- tasks of the other node's jobs

  #job(number: number, name: string): DelegatedJob {
    const known = this.#jobs.get(number);
    if (known !== undefined) return known;
    const job: DelegatedJob = { delegate: undefined, waiting: [], gone: false };
    this.#jobs.set(number, job);
    const output = (each: OutputText): void =>
      sendPeerTable(
        this.connection,
        PeerFrame.RemoteOutput,
        new RemoteOutputT(number, each.name, each.pid, each.stderr, each.text),
      );
    void this.#open(job, name, output).then((runtime) => {
      if (runtime === undefined) return;
      job.delegate = new Delegate(runtime, new Replicas(runtime, this.#fetch), {
        finished: (token, handles, failed, microseconds) =>
          void this.#sendResults(runtime, token, handles, failed, microseconds),
      });
      const { waiting } = job;
      job.waiting = [];
      for (const act of waiting) this.#withDelegate(job, act);
    });
    return job;
  }

  /** Undefined when the job has ended meanwhile. A node that is full of clients has room again when one leaves. */
  async #open(
    job: DelegatedJob,
    name: string,
    output: (output: OutputText) => void,
  ): Promise<Runtime | undefined> {
    while (!job.gone) {
      try {
        const runtime = await this.#host.openDelegate(name, output);
        if (!job.gone) return runtime;
        close(runtime);
      } catch (error) {
        this.#host.log(`job ${name} of node ${this.node} has to wait: ${(error as Error).message}`);
        await sleep(OPEN_AGAIN_MILLISECONDS, undefined, { ref: false });
      }
    }
    return undefined;
  }

  #withDelegate(job: DelegatedJob, act: (delegate: Delegate) => void): void {
    if (job.gone) return;
    if (job.delegate === undefined) {
      job.waiting.push(act);
      return;
    }
    try {
      act(job.delegate);
    } catch (error) {
      // Such as a full table of objects: the tasks go elsewhere, or come again.
      this.connection.close(`a task could not be taken: ${(error as Error).message}`);
    }
  }

  #endJob(number: number): void {
    const job = this.#jobs.get(number);
    if (job === undefined) return;
    this.#jobs.delete(number);
    job.gone = true;
    job.waiting = [];
    for (const [token, of] of this.#jobOfToken) if (of === job) this.#jobOfToken.delete(token);
    if (job.delegate !== undefined) close(job.delegate.runtime);
  }

  async #sendResults(
    runtime: Runtime,
    token: number,
    handles: Float64Array,
    failed: boolean,
    microseconds: number,
  ): Promise<void> {
    const transfers: number[] = [];
    for (const handle of handles) {
      const transfer = this.#nextResult;
      this.#nextResult = transfer === 2 ** 32 - 1 ? FIRST_RESULT_TRANSFER : transfer + 1;
      transfers.push(transfer);
      const sent = await sendObject(runtime, this.connection, transfer, handle, (contained) =>
        this.shared(contained),
      );
      if (!sent) sendPeerTable(this.connection, PeerFrame.ObjectMissing, new ObjectMissingT(transfer));
    }
    this.#host.viewed(runtime);
    const finished = new TaskFinishedT(token, failed, Math.max(1, Math.round(microseconds)), transfers);
    sendPeerTable(this.connection, PeerFrame.TaskFinished, finished);
  }

  // ---- results of our tasks

  #taskFinished(message: TaskFinished): void {
    const token = message.token();
    const transfers = Array.from(
      { length: message.transfersLength() },
      (_, index) => message.transfers(index)!,
    );
    const results = transfers.map((transfer) => {
      const result = this.#results.get(transfer);
      this.#results.delete(transfer);
      return result;
    });
    this.#host.tasks.finished(
      token,
      message.failed(),
      message.microseconds(),
      results.map((result) => result?.received),
    );
    void Promise.all(results.flatMap((result) => result?.nested ?? [])).then(() =>
      this.#host.tasks.taken(this, token),
    );
  }

  // ---- objects

  readonly #fetch = (
    runtime: Runtime,
    id: Uint8Array,
    nested: Promise<void>[],
  ): Promise<ReceivedObject | undefined> => {
    if (this.#lost) return Promise.resolve(undefined);
    const transfer = this.#nextFetch;
    this.#nextFetch = transfer === FIRST_RESULT_TRANSFER - 1 ? 1 : transfer + 1;
    return new Promise((resolve, reject) => {
      this.#fetches.set(transfer, { runtime, nested, resolve, reject });
      sendPeerTable(this.connection, PeerFrame.FetchObject, new FetchObjectT(transfer, byteList(id)));
    });
  };

  #takeFetch(transfer: number): PendingFetch | undefined {
    const fetch = this.#fetches.get(transfer);
    this.#fetches.delete(transfer);
    return fetch;
  }

  /** Sends an object that the other node asked for, once it is complete. */
  async #serve(transfer: number, id: Uint8Array): Promise<void> {
    const { runtime } = this.#host;
    const { store, waiting } = runtime;
    const handle = store.lookup(id, 0);
    let sent = false;
    if (handle !== 0 && store.hold(handle)) {
      this.shared(handle);
      await new Promise<void>((resolve) => {
        const waiter = { objectReady: () => resolve(), objectsLost: () => resolve() };
        if (!waiting.subscribe(handle, waiter)) resolve();
      });
      sent = await sendObject(runtime, this.connection, transfer, handle, (contained) =>
        this.shared(contained),
      );
      store.release(handle);
      this.#host.viewed(runtime);
    }
    if (!sent) sendPeerTable(this.connection, PeerFrame.ObjectMissing, new ObjectMissingT(transfer));
  }

  #begin(body: Uint8Array): void {
    const transfer = ObjectBegin.getRootAsObjectBegin(peerBuffer(body)).transfer();
    const fetch = this.#fetches.get(transfer);
    if (fetch === undefined && transfer < FIRST_RESULT_TRANSFER) return;
    const nested = fetch?.nested ?? [];
    const runtime = fetch?.runtime ?? this.#host.runtime;
    const replicas = this.#replicasOf(runtime);
    let object: IncomingObject;
    try {
      object = new IncomingObject(runtime, body, (id) => replicas.obtain(id, nested));
    } catch (full) {
      if (!isMobulaError(full)) throw full;
      // The store is smaller than the object. Its chunks are passed over.
      this.#cannotTake(transfer, full, nested);
      return;
    }
    this.#incoming.set(transfer, { object, nested });
    if (object.complete) this.#arrived(transfer);
  }

  #chunk(body: Uint8Array): void {
    if (body.length < CHUNK_HEADER_BYTES) throw new RangeError('a chunk without its header');
    const header = new ObjectChunk().__init(0, peerBuffer(body));
    const transfer = header.transfer();
    const incoming = this.#incoming.get(transfer);
    if (incoming === undefined) return;
    incoming.object.add(header.buffer(), header.offset(), body.subarray(CHUNK_HEADER_BYTES));
    if (incoming.object.complete) this.#arrived(transfer);
  }

  #arrived(transfer: number): void {
    const { object, nested } = this.#incoming.get(transfer)!;
    this.#incoming.delete(transfer);
    let received: ReceivedObject;
    try {
      received = object.finish();
    } catch (full) {
      // The store has no room, not even after a while.
      this.#cannotTake(transfer, full, nested);
      return;
    }
    const fetch = this.#takeFetch(transfer);
    if (fetch !== undefined) fetch.resolve(received);
    else this.#results.set(transfer, { received, nested });
  }

  #cannotTake(transfer: number, reason: unknown, nested: Promise<void>[]): void {
    const fetch = this.#takeFetch(transfer);
    if (fetch !== undefined) fetch.reject(reason);
    else this.#results.set(transfer, { received: undefined, nested });
  }

  #replicasOf(runtime: Runtime): Replicas {
    for (const { delegate } of this.#jobs.values())
      if (delegate?.runtime === runtime) return delegate.replicas;
    return this.#replicas;
  }
}

/** The driver that stands for the other node's job leaves: its tasks are cancelled, its objects freed. */
function close(runtime: Runtime): void {
  runtime.end(new ShutdownError('mobula.get'));
  runtime.close();
}
