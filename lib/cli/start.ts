import { join, resolve } from 'node:path';
import { defaultCpus, defaultStoreMemory } from '../api/limits.js';
import type { InitOptions } from '../api/options.js';
import { workerNodeOptions } from '../api/worker-flags.js';
import { DEFAULT_NODE_NAME, type NodeFile, newNodeDirectory, runningNodes } from '../cluster/node-file.js';
import {
  defaultSecretFile,
  ensureSecret,
  readSecret,
  redisPassword,
  SECRET_FILE_VARIABLE,
} from '../cluster/secret.js';
import { makeStateFolder } from '../cluster/state-folder.js';
import { hostsOf } from '../control/redis/url.js';
import type { ClusterConfig, RayletConfig } from '../protocol/startup.js';
import { VERSION } from '../runtime/version.js';
import {
  checkName,
  checkNodeOptions,
  parseAddress,
  parseCpus,
  parseRedisUrl,
  parseResources,
  parseSize,
  parseTls,
} from './arguments.js';
import { CommandFailure, usage } from './failure.js';
import { block } from './foreground.js';
import { startNode } from './node-process.js';
import { describeStarted, startedJson } from './print.js';
import { answerOfRedis } from './redis-probe.js';
import { findRedisServer, type RedisServer, startRedisServer } from './redis-server.js';

/** The options of `mobula start`, as they were written. */
export interface StartOptions {
  head?: true;
  name?: string;
  numCpus?: string;
  resources?: string;
  objectStoreMemory?: string;
  redis?: string;
  address?: string;
  secretFile?: string;
  tlsCert?: string;
  tlsKey?: string;
  tlsCa?: string;
  json?: true;
  block?: true;
}

const LOOPBACK = '127.0.0.1';

/** Starts a node of this machine that outlives this command. */
export async function start(options: StartOptions): Promise<void> {
  const what = nodeOptions(options);
  const address = options.address === undefined ? undefined : parseAddress(options.address);
  const givenRedis = options.redis === undefined ? undefined : parseRedisUrl(options.redis);
  const tls = parseTls(options.tlsCert, options.tlsKey, options.tlsCa);
  const head = options.head === true;
  if (!head && givenRedis === undefined) {
    usage(
      "the first node of a cluster is started with --head; a further machine needs --redis URL, the cluster's Redis, which " +
        '`mobula start --head` and `mobula status` print.',
    );
  }
  const stateFolder = makeStateFolder();
  const name = nameOf(options, runningNodes(stateFolder));
  const { file: secretFile, secret } = secretOf(options, stateFolder);
  const notes: string[] = [];
  const server =
    givenRedis === undefined
      ? await ownRedis(address?.host ?? LOOPBACK, secret, stateFolder, notes)
      : undefined;
  try {
    const redis = server?.url ?? (givenRedis === undefined ? undefined : await admitted(givenRedis, secret));
    const cluster: ClusterConfig = {
      secretFile,
      ...(redis === undefined ? {} : { redis }),
      ...(address === undefined ? {} : { address }),
      ...(tls === undefined ? {} : { tls }),
      surroundings: {
        folder: process.cwd(),
        nodeOptions: workerNodeOptions(process.env.NODE_OPTIONS ?? ''),
      },
    };
    const config: RayletConfig = {
      directory: newNodeDirectory(stateFolder, name),
      version: VERSION,
      ...what,
      ownerPid: 0,
      standing: {
        name,
        head,
        stateFolder,
        ...(server === undefined ? {} : { redisServer: server.process }),
      },
      cluster,
    };
    const child = await startNode(config, {
      logFile: join(stateFolder, `${name}.log`),
      held: server?.lifeline,
    });
    const node = runningNodes(stateFolder).find(({ pid }) => pid === child.pid);
    if (node === undefined) throw new CommandFailure('the node ended as soon as it was ready');
    const started = { node, config, notes };
    console.log(options.json ? JSON.stringify(startedJson(started)) : describeStarted(started));
    if (options.block) await block(child, node);
    else child.unref();
  } finally {
    // The node holds it from now on; if there is none, Redis ends.
    server?.lifeline.destroy();
  }
}

function nodeOptions(options: StartOptions): Pick<RayletConfig, 'resources' | 'objectStoreMemory'> {
  const given: InitOptions = {
    ...(options.numCpus === undefined ? {} : { numCpus: parseCpus(options.numCpus) }),
    ...(options.resources === undefined ? {} : { resources: parseResources(options.resources) }),
    ...(options.objectStoreMemory === undefined
      ? {}
      : { objectStoreMemory: parseSize(options.objectStoreMemory) }),
  };
  checkNodeOptions(given);
  return {
    resources: { CPU: given.numCpus ?? defaultCpus(), ...given.resources },
    objectStoreMemory: given.objectStoreMemory ?? defaultStoreMemory(),
  };
}

/** The new node's name; one without a name is the only one of its machine. */
function nameOf(options: StartOptions, running: readonly NodeFile[]): string {
  const name = options.name === undefined ? DEFAULT_NODE_NAME : checkName(options.name);
  const other = options.name === undefined ? running[0] : running.find((node) => node.name === name);
  if (other === undefined) return name;
  throw new CommandFailure(
    `node '${other.name}' runs on this machine already (process ${other.pid}). Programs attach to it with init({ address: 'auto' }); ` +
      '`mobula status` shows it, `mobula stop` ends it, and `mobula start --name NAME` starts another one beside it.',
  );
}

/** Which file holds the cluster's secret, made by a head that has none; and the secret. */
function secretOf(options: StartOptions, stateFolder: string): { file: string; secret: string } {
  const fromEnvironment = process.env[SECRET_FILE_VARIABLE] ?? '';
  const named = options.secretFile ?? (fromEnvironment === '' ? undefined : fromEnvironment);
  const file = named === undefined ? defaultSecretFile(stateFolder) : resolve(named);
  try {
    if (options.head) ensureSecret(file);
    return { file, secret: readSecret(file) };
  } catch (error) {
    usage(
      `${(error as Error).message}${named === undefined ? ', and pass it with --secret-file FILE.' : ''}`,
    );
  }
}

async function ownRedis(
  host: string,
  secret: string,
  stateFolder: string,
  notes: string[],
): Promise<RedisServer | undefined> {
  const program = findRedisServer();
  if (program !== undefined)
    return await startRedisServer({ program, host, password: redisPassword(secret), stateFolder });
  notes.push(
    'No redis-server is installed, so this node stands alone: no other machine can join it. For a cluster install Redis ' +
      '(Debian, Ubuntu: `apt-get install redis-server`) or pass --redis URL, and start the node again.',
  );
  return undefined;
}

/** The URL with which this Redis lets us in: that of a head demands the password that its secret gives. */
async function admitted(url: string, secret: string): Promise<string> {
  // Which server a sentinel or a cluster means is found out by its client.
  if (!/^rediss?:/.test(url)) return url;
  const answer = await answerOfRedis(url);
  if (answer === 'welcome') return url;
  if (answer === 'password wrong')
    throw new CommandFailure(`the Redis at ${hostsOf(url)} refuses the password that --redis gives.`);
  if (answer !== 'password needed')
    throw new CommandFailure(`no Redis answers at ${hostsOf(url)}: ${answer.unreachable}.`);
  const withPassword = url.replace('://', `://:${redisPassword(secret)}@`);
  if ((await answerOfRedis(withPassword)) === 'welcome') return withPassword;
  throw new CommandFailure(
    `the Redis at ${hostsOf(url)} wants a password. If it is that of the cluster's head, this machine's secret is another one: copy the ` +
      'file that `mobula start --head` named, and pass it with --secret-file FILE. Otherwise write redis://:PASSWORD@HOST:PORT.',
  );
}
