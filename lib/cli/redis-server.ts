import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTimeOf } from '../cluster/process-identity.js';
import { formatHostAndPort } from '../protocol/host-and-port.js';
import type { RedisServerProcess } from '../protocol/startup.js';
import { CommandFailure } from './failure.js';
import { answerOfRedis } from './redis-probe.js';

const START_MILLISECONDS = 10_000;
/** Another process may take the port between our finding it and Redis's listening there. */
const ATTEMPTS = 5;
/** What nobody who uses the control store needs, and what would empty, change or stop it. */
const RENAMED_AWAY = ['FLUSHALL', 'FLUSHDB', 'CONFIG', 'DEBUG', 'SHUTDOWN', 'KEYS'];

/**
 * Ends Redis when its own stdin does, that is, when the node that holds the other end has ended, however it did; then removes its
 * folder. Arguments: redis-server, its configuration, its folder.
 */
const GUARD = `
"$1" "$2" </dev/null >"$3/output" 2>&1 &
redis=$!
trap 'kill "$redis" 2>/dev/null' TERM INT HUP
echo "$redis" >"$3/pid.new" && mv "$3/pid.new" "$3/pid"
read -r _
kill "$redis" 2>/dev/null
wait "$redis"
rm -rf -- "$3"
`;

/** A redis-server of a head's own. It ends when the last holder of `lifeline` does. */
export interface RedisServer {
  /** With the password. */
  readonly url: string;
  readonly process: RedisServerProcess;
  /** To be given to the node, and closed here then. */
  readonly lifeline: Writable;
}

/** Path of the redis-server that is installed, if one is. */
export function findRedisServer(path = process.env.PATH ?? ''): string | undefined {
  for (const folder of path.split(delimiter)) {
    if (folder === '') continue;
    const file = join(folder, 'redis-server');
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

/**
 * Starts Redis at a free port of `host`, for whoever knows the password.
 * @throws CommandFailure with what it printed
 */
export async function startRedisServer(options: {
  program: string;
  host: string;
  password: string;
  stateFolder: string;
}): Promise<RedisServer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startAt(await freePort(options.host), options);
    } catch (error) {
      if (attempt === ATTEMPTS || !/address already in use/i.test((error as Error).message)) throw error;
    }
  }
}

async function startAt(
  port: number,
  { program, host, password, stateFolder }: Parameters<typeof startRedisServer>[0],
): Promise<RedisServer> {
  const directory = mkdtempSync(join(stateFolder, 'redis-'));
  const log = join(directory, 'log');
  const configuration = join(directory, 'redis.conf');
  // By file: the arguments of a process can be read by every user.
  writeFileSync(configuration, configurationFor({ host, port, password, directory, log }), { mode: 0o600 });
  const guard = spawn('/bin/sh', ['-c', GUARD, 'mobula-redis', program, configuration, directory], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  guard.unref();
  const lifeline = guard.stdin!;
  lifeline.on('error', () => undefined);
  const url = `redis://:${password}@${formatHostAndPort(host, port)}`;
  try {
    const pid = await ready(guard, directory, url);
    return { url, process: { pid, startTime: startTimeOf(pid)!, directory }, lifeline };
  } catch (error) {
    const printed = `${readIfThere(join(directory, 'output'))}${readIfThere(log)}`.trim().slice(-2000);
    lifeline.destroy();
    // The guard removes the folder when Redis has ended.
    if (guard.exitCode === null && guard.pid !== undefined) await once(guard, 'exit');
    rmSync(directory, { recursive: true, force: true });
    throw new CommandFailure(`redis-server could not be started: ${(error as Error).message}. ${printed}`);
  }
}

async function ready(guard: ChildProcess, directory: string, url: string): Promise<number> {
  let failure: Error | undefined;
  guard.once('error', (error) => {
    failure = error;
  });
  const deadline = performance.now() + START_MILLISECONDS;
  for (;;) {
    if (failure !== undefined) throw failure;
    const pid = Number(readIfThere(join(directory, 'pid')));
    if (pid > 0 && startTimeOf(pid) === undefined) throw new Error('it ended at once');
    if (pid > 0 && (await answerOfRedis(url)) === 'welcome') return pid;
    if (performance.now() > deadline)
      throw new Error(`it did not answer within ${START_MILLISECONDS / 1000} s`);
    await sleep(20);
  }
}

function configurationFor(at: {
  host: string;
  port: number;
  password: string;
  directory: string;
  log: string;
}): string {
  return [
    `bind ${at.host}`,
    `port ${at.port}`,
    `requirepass ${at.password}`,
    // The password is what protects it; protected mode would refuse the other nodes.
    'protected-mode no',
    `dir ${quoted(at.directory)}`,
    `logfile ${quoted(at.log)}`,
    'daemonize no',
    'save ""',
    'appendonly no',
    'maxmemory-policy noeviction',
    ...RENAMED_AWAY.map((command) => `rename-command ${command} ""`),
    '',
  ].join('\n');
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

async function freePort(host: string): Promise<number> {
  const server = createServer();
  server.listen({ port: 0, host });
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new CommandFailure(`--address: nothing can listen at ${host}: ${(error as Error).message}`, 2);
  }
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
