import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { compiled } from './paths.js';
import { until } from './poll.js';

/** A machine whose connections the relay makes, and the address by which others mean it. */
export interface RelayedMachine {
  readonly name: string;
  readonly address: string;
}

/** Bytes that have reached and left a machine. */
export interface MachineTraffic {
  received: number;
  sent: number;
}

/**
 * All connections of some machines go through a process of its own, which can stop or delay what passes between two of them. It
 * takes the place of a network where there is none whose cables can be cut.
 */
export class Relay {
  readonly #child: ChildProcess;
  readonly #folder: string;
  /** Lines that it has printed since it is ready. */
  readonly #answers: string[] = [];

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    createInterface({ input: child.stdout! }).on('line', (line) => this.#answers.push(line));
  }

  /** @param enter what stands before its command, see Namespaces */
  static async start(
    machines: readonly RelayedMachine[],
    folder: string,
    enter: readonly string[] = [],
  ): Promise<Relay> {
    const script = compiled('test/support/relay-process.ts');
    const [program, ...args] = [...enter, process.execPath, script, folder, JSON.stringify(machines)];
    const child = spawn(program!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
    });
    child.stdin.on('error', () => undefined);
    await until(() => output.endsWith('ready\n'), { what: 'the relay' });
    process.stdout.write(output.slice(0, -'ready\n'.length)); // its seed
    return new Relay(child, folder);
  }

  /** Where a machine's connections are to go. */
  pathOf(machine: string): string {
    return join(this.#folder, `${machine}.relay`);
  }

  cut(one: string, other: string): void {
    this.#tell({ cut: [one, other] });
  }

  heal(one: string, other: string): void {
    this.#tell({ heal: [one, other] });
  }

  /** A lost packet is one that comes again after a while, which is how connections know it. */
  delay(milliseconds: number, lossPercent: number): void {
    this.#tell({ delay: milliseconds, loss: lossPercent / 100 });
  }

  /** What it has passed on so far. One question at a time. */
  async traffic(machine: string): Promise<Readonly<MachineTraffic>> {
    const next = this.#answers.length;
    this.#tell({ traffic: true });
    const answer = await until(() => this.#answers[next], { what: 'what the relay has counted' });
    return (JSON.parse(answer) as Record<string, MachineTraffic>)[machine]!;
  }

  async close(): Promise<void> {
    this.#child.stdin!.end();
    await until(() => this.#child.exitCode !== null || this.#child.signalCode !== null, {
      what: 'the end of the relay',
    });
  }

  #tell(order: object): void {
    this.#child.stdin!.write(`${JSON.stringify(order)}\n`);
  }
}
