import { randomBytes } from 'node:crypto';
import {
  linkSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { InvalidArgumentError } from '../errors/index.js';
import type { RedisServerProcess } from '../protocol/startup.js';
import { isRunning, ownPidSpace, type PidSpace, signalProcess } from './process-identity.js';

/** What a node that outlives its drivers writes down for whoever looks for it on its machine. */
export interface NodeFile {
  readonly name: string;
  /** Of the raylet, with what tells it from a later process of the same pid. */
  readonly pid: number;
  readonly startTime: string;
  readonly space: PidSpace;
  /** Hexadecimal id of the node. */
  readonly node: string;
  /** Path of the raylet's socket: what drivers attach to. */
  readonly socket: string;
  /** Folder of the node's sockets. */
  readonly directory: string;
  /** Version of the package. */
  readonly version: string;
  readonly head: boolean;
  /** Milliseconds since 1970. */
  readonly started: number;
  /** `host:port` where other nodes reach it; absent when none do. */
  readonly address?: string;
  /** URL of the cluster's Redis, without a password. */
  readonly redis?: string;
  readonly secretFile?: string;
  /** The Redis that ends with the node. */
  readonly redisServer?: RedisServerProcess;
}

/** Of nodes on one machine, unless told otherwise. */
export const DEFAULT_NODE_NAME = 'default';

const NODE_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,19}$/;
const SUFFIX = '.node.json';
/** A file that is being written or removed. */
const TEMPORARY = /^\.[0-9a-f]{16}$/;

/** @throws InvalidArgumentError */
export function checkNodeName(name: string): void {
  if (NODE_NAME.test(name)) return;
  throw new InvalidArgumentError(
    `a node's name has up to 20 letters, digits, '-' and '_', and begins with a letter or digit; ${JSON.stringify(name)} does not`,
  );
}

/** Where the file of a node of this name is. */
export function nodeFilePath(folder: string, name: string): string {
  checkNodeName(name);
  return join(folder, `${name}${SUFFIX}`);
}

/** A new path for the folder of a node's sockets; the raylet makes it. */
export function newNodeDirectory(folder: string, name: string): string {
  checkNodeName(name);
  return join(folder, `${name}-${randomBytes(4).toString('hex')}`);
}

/**
 * Announces a node. The file appears whole or not at all.
 * @throws InvalidArgumentError when a node of that name runs
 */
export function writeNodeFile(folder: string, file: NodeFile): void {
  const path = nodeFilePath(folder, file.name);
  const temporary = temporaryPath(folder);
  writeFileSync(temporary, `${JSON.stringify(file, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
  try {
    // Unlike a rename, a link fails when another node got there first.
    linkSync(temporary, path);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
    throw new InvalidArgumentError(
      `a node named '${file.name}' runs on this machine already. Use it, stop it, or choose another name.`,
    );
  } finally {
    unlinkSync(temporary);
  }
}

/** Removes the file of a node that ends, unless it is another's by now. */
export function removeNodeFile(folder: string, name: string, node: string): void {
  const path = nodeFilePath(folder, name);
  if (parse(readOwn(path))?.node === node) rmSync(path, { force: true });
}

/**
 * The nodes that run on this machine, by name. What nodes left that were killed is removed: their files, their folders, and the
 * Redis of a head if it still runs.
 */
export function runningNodes(folder: string | undefined): NodeFile[] {
  if (folder === undefined) return [];
  const here = ownPidSpace();
  const running: NodeFile[] = [];
  for (const entry of readdirSync(folder).sort()) {
    if (TEMPORARY.test(entry) && isAbandoned(join(folder, entry)))
      rmSync(join(folder, entry), { force: true });
    if (!entry.endsWith(SUFFIX)) continue;
    const path = join(folder, entry);
    const text = readOwn(path);
    const file = parse(text);
    if (file === undefined || file.space.boot !== here.boot) removeStale(path, text, file, here);
    // Of a container that shares the folder: nobody here can tell whether it runs, nor signal it.
    else if (file.space.namespace !== here.namespace) continue;
    else if (isRunning(file)) running.push(file);
    else removeStale(path, text, file, here);
  }
  return running;
}

/** The file's text if it is ours, and nobody else's to write or read. */
function readOwn(path: string): string | undefined {
  try {
    const stat = lstatSync(path);
    if (!stat.isFile() || stat.uid !== userInfo().uid || (stat.mode & 0o077) !== 0) return undefined;
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function parse(text: string | undefined): NodeFile | undefined {
  if (text === undefined) return undefined;
  let file: Partial<NodeFile>;
  try {
    file = JSON.parse(text) as Partial<NodeFile>;
  } catch {
    return undefined;
  }
  const { name, pid, startTime, space, node, socket, directory, version } = file ?? {};
  const texts = [name, startTime, node, socket, directory, version, space?.boot, space?.namespace];
  const right = texts.every((value) => typeof value === 'string') && Number.isSafeInteger(pid);
  return right ? (file as NodeFile) : undefined;
}

function removeStale(
  path: string,
  text: string | undefined,
  file: NodeFile | undefined,
  here: PidSpace,
): void {
  const folder = dirname(path);
  const taken = temporaryPath(folder);
  try {
    renameSync(path, taken);
  } catch {
    return; // Somebody else removed it.
  }
  if (readOwn(taken) !== text) {
    // In between it was replaced by that of a new node, which gets it back.
    try {
      linkSync(taken, path);
    } catch {
      // A third one stands there now.
    }
    unlinkSync(taken);
    return;
  }
  rmSync(taken, { force: true });
  if (file === undefined) return;
  const { redisServer, space } = file;
  if (redisServer !== undefined) {
    if (space.boot === here.boot && space.namespace === here.namespace) signalProcess(redisServer, 'SIGKILL');
    removeBelow(folder, redisServer.directory);
  }
  removeBelow(folder, file.directory);
}

/** Only what nodes make: a direct child of the folder. */
function removeBelow(folder: string, directory: string): void {
  if (dirname(directory) === folder) rmSync(directory, { recursive: true, force: true });
}

function temporaryPath(folder: string): string {
  return join(folder, `.${randomBytes(8).toString('hex')}`);
}

function isAbandoned(path: string): boolean {
  try {
    return Date.now() - lstatSync(path).mtimeMs > 60_000;
  } catch {
    return false;
  }
}
