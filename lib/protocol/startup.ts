/**
 * What a raylet is started with: one line of JSON on its stdin. Not in its arguments, which every user of the machine can
 * read: environments and addresses hold secrets.
 */
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
  /** How worker processes are started. Absent on a node that outlives its drivers: each of them brings its own. */
  readonly worker?: WorkerCommand;
  /** What a node that outlives its drivers announces of itself on this machine. */
  readonly standing?: StandingConfig;
  /** Absent on a node that stands alone. */
  readonly cluster?: ClusterConfig;
}

/** What a gateway is started with: one line of JSON on its stdin, whose end is the raylet's. */
export interface GatewayConfig {
  /** Folder of the node's sockets. */
  readonly directory: string;
  /** Hexadecimal id of the node. */
  readonly node: string;
  /** 1 for the node's first gateway, and one more for each that follows one that died. */
  readonly start: number;
  readonly resources: Readonly<Record<string, number>>;
  /** Bytes. */
  readonly objectStoreMemory: number;
  readonly cluster: ClusterConfig & { readonly redis: string };
}

/** A node that drivers attach to. */
export interface StandingConfig {
  /** By which `mobula stop` and the like tell nodes of one machine apart. */
  readonly name: string;
  readonly head: boolean;
  /** Folder of this user's node files; see lib/cluster/node-file.ts. */
  readonly stateFolder: string;
  /** The Redis that was started for this node and ends with it. */
  readonly redisServer?: RedisServerProcess;
}

/** A redis-server of a head's own. */
export interface RedisServerProcess {
  readonly pid: number;
  /** See `startTimeOf`. */
  readonly startTime: string;
  /** Its folder, removed when it has ended. */
  readonly directory: string;
}

/** How a node takes part in a cluster, as given to `mobula start`; checked there, paths absolute. */
export interface ClusterConfig {
  /** URL of the control store, with the password. Absent: this head found no Redis, and stands alone. */
  readonly redis?: string;
  /** Where other nodes reach this one; without a port any free one will do. */
  readonly address?: { readonly host: string; readonly port?: number };
  /** File that holds the cluster's secret. */
  readonly secretFile: string;
  /** PEM files, all three or none. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca: string };
  /** Where `mobula start` was called, and with which NODE_OPTIONS: so run programs of other machines. */
  readonly surroundings?: Surroundings;
}

/** What programs find on a node on whose machine they are not installed. */
export interface Surroundings {
  /** Absolute path of the folder where packages are looked for, in it and above. */
  readonly folder: string;
  readonly nodeOptions: string;
}

/** What a worker of a cluster's node needs to run programs that are not installed there. */
export interface WorkerCode {
  /** Folder of its job's own for the program's files; it need not exist. */
  readonly folder: string;
  /** See {@link Surroundings}. */
  readonly packagesFrom: string;
}

/** The command line of a worker process; the raylet adds what tells the workers apart. */
export interface WorkerCommand {
  readonly execPath: string;
  readonly execArgv: readonly string[];
  readonly script: string;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * A command that another process sent.
 * @throws when it is none
 */
export function parseWorkerCommand(json: string): WorkerCommand {
  const command = JSON.parse(json) as WorkerCommand;
  const texts = [command.execPath, command.script, command.cwd, ...command.execArgv];
  if (![...texts, ...Object.values(command.environment)].every((text) => typeof text === 'string'))
    throw new TypeError('not a worker command');
  return command;
}

/** Other nodes are workers to a submitter; they, and the leases on them, have numbers from here on. */
export const FIRST_REMOTE_WORKER = 2 ** 31;

/** Names of the environment variables by which a worker learns where it belongs. */
export const WORKER_NUMBER_VARIABLE = 'MOBULA_WORKER';
/** The driver's entry script. */
export const PROGRAM_VARIABLE = 'MOBULA_PROGRAM';
export const RAYLET_SOCKET_VARIABLE = 'MOBULA_RAYLET_SOCKET';

/** {@link WorkerCode} as JSON; absent on a node that stands alone. */
export const CODE_VARIABLE = 'MOBULA_CODE';

/** The folder of a job's files in the node's folder. */
export function codeFolder(directory: string, job: number): string {
  return `${directory}/code/${job}`;
}

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

/**
 * Settings of glibc's malloc: chunks of objects, a mebibyte each, are to be memory that was used before. By default each would be
 * mapped anew and given back, and the kernel would clear its pages, which takes longer than to fill them.
 * Its own: not to be passed on to the processes that it has started.
 */
export const GATEWAY_ALLOCATOR = {
  MALLOC_MMAP_THRESHOLD_: String(2 ** 26),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 28),
};
