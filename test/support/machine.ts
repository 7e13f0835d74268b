import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { compiled } from './paths.js';
import { until } from './poll.js';

/** How a command ended, and what it printed. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a machine's processes run if not simply here, see Network. */
export interface Place {
  /** Stands before each command. */
  readonly enter: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * A machine as the command and the programs of a test see it: nodes of a state folder of its own. Call `remove` in the end,
 * which ends its nodes.
 */
export class Machine {
  /** What XDG_RUNTIME_DIR is to its processes. */
  readonly folder = mkdtempSync(join(tmpdir(), 'x-'));
  /** Where its commands are called; by default where the test runs. */
  workingFolder: string | undefined;
  readonly #programs: ProgramProcess[] = [];
  readonly #path: string;
  readonly #place: Place;

  /** @param path where its commands find programs; by default nowhere, so that a head starts no Redis */
  constructor(path?: string, place: Place = { enter: [], environment: {} }) {
    this.#path = path ?? join(this.folder, 'no programs');
    this.#place = place;
  }

  /** Where its nodes announce themselves. */
  get stateFolder(): string {
    return join(this.folder, 'mobula');
  }

  get environment(): NodeJS.ProcessEnv {
    return { ...process.env, XDG_RUNTIME_DIR: this.folder, ...this.#place.environment };
  }

  /** What stands in the state folder, but for secrets and logs, which stay. */
  get traces(): string[] {
    return readdirSync(this.stateFolder).filter((name) => !/\.(secret|log)$/.test(name));
  }

  /** Runs `mobula` with these arguments as a process, to its end. */
  mobula(...args: string[]): Promise<CommandResult> {
    return this.run(args);
  }

  async run(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
    const child = this.spawn(args, environment);
    const result = { stdout: '', stderr: '' };
    child.stdout!.on('data', (chunk: Buffer) => {
      result.stdout += chunk;
    });
    child.stderr!.on('data', (chunk: Buffer) => {
      result.stderr += chunk;
    });
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { code, ...result };
  }

  spawn(args: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
    const [program, ...rest] = this.#command(compiled('lib/cli/main.ts'), ...args);
    return spawn(program, rest, {
      cwd: this.workingFolder,
      // Whoever enters another place must be found first.
      env: {
        ...this.environment,
        ...(this.#place.enter.length > 0 ? {} : { PATH: this.#path }),
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** `mobula ... --json`, which must succeed; what it printed. */
  async json<T>(...args: string[]): Promise<T> {
    const { code, stdout, stderr } = await this.mobula(...args, '--json');
    if (code !== 0) throw new Error(`mobula ${args.join(' ')}: exit code ${code}\n${stderr}${stdout}`);
    return JSON.parse(stdout) as T;
  }

  /** Starts a small node of two CPUs. */
  start(...args: string[]): Promise<{ name: string; pid: number; socket: string; node: string }> {
    return this.json(
      ...['start', '--head', '--num-cpus', '2', '--object-store-memory', '16MiB', '--resources', '{"gpu":1}'],
      ...args,
    );
  }

  /** A program of a test, which obeys what it is told: a source file, or the absolute path of a compiled one. */
  program(
    fixture: string,
    options: { cwd?: string; flags?: string[]; environment?: NodeJS.ProcessEnv; args?: string[] } = {},
  ): ProgramProcess {
    const [command, ...args] = this.#command(
      ...(options.flags ?? []),
      isAbsolute(fixture) ? fixture : compiled(fixture),
      ...(options.args ?? []),
    );
    const program = new ProgramProcess(
      spawn(command, args, {
        cwd: options.cwd,
        env: { ...this.environment, ...options.environment },
        stdio: ['pipe', 'pipe', 'pipe'],
      }),
    );
    this.#programs.push(program);
    return program;
  }

  #command(...args: string[]): [string, ...string[]] {
    return [...this.#place.enter, process.execPath, ...args] as [string, ...string[]];
  }

  async remove(): Promise<void> {
    for (const program of this.#programs) program.kill();
    await this.mobula('stop');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A process that takes a line of JSON for each thing to do and answers with one. */
export class ProgramProcess {
  readonly child: ChildProcess;
  stderr = '';
  #stdout = '';
  readonly #answers: unknown[] = [];
  #taken = 0;

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdin!.on('error', () => undefined);
    child.stderr!.on('data', (chunk: Buffer) => {
      this.stderr += chunk;
    });
    child.stdout!.on('data', (chunk: Buffer) => {
      this.#stdout += chunk;
      const lines = this.#stdout.split('\n');
      this.#stdout = lines.pop()!;
      for (const line of lines) {
        if (line.startsWith('{')) this.#answers.push(JSON.parse(line));
        else this.stderr += `${line}\n`;
      }
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  tell(command: string): void {
    this.child.stdin!.write(`${command}\n`);
  }

  /** The next answer that it gives. */
  async answer<T>(): Promise<T> {
    await until(() => this.#answers.length > this.#taken || this.ended, {
      timeout: 30_000,
      what: () => `an answer; it printed:\n${this.stderr}`,
    });
    const answer = this.#answers[this.#taken++];
    if (answer === undefined) throw new Error(`the program ended:\n${this.stderr}`);
    return answer as T;
  }

  async ask<T>(command: string): Promise<T> {
    this.tell(command);
    return await this.answer<T>();
  }

  async untilEnded(): Promise<void> {
    await until(() => this.ended, { what: () => `the end of a program; it printed:\n${this.stderr}` });
  }

  /** Ends it if the test did not. */
  kill(): void {
    if (!this.ended) this.child.kill('SIGKILL');
  }
}
