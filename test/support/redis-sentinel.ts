import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Authority } from './authority.js';
import { until } from './poll.js';
import { freePort, type RedisServer, tlsPort } from './redis.js';

/** A master that has not answered for so long is down, and a failover that has not come to its end in that is tried again. */
const DOWN_MILLISECONDS = 1000;
const FAILOVER_MILLISECONDS = 5000;

/** A real sentinel that watches one master and its replicas, and is enough to replace it. */
export class RedisSentinel {
  readonly url: string;
  readonly #close: () => Promise<void>;
  readonly #ask: (...words: string[]) => Promise<string>;

  private constructor(url: string, ask: (...words: string[]) => Promise<string>, close: () => Promise<void>) {
    this.url = url;
    this.#ask = ask;
    this.#close = close;
  }

  /** @param authority the servers', when they speak TLS; then the sentinel does, too */
  static async start(server: RedisServer, name: string, authority?: Authority): Promise<RedisSentinel> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'sentinel-'));
    const configuration = join(folder, 'sentinel.conf');
    const lines = [
      ...(authority === undefined ? [`port ${port}`] : configurationLines(tlsPort(port, authority))),
      'bind 127.0.0.1',
      `dir ${folder}`,
      `sentinel monitor ${name} 127.0.0.1 ${server.port} 1`,
      `sentinel down-after-milliseconds ${name} ${DOWN_MILLISECONDS}`,
      `sentinel failover-timeout ${name} ${FAILOVER_MILLISECONDS}`,
    ];
    writeFileSync(configuration, `${lines.join('\n')}\n`);
    const child = spawn('redis-server', [configuration, '--sentinel'], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const close = async () => {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    };
    const to = ['-p', `${port}`, ...(authority === undefined ? [] : authority.clientOptions)];
    const ask = async (...words: string[]): Promise<string> =>
      (await promisify(execFile)('redis-cli', [...to, 'SENTINEL', ...words, name])).stdout;
    const scheme = authority === undefined ? 'redis+sentinel' : 'rediss+sentinel';
    const query = authority === undefined ? '' : `?ca=${authority.file}`;
    const sentinel = new RedisSentinel(`${scheme}://127.0.0.1:${port}/${name}${query}`, ask, close);
    await until(async () => (await sentinel.master()) === server.port, { what: 'the sentinel' });
    return sentinel;
  }

  /** Port of the server that it takes for the master; 0 while it does not answer. */
  async master(): Promise<number> {
    const answer = await this.#ask('get-master-addr-by-name').catch(() => '');
    return Number(answer.split('\n')[1] ?? 0);
  }

  /** Waits until it could make a replica the master. */
  async knowsReplica(): Promise<void> {
    const linked = async () => /master-link-status\s+ok/.test(await this.#ask('replicas').catch(() => ''));
    await until(linked, { timeout: 30_000, what: 'the replica at the sentinel' });
  }

  close(): Promise<void> {
    return this.#close();
  }
}

/** Options of the command line as lines of a file. */
function configurationLines(options: readonly string[]): string[] {
  return options.join(' ').slice(2).split(' --');
}
