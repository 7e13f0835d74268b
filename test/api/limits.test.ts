import assert from 'node:assert/strict';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import { defaultCpus, defaultStoreMemory } from '../../lib/api/limits.js';

/** A machine as its files and Node's own functions show it. */
interface Machine {
  cpus: number;
  memory: number;
  /** What Node says of the cgroup's limit; a huge number, 0 or undefined where there is none. */
  constrained?: number | undefined;
  files?: Record<string, string>;
}

/** Runs the act as if it were on that machine. */
function on<T>(machine: Machine, act: () => T): T {
  const { readFileSync } = fs;
  const { availableParallelism, totalmem } = os;
  const constrained = Object.getOwnPropertyDescriptor(process, 'constrainedMemory')!;
  fs.readFileSync = ((path: string, ...rest: never[]) => {
    if (!/^\/(proc|sys)\//.test(path)) return readFileSync(path, ...rest);
    const text = machine.files?.[path];
    if (text === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
    return text;
  }) as typeof fs.readFileSync;
  os.availableParallelism = () => machine.cpus;
  os.totalmem = () => machine.memory;
  Object.defineProperty(process, 'constrainedMemory', {
    ...constrained,
    value: () => machine.constrained,
  });
  syncBuiltinESMExports();
  try {
    return act();
  } finally {
    Object.assign(fs, { readFileSync });
    Object.assign(os, { availableParallelism, totalmem });
    Object.defineProperty(process, 'constrainedMemory', constrained);
    syncBuiltinESMExports();
  }
}

const GIB = 2 ** 30;

describe('the default number of CPUs', () => {
  const cpus = (files: Record<string, string>, available = 8): number =>
    on({ cpus: available, memory: GIB, files }, defaultCpus);

  it('is what the process may use where no cgroup limits it', () => {
    assert.equal(cpus({}), 8);
    assert.equal(cpus({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': 'max 100000\n' }), 8);
    assert.equal(cpus({ '/proc/self/cgroup': '0::/a\n' }), 8);
    assert.equal(cpus({ '/proc/self/cgroup': 'nonsense' }), 8);
  });

  it('is the quota of a cgroup of version 2, rounded down, at least 1', () => {
    const quota = (text: string) =>
      cpus({ '/proc/self/cgroup': '0::/a\n', '/sys/fs/cgroup/a/cpu.max': text });
    assert.equal(quota('200000 100000\n'), 2);
    assert.equal(quota('350000 100000\n'), 3);
    assert.equal(quota('50000 100000\n'), 1);
    assert.equal(quota('5000000 100000\n'), 8, 'no more than there are');
    assert.equal(quota('max 100000\n'), 8);
  });

  it('is the tightest quota on the way to the root', () => {
    const files = {
      '/proc/self/cgroup': '0::/outer/middle/inner\n',
      '/sys/fs/cgroup/outer/middle/inner/cpu.max': '400000 100000\n',
      '/sys/fs/cgroup/outer/middle/cpu.max': 'max 100000\n',
      '/sys/fs/cgroup/outer/cpu.max': '300000 100000\n',
    };
    assert.equal(cpus(files), 3);
    // In a container the root of what is seen is the container's own cgroup.
    assert.equal(cpus({ ...files, '/sys/fs/cgroup/cpu.max': '200000 100000\n' }), 2);
  });

  it('is the quota of a cgroup of version 1', () => {
    const files = {
      '/proc/self/cgroup': '12:memory:/m\n4:cpu,cpuacct:/a/b\n1:name=systemd:/s\n',
      '/sys/fs/cgroup/cpu/a/b/cpu.cfs_quota_us': '-1\n',
      '/sys/fs/cgroup/cpu/a/b/cpu.cfs_period_us': '100000\n',
      '/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us': '250000\n',
      '/sys/fs/cgroup/cpu/a/cpu.cfs_period_us': '100000\n',
    };
    assert.equal(cpus(files), 2);
  });
});

describe('the default memory of the object store', () => {
  const memory = (constrained: number | undefined): number =>
    on({ cpus: 1, memory: 100 * GIB, constrained }, defaultStoreMemory);

  it('is 30 % of the machine where nothing limits the process', () => {
    for (const unlimited of [0, undefined, 2 ** 64, 100 * GIB]) assert.equal(memory(unlimited), 30 * GIB);
  });

  it('is 30 % of what the cgroup allows', () => {
    assert.equal(memory(10 * GIB), 3 * GIB);
    assert.ok(Number.isSafeInteger(memory(GIB + 1)));
  });
});
