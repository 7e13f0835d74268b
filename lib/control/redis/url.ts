import { InvalidArgumentError } from '../../errors/index.js';
import { formatHostAndPort, type HostAndPort, parseHost } from '../../protocol/host-and-port.js';

/** What the URL of a Redis installation says. */
export interface RedisTarget {
  readonly kind: 'single' | 'sentinel' | 'cluster';
  /** The server; of sentinels or a cluster, the ones to ask first. */
  readonly addresses: readonly HostAndPort[];
  readonly tls: boolean;
  /** Paths of PEM files: whom to trust, and who we are where servers ask for that. Relative ones are those of this process. */
  readonly files: Readonly<Partial<Record<TlsFile, string>>>;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
  /** What the sentinels call the master. */
  readonly masterName: string | undefined;
  /** The URL without the password, for messages. */
  readonly label: string;
}

/** What may stand behind the `?` of a URL with TLS: the authority that signed the servers' certificates, and our own. */
const TLS_FILES = ['ca', 'cert', 'key'] as const;
type TlsFile = (typeof TLS_FILES)[number];

const FORMS =
  'redis://host:6379, redis+sentinel://host1:26379,host2:26379/name or redis+cluster://host1:6379,host2:6379, each with user:password@ ' +
  'before the hosts where Redis asks for them, and with rediss in the place of redis for TLS, where ?ca=FILE names the authority';

const KINDS = {
  redis: { kind: 'single', tls: false, port: 6379 },
  rediss: { kind: 'single', tls: true, port: 6379 },
  'redis+sentinel': { kind: 'sentinel', tls: false, port: 26_379 },
  'rediss+sentinel': { kind: 'sentinel', tls: true, port: 26_379 },
  'redis+cluster': { kind: 'cluster', tls: false, port: 6379 },
  'rediss+cluster': { kind: 'cluster', tls: true, port: 6379 },
} as const;

const URL_PARTS = /^([a-z+]+):\/\/(?:([^@]*)@)?([^/?#@]+)(?:\/([^/?#]*))?(?:\?([^?#]*))?$/i;

/** Reads the URL of a Redis installation; throws InvalidArgumentError, which never shows a password. */
export function parseRedisUrl(url: string): RedisTarget {
  const [, scheme = '', userInfo, hosts = '', path = '', query = ''] = URL_PARTS.exec(url) ?? [];
  const form = KINDS[scheme.toLowerCase() as keyof typeof KINDS];
  if (form === undefined) throw invalid('it is none of the known forms');
  const addresses = hosts.split(',').map((host) => parseAddress(host, form.port));
  if (form.kind === 'single' && addresses.length > 1) throw invalid('only one host goes with redis://');
  if (form.kind === 'sentinel' && path === '') throw invalid('the name of the master is missing after the /');
  if (form.kind === 'cluster' && path !== '' && path !== '0') throw invalid('a cluster has database 0 only');
  const database = form.kind === 'sentinel' || path === '' ? 0 : Number(path);
  if (!Number.isInteger(database) || database < 0) throw invalid('the database after the / is no number');
  const [username, password] = parseUser(userInfo);
  const files = parseFiles(query);
  if (!form.tls && query !== '') throw invalid('certificates go with rediss:// only');
  return {
    kind: form.kind,
    tls: form.tls,
    files,
    addresses,
    username,
    password,
    database,
    masterName: form.kind === 'sentinel' ? decode(path) : undefined,
    label: `${scheme.toLowerCase()}://${shownHosts(addresses)}${path === '' ? '' : `/${path}`}`,
  };
}

/** The same URL with the absolute paths of its files, which `absolute` gives and may refuse. */
export function withAbsoluteFiles(url: string, absolute: (file: string) => string): string {
  const { files } = parseRedisUrl(url);
  const given = Object.entries(files).map(
    ([name, file]) => `${name}=${encodeURIComponent(absolute(file)).replaceAll('%2F', '/')}`,
  );
  return given.length === 0 ? url : `${url.slice(0, url.indexOf('?'))}?${given.join('&')}`;
}

/** The hosts and ports of a URL, for messages. */
export function hostsOf(url: string): string {
  return shownHosts(parseRedisUrl(url).addresses);
}

function shownHosts(addresses: readonly HostAndPort[]): string {
  return addresses.map(({ host, port }) => formatHostAndPort(host, port)).join();
}

function parseFiles(query: string): RedisTarget['files'] {
  const files: Partial<Record<TlsFile, string>> = {};
  for (const part of query === '' ? [] : query.split('&')) {
    const [, name, file] = /^(\w+)=(.+)$/.exec(part) ?? [];
    const known = TLS_FILES.find((each) => each === name);
    if (known === undefined)
      throw invalid('behind the ? stand ca=FILE, cert=FILE and key=FILE, with & between them');
    files[known] = decode(file!);
  }
  if ((files.cert === undefined) !== (files.key === undefined)) throw invalid('cert and key go together');
  return files;
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
