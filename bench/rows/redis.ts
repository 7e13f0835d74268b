/** What Redis costs: tiny tasks on a node of a cluster, beside the same on a node that stands alone. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as mobula from 'mobula';
import type { Family } from '../family.js';
import { flood, median } from '../timing.js';

const inFlight = 1000;
const count = 200_000;
/** Both kinds of node in turn, so that what else the machine does falls on both. */
const rounds = 3;
const share = 0.8;

const without = 'tiny tasks, node without Redis';
const withRedis = 'tiny tasks, node with Redis';

const command = fileURLToPath(new URL('../../bundle/cli/main.js', import.meta.url));
const add = mobula.remote((a: number, b: number) => a + b);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const closed = once(server, 'close');
  server.close();
  await closed;
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function startRedis(folder: string): Promise<{ url: string; child: ChildProcess }> {
  const port = await freePort();
  const options = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--dir',
    folder,
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  const child = spawn('redis-server', options, { stdio: 'ignore' });
  await once(child, 'spawn');
  for (let tries = 0; ; tries++) {
    const { stdout } = await promisify(execFile)('redis-cli', ['-p', `${port}`, 'PING']).catch(() => ({
      stdout: '',
    }));
    if (stdout.startsWith('PONG')) return { url: `redis://127.0.0.1:${port}`, child };
    if (tries > 500) throw new Error('redis-server does not answer');
    await sleep(10);
  }
}

/** Tasks a second of a program that is attached to the node. */
async function rateAt(address: string): Promise<number> {
  await mobula.init({ address });
  const task = (index: number): Promise<number> => mobula.get(add.remote(index, 1));
  await flood(count / 4, inFlight, task); // for the just-in-time compilers of all processes
  const rate = await flood(count, inFlight, task);
  await mobula.shutdown();
  return rate;
}

async function measure(): Promise<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-redis-'));
  process.env.XDG_RUNTIME_DIR = folder;
  const run = (path: string | undefined, ...args: string[]): Promise<unknown> =>
    promisify(execFile)(process.execPath, [command, ...args], { env: { ...process.env, PATH: path } });
  const { url, child } = await startRedis(folder);
  try {
    // Without a PATH the first finds no redis-server to start: it stands alone.
    await run('', 'start', '--head', '--name', 'alone', '--num-cpus', '2');
    await run(process.env.PATH, 'start', '--head', '--name', 'redis', '--num-cpus', '2', '--redis', url);
    const rates: Record<string, number[]> = { [without]: [], [withRedis]: [] };
    for (let round = 0; round < rounds; round++) {
      rates[without]!.push(await rateAt('auto:alone'));
      rates[withRedis]!.push(await rateAt('auto:redis'));
    }
    return Object.fromEntries(Object.entries(rates).map(([name, each]) => [name, median(each)]));
  } finally {
    await run(process.env.PATH, 'stop').catch(() => undefined);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

export const redis: Family = {
  name: 'redis',
  rows: [
    { name: without, unit: '1/s', better: 'more' },
    {
      name: withRedis,
      unit: '1/s',
      better: 'more',
      target: {
        text: `${share} x without Redis`,
        value: ({ ours }) => {
          const alone = ours(without);
          return alone === undefined ? undefined : share * alone;
        },
      },
    },
  ],
  ours: measure,
};
