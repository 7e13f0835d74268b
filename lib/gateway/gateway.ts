import { existsSync, rmSync } from 'node:fs';
import { type Amounts, amountsOf, resourceTables } from '../protocol/amounts.js';
import { readTable } from '../protocol/frames.js';
import {
  ClientKind,
  FetchFunctionT,
  FrameType,
  FunctionPayload,
  JobEnded,
  LinkTrafficT,
  NodeAnnouncedT,
  NodeAvailable,
  NodeGoneT,
  Output,
  PeerChangedT,
  PeerJoinedT,
  PeerLeftT,
  RemoteKill,
  RemoteLease,
  RemoteLeaseEnded,
  RemoteOutputT,
  ResultsWanted,
} from '../protocol/generated/protocol.js';
import {
  FIRST_REMOTE_WORKER,
  gatewaySocket,
  rayletSocket,
  type Surroundings,
  type WorkerCommand,
} from '../protocol/startup.js';
import { type Admission, RayletLink } from '../runtime/raylet-link.js';
import { Runtime } from '../runtime/runtime.js';
import { NO_TASKS } from '../runtime/task-context.js';
import { VERSION } from '../runtime/version.js';
import { listenSocket } from '../store/native.js';
import { programFile } from '../store/package-files.js';
import { createCodec } from '../values/index.js';
import { SubmitterLink } from '../worker/submitter-link.js';
import { Exchange } from './exchange.js';
import { type OutputText, Peer, type PeerHost } from './peer.js';
import type { PeerConnection } from './peer-frames.js';
import { type FunctionCode, RemoteTasks } from './remote-tasks.js';

/** How often the others are told what was freed, milliseconds. */
const FREED_MILLISECONDS = 200;

/** Another node, as the membership knows it. */
export interface PeerIdentity {
  readonly node: string;
  readonly address: string;
  readonly resources: Amounts;
}

/**
 * The part of a node that works with the other nodes. To this node's submitters it is a worker for each other node; to the raylet
 * it is a client, and for each job of another node a driver more.
 */
export class Gateway implements PeerHost {
  readonly runtime: Runtime;
  readonly tasks: RemoteTasks;
  readonly exchange = new Exchange();
  readonly #directory: string;
  readonly #surroundings: Surroundings | undefined;
  readonly #onAvailable: (amounts: Amounts) => void;
  readonly #peers = new Map<number, Peer>();
  /** By hash. An answer names the hash only, so that jobs ask for the same one in turn. */
  readonly #awaitedFunctions = new Map<string, (code: FunctionCode | undefined) => void>();
  /** By hash: the last question about it. */
  readonly #questions = new Map<string, Promise<FunctionCode | undefined>>();
  /** Those that have read objects in place since the last look, and at the look before. */
  #viewed = new Set<Runtime>();
  #viewedBefore = new Set<Runtime>();
  #available: Amounts = {};
  #nextPeer = FIRST_REMOTE_WORKER;

  private constructor(
    directory: string,
    surroundings: Surroundings | undefined,
    onAvailable: (amounts: Amounts) => void,
    link: RayletLink,
    admission: Admission,
  ) {
    this.#directory = directory;
    this.#surroundings = surroundings;
    this.#onAvailable = onAvailable;
    this.runtime = newRuntime(
      link,
      admission,
      () => this.#makeRoom(),
      (type, bytes, start) => this.#onFrame(type, bytes, start),
    );
    this.tasks = new RemoteTasks(this.runtime, {
      fetchFunction: (hash, job) => this.#fetchFunction(hash, job),
      evict: this.exchange.evict,
    });
    // What a gateway that was killed has left. The raylet starts one after the other.
    rmSync(gatewaySocket(directory), { force: true });
    listenSocket(gatewaySocket(directory), (socket) => {
      new SubmitterLink(
        socket,
        this.tasks,
        () => undefined,
        () => undefined,
      );
    });
    this.runtime.retain();
    setInterval(() => {
      for (const peer of this.#peers.values()) peer.dropFreed();
      this.tasks.results.review();
      this.#reportTraffic();
      this.#dropViews();
    }, FREED_MILLISECONDS).unref();
  }

  /**
   * Connects to the raylet whose folder this is.
   * @param surroundings those of programs of other machines
   * @param onAvailable hears what this node has free, each time that it changes
   */
  static async start(
    directory: string,
    surroundings: Surroundings | undefined,
    onAvailable: (amounts: Amounts) => void,
  ): Promise<Gateway> {
    const [link, admission] = await connect(directory, ClientKind.Gateway, 'gateway', undefined);
    return new Gateway(directory, surroundings, onAvailable, link, admission);
  }

  /** A link to another node stands. What comes over it is for `onFrame`; its end, for `left`. */
  joined(identity: PeerIdentity, connection: PeerConnection): Peer {
    const peer = new Peer(this.#nextPeer++, identity.node, connection, this);
    this.#peers.set(peer.number, peer);
    this.runtime.send(
      FrameType.PeerJoined,
      new PeerJoinedT(peer.number, identity.node, identity.address, resourceTables(identity.resources)),
    );
    peer.tellAvailable(this.#available);
    return peer;
  }

  left(peer: Peer, reason: string): void {
    if (!this.#peers.delete(peer.number)) return;
    peer.lost();
    this.runtime.send(FrameType.PeerLeft, new PeerLeftT(peer.number, reason));
  }

  /** The node counts as dead in the whole cluster; there may never have been a link to it. */
  gone(node: string): void {
    this.runtime.send(FrameType.NodeGone, new NodeGoneT(node));
  }

  /** This node has joined, perhaps again and as another one. */
  announced(node: string, address: string): void {
    this.runtime.send(FrameType.NodeAnnounced, new NodeAnnouncedT(node, address));
  }

  // ---- PeerHost

  async openDelegate(jobName: string, output: (output: OutputText) => void): Promise<Runtime> {
    const [link, admission] = await connect(
      this.#directory,
      ClientKind.Driver,
      jobName,
      workerCommand(this.#surroundings),
    );
    return newRuntime(
      link,
      admission,
      () => this.#makeRoom(),
      (type, bytes, start) => {
        if (type !== FrameType.Output) return;
        const { name, pid, stderr, text } = readTable(Output.getRootAsOutput, bytes, start).unpack();
        output({ name: String(name), pid, stderr, text: String(text) });
      },
    );
  }

  output(job: number, { name, pid, stderr, text }: OutputText): void {
    this.runtime.send(FrameType.RemoteOutput, new RemoteOutputT(job, name, pid, stderr, text));
  }

  log(text: string): void {
    console.error(`mobula-gateway: ${text}`);
  }

  available(peer: Peer, amounts: Amounts): void {
    this.runtime.send(FrameType.PeerChanged, new PeerChangedT(peer.number, resourceTables(amounts)));
  }

  keptAt(handle: number): string | undefined {
    return this.tasks.results.nodeOf(handle);
  }

  viewed(runtime: Runtime): void {
    this.#viewed.add(runtime);
  }

  #reportTraffic(): void {
    for (const peer of this.#peers.values()) {
      const { number, bytesSent, bytesReceived } = peer;
      if (peer.reportedBytes === bytesSent + bytesReceived) continue;
      peer.reportedBytes = bytesSent + bytesReceived;
      this.runtime.send(FrameType.LinkTraffic, new LinkTrafficT(number, bytesSent, bytesReceived));
    }
  }

  /** The store is full. */
  #makeRoom(): void {
    this.exchange.evict();
    for (const peer of this.#peers.values()) peer.offload();
  }

  /**
   * What was sent stays in the store until this process's garbage collector finds that nothing reads it, and a process that has nothing
   * to do collects none. So it is told to, once the traffic pauses.
   */
  #dropViews(): void {
    // They share one heap: the whole of it is looked through once.
    let full = true;
    for (const runtime of this.#viewedBefore) {
      if (runtime.ended !== undefined || this.#viewed.has(runtime)) continue;
      runtime.values.collect(full);
      full = false;
    }
    this.#viewedBefore = this.#viewed;
    this.#viewed = new Set();
  }

  // ---- the raylet

  #onFrame(type: number, bytes: Uint8Array, start: number): void {
    switch (type) {
      case FrameType.RemoteLease: {
        const lease = readTable(RemoteLease.getRootAsRemoteLease, bytes, start).unpack();
        const peer = this.#peers.get(lease.peer);
        // The raylet hears of a peer's end from here: it takes the lease back by itself.
        if (peer === undefined) {
          this.tasks.ended(lease.lease);
          return;
        }
        this.tasks.granted({
          id: lease.lease,
          peer,
          job: lease.job,
          jobName: String(lease.jobName),
          resources: amountsOf(lease.resources),
          exclusive: lease.exclusive,
        });
        return;
      }
      case FrameType.RemoteLeaseEnded:
        this.tasks.ended(readTable(RemoteLeaseEnded.getRootAsRemoteLeaseEnded, bytes, start).lease());
        return;
      case FrameType.RemoteKill: {
        const kill = readTable(RemoteKill.getRootAsRemoteKill, bytes, start);
        const peer = this.#peers.get(kill.peer());
        if (peer !== undefined) this.tasks.kill(peer, kill.handle());
        return;
      }
      case FrameType.ResultsWanted:
        this.tasks.results.wanted(
          readTable(ResultsWanted.getRootAsResultsWanted, bytes, start).unpack().handles,
        );
        return;
      case FrameType.JobEnded: {
        const job = readTable(JobEnded.getRootAsJobEnded, bytes, start).job();
        // The raylet may speak before this gateway is complete.
        (this.tasks as RemoteTasks | undefined)?.jobEnded(job);
        for (const peer of this.#peers.values()) peer.jobEnded(job);
        return;
      }
      case FrameType.NodeAvailable:
        this.#available = amountsOf(
          readTable(NodeAvailable.getRootAsNodeAvailable, bytes, start).unpack().available,
        );
        for (const peer of this.#peers.values()) peer.tellAvailable(this.#available);
        this.#onAvailable(this.#available);
        return;
      case FrameType.FunctionPayload: {
        const fn = readTable(FunctionPayload.getRootAsFunctionPayload, bytes, start);
        const hash = fn.hash()!;
        const answer = this.#awaitedFunctions.get(hash);
        this.#awaitedFunctions.delete(hash);
        answer?.(
          fn.found()
            ? {
                payload: fn.payloadArray()!.slice(),
                held: Array.from({ length: fn.heldLength() }, (_, index) => fn.held(index)!),
              }
            : undefined,
        );
      }
    }
  }

  #fetchFunction(hash: string, job: number): Promise<FunctionCode | undefined> {
    const ask = (): Promise<FunctionCode | undefined> =>
      new Promise((resolve) => {
        this.#awaitedFunctions.set(hash, resolve);
        this.runtime.send(FrameType.FetchFunction, new FetchFunctionT(hash, job));
      });
    const before = this.#questions.get(hash);
    const answer = before === undefined ? ask() : before.then(ask);
    this.#questions.set(hash, answer);
    void answer.then(() => {
      if (this.#questions.get(hash) === answer) this.#questions.delete(hash);
    });
    return answer;
  }
}

function connect(
  directory: string,
  kind: ClientKind,
  name: string,
  workerCommand: WorkerCommand | undefined,
): Promise<[RayletLink, Admission]> {
  return RayletLink.connect(rayletSocket(directory), {
    version: VERSION,
    kind,
    worker: 0,
    name,
    logToDriver: true,
    ...(workerCommand === undefined ? {} : { workerCommand: JSON.stringify(workerCommand) }),
  });
}

/** How tasks of other nodes' jobs run here: in the node's own surroundings, as the program's may not be on this machine. */
function workerCommand(surroundings: Surroundings | undefined): WorkerCommand {
  const { folder = process.cwd(), nodeOptions = '' } = surroundings ?? {};
  return {
    execPath: process.execPath,
    execArgv: [],
    script: programFile('worker'),
    cwd: existsSync(folder) ? folder : process.cwd(),
    environment: { ...(process.env as Record<string, string>), NODE_OPTIONS: nodeOptions },
  };
}

function newRuntime(
  link: RayletLink,
  admission: Admission,
  onCollect: () => void,
  onFrame: (type: number, bytes: Uint8Array, start: number) => void,
): Runtime {
  // Only errors are encoded here: values pass through as the bytes they are.
  return new Runtime(link, admission, createCodec({}), {
    contexts: NO_TASKS,
    ownWorker: 0,
    ownTarget: undefined,
    forOtherNode: true,
    resources: {},
    onFrame,
    onDrained: () => undefined,
    onCollect,
    // Without its raylet a gateway is of no use.
    onRayletDied: () => process.exit(0),
    describeRayletEnd: () => new Promise(() => undefined),
    // What a task fails with is reported by the driver that submitted it.
    log: () => undefined,
  });
}
