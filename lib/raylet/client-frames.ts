import type { ControlStore } from '../control/control-store.js';
import { amountsOf } from '../protocol/amounts.js';
import { readTable, sendTable } from '../protocol/frames.js';
import {
  AwaitObjects,
  CancelObject,
  CancelObjectT,
  ClientKind,
  ClusterRequest,
  CollectT,
  DefineShape,
  Demand,
  ExportFunction,
  FetchFunction,
  FrameType,
  FunctionPayloadT,
  KillWorker,
  LeaseReleased,
  LeaseResumed,
  LeaseSuspended,
  ObjectsReady,
  ReturnLease,
  StatisticsRequest,
  TaskEvents,
} from '../protocol/generated/protocol.js';
import { type Strategy, strategyKey } from '../protocol/strategy.js';
import type { RayletStore } from '../store/native.js';
import type { RayletClient } from './client.js';
import type { Clients } from './clients.js';
import type { FunctionDirectory } from './function-directory.js';
import type { Jobs } from './jobs.js';
import type { ObjectDirectory } from './object-directory.js';
import type { Observers } from './observers.js';
import type { OtherNodes } from './other-nodes.js';
import type { Placement } from './placement.js';
import type { SchedulerRunner } from './scheduler-runner.js';
import type { TaskReports } from './task-reports.js';
import type { WorkerProcesses } from './worker-processes.js';

/** The parts of the raylet that frames are for. */
export interface ClientFramesPort {
  readonly store: RayletStore;
  readonly control: ControlStore;
  readonly clients: Clients;
  readonly jobs: Jobs;
  readonly scheduler: SchedulerRunner;
  readonly placement: Placement;
  readonly workers: WorkerProcesses;
  readonly functions: FunctionDirectory;
  readonly objects: ObjectDirectory;
  readonly taskReports: TaskReports;
  readonly observers: Observers;
  /** Undefined on a node that stands alone. */
  others(): OtherNodes | undefined;
  /** The client wants to leave in order. */
  goodbye(client: RayletClient): void;
  /** The client's connection was closed from here. */
  dismissed(client: RayletClient): void;
}

/** Reads what welcome clients send, and does it or passes it on to the part that it is for. */
export class ClientFrames {
  readonly #port: ClientFramesPort;

  constructor(port: ClientFramesPort) {
    this.#port = port;
  }

  /** The body, a table, starts at `start` and may be overwritten after this call. */
  handle(client: RayletClient, type: number, bytes: Uint8Array, start: number): void {
    const { clients, objects, scheduler } = this.#port;
    switch (type) {
      case FrameType.Demand:
        this.#demand(client, readTable(Demand.getRootAsDemand, bytes, start));
        return;
      case FrameType.ReturnLease: {
        const back = readTable(ReturnLease.getRootAsReturnLease, bytes, start);
        const lease = back.lease();
        if (this.#port.others()?.returned(client, lease) === true) return;
        scheduler.returned(client, lease, back.unstarted());
        return;
      }
      case FrameType.LeaseSuspended: {
        const lease = readTable(LeaseSuspended.getRootAsLeaseSuspended, bytes, start).lease();
        scheduler.apply({ type: 'LeaseSuspended', worker: client.worker, lease });
        return;
      }
      case FrameType.LeaseResumed: {
        const lease = readTable(LeaseResumed.getRootAsLeaseResumed, bytes, start).lease();
        scheduler.apply({ type: 'LeaseResumed', worker: client.worker, lease });
        return;
      }
      case FrameType.LeaseReleased:
        scheduler.released(client, readTable(LeaseReleased.getRootAsLeaseReleased, bytes, start).lease());
        return;
      case FrameType.ObjectsReady: {
        const ready = readTable(ObjectsReady.getRootAsObjectsReady, bytes, start);
        for (let index = 0; index < ready.handlesLength(); index++) objects.ready(ready.handles(index)!);
        return;
      }
      case FrameType.AwaitObjects: {
        const wanted = readTable(AwaitObjects.getRootAsAwaitObjects, bytes, start);
        for (let index = 0; index < wanted.handlesLength(); index++)
          objects.await(wanted.handles(index)!, client.slot);
        return;
      }
      case FrameType.WorkerReady:
        scheduler.apply({ type: 'WorkerStarted', worker: client.worker, pid: client.pid });
        return;
      case FrameType.DefineShape:
        this.#defineShape(client, readTable(DefineShape.getRootAsDefineShape, bytes, start));
        return;
      case FrameType.ExportFunction:
        this.#exportFunction(client, readTable(ExportFunction.getRootAsExportFunction, bytes, start));
        return;
      case FrameType.FetchFunction:
        void this.#fetchFunction(client, readTable(FetchFunction.getRootAsFetchFunction, bytes, start));
        return;
      case FrameType.KillWorker:
        this.#killWorker(readTable(KillWorker.getRootAsKillWorker, bytes, start));
        return;
      case FrameType.CancelObject: {
        const cancel = readTable(CancelObject.getRootAsCancelObject, bytes, start).unpack();
        const message = new CancelObjectT(cancel.handle, cancel.force, cancel.recursive);
        clients.tellOthers(client, FrameType.CancelObject, message);
        return;
      }
      case FrameType.CollectRequest:
        clients.tellOthers(client, FrameType.Collect, new CollectT(0));
        return;
      case FrameType.TaskEvents: {
        const events = readTable(TaskEvents.getRootAsTaskEvents, bytes, start).unpack();
        this.#port.taskReports.report(client.slot, this.#jobIdOf(client), events);
        return;
      }
      case FrameType.StatisticsRequest: {
        const request = readTable(StatisticsRequest.getRootAsStatisticsRequest, bytes, start).request();
        const reply = this.#port.observers.statistics(request);
        sendTable(client.connection, FrameType.StatisticsReply, reply);
        return;
      }
      case FrameType.ClusterRequest: {
        const request = readTable(ClusterRequest.getRootAsClusterRequest, bytes, start).request();
        void this.#port.observers.clusterState(request).then((reply) => {
          sendTable(client.connection, FrameType.ClusterReply, reply);
        });
        return;
      }
      case FrameType.Goodbye:
        this.#port.goodbye(client);
        return;
      default:
        this.#port.others()?.frame(client, type, bytes, start);
    }
  }

  #jobIdOf(client: RayletClient): string {
    const { jobs } = this.#port;
    return jobs.idOf(jobs.of(client));
  }

  #demand(client: RayletClient, demand: Demand): void {
    const number = demand.shape();
    const shape = client.shapes[number];
    if (shape === undefined) return;
    shape.demand = {
      count: demand.count(),
      depth: demand.depth(),
      meanMilliseconds: demand.meanMilliseconds(),
    };
    this.#port.placement.place(client, number, demand.grantsSeen());
  }

  #defineShape(client: RayletClient, frame: DefineShape): void {
    const define = frame.unpack();
    const amounts = define.resources.map(({ name, amount }) => [String(name), amount] as const);
    try {
      const { spread, soft } = define;
      const strategy: Strategy = {
        spread,
        node: String(define.node ?? ''),
        soft,
        ...(define.near === null ? {} : { near: String(define.near) }),
      };
      // By the client's number, which stays while nodes come and go: the scheduler never forgets a shape.
      const queue = strategy.near === undefined ? strategyKey(strategy) : `|near ${define.shape}`;
      const shape = this.#port.scheduler.shape(amounts, queue);
      this.#port.placement.forget(client, define.shape);
      client.defineShape(define.shape, shape, define.exclusive, amountsOf(define.resources), strategy);
    } catch (error) {
      // Not an amount, or more different shapes than any program has: nothing that our own code sends.
      this.#port.control.recordError({
        time: Date.now(),
        message: `process ${client.pid}: ${String(error)}`,
      });
      client.connection.close();
      this.#port.dismissed(client);
    }
  }

  #exportFunction(client: RayletClient, fn: ExportFunction): void {
    this.#port.functions.add(
      this.#jobIdOf(client),
      { hash: fn.hash()!, name: fn.name() ?? '', payload: fn.payloadArray()!.slice() },
      Array.from({ length: fn.heldLength() }, (_, index) => fn.held(index)!),
    );
  }

  async #fetchFunction(client: RayletClient, wanted: FetchFunction): Promise<void> {
    const { functions, jobs } = this.#port;
    const hash = wanted.hash() ?? '';
    const job = client.kind === ClientKind.Gateway ? jobs.idOf(wanted.job()) : this.#jobIdOf(client);
    const fn = await functions.fetch(hash, job);
    const held = [...functions.heldBy(hash, job)];
    const reply = new FunctionPayloadT(hash, fn?.name ?? '', [], fn !== undefined, held);
    // The bytes as they are: flatc's types ask for a list of numbers.
    if (fn !== undefined) (reply as { payload: ArrayLike<number> }).payload = fn.payload;
    sendTable(client.connection, FrameType.FunctionPayload, reply);
  }

  #killWorker(kill: KillWorker): void {
    const { clients, store, workers } = this.#port;
    if (this.#port.others()?.kill(kill.worker(), kill.running()) === true) return;
    const victim = clients.ofWorker(kill.worker());
    // Only if that task is still on the stack there: its neighbours are not to die for one that has ended.
    if (victim !== undefined && store.running(victim.slot) === kill.running()) workers.kill(kill.worker());
  }
}
