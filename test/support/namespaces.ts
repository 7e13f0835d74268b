import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { until } from './poll.js';

/** A machine of its own as the kernel sees it: network, mounts, processes and name. */
const MACHINE = ['--net', '--mount', '--uts', '--ipc', '--pid'];
/** Ends when its input does, which is when the test's process ends; waits for the orphans of its machine meanwhile. */
const INIT = 'exec 3<&0; cat <&3 >/dev/null & wait $!';
const PROGRAMS = ['ip', 'unshare', 'nsenter', 'mount', 'hostname'];

/**
 * Machines in namespaces of their own, each with a cable to a router in another namespace. Nothing of this is seen outside, and it is
 * held by processes alone: it is gone when they are, and they are when this process is.
 */
export class Namespaces {
  readonly #router: Holder;
  readonly #machines = new Map<string, { readonly holder: Holder; readonly address: string }>();

  private constructor(router: Holder) {
    this.#router = router;
  }

  /** Undefined where the user may not make namespaces, or the programs for it are missing. */
  static async start(): Promise<Namespaces | undefined> {
    let router: Holder | undefined;
    try {
      for (const program of PROGRAMS)
        execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
      // With the pids of this process: machines are named by them.
      router = await Holder.start(['--net']);
      router.run('sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward');
      return new Namespaces(router);
    } catch {
      await router?.close();
      return undefined;
    }
  }

  /**
   * Adds a machine.
   * @param hidden folders of which it sees nothing
   */
  async add(name: string, hidden: readonly string[]): Promise<void> {
    const holder = await Holder.start();
    const number = this.#machines.size + 1;
    const address = `10.77.${number}.2`;
    this.#machines.set(name, { holder, address });
    holder.run('hostname', name);
    for (const folder of hidden) holder.run('mount', '-n', '-t', 'tmpfs', 'none', folder);
    const gateway = `10.77.${number}.1`;
    const cable = `v${number}`;
    const end = ['type', 'veth', 'peer', 'name', 'eth0', 'netns', `${holder.pid}`];
    this.#router.run('ip', 'link', 'add', cable, ...end);
    this.#router.run('ip', 'addr', 'add', `${gateway}/24`, 'dev', cable);
    this.#router.run('ip', 'link', 'set', cable, 'up');
    holder.run('ip', 'addr', 'add', `${address}/24`, 'dev', 'eth0');
    holder.run('ip', 'link', 'set', 'eth0', 'up');
    holder.run('ip', 'link', 'set', 'lo', 'up');
    holder.run('ip', 'route', 'add', 'default', 'via', gateway);
  }

  addressOf(machine: string): string {
    return this.#machines.get(machine)!.address;
  }

  /** What stands before a command that is to run on a machine. */
  enter(machine: string): readonly string[] {
    return this.#machines.get(machine)!.holder.enter;
  }

  /** The same for what is to run where all machines can be reached from. */
  get enterRouter(): readonly string[] {
    return this.#router.enter;
  }

  /** Packets between two machines vanish from now on. */
  cut(one: string, other: string): void {
    this.#rules('add', one, other);
  }

  heal(one: string, other: string): void {
    this.#rules('del', one, other);
  }

  /** False when this kernel cannot do that. */
  delay(milliseconds: number, lossPercent: number): boolean {
    const how = ['netem', 'delay', `${milliseconds}ms`, 'loss', `${lossPercent}%`];
    try {
      for (const { holder } of this.#machines.values())
        holder.run('tc', 'qdisc', 'replace', 'dev', 'eth0', 'root', ...how);
      return true;
    } catch {
      return false;
    }
  }

  /** Ends the machines with all that runs on them. */
  async remove(): Promise<void> {
    const machines = [...this.#machines.values()].map(({ holder }) => holder.close());
    await Promise.all([...machines, this.#router.close()]);
  }

  #rules(what: 'add' | 'del', one: string, other: string): void {
    const [from, to] = [this.addressOf(one), this.addressOf(other)];
    this.#router.run('ip', 'rule', what, 'from', from, 'to', to, 'blackhole');
    this.#router.run('ip', 'rule', what, 'from', to, 'to', from, 'blackhole');
  }
}

/** The first process of a machine, which keeps it there. */
class Holder {
  /** The init of the machine, as this process knows it. */
  readonly pid: number;
  readonly #child: ChildProcess;

  readonly #entered: readonly string[];

  private constructor(child: ChildProcess, pid: number, entered: readonly string[]) {
    this.#child = child;
    this.pid = pid;
    this.#entered = entered;
  }

  /** @param entered what commands that are run there have of the machine */
  static async start(entered: readonly string[] = MACHINE): Promise<Holder> {
    const child = spawn(
      'unshare',
      [...MACHINE, '--fork', '--kill-child', '--mount-proc', 'sh', '-c', `echo ready; ${INIT}`],
      { stdio: ['pipe', 'pipe', 'pipe'] },
    );
    let output = '';
    let ended = false;
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk;
    });
    child.once('error', () => {
      ended = true;
    });
    child.once('exit', () => {
      ended = true;
    });
    await until(() => output.startsWith('ready') || ended, { what: 'a namespace' });
    if (ended) throw new Error(`no namespace: ${output}`);
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'latin1');
    return new Holder(child, Number(children.trim()), entered);
  }

  get enter(): readonly string[] {
    return ['nsenter', '--target', `${this.pid}`, ...this.#entered, '--'];
  }

  run(...command: string[]): void {
    const [program, ...args] = [...this.enter, ...command];
    execFileSync(program!, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  }

  async close(): Promise<void> {
    this.#child.stdin!.end();
    await until(() => this.#child.exitCode !== null || this.#child.signalCode !== null, {
      what: 'the end of a namespace',
    });
  }
}
