import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SerializationError } from '../errors/index.js';
import { type CodeReceiver, nodePath } from '../functions/index.js';
import type { WorkerCode } from '../protocol/startup.js';

interface Fetch {
  readonly promise: Promise<Uint8Array>;
  resolve(content: Uint8Array): void;
  reject(reason: Error): void;
}

/** Gets the files of a program that is not installed on this machine from the raylet, which has them as it has functions. */
export class ProgramCode implements CodeReceiver {
  readonly node: string;
  readonly folder: string;
  readonly packageFolders: readonly string[];
  readonly #ask: (hash: string) => void;
  readonly #fetches = new Map<string, Fetch>();

  /**
   * @param node this node, for messages
   * @param ask asks the raylet; the answer comes through {@link arrived}
   */
  constructor({ folder, packagesFrom }: WorkerCode, node: string, ask: (hash: string) => void) {
    this.node = node;
    this.folder = folder;
    this.packageFolders = [...foldersAbove(packagesFrom), ...nodePath()];
    this.#ask = ask;
  }

  fetch(hash: string): Promise<Uint8Array> {
    let fetch = this.#fetches.get(hash);
    if (fetch === undefined) {
      fetch = newFetch();
      this.#fetches.set(hash, fetch);
      this.#ask(hash);
    }
    return fetch.promise;
  }

  /** False when nobody asked for it here. Undefined stands for a file that nobody has. */
  arrived(hash: string, content: Uint8Array | undefined): boolean {
    const fetch = this.#fetches.get(hash);
    if (fetch === undefined) return false;
    this.#fetches.delete(hash);
    if (content !== undefined) fetch.resolve(content);
    else {
      fetch.reject(
        new SerializationError({
          path: `a file of the program (${hash.slice(0, 13)})`,
          reason:
            `it did not get to node ${this.node}: the job has ended, its functions and files exceed the limit of a job, or ` +
            'the control store cannot be reached from there. `mobula status` and the log of that node say more.',
        }),
      );
    }
    return true;
  }
}

function newFetch(): Fetch {
  let settle: Omit<Fetch, 'promise'> | undefined;
  const promise = new Promise<Uint8Array>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle! };
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
