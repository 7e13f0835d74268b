import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from './machine.js';
import { Namespaces } from './namespaces.js';
import { compiled, packageRoot } from './paths.js';
import { type MachineTraffic, Relay } from './relay.js';

/** Folders of programs, which are on one machine only. Mobula itself and the packages are everywhere. */
const PROGRAM_FOLDERS = ['build/examples', 'build/test', 'examples', 'test'];

/**
 * What machines are made of: see {@link Network}. Where namespaces are not allowed, loopback addresses take their place. To run the tests
 * of a cluster as they run there, on any machine:
 *
 *     MOBULA_TEST_NETWORK=loopback npx mocha build/test/long/cluster-cuts.test.js
 */
export type NetworkKind = 'namespaces' | 'loopback';

const FORCED = process.env.MOBULA_TEST_NETWORK === 'loopback';

/** For a test that runs with each kind, so that both are known to work wherever the tests run. */
export const NETWORK_KINDS: readonly NetworkKind[] = FORCED ? ['loopback'] : ['namespaces', 'loopback'];

export interface NetworkOptions {
  /** By default namespaces. */
  readonly kind?: NetworkKind | undefined;
  /** The first has the test's programs; the others do not. */
  readonly machines: readonly string[];
  /** More of those folders. */
  readonly programs?: readonly string[];
  /** Packets are going to be delayed. */
  readonly delays?: boolean;
  /** Machines whose clocks are ahead, by so many milliseconds. */
  readonly clocks?: Readonly<Record<string, number>>;
}

/**
 * Machines with cables that can be cut. Where this process may make namespaces, each has a network, processes and mounts of its own. Elsewhere
 * they are addresses of the loopback interface, and a relay makes their connections, which stands for the cables.
 */
export class Network {
  readonly #namespaces: Namespaces | undefined;
  readonly #relay: Relay | undefined;
  readonly #addresses: ReadonlyMap<string, string>;
  readonly #clocks: Readonly<Record<string, number>>;
  readonly #preload: string;

  private constructor(
    namespaces: Namespaces | undefined,
    relay: Relay | undefined,
    addresses: ReadonlyMap<string, string>,
    clocks: Readonly<Record<string, number>>,
    preload: string,
  ) {
    this.#namespaces = namespaces;
    this.#relay = relay;
    this.#addresses = addresses;
    this.#clocks = clocks;
    this.#preload = preload;
  }

  /** @param folder for files of the network's, which all machines see; its owner removes it */
  static async start(
    folder: string,
    { kind = 'namespaces', machines, programs = [], delays = false, clocks = {} }: NetworkOptions,
  ): Promise<Network> {
    const preload = join(folder, 'preload.cjs');
    copyFileSync(compiled('test/support/relay-preload.cts'), preload);
    const namespaces = FORCED || kind === 'loopback' ? undefined : await Namespaces.start();
    const addresses = new Map<string, string>();
    const hidden = [...PROGRAM_FOLDERS.map((each) => join(packageRoot, each)), ...programs];
    let relay: Relay | undefined;
    try {
      for (const [index, machine] of machines.entries()) {
        await namespaces?.add(machine, index === 0 ? [] : hidden);
        addresses.set(machine, namespaces?.addressOf(machine) ?? `127.77.${index + 1}.2`);
      }
      if (namespaces === undefined || (delays && !namespaces.delay(0, 0))) {
        const relayed = [...addresses].map(([name, address]) => ({ name, address }));
        relay = await Relay.start(relayed, folder, namespaces?.enterRouter);
      }
    } catch (error) {
      await namespaces?.remove();
      throw error;
    }
    console.log(`      machines: ${namespaces === undefined ? 'loopback addresses' : 'namespaces'}`);
    return new Network(namespaces, relay, addresses, clocks, preload);
  }

  addressOf(machine: string): string {
    return this.#addresses.get(machine)!;
  }

  /** How processes of a machine are started. */
  place(machine: string): Place {
    const environment: NodeJS.ProcessEnv = { [MACHINE_VARIABLE]: machine };
    if (this.#relay !== undefined) environment.MOBULA_TEST_RELAY = this.#relay.pathOf(machine);
    const clock = this.#clocks[machine];
    if (clock !== undefined) environment.MOBULA_TEST_CLOCK = String(clock);
    if (Object.keys(environment).length > 1) environment.NODE_OPTIONS = `--require ${this.#preload}`;
    return { enter: this.#namespaces?.enter(machine) ?? [], environment };
  }

  /** From now on nothing gets from one machine to the other, and nobody is told so. */
  cut(one: string, ...others: string[]): void {
    for (const other of others) (this.#namespaces ?? this.#relay!).cut(one, other);
  }

  heal(one: string, ...others: string[]): void {
    for (const other of others) (this.#namespaces ?? this.#relay!).heal(one, other);
  }

  /** Needs {@link NetworkOptions.delays}. */
  delay(milliseconds: number, lossPercent: number): void {
    if (this.#relay !== undefined) this.#relay.delay(milliseconds, lossPercent);
    else this.#namespaces!.delay(milliseconds, lossPercent);
  }

  /**
   * Bytes that have reached and left a machine.
   * @param pid of a process there
   */
  async traffic(machine: string, pid: number): Promise<Readonly<MachineTraffic>> {
    if (this.#namespaces === undefined) return await this.#relay!.traffic(machine);
    const traffic = { received: 0, sent: 0 };
    for (const line of readFileSync(`/proc/${pid}/net/dev`, 'latin1').split('\n')) {
      const [device, counts] = line.split(':');
      if (counts === undefined || device!.trim() === 'lo') continue;
      const numbers = counts.trim().split(/\s+/).map(Number);
      traffic.received += numbers[0]!;
      traffic.sent += numbers[8]!;
    }
    return traffic;
  }

  async remove(): Promise<void> {
    await this.#relay?.close();
    await this.#namespaces?.remove();
  }
}

/** In the environment of each process of a machine. */
export const MACHINE_VARIABLE = 'MOBULA_TEST_MACHINE';
