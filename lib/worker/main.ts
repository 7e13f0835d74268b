import type { RemoteOptions } from '../api/options.js';
import { createRemote } from '../api/remote.js';
import { session } from '../api/session.js';
import { RayletDiedError, SerializationError } from '../errors/index.js';
import { amountsOf } from '../protocol/amounts.js';
import { readTable } from '../protocol/frames.js';
import {
  ClientKind,
  FetchFunctionT,
  FrameType,
  FunctionPayload,
  LeaseReleasedT,
  LeaseResumedT,
  LeaseStarted,
  LeaseSuspendedT,
  RevokeLease,
  WorkerReadyT,
} from '../protocol/generated/protocol.js';
import {
  CODE_VARIABLE,
  PROGRAM_VARIABLE,
  RAYLET_SOCKET_VARIABLE,
  WORKER_NUMBER_VARIABLE,
  type WorkerCode,
  workerSocket,
} from '../protocol/startup.js';
import { RayletLink } from '../runtime/raylet-link.js';
import { Runtime } from '../runtime/runtime.js';
import { nodeLabel, Shipping } from '../runtime/shipping.js';
import { VERSION } from '../runtime/version.js';
import { dieWith, listenSocket } from '../store/native.js';
import { Contexts } from './contexts.js';
import { Executor } from './executor.js';
import { FetchedFiles } from './fetched-files.js';
import { markOutput } from './output.js';
import { OwnTasks } from './own-tasks.js';
import { ProgramCode } from './program-code.js';
import { SubmitterLink } from './submitter-link.js';
import { type WorkerFunction, WorkerFunctions } from './worker-functions.js';

const number = Number(process.env[WORKER_NUMBER_VARIABLE]);
const path = String(process.env[RAYLET_SOCKET_VARIABLE]);
const program = process.env[PROGRAM_VARIABLE];
const codeSettings = process.env[CODE_VARIABLE];
for (const variable of [WORKER_NUMBER_VARIABLE, RAYLET_SOCKET_VARIABLE, PROGRAM_VARIABLE, CODE_VARIABLE])
  delete process.env[variable];

const [link, admission] = await RayletLink.connect(path, {
  version: VERSION,
  kind: ClientKind.Worker,
  worker: number,
  name: 'worker',
  logToDriver: false,
});
// Also out of an endless loop: with the raylet gone nobody would ever end this process.
dieWith(admission.welcome.rayletPid);

const contexts = new Contexts();
markOutput(contexts);
const links = new Map<number, SubmitterLink<WorkerFunction>>();
/** The submitter of each lease on this worker, by slot. */
const slotOfLease = new Map<number, number>();
let retiring = false;

const own = new OwnTasks();
const node = nodeLabel(String(admission.welcome.node));
const files = new FetchedFiles((hash) => runtime.send(FrameType.FetchFunction, new FetchFunctionT(hash)));
const code =
  codeSettings === undefined
    ? undefined
    : new ProgramCode(JSON.parse(codeSettings) as WorkerCode, node, files);
const shipping = new Shipping(
  admission.store,
  program,
  session.serializers,
  (fn, options) => createRemote(fn as (...args: unknown[]) => unknown, options as RemoteOptions),
  {
    node: admission.welcome.sharesCode ? node : undefined,
    receiver: code,
    fetch: (hash) => files.fetch(hash),
  },
);
const runtime = new Runtime(link, admission, shipping.codec, {
  contexts,
  ownWorker: number,
  ownTarget: own,
  activity: () => (executor.idle ? executor.accepted : undefined),
  resources: amountsOf(admission.welcome.resources),
  onFrame,
  onDrained: () => {
    executor.turn();
    retireIfIdle();
  },
  flush: flushLinks,
  // With its group, as the watch on the raylet does it: children of tasks too.
  onRayletDied: () => process.kill(-process.pid, 'SIGKILL'),
  describeRayletEnd: () => Promise.resolve(new RayletDiedError({ pid: admission.welcome.rayletPid })),
  log: (text) => console.error(text),
});
shipping.attach(runtime);

const functions = new WorkerFunctions(
  (hash) => runtime.send(FrameType.FetchFunction, new FetchFunctionT(hash)),
  (payload) => shipping.revive(payload),
);
const executor = new Executor(
  runtime,
  contexts,
  {
    leaseSuspended: (lease) => runtime.send(FrameType.LeaseSuspended, new LeaseSuspendedT(lease)),
    leaseResumed: (lease) => runtime.send(FrameType.LeaseResumed, new LeaseResumedT(lease)),
    leaseEnded: (lease) => {
      const slot = slotOfLease.get(lease);
      slotOfLease.delete(lease);
      if (slot === admission.store.slot) runtime.submitter.leaseEnded(lease);
      else if (slot !== undefined) links.get(slot)?.leaseEnded(lease);
    },
    leaseReleased: (lease) => runtime.send(FrameType.LeaseReleased, new LeaseReleasedT(lease)),
    flush: () => {
      flushLinks();
      runtime.flushRaylet();
    },
  },
  functions,
  (lease, manySuspended) => own.take(lease, manySuspended),
  () => own.loading,
);
own.attach(executor, runtime.submitter, functions);
session.joinAsWorker(runtime, shipping, contexts);

const socket = workerSocket(admission.welcome.directory as string, number);
listenSocket(socket, (accepted) => {
  new SubmitterLink(
    accepted,
    executor,
    (slot, submitter) => links.set(slot, submitter),
    (submitter) => {
      for (const [slot, each] of links) if (each === submitter) links.delete(slot);
    },
  );
});
link.connection.socket.ref();
runtime.retain();
runtime.send(FrameType.WorkerReady, new WorkerReadyT(socket));
process.title = 'mobula-worker';

function flushLinks(): void {
  for (const each of links.values()) each.flush();
}

function onFrame(type: number, bytes: Uint8Array, start: number): void {
  switch (type) {
    case FrameType.LeaseStarted: {
      const lease = readTable(LeaseStarted.getRootAsLeaseStarted, bytes, start);
      slotOfLease.set(lease.lease(), lease.slot());
      return;
    }
    case FrameType.RevokeLease: {
      const revoke = readTable(RevokeLease.getRootAsRevokeLease, bytes, start);
      executor.revoke(revoke.lease(), revoke.hard());
      return;
    }
    case FrameType.FunctionPayload: {
      const fn = readTable(FunctionPayload.getRootAsFunctionPayload, bytes, start);
      const hash = fn.hash() as string;
      // A copy: what comes next overwrites the frame.
      if (files.arrived(hash, fn.found() ? fn.payloadArray()!.slice() : undefined)) return;
      if (fn.found()) functions.arrived(hash, fn.payloadArray()!.slice());
      else {
        functions.failed(
          hash,
          new SerializationError({
            path: `function ${hash}`,
            reason: 'its submitter ended before it was sent. Submit the task again.',
          }),
        );
      }
      return;
    }
    case FrameType.Retire:
      retiring = true;
      retireIfIdle();
  }
}

/**
 * A worker that is not needed ends when nothing that its tasks submitted is unfinished, and no result of that, which others may
 * refer to, is at another node.
 */
function retireIfIdle(): void {
  if (!retiring) return;
  const { busy, results } = runtime.submitter;
  if (executor.idle && !busy && !results.bringHome()) process.exit(0);
  setTimeout(retireIfIdle, 100).unref();
}
