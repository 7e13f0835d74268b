import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Authority } from './authority.js';
import { until } from './poll.js';

export interface RedisServerOptions {
  /** Writes everything to disk at once, so that it survives a SIGKILL. */
  readonly persistent?: boolean;
  /** It speaks TLS only, with a certificate of this authority. */
  readonly authority?: Authority;
  /** Clients must show a certificate of it, too. */
  readonly mutual?: boolean;
  /** More of redis-server's own options. */
  readonly options?: readonly string[];
  /** Where it runs if not on this machine's loopback interface, see Network. */
  readonly place?: { readonly host: string; readonly enter: readonly string[] };
}

/** A real redis-server of a test file's own, on a loopback port (unless it has a place of its own) and in a folder of its own. */
export class RedisServer {
  readonly port: number;
  readonly url: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'redis-'));
  readonly #options: RedisServerOptions;
  #process: ChildProcess | undefined;
  #output = '';

  private constructor(port: number, options: RedisServerOptions) {
    this.port = port;
    this.url = urlOf(port, options);
    this.#options = options;
  }

  get #data(): string {
    return join(this.#folder, 'appendonlydir');
  }

  get #remembered(): string {
    return join(this.#folder, 'remembered');
  }

  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), options);
    await server.restart();
    return server;
  }

  /** Starts it again after {@link kill}, with the data that it had when it is persistent. */
  async restart(): Promise<void> {
    assert.equal(this.#process, undefined, 'redis-server runs already');
    const { persistent = false, options = [], authority, mutual, place } = this.#options;
    const storage = persistent ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no'];
    const port = authority === undefined ? ['--port', `${this.port}`] : tlsPort(this.port, authority, mutual);
    const open =
      place === undefined || place.host === '127.0.0.1' ? [] : [place.host, '--protected-mode', 'no'];
    const address = [...port, '--bind', '127.0.0.1', ...open, '--dir', this.#folder];
    const command = ['redis-server', ...address, '--save', '', ...storage, ...options];
    const [program, ...args] = [...(place?.enter ?? []), ...command] as [string, ...string[]];
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    const hear = (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString()).slice(-4000);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', (error) => hear(Buffer.from(error.message)));
    const answers = async () => {
      assert.equal(child.exitCode, null, `redis-server ended: ${this.#output}`);
      return (await this.cli('PING').catch(() => '')) === 'PONG';
    };
    await until(answers, { what: () => `an answer of redis-server, which says: ${this.#output}` });
  }

  /** Keeps a copy of what a persistent one has written until now, for `kill({ rewind: true })`. */
  remember(): void {
    rmSync(this.#remembered, { recursive: true, force: true });
    cpSync(this.#data, this.#remembered, { recursive: true });
  }

  /**
   * Ends it by SIGKILL. `forget` removes what a persistent one has written, `rewind` what it has written since {@link remember}, as a
   * machine that crashes loses what stood in its memory only.
   */
  async kill({ forget = false, rewind = false } = {}): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    if (forget || rewind) rmSync(this.#data, { recursive: true, force: true });
    if (rewind) renameSync(this.#remembered, this.#data);
  }

  /** Stops or continues the process, which keeps its connections. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process?.kill(name);
  }

  /** What redis-cli prints for a command, without the newline at the end. */
  async cli(...parameters: string[]): Promise<string> {
    const { authority, place } = this.#options;
    const to = ['-p', `${this.port}`, ...(authority === undefined ? [] : authority.clientOptions)];
    const command = [...(place?.enter ?? []), 'redis-cli', ...to, ...parameters];
    const [program, ...args] = command as [string, ...string[]];
    const { stdout } = await promisify(execFile)(program, args);
    return stdout.trimEnd();
  }

  /** The lines that redis-cli prints for a command; none for an empty reply. */
  async lines(...parameters: string[]): Promise<string[]> {
    const text = await this.cli(...parameters);
    return text === '' ? [] : text.split('\n');
  }

  /** Ends it and removes its folder. */
  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function urlOf(port: number, { authority, mutual = false, place }: RedisServerOptions): string {
  if (authority === undefined) return `redis://${place?.host ?? '127.0.0.1'}:${port}`;
  const own = mutual ? `&cert=${authority.client.cert}&key=${authority.client.key}` : '';
  return `rediss://127.0.0.1:${port}?ca=${authority.file}${own}`;
}

/** Options of redis-server, and of a sentinel, for a port that speaks TLS, also to its own masters and replicas. */
export function tlsPort(port: number, authority: Authority, mutual = false): string[] {
  const { cert, key } = authority.certify();
  return [
    ...['--port', '0', '--tls-port', `${port}`, '--tls-replication', 'yes', '--tls-cluster', 'yes'],
    ...['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', authority.file],
    ...['--tls-auth-clients', mutual ? 'yes' : 'no'],
  ];
}

/** A port of the loopback interface that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      // A cluster's bus takes the port 10,000 above.
      server.close(() => (port + 10_000 <= 65_535 ? resolve(port) : freePort().then(resolve, reject)));
    });
  });
}
