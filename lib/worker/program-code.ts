import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SerializationError } from '../errors/index.js';
import { type CodeReceiver, nodePath } from '../functions/index.js';
import type { WorkerCode } from '../protocol/startup.js';
import type { FetchedFiles } from './fetched-files.js';

/** Gets the files of a program that is not installed on this machine from the raylet, which has them as it has functions. */
export class ProgramCode implements CodeReceiver {
  readonly node: string;
  readonly folder: string;
  readonly packageFolders: readonly string[];
  readonly #files: FetchedFiles;

  /** @param node this node, for messages */
  constructor({ folder, packagesFrom }: WorkerCode, node: string, files: FetchedFiles) {
    this.node = node;
    this.folder = folder;
    this.packageFolders = [...foldersAbove(packagesFrom), ...nodePath()];
    this.#files = files;
  }

  async fetch(hash: string): Promise<Uint8Array> {
    const content = await this.#files.fetch(hash);
    if (content !== undefined) return content;
    throw new SerializationError({
      path: `a file of the program (${hash.slice(0, 13)})`,
      reason:
        `it did not get to node ${this.node}: the job has ended, its functions and files exceed the limit of a job, or ` +
        'the control store cannot be reached from there. `mobula status` and the log of that node say more.',
    });
  }
}

/** The folders of packages that a program in the folder would find. */
function foldersAbove(folder: string): string[] {
  const found: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    const packages = join(at, 'node_modules');
    if (existsSync(packages)) found.push(packages);
    if (at === dirname(at)) return found;
  }
}
