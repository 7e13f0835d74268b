import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../support/paths.js';

const execute = promisify(execFile);

/** What `npm pack` would publish. */
export interface Tarball {
  path: string;
  /** Paths inside the package, sorted. */
  files: string[];
}

/** A folder outside the repository in which the package is used as its users use it. */
export class Consumer {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<Consumer> {
    const consumer = new Consumer(await mkdtemp(join(tmpdir(), 'consumer-')));
    await consumer.write('package.json', JSON.stringify({ name: 'consumer', private: true }));
    return consumer;
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.folder, name), text);
  }

  /** Runs a program in the folder and gives back what it printed; rejects when it ends badly. */
  async run(command: string, args: readonly string[]): Promise<string> {
    return await output(command, args, this.folder);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Packs the package, as it is built, into `folder`. */
export async function pack(folder: string): Promise<Tarball> {
  const printed = await output(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
    packageRoot,
  );
  const [packed] = JSON.parse(printed) as [{ filename: string; files: { path: string }[] }];
  return { path: join(folder, packed.filename), files: packed.files.map(({ path }) => path).sort() };
}

/** The first block of code in that language below a heading of the README. */
export async function readmeBlock(heading: string, language: string): Promise<string> {
  const readme = await readFile(join(packageRoot, 'README.md'), 'utf8');
  const section = readme.split(`\n## ${heading}\n`)[1];
  const block = section?.split(`\n\`\`\`${language}\n`)[1]?.split('\n```')[0];
  if (block === undefined) throw new Error(`README.md has no ${language} below '${heading}'`);
  return `${block}\n`;
}

async function output(command: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    return (await execute(command, args, { cwd, maxBuffer: 64 * 1024 * 1024 })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
  }
}
