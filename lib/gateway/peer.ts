import { setTimeout as sleep } from 'node:timers/promises';
import { ShutdownError } from '../errors/index.js';
import { type Amounts, amountsOf, resourceTables } from '../protocol/amounts.js';
import {
  CancelRemoteTask,
  DropReplicas,
  JobGone,
  JobGoneT,
  NodeState,
  NodeStateT,
  OffloadResults,
  OffloadResultsT,
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
import { Delegate, type FinishedTask } from './delegate.js';
import type { ReceivedObject } from './incoming-object.js';
import { idsOf, type PeerConnection, peerBuffer, sendPeerTable } from './peer-frames.js';
import type { RemotePeer, RemoteTasks } from './remote-tasks.js';
import { Replicas } from './replicas.js';
import { Transfers, type TransfersHost } from './transfers.js';

/** A job that could not be given a place at the raylet tries again after so long. */
const OPEN_AGAIN_MILLISECONDS = 1000;
/** A full store asks again and again; the other node is asked this often. */
const OFFLOAD_MILLISECONDS = 1000;

/** What a line of output says, and where it comes from. */
export interface OutputText {
  readonly name: string;
  readonly pid: number;
  readonly stderr: boolean;
  readonly text: string;
}

/** What a peer needs of its gateway. */
export interface PeerHost extends TransfersHost {
  readonly tasks: RemoteTasks;
  /** A driver of this node's, in the place of the other node's job. */
  openDelegate(jobName: string, output: (output: OutputText) => void): Promise<Runtime>;
  output(job: number, output: OutputText): void;
  log(text: string): void;
  /** The other node said what it has free. */
  available(peer: Peer, amounts: Amounts): void;
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
  /** The sum of both counters when the raylet was told of them. */
  reportedBytes = 0;
  readonly #host: PeerHost;
  readonly #transfers: Transfers;
  readonly #jobs = new Map<number, DelegatedJob>();
  /** The job of each task that runs here for the other node. */
  readonly #jobOfToken = new Map<number, DelegatedJob>();
  #offloadedAt = Number.NEGATIVE_INFINITY;
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
    this.#transfers = new Transfers(node, connection, host);
  }

  /** Bytes of objects that were sent to the other node over this link. */
  get bytesSent(): number {
    return this.#transfers.bytesSent;
  }

  /** Bytes of objects that came from the other node over this link. */
  get bytesReceived(): number {
    return this.#transfers.bytesReceived;
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
          this.#transfers.replicas.drop(id);
          for (const { delegate } of this.#jobs.values()) delegate?.replicas.drop(id);
        }
        return;
      }
      case PeerFrame.TaskFinished:
        this.#taskFinished(TaskFinished.getRootAsTaskFinished(peerBuffer(body)));
        return;
      case PeerFrame.OffloadResults: {
        const { tokens } = OffloadResults.getRootAsOffloadResults(peerBuffer(body)).unpack();
        this.#host.tasks.results.offered(this, new Set(tokens));
        return;
      }
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
      default:
        if (!this.#transfers.onFrame(type, body)) throw new RangeError(`a frame of type ${type}`);
    }
  }

  // ---- RemotePeer

  share(handles: ArrayLike<number>): Uint8Array {
    return this.#transfers.share(handles);
  }

  fetch(id: Uint8Array): Promise<ReceivedObject | undefined> {
    // What is kept contains nothing that would be on its way too.
    return this.#transfers.fetch(this.#transfers.replicas, id, []);
  }

  /** Tells the other node which of the objects that it was told of were freed here. */
  dropFreed(): void {
    this.#transfers.dropFreed();
  }

  /** This node's store is full: asks the other one to take the results that are kept here for it. */
  offload(): void {
    const now = performance.now();
    if (now - this.#offloadedAt < OFFLOAD_MILLISECONDS) return;
    this.#offloadedAt = now;
    const tokens = [...this.#jobs.values()].flatMap(({ delegate }) => [...(delegate?.kept ?? [])]);
    if (tokens.length > 0)
      sendPeerTable(this.connection, PeerFrame.OffloadResults, new OffloadResultsT(tokens));
  }

  tellAvailable(amounts: Amounts): void {
    sendPeerTable(this.connection, PeerFrame.NodeState, new NodeStateT(resourceTables(amounts)));
  }

  jobEnded(job: number): void {
    sendPeerTable(this.connection, PeerFrame.JobGone, new JobGoneT(job));
  }

  /** The link is closed: nothing more comes, and what runs here for the other node ends. */
  lost(): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#host.tasks.peerLost(this);
    this.#transfers.lost();
    for (const job of [...this.#jobs.keys()]) this.#endJob(job);
  }

  // ---- tasks of the other node's jobs

  #job(number: number, name: string): DelegatedJob {
    const known = this.#jobs.get(number);
    if (known !== undefined) return known;
    const job: DelegatedJob = { delegate: undefined, waiting: [], gone: false };
    this.#jobs.set(number, job);
    void this.#open(job, number, name);
    return job;
  }

  /** Gives the job its delegate. A node that is full of clients has room again when one leaves. */
  async #open(job: DelegatedJob, number: number, name: string): Promise<void> {
    const output = ({ name, pid, stderr, text }: OutputText): void => {
      const line = new RemoteOutputT(number, name, pid, stderr, text);
      sendPeerTable(this.connection, PeerFrame.RemoteOutput, line);
    };
    let opened: Runtime | undefined;
    while (opened === undefined && !job.gone) {
      try {
        opened = await this.#host.openDelegate(name, output);
      } catch (error) {
        this.#host.log(`job ${name} of node ${this.node} has to wait: ${(error as Error).message}`);
        await sleep(OPEN_AGAIN_MILLISECONDS, undefined, { ref: false });
      }
    }
    const runtime = opened;
    if (runtime === undefined) return;
    if (job.gone) {
      close(runtime);
      return;
    }
    job.delegate = new Delegate(runtime, new Replicas(runtime, this.#transfers, this.#host.exchange), {
      finished: (task) => void this.#sendResults(runtime, task),
    });
    const { waiting } = job;
    job.waiting = [];
    for (const act of waiting) this.#withDelegate(job, act);
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
    if (job.delegate === undefined) return;
    job.delegate.replicas.close();
    close(job.delegate.runtime);
  }

  async #sendResults(runtime: Runtime, task: FinishedTask): Promise<void> {
    const { token, handles, failed, kept } = task;
    const transfers: number[] = [];
    if (kept.length === 0)
      for (const handle of handles) transfers.push(await this.#transfers.sendResult(runtime, handle));
    const microseconds = Math.max(1, Math.round(task.microseconds));
    const finished = new TaskFinishedT(token, failed, microseconds, transfers, [...kept]);
    sendPeerTable(this.connection, PeerFrame.TaskFinished, finished);
  }

  // ---- results of our tasks

  #taskFinished(message: TaskFinished): void {
    const token = message.token();
    if (message.keptLength() > 0) {
      const sizes = Array.from({ length: message.keptLength() }, (_, index) => message.kept(index)!);
      this.#host.tasks.kept(token, message.microseconds(), sizes);
      return;
    }
    const results = Array.from({ length: message.transfersLength() }, (_, index) =>
      this.#transfers.takeResult(message.transfers(index)!),
    );
    const finish = (): void =>
      this.#host.tasks.finished(
        token,
        message.failed(),
        message.microseconds(),
        results.map((result) => result?.received),
      );
    // Some may have to wait for room in the store.
    const waits = results.filter((result) => result?.isSettled === false);
    if (waits.length === 0) finish();
    else void Promise.all(waits.map((result) => result!.settled)).then(finish);
    void Promise.all(results.map((result) => result?.settled))
      .then(() => Promise.all(results.flatMap((result) => result?.nested ?? [])))
      .then(() => this.#host.tasks.taken(this, token));
  }
}

/** The driver that stands for the other node's job leaves: its tasks are cancelled, its objects freed. */
function close(runtime: Runtime): void {
  runtime.end(new ShutdownError('mobula.get'));
  runtime.close();
}
