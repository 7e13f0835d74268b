/** What a command could not do, for people; it ends with this exit code. */
export class CommandFailure extends Error {
  constructor(
    message: string,
    /** 1: it could not be done; 2: it was asked for wrongly. */
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
  }
}

/** The command line asks for something that cannot be. */
export function usage(message: string): never {
  throw new CommandFailure(message, 2);
}
