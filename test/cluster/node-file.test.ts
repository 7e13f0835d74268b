import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type NodeFile,
  newNodeDirectory,
  nodeFilePath,
  removeNodeFile,
  runningNodes,
  writeNodeFile,
} from '../../lib/cluster/node-file.js';
import { isRunning, ownPidSpace, signalProcess, startTimeOf } from '../../lib/cluster/process-identity.js';
import { findStateFolder, makeStateFolder } from '../../lib/cluster/state-folder.js';
import { InvalidArgumentError } from '../../lib/errors/index.js';
import { until } from '../support/poll.js';

describe('the files of the nodes of a machine', () => {
  let folder: string;
  let sleeper: ChildProcess;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'n-'));
    sleeper = spawn('sleep', ['600'], { stdio: 'ignore' });
  });

  afterEach(async () => {
    sleeper.kill('SIGKILL');
    await until(() => sleeper.signalCode !== null, { what: 'the end of a process' });
    rmSync(folder, { recursive: true, force: true });
  });

  /** The file of a node whose raylet is the sleeping process. */
  function fileOf(name: string, changes: Partial<NodeFile> = {}): NodeFile {
    const directory = newNodeDirectory(folder, name);
    mkdirSync(directory);
    const pid = sleeper.pid!;
    return {
      name,
      pid,
      startTime: startTimeOf(pid)!,
      space: ownPidSpace(),
      node: `id of ${name}`,
      socket: join(directory, 'raylet.sock'),
      directory,
      version: '1.2.3',
      head: true,
      started: 1,
      ...changes,
    };
  }

  it('tell of those that run, by name, and can be read by their owner alone', () => {
    const files = [fileOf('a'), fileOf('b', { redis: 'redis://127.0.0.1:1' })];
    for (const file of [...files].reverse()) writeNodeFile(folder, file);
    assert.deepEqual(runningNodes(folder), files);
    for (const { name } of files) assert.equal(statSync(nodeFilePath(folder, name)).mode & 0o777, 0o600);
    removeNodeFile(folder, 'a', 'id of another one');
    assert.equal(runningNodes(folder).length, 2);
    removeNodeFile(folder, 'a', 'id of a');
    removeNodeFile(folder, 'a', 'id of a');
    assert.deepEqual(runningNodes(folder), [files[1]]);
    assert.deepEqual(runningNodes(undefined), []);
  });

  it('are of one node a name', () => {
    const first = fileOf('a');
    writeNodeFile(folder, first);
    assert.throws(() => writeNodeFile(folder, fileOf('a', { node: 'other' })), /'a' runs on this machine/);
    assert.deepEqual(runningNodes(folder), [first]);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('.')),
      [],
    );
  });

  it('are removed with what the node left, once its process is gone', async () => {
    const directory = join(folder, 'redis-abc');
    mkdirSync(directory);
    const redis = spawn('sleep', ['600'], { stdio: 'ignore' });
    const redisServer = { pid: redis.pid!, startTime: startTimeOf(redis.pid!)!, directory };
    const file = fileOf('a', { redisServer });
    writeNodeFile(folder, file);
    assert.equal(runningNodes(folder).length, 1);
    sleeper.kill('SIGKILL');
    await until(() => !isRunning(file), { what: 'the end of a process' });
    assert.deepEqual(runningNodes(folder), []);
    assert.deepEqual(readdirSync(folder), []);
    await until(() => redis.signalCode === 'SIGKILL', { what: 'the end of the Redis of a dead node' });
  });

  it('are not believed when another process has the pid, or the machine was started anew', () => {
    const other = spawn('sleep', ['600'], { stdio: 'ignore' });
    try {
      // Its start time is another one's, as after the reuse of a pid.
      const startTime = String(Number(startTimeOf(other.pid!)) - 1);
      writeNodeFile(folder, fileOf('reused', { pid: other.pid!, startTime }));
      const redisServer = { pid: other.pid!, startTime, directory: folder };
      writeNodeFile(folder, fileOf('redis', { startTime: '1', redisServer }));
      writeNodeFile(folder, fileOf('boot', { space: { ...ownPidSpace(), boot: 'another' } }));
      assert.deepEqual(runningNodes(folder), []);
      assert.deepEqual(readdirSync(folder), []);
      assert.equal(signalProcess({ pid: other.pid!, startTime }, 'SIGKILL'), false);
      assert.ok(isRunning({ pid: other.pid!, startTime: startTimeOf(other.pid!)! }));
    } finally {
      other.kill('SIGKILL');
    }
  });

  it('of another pid namespace are left alone', () => {
    const file = fileOf('a', { space: { ...ownPidSpace(), namespace: 'pid:[1]' }, startTime: '1' });
    writeNodeFile(folder, file);
    assert.deepEqual(runningNodes(folder), []);
    assert.ok(existsSync(file.directory));
    assert.ok(existsSync(nodeFilePath(folder, 'a')));
  });

  it('remove nothing outside of their folder, and are not believed when others can write them', () => {
    const outside = mkdtempSync(join(tmpdir(), 'o-'));
    try {
      writeNodeFile(folder, fileOf('a', { startTime: '1', directory: outside }));
      const path = nodeFilePath(folder, 'b');
      writeNodeFile(folder, fileOf('b'));
      chmodSync(path, 0o666);
      writeFileSync(nodeFilePath(folder, 'c'), 'nonsense', { mode: 0o600 });
      writeFileSync(nodeFilePath(folder, 'd'), '{"pid":1}', { mode: 0o600 });
      const text = readFileSync(path, 'utf8');
      writeFileSync(join(outside, 'real'), text, { mode: 0o600 });
      symlinkSync(join(outside, 'real'), nodeFilePath(folder, 'e'));
      assert.deepEqual(runningNodes(folder), []);
      assert.deepEqual(readdirSync(outside), ['real']);
    } finally {
      rmSync(outside, { recursive: true });
    }
  });

  it('have names that are no paths', () => {
    for (const name of ['', '.', '..', 'a/b', '-a', 'a b', 'a.b', 'a'.repeat(21)]) {
      assert.throws(() => nodeFilePath(folder, name), InvalidArgumentError, name);
    }
  });

  it('stand in a folder that nobody else may open', () => {
    const before = process.env.XDG_RUNTIME_DIR;
    process.env.XDG_RUNTIME_DIR = folder;
    try {
      assert.equal(findStateFolder(), undefined);
      const state = makeStateFolder();
      assert.equal(state, join(folder, 'mobula'));
      assert.equal(statSync(state).mode & 0o777, 0o700);
      assert.equal(findStateFolder(), state);
      chmodSync(state, 0o750);
      assert.throws(findStateFolder, /is not to be trusted/);
      rmSync(state, { recursive: true });
      symlinkSync('/tmp', state);
      assert.throws(makeStateFolder, /is not to be trusted/);
    } finally {
      if (before === undefined) delete process.env.XDG_RUNTIME_DIR;
      else process.env.XDG_RUNTIME_DIR = before;
    }
  });
});
