import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidArgumentError } from '../errors/index.js';

const SECRET_BYTES = 32;
/** A shorter one can be guessed. */
const LEAST_CHARACTERS = 16;
/** Names the file of the cluster's secret where no option does. */
export const SECRET_FILE_VARIABLE = 'MOBULA_SECRET_FILE';

/** Where a head makes the secret unless it is told otherwise. */
export function defaultSecretFile(stateFolder: string): string {
  return join(stateFolder, 'cluster.secret');
}

/** Makes a secret, readable by its owner alone, unless the file exists. */
export function ensureSecret(file: string): void {
  if (existsSync(file)) return;
  try {
    writeFileSync(file, `${randomBytes(SECRET_BYTES).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Another head made it in between.
    if (code !== 'EEXIST')
      throw new InvalidArgumentError(`the secret file ${file} cannot be made: ${message}`);
  }
}

/**
 * What a secret file holds.
 * @throws InvalidArgumentError when it cannot be read, others can read it, or it holds next to nothing
 */
export function readSecret(file: string): string {
  let secret: string;
  let mode: number;
  try {
    secret = readFileSync(file, 'utf8').trim();
    mode = statSync(file).mode;
  } catch (error) {
    throw new InvalidArgumentError(
      `the secret file ${file} cannot be read: ${(error as Error).message}. ` +
        'Copy it from the machine on which `mobula start --head` was run.',
    );
  }
  if ((mode & 0o077) !== 0)
    throw new InvalidArgumentError(`the secret file ${file} is open to other users: run \`chmod 600\` on it`);
  if (secret.length < LEAST_CHARACTERS) {
    throw new InvalidArgumentError(
      `the secret file ${file} holds ${secret.length} characters, and at least ${LEAST_CHARACTERS} are needed`,
    );
  }
  return secret;
}

/** The password of the Redis that a head starts: who has the secret knows it, and it does not give the secret away. */
export function redisPassword(secret: string): string {
  return createHmac('sha256', secret).update('mobula redis password').digest('hex');
}
