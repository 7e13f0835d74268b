import { lstatSync, mkdirSync, type Stats, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { InvalidArgumentError } from '../errors/index.js';

/** A socket's path has at most 107 bytes; what nodes put below the folder has up to 60. */
const LONGEST_FOLDER = 45;

/**
 * The folder in which this user's nodes of this machine announce themselves: `$XDG_RUNTIME_DIR/mobula`, or
 * `<temporary folder>/mobula-<uid>` where there is no such variable. Undefined when there is none yet.
 * @throws InvalidArgumentError when somebody else could have put something there
 */
export function findStateFolder(): string | undefined {
  const folder = stateFolderPath();
  let stat: Stats;
  try {
    stat = lstatSync(folder);
  } catch {
    return undefined;
  }
  const { uid } = userInfo();
  if (!stat.isDirectory() || stat.uid !== uid || (stat.mode & 0o077) !== 0) {
    throw new InvalidArgumentError(
      `${folder} is not to be trusted: it must be a folder that belongs to you (user ${uid}) and that nobody else may open. ` +
        'Remove it, or set XDG_RUNTIME_DIR to a folder of your own (mode 0700).',
    );
  }
  return folder;
}

/**
 * The same folder, which is made unless it exists.
 * @throws InvalidArgumentError
 */
export function makeStateFolder(): string {
  mkdirSync(stateFolderPath(), { recursive: true, mode: 0o700 });
  return findStateFolder()!;
}

/** Where that folder is, or would be. */
export function stateFolderPath(): string {
  const runtime = process.env.XDG_RUNTIME_DIR ?? '';
  // A shell that changed user keeps the variable of the first one.
  if (isAbsolute(runtime) && isOurs(runtime) && fits(join(runtime, 'mobula'))) return join(runtime, 'mobula');
  const name = `mobula-${userInfo().uid}`;
  const folder = join(tmpdir(), name);
  return fits(folder) ? folder : join('/tmp', name);
}

function fits(folder: string): boolean {
  return Buffer.byteLength(folder) <= LONGEST_FOLDER;
}

function isOurs(folder: string): boolean {
  try {
    const stat = statSync(folder);
    return stat.isDirectory() && stat.uid === userInfo().uid;
  } catch {
    return false;
  }
}
