import assert from 'node:assert/strict';
import {
  GetTimeoutError,
  InfeasibleTaskError,
  ObjectStoreFullError,
  RayletDiedError,
  SerializationError,
  WorkerCrashedError,
} from '../../lib/errors/index.js';

describe('WorkerCrashedError', () => {
  it('names the signal, the memory and the attempts', () => {
    const error = new WorkerCrashedError({
      functionName: 'train',
      pid: 4711,
      signal: 'SIGKILL',
      attempts: 4,
      memory: 1.5 * 2 ** 30,
    });
    assert.match(error.message, /process 4711 was killed by SIGKILL holding 1\.5 GiB of memory/);
    assert.match(error.message, /'train' \(4 attempts\)/);
    assert.equal(error.exitCode, undefined);
    assert.equal(error.stderr, '');
  });

  it('names the exit code, and quotes the last output', () => {
    const error = new WorkerCrashedError({
      functionName: 'f',
      pid: 1,
      exitCode: 3,
      attempts: 1,
      stderr: 'first line\nlast line\n',
    });
    assert.match(error.message, /exited with code 3 while/);
    assert.match(error.message, /\(1 attempt\)/);
    assert.match(error.message, /process\.exit/);
    assert.ok(error.message.endsWith('  | first line\n  | last line'), error.message);
  });

  it('says that the process disappeared when nobody saw its end', () => {
    assert.match(new RayletDiedError({ pid: 5 }).message, /process 5\) disappeared;/);
  });
});

describe('ObjectStoreFullError', () => {
  it('lists who holds what', () => {
    const holders = Array.from({ length: 10 }, (_, index) => ({
      pid: 100 + index,
      name: `worker (f${index})`,
      objects: index + 1,
      bytes: 2048 * (index + 1),
    }));
    const error = new ObjectStoreFullError({ requested: 1000, capacity: 1_000_000, holders, waited: 12 });
    assert.match(error.message, /no room for 1000 bytes after waiting 12 ms \(capacity 977 KiB\)/);
    assert.match(error.message, /process 100 \(worker \(f0\)\): 2 KiB in 1 object\n/);
    assert.match(error.message, /in 8 objects\n {2}and 2 more$/);
    assert.deepEqual(error.holders, holders);
  });

  it('says at once that a value can never fit', () => {
    const error = new ObjectStoreFullError({ requested: 2048, capacity: 1024, holders: [] });
    assert.match(error.message, /2 KiB can never fit into the object store of 1 KiB/);
  });
});

describe('GetTimeoutError', () => {
  it('says what each ref waits for', () => {
    const waitingFor = Array.from({ length: 9 }, (_, index) => ({
      objectId: `0${index}`,
      state: `state ${index}`,
    }));
    const error = new GetTimeoutError(5, waitingFor);
    assert.match(error.message, /^9 objects not ready within 5 ms\./);
    assert.match(error.message, /\n {2}ObjectRef\(00\): state 0\n/);
    assert.match(error.message, /state 7\n {2}and 1 more$/);
    assert.deepEqual(error.waitingFor, waitingFor);
  });
});

describe('InfeasibleTaskError', () => {
  it('says what is wrong with the node that the task names', () => {
    const { message } = InfeasibleTaskError.onNode('f', { CPU: 1 }, 'node ab is not in the cluster');
    assert.match(message, /task 'f'.*cannot run on the node that it names: node ab is not in the cluster\. /);
    assert.match(message, /mobula\.nodes\(\).*soft: true/);
  });

  it('compares what is asked with what there is', () => {
    const { message } = new InfeasibleTaskError('f', { gpu: 1 }, [{ CPU: 2 }, { CPU: 4, gpu: 0.5 }]);
    assert.match(message, /asks for \{ gpu: 1 \} but the nodes have \{ CPU: 2 \}, \{ CPU: 4, gpu: 0\.5 \}/);
  });
});

describe('SerializationError', () => {
  it('names path, file and line', () => {
    const error = new SerializationError({
      path: 'f -> socket',
      reason: 'it is a socket.',
      file: 'main.js',
      line: 12,
    });
    assert.equal(
      error.message,
      'f -> socket (main.js:12) cannot be sent to another process: it is a socket.',
    );
    assert.equal(error.line, 12);
  });
});
