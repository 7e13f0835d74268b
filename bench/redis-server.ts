/** A redis-server and nodes of a bench's own, as the command starts them. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const command = fileURLToPath(new URL('../bundle/cli/main.js', import.meta.url));

/** What a bench needs to start nodes. */
export interface Site {
  /** Gone in the end. The nodes' own files are here too. */
  readonly folder: string;
  readonly redisUrl: string;
  /** Runs the command; with another PATH if one is given. Gives what it prints. */
  run(args: readonly string[], path?: string): Promise<string>;
}

/** Starts Redis, lets `work` start nodes, and ends all of it. */
export async function withRedis<T>(work: (site: Site) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-redis-'));
  process.env.XDG_RUNTIME_DIR = folder;
  const run = async (args: readonly string[], path = process.env.PATH): Promise<string> => {
    const env = { ...process.env, PATH: path };
    return (await promisify(execFile)(process.execPath, [command, ...args], { env })).stdout;
  };
  const { url, end } = await startRedis(folder);
  try {
    return await work({ folder, redisUrl: url, run });
  } finally {
    await run(['stop']).catch(() => undefined);
    await end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const closed = once(server, 'close');
  server.close();
  await closed;
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function startRedis(folder: string): Promise<{ url: string; end(): Promise<unknown> }> {
  const port = await freePort();
  const network = ['--port', `${port}`, '--bind', '127.0.0.1'];
  const files = ['--dir', folder, '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', [...network, ...files], { stdio: 'ignore' });
  await once(child, 'spawn');
  const end = (): Promise<unknown> => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    return ended;
  };
  for (let tries = 0; ; tries++) {
    const { stdout } = await promisify(execFile)('redis-cli', ['-p', `${port}`, 'PING']).catch(() => ({
      stdout: '',
    }));
    if (stdout.startsWith('PONG')) return { url: `redis://127.0.0.1:${port}`, end };
    if (tries > 500) {
      await end();
      throw new Error('redis-server does not answer');
    }
    await sleep(10);
  }
}
