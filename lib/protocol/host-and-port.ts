import { isIPv6 } from 'node:net';
import { InvalidArgumentError } from '../errors/index.js';

/** A host, by name or by number, and a port of it. An IPv6 host has no brackets here. */
export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/** An address as people and nodes write it: `10.0.0.1:7000`, `[::1]:7000`. */
export function formatHostAndPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Reads what {@link formatHostAndPort} wrote. Throws InvalidArgumentError, which says what is wrong and does not repeat the text:
 * it may be part of one that holds a password.
 */
export function parseHostAndPort(text: string): HostAndPort {
  const { host, port } = parseHost(text);
  if (port === undefined) throw new InvalidArgumentError('the port is missing');
  return { host, port };
}

/** Likewise, where the port may be left out; an IPv6 host without a port may do without its brackets. */
export function parseHost(text: string): { readonly host: string; readonly port?: number } {
  if (isIPv6(text)) return { host: text };
  const [, bracketed, plain, rest = ''] = /^(?:\[([^\]]*)\]|([^:[\]]*))(.*)$/s.exec(text) ?? [];
  const host = bracketed ?? plain ?? '';
  if (host === '') throw new InvalidArgumentError('the host is missing');
  if (bracketed !== undefined && !isIPv6(host))
    throw new InvalidArgumentError('what stands in brackets is no IPv6 address');
  if (/[\s/?#@,]/.test(host)) throw new InvalidArgumentError('what stands for the host is none');
  if (rest === '') return { host };
  const port = /^:\d{1,5}$/.test(rest) ? Number(rest.slice(1)) : 0;
  if (port < 1 || port > 65_535)
    throw new InvalidArgumentError('what follows the host is no port from 1 to 65535');
  return { host, port };
}
