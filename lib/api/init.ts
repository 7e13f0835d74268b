import { InitInsideTaskError } from '../errors/index.js';
import { startDriver } from './driver.js';
import { checkInitOptions, type InitOptions } from './options.js';
import { session } from './session.js';

/** The running node, as `init` returns it. `await using node = await mobula.init()` ends the session at the block's end. */
export interface Node extends AsyncDisposable {
  /** Hexadecimal id. */
  readonly id: string;
  readonly numCpus: number;
  /** Bytes of the object store. */
  readonly objectStoreMemory: number;
  /** Process id of the node's raylet. */
  readonly rayletPid: number;
}

/**
 * Starts a node on this machine, with its raylet, object store and workers, and makes this process its driver; or, with an
 * address, attaches this process to a node that runs.
 * @throws AlreadyInitializedError; InitInsideTaskError; InvalidArgumentError; with an address also NodeNotFoundError,
 *   NotSupportedError for an address of another kind, VersionMismatchError for a node of another version
 */
export async function init(options: InitOptions = {}): Promise<Node> {
  checkInitOptions(options);
  session.beginJoining();
  try {
    const { membership, node } = await startDriver(options);
    session.join(membership);
    return { ...node, [Symbol.asyncDispose]: shutdown };
  } catch (error) {
    session.join(undefined);
    throw error;
  }
}

/**
 * Ends the session: pending gets reject with ShutdownError, running tasks are cancelled, and every process, socket and
 * byte of shared memory of the node is gone when the promise resolves. Of a node that this process attached to, what belongs to
 * this process is gone, and the node goes on. Without a session it does nothing.
 */
export async function shutdown(): Promise<void> {
  const { membership } = session;
  if (membership === undefined) return;
  if (membership.shutdown === undefined) throw new InitInsideTaskError('mobula.shutdown');
  session.leave();
  await membership.shutdown();
}

/** Whether this environment takes part in a session. */
export function isInitialized(): boolean {
  return session.membership !== undefined;
}
