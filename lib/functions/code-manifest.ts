import { createHash } from 'node:crypto';

/** The files of the program and the packages that a shipped function needs where the program is not installed. */
export interface CodeManifest {
  /** The node whose files these are, for messages. */
  readonly node: string;
  /** The folder of Mobula's package there. */
  readonly mobula: string;
  /**
   * For a program inside Mobula's own package: files there that 'mobula' leads to, as package.json says. Their places lead to
   * the Mobula of the node that runs the function.
   */
  readonly mobulaEntries: readonly string[];
  readonly files: readonly CodeFile[];
  readonly packages: readonly PackageUse[];
}

/** A file of the program, as it was on the machine of the driver. */
export interface CodeFile {
  /** Absolute path there. */
  readonly path: string;
  /** See {@link codeHash}. Empty for code of the command line, which has its folder alone. */
  readonly hash: string;
  /** False for a file that is only where code came from, such as the entry script: it is not sent, as nobody imports it. */
  readonly shipped: boolean;
}

/** An import of an installed package. */
export interface PackageUse {
  readonly name: string;
  /** Version on the machine of the driver; '' when its package.json has none. */
  readonly version: string;
  /** A file that imports it. */
  readonly from: string;
  /** The import is made while the code runs, if at all: the package may be missing. */
  readonly optional: boolean;
}

/** A file of the program on its way to the control store. */
export interface SentFile {
  readonly hash: string;
  readonly path: string;
  readonly content: Uint8Array;
}

/** Names the content of a file. Whoever has the name may have the content, so it is as long as SHA-256 makes it. */
export function codeHash(content: Uint8Array): string {
  return `file-${createHash('sha256').update(content).digest('hex')}`;
}
