import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from './poll.js';
import { freePort, type RedisServer } from './redis.js';

/** A real sentinel that watches one server. */
export class RedisSentinel {
  readonly url: string;
  readonly #close: () => Promise<void>;

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url;
    this.#close = close;
  }

  static async start(server: RedisServer, name: string): Promise<RedisSentinel> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'sentinel-'));
    const configuration = join(folder, 'sentinel.conf');
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${folder}`,
      `sentinel monitor ${name} 127.0.0.1 ${server.port} 1`,
    ];
    writeFileSync(configuration, `${lines.join('\n')}\n`);
    const child = spawn('redis-server', [configuration, '--sentinel'], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const close = async () => {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    };
    const ask = ['-p', `${port}`, 'SENTINEL', 'get-master-addr-by-name', name];
    const answers = () =>
      promisify(execFile)('redis-cli', ask).then(
        ({ stdout }) => stdout.includes(`${server.port}`),
        () => false,
      );
    await until(answers, { what: 'the sentinel' });
    return new RedisSentinel(`redis+sentinel://127.0.0.1:${port}/${name}`, close);
  }

  close(): Promise<void> {
    return this.#close();
  }
}
