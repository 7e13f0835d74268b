import { basename } from 'node:path';
import { NodeNotFoundError, NotSupportedError, RayletDiedError, ShutdownError } from '../errors/index.js';
import { prepareCapture } from '../functions/index.js';
import { amountsOf } from '../protocol/amounts.js';
import { readTable } from '../protocol/frames.js';
import { ClientKind, FrameType, Output } from '../protocol/generated/protocol.js';
import { rayletSocket } from '../protocol/startup.js';
import { type Admission, RayletLink } from '../runtime/raylet-link.js';
import { Runtime } from '../runtime/runtime.js';
import { nodeLabel, Shipping } from '../runtime/shipping.js';
import { NO_TASKS } from '../runtime/task-context.js';
import { VERSION } from '../runtime/version.js';
import { connectSocket } from '../store/native.js';
import { addressOf, type NodeAddress } from './address.js';
import { defaultCpus, defaultStoreMemory } from './limits.js';
import type { InitOptions, RemoteOptions } from './options.js';
import { printOutput } from './output.js';
import { newDirectory, OwnRaylet } from './own-raylet.js';
import { createRemote } from './remote.js';
import { type Membership, session } from './session.js';
import { ownWorkerCommand } from './worker-command.js';

/** A node answers within milliseconds, unless it is stopped or what listens there is no node. */
const ATTACH_MILLISECONDS = 30_000;

/** What `init` tells of the node. */
interface NodeDescription {
  id: string;
  numCpus: number;
  objectStoreMemory: number;
  rayletPid: number;
}

/** Attaches this process to the node that the options name, or starts a raylet of its own, and joins that as a driver. */
export async function startDriver(
  options: InitOptions,
): Promise<{ membership: Membership; node: NodeDescription }> {
  const logToDriver = options.logToDriver ?? true;
  const address = addressOf(options);
  if (address !== undefined) return join(await attach(address, logToDriver), undefined);
  const raylet = await OwnRaylet.start({
    directory: newDirectory(),
    version: VERSION,
    resources: { CPU: options.numCpus ?? defaultCpus(), ...options.resources },
    objectStoreMemory: options.objectStoreMemory ?? defaultStoreMemory(),
    ownerPid: process.pid,
    worker: ownWorkerCommand(),
  });
  return join(await connect(rayletSocket(raylet.directory), logToDriver), raylet);
}

function connect(
  socket: string,
  logToDriver: boolean,
  foreign?: { workerCommand: string; timeout: number },
): Promise<[RayletLink, Admission]> {
  const { timeout, ...command } = foreign ?? {};
  return RayletLink.connect(
    socket,
    {
      version: VERSION,
      kind: ClientKind.Driver,
      worker: 0,
      name: basename(process.argv[1] ?? 'node'),
      logToDriver,
      ...command,
    },
    timeout,
  );
}

async function attach(address: NodeAddress, logToDriver: boolean): Promise<[RayletLink, Admission]> {
  const workerCommand = JSON.stringify(ownWorkerCommand());
  prepareCapture();
  try {
    return await connect(address.socket, logToDriver, { workerCommand, timeout: ATTACH_MILLISECONDS });
  } catch (error) {
    // A node that ends just now closes the connection as one does that refuses us, but nobody listens afterwards.
    const cause = error instanceof NotSupportedError ? connectFailure(address.socket) : error;
    const reason = attachFailure((cause as { code?: string } | undefined)?.code);
    if (reason === undefined) throw error;
    throw new NodeNotFoundError(address.given, reason, { cause: error });
  }
}

/** Why a connection to this socket cannot be made; undefined when it can. */
function connectFailure(socket: string): unknown {
  try {
    connectSocket(socket).close();
    return undefined;
  } catch (error) {
    return error;
  }
}

function attachFailure(code: string | undefined): string | undefined {
  switch (code) {
    case 'ENOENT':
    case 'ENOTSOCK':
      return 'There is no such socket. `mobula status` tells which nodes run here.';
    case 'ECONNREFUSED':
      return 'Nobody listens at that socket: its node has ended. `mobula status` tells which nodes run here.';
    case 'EACCES':
    case 'EPERM':
      return 'That socket belongs to another user. A node serves the user who started it.';
    case 'ETIMEDOUT':
      return `What listens there did not answer within ${ATTACH_MILLISECONDS / 1000} s: it is no node, or a node that is stopped.`;
    default:
      return undefined;
  }
}

/** @param raylet undefined when the node is not this process's own */
function join(
  [link, admission]: [RayletLink, Admission],
  raylet: OwnRaylet | undefined,
): { membership: Membership; node: NodeDescription } {
  const { welcome, store } = admission;
  const resources = amountsOf(welcome.resources);
  let farewell = (): void => undefined;
  const dismissed = new Promise<void>((resolve) => {
    farewell = resolve;
  });
  const shipping = new Shipping(
    store,
    process.argv[1],
    session.serializers,
    (fn, remoteOptions) =>
      createRemote(fn as (...args: unknown[]) => unknown, remoteOptions as RemoteOptions),
    { node: welcome.sharesCode ? nodeLabel(String(welcome.node)) : undefined },
  );
  const runtime = new Runtime(link, admission, shipping.codec, {
    contexts: NO_TASKS,
    ownWorker: 0,
    ownTarget: undefined,
    activity: () => 0,
    resources,
    onFrame: (type, bytes, start) => {
      if (type === FrameType.Output) printOutput(readTable(Output.getRootAsOutput, bytes, start));
      else if (type === FrameType.Farewell) farewell();
    },
    onDrained: () => undefined,
    onRayletDied: farewell,
    describeRayletEnd: () =>
      raylet?.death() ?? Promise.resolve(new RayletDiedError({ pid: welcome.rayletPid })),
    log: (text) => process.stderr.write(`mobula: ${text}\n`),
  });
  shipping.attach(runtime);
  const shutdown = async (): Promise<void> => {
    runtime.end(new ShutdownError('mobula.get'));
    // Until the raylet has answered, this process is not to end for want of work.
    runtime.retain();
    runtime.goodbye();
    await (raylet?.ended() ?? dismissed);
    runtime.close();
  };
  return {
    membership: { runtime, shipping, contexts: NO_TASKS, shutdown },
    node: {
      id: String(welcome.node),
      numCpus: resources.CPU ?? 0,
      objectStoreMemory: store.arenaBytes,
      rayletPid: welcome.rayletPid,
    },
  };
}
