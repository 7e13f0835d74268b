import { readFileSync, readlinkSync } from 'node:fs';

/**
 * When a process started, in clock ticks since the machine did: with its pid it names one process for ever, as pids are used
 * again. Undefined when no such process runs; one that has ended and was not waited for does not.
 */
export function startTimeOf(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // Behind the command in parentheses, which may hold anything: the state is field 3, the start time field 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

/** Whether that very process runs, and not another one that has its pid now. */
export function isRunning(process: { readonly pid: number; readonly startTime: string }): boolean {
  return startTimeOf(process.pid) === process.startTime;
}

/** Sends a signal if that very process still runs; false when it does not. */
export function signalProcess(
  target: { readonly pid: number; readonly startTime: string },
  signal: NodeJS.Signals,
): boolean {
  if (!isRunning(target)) return false;
  try {
    process.kill(target.pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Where pids mean what they mean here: this start of the machine, and this namespace of it. */
export interface PidSpace {
  readonly boot: string;
  readonly namespace: string;
}

/** That of this process. */
export function ownPidSpace(): PidSpace {
  return {
    boot: readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim(),
    namespace: readlinkSync('/proc/self/ns/pid'),
  };
}
