import assert from 'node:assert/strict';
import { MOST_FUNCTION_BYTES_OF_A_JOB } from '../../lib/control/control-store.js';
import { MemoryControlStore } from '../../lib/control/memory-control-store.js';
import { FunctionDirectory } from '../../lib/raylet/function-directory.js';

function functionRecord(hash: string, bytes = 4) {
  return { hash, name: hash, payload: new Uint8Array(new ArrayBuffer(bytes)) };
}

describe('the directory of functions', () => {
  let control: MemoryControlStore;
  let directory: FunctionDirectory;

  beforeEach(() => {
    control = new MemoryControlStore();
    directory = new FunctionDirectory(control);
    for (const job of ['n-1', 'n-2'])
      control.jobStarted({ job, name: job, pid: 1, started: 1, ended: undefined });
  });

  it('gives a function to whoever asked before it was exported, and after', async () => {
    const early = directory.fetch('a', 'n-1');
    directory.add('n-1', functionRecord('a'));
    assert.equal((await early)?.name, 'a');
    assert.equal((await directory.fetch('a', 'n-1'))?.name, 'a');
  });

  it('finds what another node put into the control store while it waits', async () => {
    const early = directory.fetch('a', 'n-1');
    control.addFunction('n-1', functionRecord('a'));
    assert.equal((await early)?.name, 'a');
  });

  it('keeps the functions of a job from the others', async () => {
    const other = directory.fetch('a', 'n-2');
    directory.add('n-1', functionRecord('a'));
    await directory.fetch('a', 'n-1');
    // The other job's own export is what it gets.
    directory.add('n-2', { ...functionRecord('a'), name: 'own' });
    assert.equal((await other)?.name, 'own');
  });

  it('answers at once when the export was refused', async () => {
    directory.add('n-1', functionRecord('big', MOST_FUNCTION_BYTES_OF_A_JOB));
    const early = directory.fetch('more', 'n-1');
    directory.add('n-1', functionRecord('more', 1));
    const unknown = directory.fetch('never', 'n-1').then(() => 'never');
    assert.equal(await Promise.race([early, unknown]), undefined);
    assert.equal(await Promise.race([directory.fetch('more', 'n-1'), unknown]), undefined);
    directory.add('n-1', functionRecord('never', 0));
    assert.equal(await unknown, 'never');
  });
});
