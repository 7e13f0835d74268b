import { resolve } from 'node:path';
import { checkNodeName, type NodeFile, runningNodes } from '../cluster/node-file.js';
import { findStateFolder, stateFolderPath } from '../cluster/state-folder.js';
import {
  InvalidArgumentError,
  NodeNotFoundError,
  NotSupportedError,
  VersionMismatchError,
} from '../errors/index.js';
import { VERSION } from '../runtime/version.js';
import type { InitOptions } from './options.js';

/** The environment variable that counts as `init({ address })` when that is not given. */
const ADDRESS_VARIABLE = 'MOBULA_ADDRESS';

/** A node to attach to. */
export interface NodeAddress {
  /** As it was given, for errors. */
  readonly given: string;
  /** Path of its raylet's socket. */
  readonly socket: string;
}

/**
 * The node that the options, or the environment, name; undefined when this process is to start one of its own.
 * @throws InvalidArgumentError when they also say what that node should have; and what `resolveAddress` throws
 */
export function addressOf(options: InitOptions, environment = process.env): NodeAddress | undefined {
  const fromEnvironment = environment[ADDRESS_VARIABLE] ?? '';
  const given = options.address ?? (fromEnvironment === '' ? undefined : fromEnvironment);
  if (given === undefined) return undefined;
  const source = options.address === undefined ? `${ADDRESS_VARIABLE} in the environment` : 'an address';
  for (const key of ['numCpus', 'resources', 'objectStoreMemory'] as const) {
    if (options[key] === undefined) continue;
    throw new InvalidArgumentError(
      `${key} cannot be given to mobula.init with ${source} (${given}): the node has what it was started with. ` +
        'Leave it out, or give it to `mobula start`.',
    );
  }
  return resolveAddress(given);
}

/**
 * Finds the node of an address: `auto`, `auto:NAME`, a path, `unix:` and a path.
 * @throws NodeNotFoundError; VersionMismatchError; NotSupportedError for any other kind of address
 */
export function resolveAddress(address: string): NodeAddress {
  if (address === 'auto') return localNode(address, undefined);
  if (address.startsWith('auto:')) return localNode(address, address.slice('auto:'.length));
  const path = /^(?:unix:(?:\/\/(?=\/))?)?(\.{0,2}\/.+)$/.exec(address)?.[1];
  if (path !== undefined) return { given: address, socket: resolve(path) };
  throw new NotSupportedError(
    `the address '${address}'`,
    "An address is 'auto' for this machine's node, 'auto:NAME' for one of several, or the path of a node's socket.",
  );
}

function localNode(address: string, name: string | undefined): NodeAddress {
  if (name !== undefined) checkNodeName(name);
  const nodes = runningNodes(findStateFolder());
  const found = name === undefined ? nodes : nodes.filter((node) => node.name === name);
  const [node, another] = found;
  if (node === undefined) throw new NodeNotFoundError(address, nothingFound(nodes));
  if (another !== undefined) {
    const choices = found.map((each) => `'auto:${each.name}'`).join(' or ');
    throw new NodeNotFoundError(address, `Several nodes run on this machine: say which one, ${choices}.`);
  }
  if (node.version !== VERSION) {
    const where = `the node '${node.name}' (process ${node.pid})`;
    throw new VersionMismatchError('the package mobula', VERSION, node.version, where);
  }
  return { given: address, socket: node.socket };
}

function nothingFound(nodes: readonly NodeFile[]): string {
  if (nodes.length === 0) {
    return (
      `No node of yours runs on this machine (none has a file in ${stateFolderPath()}): start one with \`mobula start --head\`, ` +
      'or call init without an address to have one of your own.'
    );
  }
  const names = nodes.map(({ name }) => `'auto:${name}'`).join(', ');
  return `Running on this machine: ${names}. Name one of them, or start it with \`mobula start --head --name NAME\`.`;
}
