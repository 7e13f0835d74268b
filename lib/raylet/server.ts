import { chmodSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { removeNodeFile } from '../cluster/node-file.js';
import { type ControlStore, jobName } from '../control/control-store.js';
import { amountsOf, resourceTables } from '../protocol/amounts.js';
import { readTable, sendTable } from '../protocol/frames.js';
import {
  AwaitObjects,
  CancelObject,
  CancelObjectT,
  ClientKind,
  ClusterReplyT,
  ClusterRequest,
  CollectT,
  DefineShape,
  Demand,
  DemandFailedT,
  ExportFunction,
  FarewellT,
  FetchFunction,
  FrameType,
  FunctionPayloadT,
  KillWorker,
  LeaseGrantedT,
  LeaseReleased,
  LeaseResumed,
  LeaseStartedT,
  LeaseSuspended,
  ObjectsReady,
  ObjectsReadyT,
  OutputT,
  RetireT,
  ReturnLease,
  RevokeLeaseT,
  StatisticsReplyT,
  StatisticsRequest,
  TaskEvents,
  WelcomeT,
  WorkerDiedT,
} from '../protocol/generated/protocol.js';
import {
  codeFolder,
  gatewaySocket,
  type RayletConfig,
  rayletSocket,
  type WorkerCode,
  type WorkerCommand,
  workerSocket,
} from '../protocol/startup.js';
import { strategyKey } from '../protocol/strategy.js';
import { listenSocket, type RayletStore } from '../store/native.js';
import { type ClientShape, RayletClient, type RayletClientEvents } from './clients.js';
import { jobStates, nodeRecord, nodeStates } from './cluster-state.js';
import { FunctionDirectory } from './function-directory.js';
import { GatewayProcess } from './gateway-process.js';
import { Jobs } from './jobs.js';
import { recordLostNode } from './lost-nodes.js';
import { ObjectDirectory } from './object-directory.js';
import { ObjectRecords } from './object-records.js';
import { OtherNodes } from './other-nodes.js';
import type { Route } from './remote-nodes.js';
import type { SchedulerEvent, SchedulerInstruction } from './scheduler/events.js';
import { Scheduler } from './scheduler/scheduler.js';
import { TaskReports } from './task-reports.js';
import { type WorkerEnd, WorkerProcesses } from './worker-processes.js';

const SAMPLE_MILLISECONDS = 1000;
/** A raylet that nobody attached to after it was started is of no use. */
const FIRST_CLIENT_MILLISECONDS = 30_000;

/**
 * The shell of the raylet: it owns the sockets, the processes and the timers, turns what they say into events of the
 * scheduler core, and carries the core's instructions out.
 */
export class RayletServer implements RayletClientEvents {
  readonly version: string;
  readonly #config: RayletConfig;
  readonly #store: RayletStore;
  readonly #control: ControlStore;
  readonly #scheduler: Scheduler;
  readonly #workers: WorkerProcesses;
  readonly #functions: FunctionDirectory;
  readonly #objects: ObjectDirectory;
  readonly #taskReports: TaskReports;
  /** Undefined on a node that stands alone: nobody could ask it. */
  readonly #objectRecords: ObjectRecords | undefined;
  /** Undefined on a node that stands alone. */
  readonly #others: OtherNodes | undefined;
  readonly #gateway: GatewayProcess | undefined;
  readonly #clients = new Map<number, RayletClient>();
  /** Clients of worker processes by worker number. */
  readonly #workerClients = new Map<number, RayletClient>();
  /** Leases by number: who holds it, on which worker. */
  readonly #leases = new Map<number, { client: number; worker: number }>();
  readonly #jobs = new Jobs((driver) => this.#farewell(driver));
  /** Connections whose hello has not come. */
  readonly #strangers = new Set<RayletClient>();
  /** By which its jobs are called. */
  readonly #node: string;
  /** By which the cluster knows this node now; see NodeRenamed. */
  #clusterNode: string;
  #tick: NodeJS.Timeout | undefined;
  #listener: { close(): void } | undefined;
  #ending: (() => void) | undefined;

  constructor(config: RayletConfig, store: RayletStore, control: ControlStore, node: string) {
    this.#config = config;
    this.#store = store;
    this.#control = control;
    this.#node = node;
    this.#clusterNode = node;
    this.version = config.version;
    this.#scheduler = new Scheduler({
      resources: config.resources,
      startBound: config.worker === undefined,
    });
    this.#workers = new WorkerProcesses(config.directory, {
      output: (worker, pid, name, stderr, text) => this.#output(worker, pid, name, stderr, text),
      exited: (end) => this.#workerExited(end),
    });
    this.#functions = new FunctionDirectory(control);
    this.#objects = new ObjectDirectory(store, (slot, handles) => this.#tellReady(slot, handles));
    this.#taskReports = new TaskReports(control, {
      node: () => this.#clusterNode,
      nodeOf: (peer) => this.#others?.idOf(peer),
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
      client: (slot) => this.#clients.get(slot),
      clients: () => this.#clients.values(),
      available: () => this.#scheduler.available(),
      jobOf: (client) => this.#jobs.of(client),
      nameOf: (job) => this.#jobs.nameOf(job),
      nodeGone: (other) => recordLostNode(control, other),
      renamed: (id) => this.#renamed(id),
      output: (job, name, pid, stderr, text) => this.#show(job, name, pid, stderr, text),
      takeHere: (client, number, count) => {
        const shape = client.shapes[number]!;
        shape.waitsHere = count > 0;
        this.#demandHere(client, shape, count, undefined);
      },
      hopeless: (client, number, reason) => this.#refuse(client, number, reason),
      nodesChanged: () => this.#placeAgain(),
    });
  }

  /** Starts the first workers and accepts clients. */
  start(): void {
    this.#control.nodeStarted(nodeRecord(this.#config, this.#node));
    this.#apply({ type: 'Tick' });
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
    clearTimeout(this.#tick);
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

  /** The others had taken this node for dead, and recorded its end. */
  #renamed(node: string): void {
    this.#control.nodeEnded(this.#clusterNode, Date.now());
    this.#clusterNode = node;
    this.#control.nodeStarted(nodeRecord(this.#config, node));
    this.#control.livesOn();
    this.#objectRecords?.renamed(node);
  }

  // ---- clients

  joined(client: RayletClient): WelcomeT | undefined {
    this.#strangers.delete(client);
    const { slot } = client;
    if (client.kind === ClientKind.Worker) {
      const pid = this.#workers.pidOf(client.worker);
      if (pid !== client.pid) return undefined;
      this.#workerClients.set(client.worker, client);
      this.#apply({ type: 'ClientJoined', client: slot, kind: 'worker', worker: client.worker });
    } else if (client.kind === ClientKind.Driver) {
      const { ownerPid } = this.#config;
      // It ends with its owner, and workers are started as that one said.
      if (ownerPid !== 0 && client.pid !== ownerPid) return undefined;
      // Where workers are started as drivers say, one that does not say cannot have any.
      if (this.#config.worker === undefined && client.command === undefined) return undefined;
      client.job = this.#jobs.add(client, this.#config.worker ?? client.command);
      const { name, pid } = client;
      const job = this.#jobNameOf(client);
      this.#control.jobStarted({ job, name, pid, started: Date.now(), ended: undefined });
      this.#apply({ type: 'ClientJoined', client: slot, kind: 'driver', job: client.job });
    } else if (client.kind === ClientKind.Gateway) {
      if (client.pid !== this.#gateway?.pid) return undefined;
      this.#others?.gatewayJoined(client);
    } else if (client.kind !== ClientKind.Observer) return undefined;
    this.#clients.set(slot, client);
    const resources = resourceTables(this.#config.resources);
    return new WelcomeT(
      client.job,
      this.#node,
      this.#config.directory,
      resources,
      process.pid,
      this.#sharesCode,
    );
  }

  unused(slot: number): void {
    this.#objects.slotDied(slot, 'a process that was not welcome');
  }

  left(client: RayletClient): void {
    this.#strangers.delete(client);
    const { slot } = client;
    if (slot === 0 || this.#clients.get(slot) !== client) return;
    this.#clients.delete(slot);
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

  /** Its processes are ended; its part of the store stays until it closes its connection, as it may still read there. */
  #endJob(client: RayletClient): void {
    if (!this.#jobs.leave(client.job)) return;
    this.#apply({ type: 'ClientLeft', client: client.slot });
    this.#apply({ type: 'JobEnded', job: client.job });
    this.#others?.clientLeft(client.slot);
    this.#others?.jobEnded(client.job);
    this.#taskReports.left(client.slot);
    const job = this.#jobNameOf(client);
    this.#control.jobEnded(job, Date.now());
    this.#functions.jobEnded(job);
    this.#jobs.dismissIfGone(client.job);
  }

  #farewell(driver: RayletClient): void {
    if (!driver.connection.closed)
      sendTable(driver.connection, FrameType.Farewell, new FarewellT(driver.job));
  }

  frame(client: RayletClient, type: number, bytes: Uint8Array, start: number): void {
    switch (type) {
      case FrameType.Demand: {
        const demand = readTable(Demand.getRootAsDemand, bytes, start);
        const shape = client.shapes[demand.shape()];
        if (shape === undefined) return;
        shape.demand = {
          count: demand.count(),
          depth: demand.depth(),
          meanMilliseconds: demand.meanMilliseconds(),
        };
        this.#place(client, demand.shape(), shape, demand.grantsSeen());
        return;
      }
      case FrameType.ReturnLease: {
        const lease = readTable(ReturnLease.getRootAsReturnLease, bytes, start).lease();
        if (this.#others?.returned(client, lease)) return;
        this.#leases.delete(lease);
        this.#apply({ type: 'LeaseReturned', client: client.slot, lease });
        return;
      }
      case FrameType.LeaseSuspended: {
        const lease = readTable(LeaseSuspended.getRootAsLeaseSuspended, bytes, start).lease();
        this.#apply({ type: 'LeaseSuspended', worker: client.worker, lease });
        return;
      }
      case FrameType.LeaseResumed: {
        const lease = readTable(LeaseResumed.getRootAsLeaseResumed, bytes, start).lease();
        this.#apply({ type: 'LeaseResumed', worker: client.worker, lease });
        return;
      }
      case FrameType.LeaseReleased: {
        const lease = readTable(LeaseReleased.getRootAsLeaseReleased, bytes, start).lease();
        this.#leases.delete(lease);
        this.#apply({ type: 'LeaseReleased', worker: client.worker, lease });
        return;
      }
      case FrameType.ObjectsReady: {
        const ready = readTable(ObjectsReady.getRootAsObjectsReady, bytes, start);
        for (let index = 0; index < ready.handlesLength(); index++)
          this.#objects.ready(ready.handles(index)!);
        return;
      }
      case FrameType.AwaitObjects: {
        const wanted = readTable(AwaitObjects.getRootAsAwaitObjects, bytes, start);
        for (let index = 0; index < wanted.handlesLength(); index++)
          this.#objects.await(wanted.handles(index)!, client.slot);
        return;
      }
      case FrameType.WorkerReady:
        this.#apply({ type: 'WorkerStarted', worker: client.worker, pid: client.pid });
        return;
      case FrameType.DefineShape: {
        const define = readTable(DefineShape.getRootAsDefineShape, bytes, start).unpack();
        const amounts = define.resources.map(({ name, amount }) => [String(name), amount] as const);
        try {
          const strategy = { spread: define.spread, node: String(define.node ?? ''), soft: define.soft };
          const shape = this.#scheduler.shape(amounts, strategyKey(strategy));
          client.defineShape(define.shape, shape, define.exclusive, amountsOf(define.resources), strategy);
        } catch (error) {
          // Not an amount, or more different shapes than any program has: nothing that our own code sends.
          this.#control.recordError({ time: Date.now(), message: `process ${client.pid}: ${String(error)}` });
          client.connection.close();
          this.left(client);
        }
        return;
      }
      case FrameType.ExportFunction: {
        const fn = readTable(ExportFunction.getRootAsExportFunction, bytes, start);
        this.#functions.add(
          this.#jobNameOf(client),
          { hash: fn.hash()!, name: fn.name() ?? '', payload: fn.payloadArray()!.slice() },
          Array.from({ length: fn.heldLength() }, (_, index) => fn.held(index)!),
        );
        return;
      }
      case FrameType.FetchFunction: {
        const wanted = readTable(FetchFunction.getRootAsFetchFunction, bytes, start).unpack();
        const hash = String(wanted.hash);
        const job =
          client.kind === ClientKind.Gateway ? jobName(this.#node, wanted.job) : this.#jobNameOf(client);
        void this.#functions.fetch(hash, job).then((fn) => {
          const held = [...this.#functions.heldBy(hash, job)];
          const reply = new FunctionPayloadT(hash, fn?.name ?? '', [], fn !== undefined, held);
          if (fn !== undefined) (reply as { payload: ArrayLike<number> }).payload = fn.payload;
          if (!client.connection.closed) sendTable(client.connection, FrameType.FunctionPayload, reply);
        });
        return;
      }
      case FrameType.KillWorker: {
        const kill = readTable(KillWorker.getRootAsKillWorker, bytes, start);
        if (this.#others?.kill(kill.worker(), kill.running())) return;
        const victim = this.#workerClients.get(kill.worker());
        // Only if that task is still on the stack there: its neighbours are not to die for one that has ended.
        if (victim !== undefined && this.#store.running(victim.slot) === kill.running())
          this.#workers.kill(kill.worker());
        return;
      }
      case FrameType.CancelObject: {
        const cancel = readTable(CancelObject.getRootAsCancelObject, bytes, start).unpack();
        const message = new CancelObjectT(cancel.handle, cancel.force, cancel.recursive);
        for (const other of this.#clients.values()) {
          if (other !== client) sendTable(other.connection, FrameType.CancelObject, message);
        }
        return;
      }
      case FrameType.CollectRequest: {
        for (const other of this.#clients.values()) {
          if (other !== client) sendTable(other.connection, FrameType.Collect, new CollectT(0));
        }
        return;
      }
      case FrameType.TaskEvents:
        this.#taskReports.report(
          client.slot,
          this.#jobNameOf(client),
          readTable(TaskEvents.getRootAsTaskEvents, bytes, start).unpack(),
        );
        return;
      case FrameType.StatisticsRequest: {
        const { request } = readTable(StatisticsRequest.getRootAsStatisticsRequest, bytes, start).unpack();
        const json = JSON.stringify({
          scheduler: this.#scheduler.describe(),
          workers: this.#describeWorkers(),
        });
        sendTable(client.connection, FrameType.StatisticsReply, new StatisticsReplyT(request, json));
        return;
      }
      case FrameType.ClusterRequest: {
        const { request } = readTable(ClusterRequest.getRootAsClusterRequest, bytes, start).unpack();
        void this.#clusterState(request).then((reply) => {
          if (!client.connection.closed) sendTable(client.connection, FrameType.ClusterReply, reply);
        });
        return;
      }
      case FrameType.Goodbye:
        if (client.pid === this.#config.ownerPid) this.stop();
        else if (client.kind === ClientKind.Driver) this.#endJob(client);
        return;
      default:
        this.#others?.frame(client, type, bytes, start);
    }
  }

  /** The job that a driver is, or that a worker process works for, as the cluster calls it. */
  #jobNameOf(client: RayletClient): string {
    return jobName(this.#node, this.#jobs.of(client));
  }

  async #clusterState(request: number): Promise<ClusterReplyT> {
    const scheduler = this.#scheduler.describe();
    const [nodes, jobs] = await Promise.all([
      nodeStates(this.#control, this.#clusterNode, scheduler, this.#others?.describe() ?? []),
      jobStates(this.#control, this.#jobs, this.#node, scheduler),
    ]);
    return new ClusterReplyT(request, nodes, jobs);
  }

  // ---- where tasks run

  /** Tells those who may serve a demand of it. */
  #place(client: RayletClient, number: number, shape: ClientShape, seen: number): void {
    const { count } = shape.demand;
    const seenHere = client.grants.seenHere(seen);
    const others = this.#others;
    const { here, elsewhere } = others?.route(shape) ?? this.#routeAlone(shape);
    const { spread } = shape.strategy;
    // First: the core may find that this node can never run them.
    if (elsewhere && !spread) others?.demand(client, number, shape, count, seen);
    if (here || (shape.waitsHere && (!spread || count === 0))) {
      const countHere = here ? count : 0;
      shape.waitsHere = countHere > 0;
      this.#demandHere(client, shape, countHere, seenHere);
    }
    if (elsewhere && spread) others?.demand(client, number, shape, count, seen);
    else if (!elsewhere && !here && count > 0)
      this.#refuse(client, number, `there is no node ${shape.strategy.node}: this node stands alone`);
  }

  /** @param seen undefined when the count has no grants in it that are under way */
  #demandHere(client: RayletClient, shape: ClientShape, count: number, seen: number | undefined): void {
    const { depth, meanMilliseconds } = shape.demand;
    this.#apply({
      type: 'Demand',
      client: client.slot,
      shape: shape.shape,
      exclusive: shape.exclusive,
      count,
      depth,
      ...(seen === undefined ? {} : { grantsSeen: seen }),
      ...(meanMilliseconds > 0 ? { runtimeMs: meanMilliseconds } : {}),
    });
  }

  #routeAlone({ strategy: { node, soft } }: ClientShape): Route {
    return { here: node === '' || node === this.#node || soft, elsewhere: false };
  }

  /** Nodes have joined or left: what waits for one by its name may have to go elsewhere now. */
  #placeAgain(): void {
    for (const client of this.#clients.values()) {
      for (const [number, shape] of client.shapes.entries()) {
        if (shape.strategy.node !== '' && shape.demand.count > 0) this.#place(client, number, shape, 0);
      }
    }
  }

  #refuse(client: RayletClient, number: number, reason: string): void {
    const shape = client.shapes[number]!;
    shape.demand = { ...shape.demand, count: 0 };
    this.#others?.dropped(client.slot, number);
    if (client.connection.closed) return;
    const failed = new DemandFailedT(number, 'ERR_MOBULA_INFEASIBLE_TASK', reason);
    sendTable(client.connection, FrameType.DemandFailed, failed);
  }

  // ---- the core

  #apply(event: SchedulerEvent): void {
    if (this.#ending !== undefined) return;
    for (const instruction of this.#scheduler.handle(event, performance.now())) this.#carryOut(instruction);
    this.#others?.availableChanged();
    this.#scheduleTick();
  }

  #scheduleTick(): void {
    clearTimeout(this.#tick);
    const at = this.#scheduler.nextTick();
    if (at === undefined) return;
    this.#tick = setTimeout(() => this.#apply({ type: 'Tick' }), Math.max(1, at - performance.now()));
  }

  #carryOut(instruction: SchedulerInstruction): void {
    switch (instruction.type) {
      case 'StartWorker':
        if (instruction.job !== undefined) this.#jobs.bind(instruction.worker, instruction.job);
        this.#workers.start(
          instruction.worker,
          this.#commandOf(instruction.job),
          this.#codeOf(instruction.job),
        );
        return;
      case 'StopWorker': {
        const client = this.#workerClients.get(instruction.worker);
        if (instruction.reason === 'job-ended' || client === undefined)
          this.#workers.kill(instruction.worker);
        else sendTable(client.connection, FrameType.Retire, new RetireT(instruction.reason));
        return;
      }
      case 'BindWorker':
        this.#jobs.bind(instruction.worker, instruction.job);
        return;
      case 'Grant': {
        const holder = this.#clients.get(instruction.client);
        const worker = this.#workerClients.get(instruction.worker);
        if (holder === undefined || worker === undefined) return;
        this.#leases.set(instruction.lease, { client: instruction.client, worker: instruction.worker });
        const job = this.#jobs.ofWorker(instruction.worker);
        sendTable(
          worker.connection,
          FrameType.LeaseStarted,
          new LeaseStartedT(instruction.lease, holder.slot, job, instruction.exclusive),
        );
        const number = holder.numberOf(instruction.shape, instruction.exclusive);
        if (this.#others === undefined) holder.grants.here();
        else this.#others.grantedHere(holder, number);
        const path = workerSocket(this.#config.directory, instruction.worker);
        sendTable(
          holder.connection,
          FrameType.LeaseGranted,
          new LeaseGrantedT(instruction.lease, number, instruction.worker, worker.pid, worker.slot, path),
        );
        return;
      }
      case 'Revoke': {
        const worker = this.#workerClients.get(instruction.worker);
        if (worker !== undefined)
          sendTable(
            worker.connection,
            FrameType.RevokeLease,
            new RevokeLeaseT(instruction.lease, instruction.hard),
          );
        return;
      }
      case 'Infeasible':
      case 'StartFailed': {
        const client = this.#clients.get(instruction.client);
        if (client === undefined) return;
        const number = client.numberOf(instruction.shape, instruction.exclusive);
        if (instruction.type === 'Infeasible' && this.#others !== undefined) {
          this.#others.infeasible(client, number, client.shapes[number]!, instruction.reason);
          return;
        }
        if (instruction.type === 'Infeasible') {
          this.#refuse(client, number, instruction.reason);
          return;
        }
        this.#others?.dropped(client.slot, number);
        sendTable(
          client.connection,
          FrameType.DemandFailed,
          new DemandFailedT(number, 'ERR_MOBULA_WORKER_START', instruction.reason),
        );
        return;
      }
      case 'LeaseLost':
        // The worker's end is told to everybody who may have something in its hands, see #workerExited.
        return;
    }
  }

  // ---- processes

  #workerExited(end: WorkerEnd): void {
    const { worker } = end;
    const client = this.#workerClients.get(worker);
    this.#workerClients.delete(worker);
    const job = this.#jobs.ofWorker(worker);
    let running = 0;
    if (client !== undefined) {
      if (this.#clients.get(client.slot) === client) this.#clients.delete(client.slot);
      client.connection.close();
      running = this.#store.running(client.slot);
      this.#taskReports.left(client.slot);
      this.#objects.slotDied(client.slot, `worker process ${end.pid}`);
    }
    const how = end.signal ?? `exit code ${end.exitCode ?? 'unknown'}`;
    this.#apply(
      client === undefined
        ? { type: 'WorkerStartFailed', worker, reason: `${how}${end.stderr === '' ? '' : `: ${end.stderr}`}` }
        : { type: 'WorkerExited', worker, reason: how },
    );
    // Whoever ever had a lease on it may have tasks in its hands.
    for (const other of this.#clients.values()) {
      if (job !== 0 && this.#jobs.of(other) !== job) continue;
      const leases: number[] = [];
      for (const [lease, holder] of this.#leases) {
        if (holder.worker === worker && holder.client === other.slot) leases.push(lease);
      }
      sendTable(
        other.connection,
        FrameType.WorkerDied,
        new WorkerDiedT(
          worker,
          end.pid,
          end.exitCode ?? -1,
          end.signal ?? '',
          end.stderr,
          end.memory ?? 0,
          running,
          leases,
        ),
      );
    }
    for (const [lease, holder] of this.#leases) if (holder.worker === worker) this.#leases.delete(lease);
    if (client !== undefined) this.#others?.clientLeft(client.slot);
    this.#jobs.workerExited(worker);
    this.#ended();
  }

  #output(worker: number, pid: number, name: string, stderr: boolean, text: string): void {
    this.#show(this.#jobs.ofWorker(worker), name, pid, stderr, text);
  }

  /** To the job's driver, and what belongs to none to all of them. */
  #show(job: number, name: string, pid: number, stderr: boolean, text: string): void {
    for (const client of this.#clients.values()) {
      if (client.kind !== ClientKind.Driver || !client.logToDriver) continue;
      if (job === 0 || client.job === job) {
        sendTable(client.connection, FrameType.Output, new OutputT(name, pid, stderr, text));
      }
    }
  }

  #tellReady(slot: number, handles: readonly number[]): void {
    const client = this.#clients.get(slot);
    if (client !== undefined)
      sendTable(client.connection, FrameType.ObjectsReady, new ObjectsReadyT([...handles]));
  }

  /** A worker's command line is the node's own, or that of the driver that it is started for. */
  #commandOf(job: number | undefined): WorkerCommand {
    const command = this.#config.worker ?? this.#jobs.commandOf(job);
    if (command === undefined) throw new Error(`a worker is to be started for job ${job}, which is unknown`);
    return command;
  }

  /** Whether tasks of this node's programs may run on other machines. */
  get #sharesCode(): boolean {
    return this.#config.cluster?.redis !== undefined;
  }

  #codeOf(job: number | undefined): WorkerCode | undefined {
    if (!this.#sharesCode || job === undefined) return undefined;
    const { directory, cluster } = this.#config;
    return { folder: codeFolder(directory, job), packagesFrom: cluster?.surroundings?.folder ?? '/' };
  }

  #describeWorkers(): { worker: number; pid: number; slot: number }[] {
    return [...this.#workerClients.values()].map(({ worker, pid, slot }) => ({ worker, pid, slot }));
  }
}
