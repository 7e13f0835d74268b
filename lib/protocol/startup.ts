/** What a raylet is started with: JSON in its first argument. */
export interface RayletConfig {
  /** Folder of the node's sockets, 0700. The raylet makes it, and removes it when it ends. */
  readonly directory: string;
  /** Version of the package; clients of another one are refused. */
  readonly version: string;
  /** Totals by name; CPU is one of them. */
  readonly resources: Readonly<Record<string, number>>;
  /** Bytes of the object store. */
  readonly objectStoreMemory: number;
  /** Process whose session this node is: its end is the node's end. 0 when the node outlives its drivers. */
  readonly ownerPid: number;
  /** How worker processes are started. */
  readonly worker: WorkerCommand;
}

/** The command line of a worker process; the raylet adds what tells the workers apart. */
export interface WorkerCommand {
  readonly execPath: string;
  readonly execArgv: readonly string[];
  readonly script: string;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Names of the environment variables by which a worker learns where it belongs. */
export const WORKER_NUMBER_VARIABLE = 'MOBULA_WORKER';
/** The driver's entry script. */
export const PROGRAM_VARIABLE = 'MOBULA_PROGRAM';
export const RAYLET_SOCKET_VARIABLE = 'MOBULA_RAYLET_SOCKET';

/** The raylet's socket in the node's folder. */
export function rayletSocket(directory: string): string {
  return `${directory}/raylet.sock`;
}

/** The socket of the node's gateway, for the submitters that hold leases on other nodes. */
export function gatewaySocket(directory: string): string {
  return `${directory}/gateway.sock`;
}

/** A worker's socket, for the submitters that hold leases on it. */
export function workerSocket(directory: string, worker: number): string {
  return `${directory}/worker-${worker}.sock`;
}

/** Written to descriptor 3 of the raylet when its socket accepts connections. */
export const READY_DESCRIPTOR = 3;

/**
 * What a worker writes between two NULs is no output: the name of the task that prints what follows. Text that a native
 * library prints is thus under the last name, which is right for a library that the task called.
 */
export const NAME_MARK = '\0mobula-task:';
export const MARK_END = '\0';
