import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { checkInitOptions, type InitOptions } from '../api/options.js';
import { checkNodeName } from '../cluster/node-file.js';
import { withAbsoluteFiles } from '../control/redis/url.js';
import { InvalidArgumentError } from '../errors/index.js';
import { parseHost } from '../protocol/host-and-port.js';
import { usage } from './failure.js';

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** Bytes: a whole number, or one with a unit such as `2GiB` or `1.5GB`. */
export function parseSize(text: string): number {
  const [, digits, unit = 'B'] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)?$/.exec(text.trim()) ?? [];
  const factor = Object.entries(UNITS).find(([name]) => name.toLowerCase() === unit.toLowerCase())?.[1];
  if (digits === undefined || factor === undefined) {
    usage(
      `--object-store-memory takes bytes, such as 2GiB, 500MB or 2000000000; ${JSON.stringify(text)} is none.`,
    );
  }
  return Math.floor(Number(digits) * factor);
}

export function parseCpus(text: string): number {
  const cpus = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isNaN(cpus)) usage(`--num-cpus takes a number; ${JSON.stringify(text)} is none.`);
  return cpus;
}

export function parseResources(text: string): Record<string, number> {
  try {
    return JSON.parse(text) as Record<string, number>;
  } catch {
    usage(
      `--resources takes a JSON object of amounts, such as '{"gpu": 1}'; ${JSON.stringify(text)} is none.`,
    );
  }
}

/** The rules of `init` for what a node has. */
export function checkNodeOptions(options: InitOptions): void {
  try {
    checkInitOptions(options);
  } catch (error) {
    const names = {
      numCpus: '--num-cpus',
      objectStoreMemory: '--object-store-memory',
      resources: '--resources',
    };
    let { message } = error as Error;
    for (const [name, flag] of Object.entries(names)) message = message.replaceAll(name, flag);
    usage(`${message}.`);
  }
}

export function checkName(name: string): string {
  try {
    checkNodeName(name);
    return name;
  } catch (error) {
    usage(`--name: ${(error as Error).message}.`);
  }
}

/** A host, and a port if one is given: `10.0.0.1`, `host:7000`, `[::1]:7000`. */
export function parseAddress(text: string): { host: string; port?: number } {
  try {
    return parseHost(text);
  } catch (error) {
    usage(
      '--address takes HOST or HOST:PORT, such as 10.0.0.1 or node-1:7000 or [::1]:7000; ' +
        `in ${JSON.stringify(text)} ${(error as Error).message}.`,
    );
  }
}

/** The URL with absolute paths, as nodes work in another folder. */
export function parseRedisUrl(text: string): string {
  try {
    return withAbsoluteFiles(text, (file) => readable('--redis', file));
  } catch (error) {
    if (error instanceof InvalidArgumentError) usage(`--redis: ${error.message}`);
    throw error;
  }
}

/** The three files of a node's TLS, or none of them. */
export function parseTls(
  cert: string | undefined,
  key: string | undefined,
  ca: string | undefined,
): { cert: string; key: string; ca: string } | undefined {
  if (cert === undefined && key === undefined && ca === undefined) return undefined;
  if (cert === undefined || key === undefined || ca === undefined) {
    usage('--tls-cert, --tls-key and --tls-ca go together: both sides of a link show a certificate.');
  }
  return {
    cert: readable('--tls-cert', cert),
    key: readable('--tls-key', key),
    ca: readable('--tls-ca', ca),
  };
}

function readable(flag: string, file: string): string {
  const path = resolve(file);
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    usage(`${flag}: ${path} cannot be read: ${(error as Error).message}.`);
  }
  return path;
}
