import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { InvalidArgumentError } from '../../errors/index.js';
import type { RedisTarget } from './url.js';

/**
 * How TLS is spoken with a Redis; undefined for one without. Servers are trusted whose certificates are of the URL's authority, or of
 * one that Node trusts, and name the host that was connected to.
 * @throws InvalidArgumentError for a file that cannot be read
 */
export function tlsOptions({ tls, files }: RedisTarget): ConnectionOptions | undefined {
  if (!tls) return undefined;
  const options: ConnectionOptions = {};
  for (const [name, file] of Object.entries(files)) options[name as keyof typeof files] = readPem(file);
  return options;
}

function readPem(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { message } = error as Error;
    throw new InvalidArgumentError(`the URL of Redis names ${file}, which cannot be read: ${message}`);
  }
}
