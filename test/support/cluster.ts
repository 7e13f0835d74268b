import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as mobula from '../../lib/index.js';
import { Machine, type ProgramProcess } from './machine.js';
import { until } from './poll.js';
import { RedisServer, type RedisServerOptions } from './redis.js';

/** After so long a wait is a hang: the test ends with what the cluster says of itself. */
const WATCHDOG_MILLISECONDS = 60_000;
const LOG_CHARACTERS = 1500;

/** A node of a cluster, as a test starts it. */
export interface NodePlan {
  readonly name: string;
  /** 1 when absent. */
  readonly cpus?: number;
  readonly resources?: Readonly<Record<string, number>>;
  /** As the command takes it; 64MiB when absent. */
  readonly memory?: string;
}

/** A node that runs. */
export interface RunningNode {
  readonly name: string;
  readonly id: string;
  /** Of its raylet. */
  readonly pid: number;
}

interface NodeStatus {
  readonly nodes: readonly mobula.NodeInfo[];
  readonly jobs: readonly { readonly job: string; readonly pid: number; readonly workers: number }[];
}

/**
 * Nodes of one cluster: a Redis, and raylets with their gateways, all on this machine's loopback addresses and started by the command.
 * The test's own process may be a driver. Call `remove` in the end.
 */
export class Cluster {
  readonly redis: RedisServer;
  readonly machine = new Machine();
  readonly #nodes = new Map<string, RunningNode>();
  readonly #environment = { ...process.env };
  #started = 0;

  private constructor(redis: RedisServer) {
    this.redis = redis;
    process.env.XDG_RUNTIME_DIR = this.machine.folder;
  }

  /** The first node makes the secret; a driver that attaches to it is what most tests are about. */
  static async start(plans: readonly NodePlan[], redis: RedisServerOptions = {}): Promise<Cluster> {
    const cluster = new Cluster(await RedisServer.start(redis));
    try {
      const [first, ...others] = plans;
      if (first !== undefined) await cluster.add(first);
      await Promise.all(others.map((plan) => cluster.add(plan)));
    } catch (error) {
      await cluster.remove();
      throw error;
    }
    return cluster;
  }

  node(name: string): RunningNode {
    return this.#nodes.get(name)!;
  }

  /** Starts one node more. It works with the others when they have found each other: {@link connected}. */
  async add({ name, cpus = 1, resources = {}, memory = '64MiB' }: NodePlan): Promise<RunningNode> {
    // Where a node was started its processes work: all but the first elsewhere than the program.
    this.machine.workingFolder = this.#started === 0 ? undefined : this.machine.folder;
    const { pid, node } = await this.machine.json<{ pid: number; node: string }>(
      'start',
      ...(this.#started++ === 0 ? ['--head'] : []),
      ...['--redis', this.redis.url, '--name', name, '--address', '127.0.0.1'],
      ...['--secret-file', join(this.machine.folder, 'secret'), '--num-cpus', String(cpus)],
      ...['--resources', JSON.stringify(resources), '--object-store-memory', memory],
    );
    const running = { name, id: node, pid };
    this.#nodes.set(name, running);
    return running;
  }

  /** Makes this process a driver of a node. */
  async attach(name: string): Promise<void> {
    await mobula.init({ address: `auto:${name}` });
  }

  /** A child process as a driver, which obeys its fixture's commands. */
  program(fixture: string, name: string): ProgramProcess {
    return this.machine.program(fixture, { args: [`auto:${name}`] });
  }

  status(name: string): Promise<NodeStatus> {
    return this.machine.json<NodeStatus>('status', '--name', name);
  }

  /** Waits until a node can give work to so many others. */
  async connected(name: string, others: number): Promise<void> {
    const own = this.node(name).id;
    let status: NodeStatus | undefined;
    await until(
      async () => {
        status = await this.status(name);
        const usable = status.nodes.filter(({ id, available }) => id !== own && 'CPU' in available);
        return usable.length === others;
      },
      {
        timeout: 30_000,
        what: () => `${others} nodes beside ${name}: ${JSON.stringify(status?.nodes)}\n${this.logs()}`,
      },
    );
  }

  /** Pid of a node's gateway. */
  gateway(name: string): number | undefined {
    return childrenOf(this.node(name).pid).find(({ command }) => command.startsWith('mobula-gateway'))?.pid;
  }

  /** Pids of a node's worker processes, whosever they are. */
  workers(name: string): number[] {
    const gateway = this.gateway(name);
    return childrenOf(this.node(name).pid)
      .map(({ pid }) => pid)
      .filter((pid) => pid !== gateway);
  }

  /** Kills a node's raylet; its gateway and its workers end with it. */
  killNode(name: string): void {
    process.kill(this.node(name).pid, 'SIGKILL');
  }

  /** The value of a ref, or an error that says what the cluster was doing when nothing came. */
  async get<T>(ref: mobula.ObjectRef<T>): Promise<T> {
    return await this.watched(mobula.get(ref, { timeout: WATCHDOG_MILLISECONDS }) as Promise<T>);
  }

  async getAll<T>(refs: readonly mobula.ObjectRef<T>[]): Promise<T[]> {
    const values = mobula.get([...refs], { timeout: WATCHDOG_MILLISECONDS });
    return (await this.watched(values)) as T[];
  }

  /** A promise that may hang only if something is wrong: then it is a fault that tells what the nodes say. */
  async watched<T>(promise: Promise<T>): Promise<T> {
    try {
      return await promise;
    } catch (error) {
      if (error instanceof mobula.GetTimeoutError || error instanceof mobula.WorkerCrashedError)
        error.message += `\n${await this.describe()}`;
      throw error;
    }
  }

  /** What the nodes say of themselves, and what they logged. */
  async describe(): Promise<string> {
    const parts: string[] = [];
    for (const name of this.#nodes.keys()) {
      const { stdout, stderr } = await this.machine.mobula('status', '--name', name, '--json');
      parts.push(`${name}: ${stdout}${stderr}`);
    }
    parts.push(this.logs());
    if (mobula.isInitialized()) parts.push(JSON.stringify(await mobula.statistics()));
    return parts.join('\n');
  }

  /** What all nodes have printed last. */
  logs(): string {
    return [...this.#nodes.keys()]
      .map((name) => `${name} printed: ${this.log(name).slice(-LOG_CHARACTERS)}`)
      .join('\n');
  }

  /** What a node has printed. */
  log(name: string): string {
    return readFileSync(join(this.machine.stateFolder, `${name}.log`), 'utf8');
  }

  /** Ends the driver that this process is, the nodes, and Redis. */
  async remove(): Promise<void> {
    await mobula.shutdown();
    for (const name of ['XDG_RUNTIME_DIR']) {
      if (this.#environment[name] === undefined) delete process.env[name];
      else process.env[name] = this.#environment[name];
    }
    await this.machine.remove();
    await this.redis.close();
  }
}

/** Processes that this one started and that run. */
function childrenOf(parent: number): { pid: number; command: string }[] {
  const children: { pid: number; command: string }[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      const [state, of] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (Number(of) !== parent || state === 'Z' || state === 'X') continue;
      const command = readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ');
      children.push({ pid: Number(name), command });
    } catch {
      // It has ended.
    }
  }
  return children;
}
