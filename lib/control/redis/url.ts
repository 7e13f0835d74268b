import { InvalidArgumentError } from '../../errors/index.js';
import { formatHostAndPort, type HostAndPort, parseHost } from '../../protocol/host-and-port.js';

/** What the URL of a Redis installation says. */
export interface RedisTarget {
  readonly kind: 'single' | 'sentinel' | 'cluster';
  /** The server; of sentinels or a cluster, the ones to ask first. */
  readonly addresses: readonly HostAndPort[];
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
  /** What the sentinels call the master. */
  readonly masterName: string | undefined;
  /** The URL without the password, for messages. */
  readonly label: string;
}

const FORMS =
  'redis://host:6379, rediss://host:6379 (TLS), redis+sentinel://host1:26379,host2:26379/name or ' +
  'redis+cluster://host1:6379,host2:6379, each with user:password@ before the hosts where Redis asks for them';

const KINDS = {
  redis: { kind: 'single', tls: false, port: 6379 },
  rediss: { kind: 'single', tls: true, port: 6379 },
  'redis+sentinel': { kind: 'sentinel', tls: false, port: 26_379 },
  'redis+cluster': { kind: 'cluster', tls: false, port: 6379 },
} as const;

const URL_PARTS = /^([a-z+]+):\/\/(?:([^@]*)@)?([^/?#@]+)(?:\/([^/?#]*))?$/i;

/** Reads the URL of a Redis installation; throws InvalidArgumentError, which never shows a password. */
export function parseRedisUrl(url: string): RedisTarget {
  const [, scheme = '', userInfo, hosts = '', path = ''] = URL_PARTS.exec(url) ?? [];
  const form = KINDS[scheme.toLowerCase() as keyof typeof KINDS];
  if (form === undefined) throw invalid('it is none of the known forms');
  const addresses = hosts.split(',').map((host) => parseAddress(host, form.port));
  if (form.kind === 'single' && addresses.length > 1) throw invalid('only one host goes with redis://');
  if (form.kind === 'sentinel' && path === '') throw invalid('the name of the master is missing after the /');
  if (form.kind === 'cluster' && path !== '' && path !== '0') throw invalid('a cluster has database 0 only');
  const database = form.kind === 'sentinel' || path === '' ? 0 : Number(path);
  if (!Number.isInteger(database) || database < 0) throw invalid('the database after the / is no number');
  const [username, password] = parseUser(userInfo);
  const shown = addresses.map(({ host, port }) => formatHostAndPort(host, port));
  return {
    kind: form.kind,
    tls: form.tls,
    addresses,
    username,
    password,
    database,
    masterName: form.kind === 'sentinel' ? decode(path) : undefined,
    label: `${scheme.toLowerCase()}://${shown.join(',')}${path === '' ? '' : `/${path}`}`,
  };
}

function parseAddress(text: string, defaultPort: number): HostAndPort {
  try {
    return { port: defaultPort, ...parseHost(text) };
  } catch (error) {
    throw invalid((error as Error).message);
  }
}

/** `user:password`, or `:password` for a server without users. */
function parseUser(text: string | undefined): [string | undefined, string | undefined] {
  if (text === undefined || text === '') return [undefined, undefined];
  const colon = text.indexOf(':');
  if (colon < 0) throw invalid('the part before @ has no colon: write user:password@ or :password@');
  return [decode(text.slice(0, colon)) || undefined, decode(text.slice(colon + 1)) || undefined];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid('a % in it is not followed by two hexadecimal digits');
  }
}

function invalid(reason: string): InvalidArgumentError {
  return new InvalidArgumentError(`the URL of Redis cannot be used: ${reason}. Write ${FORMS}.`);
}
