import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeInfo } from '../../lib/index.js';
import type { NodePlan, RunningNode } from './cluster.js';
import { Machine, type ProgramProcess } from './machine.js';
import { MACHINE_VARIABLE, Network, type NetworkOptions } from './network.js';
import { compiled, packageRoot } from './paths.js';
import { until } from './poll.js';
import { RedisServer } from './redis.js';
import type { MachineTraffic } from './relay.js';

/** Redis has a machine of its own. */
export const REDIS_MACHINE = 'redis';
const DRIVER = 'network-driver.js';
const LOG_CHARACTERS = 3000;

/** Nodes of one cluster, each on a machine of its own in a network of this test. Call `remove` in the end. */
export class NetworkCluster {
  readonly network: Network;
  readonly redis: RedisServer;
  readonly #folder: string;
  readonly #machines = new Map<string, Machine>();
  readonly #nodes = new Map<string, RunningNode>();
  #head: string | undefined;

  private constructor(folder: string, network: Network, redis: RedisServer) {
    this.#folder = folder;
    this.network = network;
    this.redis = redis;
  }

  /** A node's name is that of its machine; the first machine has the programs of the test. */
  static async start(
    plans: readonly NodePlan[],
    options: Omit<NetworkOptions, 'machines'> = {},
  ): Promise<NetworkCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'net-'));
    const machines = [...plans.map(({ name }) => name), REDIS_MACHINE];
    makePackages(packagesOf(folder));
    makeProgram(programOf(folder), packagesOf(folder));
    const network = await Network.start(folder, { ...options, machines, programs: [programOf(folder)] });
    let redis: RedisServer | undefined;
    try {
      const host = network.addressOf(REDIS_MACHINE);
      redis = await RedisServer.start({ place: { host, enter: network.place(REDIS_MACHINE).enter } });
      const cluster = new NetworkCluster(folder, network, redis);
      try {
        for (const plan of plans) await cluster.add(plan);
        for (const { name } of plans) await cluster.connected(name, plans.length - 1);
        return cluster;
      } catch (error) {
        await cluster.remove();
        throw error;
      }
    } catch (error) {
      await redis?.close();
      await network.remove();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Starts a node, on a machine where none runs. */
  async add({ name, cpus = 1, resources = {}, memory = '256MiB' }: NodePlan): Promise<void> {
    const machine = this.machine(name);
    machine.workingFolder = packagesOf(this.#folder);
    const secret = join(machine.folder, 'secret');
    if (this.#head !== undefined) copyFileSync(this.#head, secret);
    const { pid, node } = await machine.json<{ pid: number; node: string }>(
      'start',
      ...(this.#head === undefined ? ['--head'] : []),
      ...['--redis', this.redis.url, '--name', name, '--address', this.network.addressOf(name)],
      ...['--secret-file', secret, '--num-cpus', String(cpus)],
      ...['--resources', JSON.stringify(resources), '--object-store-memory', memory],
    );
    this.#head ??= secret;
    this.#nodes.set(name, { name, id: node, pid });
  }

  /** A node as it was started; its pid is that on its machine. */
  node(name: string): RunningNode {
    return this.#nodes.get(name)!;
  }

  machine(name: string): Machine {
    let machine = this.#machines.get(name);
    if (machine === undefined) {
      machine = new Machine(undefined, this.network.place(name));
      this.#machines.set(name, machine);
    }
    return machine;
  }

  /** A driver on a node's machine. */
  async driver(name: string): Promise<ProgramProcess> {
    const cwd = programOf(this.#folder);
    const driver = this.machine(name).program(join(cwd, DRIVER), { args: [`auto:${name}`], cwd });
    await driver.answer();
    return driver;
  }

  /** Runs an example on a node's machine, as it is, to its end. */
  example(example: string, name: string): ChildProcess {
    const cwd = programOf(this.#folder);
    const command = [...this.network.place(name).enter, process.execPath, join(cwd, `${example}.js`)];
    return spawn(command[0]!, command.slice(1), {
      cwd,
      env: { ...this.machine(name).environment, MOBULA_ADDRESS: `auto:${name}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Asks a driver; where it does not answer, the error says what the nodes printed. */
  async ask<T>(driver: ProgramProcess, command: string): Promise<T> {
    try {
      const answer = await driver.ask<T & { error?: string }>(command);
      assert.equal(answer.error, undefined);
      return answer;
    } catch (error) {
      (error as Error).message += `\n${await this.describe()}`;
      throw error;
    }
  }

  async nodes(name: string): Promise<readonly NodeInfo[]> {
    return (await this.machine(name).json<{ nodes: readonly NodeInfo[] }>('status', '--name', name)).nodes;
  }

  /** Waits until a node can give work to so many others. */
  async connected(name: string, others: number): Promise<void> {
    let nodes: readonly NodeInfo[] = [];
    await until(
      async () => {
        nodes = await this.nodes(name);
        return nodes.filter(({ alive, available }) => alive && 'CPU' in available).length === others + 1;
      },
      {
        timeout: 40_000,
        what: () => `${others} nodes beside ${name}: ${JSON.stringify(nodes)}\n${this.logs()}`,
      },
    );
  }

  /** The processes that run on a machine, with their names; pids are those outside. */
  processes(name: string): { readonly pid: number; readonly command: string }[] {
    const found: { pid: number; command: string }[] = [];
    const folder = this.machine(name).folder;
    for (const entry of readdirSync('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      try {
        const variables = readFileSync(`/proc/${entry}/environ`, 'latin1').split('\0');
        if (!variables.includes(`${MACHINE_VARIABLE}=${name}`)) continue;
        if (!variables.includes(`XDG_RUNTIME_DIR=${folder}`)) continue;
        const command = readFileSync(`/proc/${entry}/cmdline`, 'latin1').split('\0')[0]!;
        found.push({ pid: Number(entry), command });
      } catch {
        // It has ended.
      }
    }
    return found;
  }

  /** Pids of the processes that run tasks on a machine. */
  workers(name: string): number[] {
    return this.processes(name)
      .filter(({ command }) => command.startsWith('mobula-worker'))
      .map(({ pid }) => pid);
  }

  /** Bytes that have reached and left a machine. */
  async traffic(name: string): Promise<Readonly<MachineTraffic>> {
    const { pid } = this.processes(name).find(({ command }) => command.startsWith('mobula-raylet'))!;
    return await this.network.traffic(name, pid);
  }

  /** Kills all processes of a node that has no driver, as if its machine were switched off. */
  kill(name: string): void {
    for (const { pid } of this.processes(name)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended with another one.
      }
    }
  }

  async describe(): Promise<string> {
    const texts: string[] = [];
    for (const [name, machine] of this.#machines) {
      const { stdout, stderr } = await machine.mobula('status', '--name', name, '--json');
      texts.push(`${name}: ${stdout}${stderr}`);
    }
    return [...texts, this.logs()].join('\n');
  }

  /** What a node has printed. */
  log(name: string): string {
    return readFileSync(join(this.machine(name).stateFolder, `${name}.log`), 'utf8');
  }

  logs(): string {
    return [...this.#machines.keys()]
      .map((name) => `${name} printed: ${this.log(name).slice(-LOG_CHARACTERS)}`)
      .join('\n');
  }

  async remove(): Promise<void> {
    for (const machine of this.#machines.values()) await machine.remove();
    await this.redis.close();
    await this.network.remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Where nodes find packages. */
const packagesOf = (folder: string): string => join(folder, 'packages');
/** Where the driver is, on the first machine. */
const programOf = (folder: string): string => join(folder, 'program');

/** The packages that are installed on each machine: this one, and all that it was made with. */
function makePackages(folder: string): void {
  const packages = join(folder, 'node_modules');
  mkdirSync(packages, { recursive: true });
  const installed = join(packageRoot, 'node_modules');
  for (const name of readdirSync(installed))
    if (!name.startsWith('.')) symlinkSync(join(installed, name), join(packages, name));
  symlinkSync(packageRoot, join(packages, 'mobula'));
}

/** The programs of the tests, as files of somebody who uses the package. */
function makeProgram(folder: string, packages: string): void {
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(join(packages, 'node_modules'), join(folder, 'node_modules'));
  copyFileSync(compiled('test/cluster/fixtures/network-driver.ts'), join(folder, DRIVER));
  const examples = compiled('examples');
  for (const name of readdirSync(examples))
    if (name.endsWith('.js')) copyFileSync(join(examples, name), join(folder, name));
}
