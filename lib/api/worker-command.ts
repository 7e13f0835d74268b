import { PROGRAM_VARIABLE, type WorkerCommand } from '../protocol/startup.js';
import { programFile } from '../store/package-files.js';
import { workerExecArgv, workerNodeOptions } from './worker-flags.js';

/** How workers for this program are started: as this process was, but for the flags that are about itself alone. */
export function ownWorkerCommand(): WorkerCommand {
  return {
    execPath: process.execPath,
    execArgv: workerExecArgv(process.execArgv),
    script: programFile('worker'),
    cwd: process.cwd(),
    environment: {
      ...(process.env as Record<string, string>),
      NODE_OPTIONS: workerNodeOptions(process.env.NODE_OPTIONS ?? ''),
      ...(process.argv[1] === undefined ? {} : { [PROGRAM_VARIABLE]: process.argv[1] }),
    },
  };
}
