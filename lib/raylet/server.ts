import { chmodSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { removeNodeFile } from '../cluster/node-file.js';
import type { ControlStore } from '../control/control-store.js';
import { resourceTables } from '../protocol/amounts.js';
import { sendTable } from '../protocol/frames.js';
import { ClientKind, FarewellT, FrameType, ObjectsReadyT, WelcomeT } from '../protocol/generated/protocol.js';
import { codeFolder, gatewaySocket, type RayletConfig, rayletSocket } from '../protocol/startup.js';
import { listenSocket, type RayletStore } from '../store/native.js';
import { RayletClient, type RayletClientEvents } from './client.js';
import { ClientFrames } from './client-frames.js';
import { Clients } from './clients.js';
import { FunctionDirectory } from './function-directory.js';
import { GatewayProcess } from './gateway-process.js';
import { Jobs } from './jobs.js';
import { recordLostNode } from './lost-nodes.js';
import { tellWorkerDied } from './notices.js';
import { ObjectDirectory } from './object-directory.js';
import { ObjectRecords } from './object-records.js';
import { Observers } from './observers.js';
import { OtherNodes } from './other-nodes.js';
import { ownRecord } from './own-record.js';
import { Placement } from './placement.js';
import { SchedulerRunner, sharesCode } from './scheduler-runner.js';
import { TaskReports } from './task-reports.js';
import { type WorkerEnd, WorkerProcesses } from './worker-processes.js';

const SAMPLE_MILLISECONDS = 1000;
/** A raylet that nobody attached to after it was started is of no use. */
const FIRST_CLIENT_MILLISECONDS = 30_000;

/**
 * The raylet as a whole: it makes its parts and knows their order when the node starts and ends, when a client comes and goes,
 * and when a process ends.
 */
export class RayletServer implements RayletClientEvents {
  readonly version: string;
  readonly #config: RayletConfig;
  readonly #store: RayletStore;
  readonly #control: ControlStore;
  readonly #clients = new Clients();
  readonly #jobs: Jobs;
  readonly #scheduler: SchedulerRunner;
  readonly #workers: WorkerProcesses;
  readonly #functions: FunctionDirectory;
  readonly #objects: ObjectDirectory;
  readonly #taskReports: TaskReports;
  readonly #frames: ClientFrames;
  /** Undefined on a node that stands alone: nobody could ask it. */
  readonly #objectRecords: ObjectRecords | undefined;
  /** Undefined on a node that stands alone. */
  readonly #others: OtherNodes | undefined;
  readonly #gateway: GatewayProcess | undefined;
  /** Connections whose hello has not come. */
  readonly #strangers = new Set<RayletClient>();
  /** By which its jobs are called. */
  readonly #node: string;
  /** By which the cluster knows this node now; see NodeAnnounced. */
  #clusterNode: string;
  #listener: { close(): void } | undefined;
  #ending: (() => void) | undefined;

  constructor(config: RayletConfig, store: RayletStore, control: ControlStore, node: string) {
    this.#config = config;
    this.#store = store;
    this.#control = control;
    this.#node = node;
    this.#clusterNode = node;
    this.version = config.version;
    const clients = this.#clients;
    this.#jobs = new Jobs(node, (driver) =>
      sendTable(driver.connection, FrameType.Farewell, new FarewellT(driver.job)),
    );
    this.#workers = new WorkerProcesses(config.directory, {
      output: (worker, pid, name, stderr, text) =>
        clients.show(this.#jobs.ofWorker(worker), name, pid, stderr, text),
      exited: (end) => this.#workerExited(end),
    });
    const others = () => this.#others;
    const placement = new Placement({
      node,
      clients,
      apply: (event) => this.#scheduler.apply(event),
      others,
    });
    this.#scheduler = new SchedulerRunner(config, {
      clients,
      jobs: this.#jobs,
      workers: this.#workers,
      placement,
      availableChanged: () => this.#others?.availableChanged(),
    });
    this.#functions = new FunctionDirectory(control);
    this.#objects = new ObjectDirectory(
      store,
      (slot, handles) => this.#tellReady(slot, handles),
      (handles) => this.#others?.fetch(handles),
    );
    this.#taskReports = new TaskReports(control, {
      node: () => this.#clusterNode,
      nodeOf: (peer) => this.#others?.idOf(peer),
    });
    const observers = new Observers({
      control,
      clients,
      jobs: this.#jobs,
      scheduler: () => this.#scheduler.describe(),
      clusterNode: () => this.#clusterNode,
      others: () => this.#others?.describe() ?? [],
      links: () => this.#others?.links() ?? [],
    });
    this.#frames = new ClientFrames({
      store,
      control,
      clients,
      jobs: this.#jobs,
      scheduler: this.#scheduler,
      placement,
      workers: this.#workers,
      functions: this.#functions,
      objects: this.#objects,
      taskReports: this.#taskReports,
      observers,
      others,
      goodbye: (client) => this.#goodbye(client),
      dismissed: (client) => this.left(client),
    });
    const { cluster, directory, objectStoreMemory, resources } = config;
    if (cluster?.redis === undefined) return;
    const redis = cluster.redis;
    this.#gateway = new GatewayProcess(
      { directory, node, resources, objectStoreMemory, cluster: { ...cluster, redis } },
      () => this.#ended(),
    );
    this.#objectRecords = new ObjectRecords(store, control, node);
    this.#others = new OtherNodes({ node, totals: resources }, gatewaySocket(directory), {
      clients,
      jobs: this.#jobs,
      placement,
      available: () => this.#scheduler.available(),
      objects: this.#objects,
      nodeGone: (other) => recordLostNode(control, other),
      announced: (id, address) => this.#announced(id, address),
    });
  }

  /** Starts the first workers and accepts clients. */
  start(): void {
    this.#control.nodeStarted(ownRecord(this.#config, this.#node));
    this.#scheduler.apply({ type: 'Tick' });
    const path = rayletSocket(this.#config.directory);
    this.#listener = listenSocket(path, (socket) => {
      this.#strangers.add(new RayletClient(socket, this.#store, this));
    });
    chmodSync(path, 0o600);
    this.#gateway?.start();
    this.#objectRecords?.start();
    setInterval(() => {
      this.#workers.sampleMemory();
      this.#objects.review();
    }, SAMPLE_MILLISECONDS).unref();
    setTimeout(() => {
      if (this.#clients.size === 0 && this.#config.ownerPid !== 0) this.stop();
    }, FIRST_CLIENT_MILLISECONDS).unref();
  }

  /** Ends every worker, removes the node's folder, and exits; drivers learn of it from their sockets. */
  stop(exitCode = 0): void {
    if (this.#ending !== undefined) return;
    const { directory, standing } = this.#config;
    // First of all: whoever looks for a node is not to find one that ends.
    if (standing !== undefined) removeNodeFile(standing.stateFolder, standing.name, this.#node);
    this.#ending = () => {
      rmSync(directory, { recursive: true, force: true });
      process.exit(exitCode);
    };
    this.#scheduler.stop();
    this.#objectRecords?.stop();
    this.#listener?.close();
    this.#workers.killAll();
    this.#gateway?.stop();
    this.#ended();
  }

  /** Goes when all that it started has gone. */
  #ended(): void {
    const ending = this.#ending;
    if (ending === undefined || this.#workers.size > 0 || this.#gateway?.running === true) return;
    this.#taskReports.close();
    this.#control.nodeEnded(this.#clusterNode, Date.now());
    void this.#control.close().finally(ending);
  }

  #announced(node: string, address: string): void {
    if (node !== this.#clusterNode) this.#renamed(node);
    this.#control.nodeReached(node, address);
  }

  /** The others had taken this node for dead, and recorded its end. */
  #renamed(node: string): void {
    this.#control.nodeEnded(this.#clusterNode, Date.now());
    this.#clusterNode = node;
    this.#control.nodeStarted(ownRecord(this.#config, node));
    this.#control.livesOn();
    this.#objectRecords?.renamed(node);
  }

  // ---- clients

  joined(client: RayletClient): WelcomeT | undefined {
    this.#strangers.delete(client);
    if (!this.#isWelcome(client)) return undefined;
    this.#clients.add(client);
    const { slot, worker, name, pid } = client;
    if (client.kind === ClientKind.Worker) {
      this.#scheduler.apply({ type: 'ClientJoined', client: slot, kind: 'worker', worker });
    } else if (client.kind === ClientKind.Driver) {
      client.job = this.#jobs.add(client, this.#config.worker ?? client.command);
      const job = this.#jobs.idOf(client.job);
      this.#control.jobStarted({ job, name, pid, started: Date.now(), ended: undefined });
      this.#scheduler.apply({ type: 'ClientJoined', client: slot, kind: 'driver', job: client.job });
    } else if (client.kind === ClientKind.Gateway) this.#others?.gatewayJoined(client);
    return new WelcomeT(
      client.job,
      this.#node,
      this.#config.directory,
      resourceTables(this.#config.resources),
      process.pid,
      sharesCode(this.#config),
    );
  }

  #isWelcome({ kind, pid, worker, command }: RayletClient): boolean {
    switch (kind) {
      case ClientKind.Worker:
        return pid === this.#workers.pidOf(worker);
      case ClientKind.Driver: {
        const { ownerPid, worker: ownCommand } = this.#config;
        // It ends with its owner, and workers are started as that one said.
        if (ownerPid !== 0 && pid !== ownerPid) return false;
        // Where workers are started as drivers say, one that does not say cannot have any.
        return ownCommand !== undefined || command !== undefined;
      }
      case ClientKind.Gateway:
        return pid === this.#gateway?.pid;
      default:
        return kind === ClientKind.Observer;
    }
  }

  frame(client: RayletClient, type: number, bytes: Uint8Array, start: number): void {
    this.#frames.handle(client, type, bytes, start);
  }

  unused(slot: number): void {
    this.#objects.slotDied(slot, 'a process that was not welcome');
  }

  left(client: RayletClient): void {
    this.#strangers.delete(client);
    if (!this.#clients.remove(client)) return;
    const { slot } = client;
    this.#others?.clientLeft(slot);
    if (client.kind === ClientKind.Gateway) this.#others?.gatewayLeft(client);
    if (client.kind === ClientKind.Worker) {
      // Without its connection a worker is of no use; its exit brings everything else about.
      this.#workers.kill(client.worker);
      return;
    }
    if (client.kind === ClientKind.Driver) {
      this.#endJob(client);
      this.#jobs.remove(client.job);
      rm(codeFolder(this.#config.directory, client.job), { recursive: true, force: true }).catch(() => {
        // It goes with the node's folder.
      });
    }
    this.#objects.slotDied(slot, `driver process ${client.pid}`);
    if (client.pid === this.#config.ownerPid) this.stop();
  }

  #goodbye(client: RayletClient): void {
    if (client.pid === this.#config.ownerPid) this.stop();
    else if (client.kind === ClientKind.Driver) this.#endJob(client);
  }

  /** Its processes are ended; its part of the store stays until it closes its connection, as it may still read there. */
  #endJob(client: RayletClient): void {
    if (!this.#jobs.leave(client.job)) return;
    this.#scheduler.apply({ type: 'ClientLeft', client: client.slot });
    this.#scheduler.apply({ type: 'JobEnded', job: client.job });
    this.#others?.clientLeft(client.slot);
    this.#others?.jobEnded(client.job);
    this.#taskReports.left(client.slot);
    const job = this.#jobs.idOf(client.job);
    this.#control.jobEnded(job, Date.now());
    this.#functions.jobEnded(job);
    this.#jobs.dismissIfGone(client.job);
  }

  #tellReady(slot: number, handles: readonly number[]): void {
    const client = this.#clients.at(slot);
    if (client !== undefined)
      sendTable(client.connection, FrameType.ObjectsReady, new ObjectsReadyT([...handles]));
  }

  // ---- processes

  #workerExited(end: WorkerEnd): void {
    const { worker } = end;
    const client = this.#clients.workerExited(worker);
    const job = this.#jobs.ofWorker(worker);
    let running = 0;
    if (client !== undefined) {
      client.connection.close();
      running = this.#store.running(client.slot);
      this.#taskReports.left(client.slot);
      this.#objects.slotDied(client.slot, `worker process ${end.pid}`);
    }
    const how = end.signal ?? `exit code ${end.exitCode ?? 'unknown'}`;
    this.#scheduler.apply(
      client === undefined
        ? { type: 'WorkerStartFailed', worker, reason: `${how}${end.stderr === '' ? '' : `: ${end.stderr}`}` }
        : { type: 'WorkerExited', worker, reason: how },
    );
    const leases = this.#scheduler.strike(worker);
    // Whoever ever had a lease on it may have tasks in its hands.
    for (const other of this.#clients.all()) {
      if (job === 0 || this.#jobs.of(other) === job)
        tellWorkerDied(other, { ...end, running }, leases.get(other.slot) ?? []);
    }
    if (client !== undefined) this.#others?.clientLeft(client.slot);
    this.#jobs.workerExited(worker);
    this.#ended();
  }
}
