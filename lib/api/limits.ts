import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';

/** Part of the memory that the object store takes unless told otherwise. */
const STORE_SHARE = 0.3;

/** CPUs that this process may use: its affinity, and the quota of its cgroups. At least 1. */
export function defaultCpus(): number {
  const quota = cgroupCpus();
  const cpus = availableParallelism();
  return Math.max(1, quota === undefined ? cpus : Math.min(cpus, Math.floor(quota)));
}

/** Bytes of the object store by default: 30 % of the memory that this process may use. */
export function defaultStoreMemory(): number {
  // 0 or a huge number where nothing limits it.
  const limit = process.constrainedMemory?.() ?? 0;
  const total = totalmem();
  return Math.floor(STORE_SHARE * (limit > 0 && limit < total ? limit : total));
}

/** The tightest CPU quota of the cgroups that this process is in, in CPUs. */
function cgroupCpus(): number | undefined {
  let tightest: number | undefined;
  for (const line of read('/proc/self/cgroup').split('\n')) {
    const [, controllers, path] = line.split(':');
    if (path === undefined) continue;
    const unified = controllers === '';
    if (!unified && !controllers!.split(',').includes('cpu')) continue;
    const root = unified ? '/sys/fs/cgroup' : '/sys/fs/cgroup/cpu';
    // Every level up to the root can set a quota.
    for (let folder = path; ; folder = folder.slice(0, folder.lastIndexOf('/'))) {
      const cpus = unified ? quotaOfV2(`${root}${folder}`) : quotaOfV1(`${root}${folder}`);
      if (cpus !== undefined && (tightest === undefined || cpus < tightest)) tightest = cpus;
      if (folder === '' || folder === '/') break;
    }
  }
  return tightest;
}

function quotaOfV2(folder: string): number | undefined {
  const [quota, period] = read(`${folder}/cpu.max`).trim().split(' ');
  return quota === undefined || quota === '' || quota === 'max' ? undefined : Number(quota) / Number(period);
}

function quotaOfV1(folder: string): number | undefined {
  const quota = Number(read(`${folder}/cpu.cfs_quota_us`));
  const period = Number(read(`${folder}/cpu.cfs_period_us`));
  return quota > 0 && period > 0 ? quota / period : undefined;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
