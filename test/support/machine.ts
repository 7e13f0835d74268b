import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compiled } from './paths.js';
import { until } from './poll.js';

/** How a command ended, and what it printed. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
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

  /** @param path where its commands find programs; by default nowhere, so that a head starts no Redis */
  constructor(path?: string) {
    this.#path = path ?? join(this.folder, 'no programs');
  }

  /** Where its nodes announce themselves. */
  get stateFolder(): string {
    return join(this.folder, 'mobula');
  }

  get environment(): NodeJS.ProcessEnv {
    return { ...process.env, XDG_RUNTIME_DIR: this.folder };
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
    return spawn(process.execPath, [compiled('lib/cli/main.ts'), ...args], {
      cwd: this.workingFolder,
      env: { ...this.environment, PATH: this.#path, ...environment },
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

  /** A program of a test, which obeys what it is told. */
  program(
    fixture: string,
    options: { cwd?: string; flags?: string[]; environment?: NodeJS.ProcessEnv; args?: string[] } = {},
  ): ProgramProcess {
    const program = new ProgramProcess(
      spawn(process.execPath, [...(options.flags ?? []), compiled(fixture), ...(options.args ?? [])], {
        cwd: options.cwd,
        env: { ...this.environment, ...options.environment },
        stdio: ['pipe', 'pipe', 'pipe'],
      }),
    );
    this.#programs.push(program);
    return program;
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
