import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../support/poll.js';
import { count, newBoard, notes, numbers } from './support/board.js';
import { Driver, isAlive, untilDead } from './support/processes.js';
import { Random } from './support/random.js';

describe('the end of a program', function () {
  this.timeout(60_000);

  const drivers: Driver[] = [];

  /** Starts a driver and waits until its tasks are at work. */
  async function start(how: string, tasks: readonly string[], detached = false) {
    const board = newBoard();
    const driver = new Driver('driver', [how, board, ...tasks], [], detached);
    drivers.push(driver);
    await until(() => count(board, 'ready') === 1 || driver.child.exitCode !== null, {
      timeout: 30_000,
      what: () => `the start of the driver's tasks; it printed:\n${driver.output}\n${notes(board)}`,
    });
    assert.equal(count(board, 'ready'), 1, driver.output);
    const raylet = numbers(board, 'raylet')[0]!;
    const workers = [...new Set(numbers(board, 'worker'))];
    const children = numbers(board, 'child');
    return { board, driver, raylet, workers, children };
  }

  type Started = Awaited<ReturnType<typeof start>>;

  /** All of it is gone, soon. */
  async function leavesNothing({ driver, raylet, workers, children }: Started): Promise<void> {
    assert.ok(workers.length > 0);
    await untilDead([driver.pid, raylet, ...workers, ...children], "the driver's processes");
    await driver.untilFolderGone();
  }

  afterEach(() => {
    for (const driver of drivers.splice(0)) driver.kill();
  });

  describe('by kill -9', () => {
    for (const tasks of [['quick'], ['spinning'], ['parent'], ['suspended'], ['spinning', 'parent']]) {
      it(`while its tasks are ${tasks.join(' and ')}: everything ends`, async () => {
        const started = await start('stay', tasks);
        assert.equal(started.children.length, tasks.includes('parent') ? 1 : 0);
        assert.ok([started.raylet, ...started.workers, ...started.children].every(isAlive));
        started.driver.child.kill('SIGKILL');
        await leavesNothing(started);
      });
    }

    it('at random moments of its start: everything ends', async () => {
      const random = new Random('the deaths of starting drivers');
      const board = newBoard();
      const started = Array.from({ length: 12 }, () => new Driver('driver', ['stay', board, 'quick']));
      drivers.push(...started);
      for (const driver of started) setTimeout(() => driver.kill(), random.below(600));
      for (const driver of started) await driver.ended();
      const processes = [...numbers(board, 'raylet'), ...numbers(board, 'worker')];
      await untilDead(processes, "the drivers' processes");
      // Their names begin with the driver's pid; the hook at the end of the file finds processes that noted nothing.
      for (const driver of started) await driver.untilFolderGone();
    });
  });

  it('by kill -9 of its raylet: pending gets reject, and all processes end', async () => {
    const started = await start('get', ['spinning', 'parent']);
    const { board, driver, raylet } = started;
    assert.ok([raylet, ...started.workers, ...started.children].every(isAlive));
    process.kill(raylet, 'SIGKILL');
    const end = await driver.ended();
    const outcomes = notes(board).filter((line) => line.startsWith('outcome'));
    assert.equal(outcomes.length, 2, driver.output);
    for (const outcome of outcomes) {
      assert.match(
        outcome,
        new RegExp(
          `^outcome rejected ERR_MOBULA_RAYLET_DIED the raylet \\(process ${raylet}\\) was killed by SIGKILL`,
        ),
      );
    }
    assert.equal(count(board, 'later ERR_MOBULA_RAYLET_DIED'), 1);
    assert.equal(count(board, 'shut down'), 1);
    assert.deepEqual(end, { code: 0, signal: null }, driver.output);
    await leavesNothing(started);
  });

  it('by kill -9 of its raylet and of itself at once', async () => {
    const started = await start('get', ['spinning', 'parent']);
    const { driver, raylet, workers, children } = started;
    process.kill(raylet, 'SIGKILL');
    driver.child.kill('SIGKILL');
    await untilDead([driver.pid, raylet, ...workers, ...children], "the driver's processes");
    // Nobody is left who could remove the folder.
    for (const folder of driver.folders) rmSync(join(tmpdir(), folder), { recursive: true });
  });

  it('by Ctrl-C, which reaches its process group, ends everything', async () => {
    const started = await start('get', ['spinning', 'parent'], true);
    process.kill(-started.driver.pid, 'SIGINT');
    assert.deepEqual(await started.driver.ended(), { code: null, signal: 'SIGINT' });
    await leavesNothing(started);
  });

  it('by SIGTERM ends everything', async () => {
    const started = await start('get', ['spinning', 'parent']);
    started.driver.child.kill('SIGTERM');
    assert.deepEqual(await started.driver.ended(), { code: null, signal: 'SIGTERM' });
    await leavesNothing(started);
  });

  it('by shutdown, with tasks at work: their gets reject', async () => {
    const started = await start('shutdown', ['spinning', 'parent']);
    assert.deepEqual(await started.driver.ended(), { code: 0, signal: null }, started.driver.output);
    const outcomes = notes(started.board).filter((line) => line.startsWith('outcome'));
    assert.deepEqual(outcomes, Array(2).fill('outcome rejected ERR_MOBULA_SHUTDOWN'));
    await leavesNothing(started);
  });

  it('without shutdown: it exits by itself, with code 0, and leaves nothing', async () => {
    const started = await start('result', ['quick']);
    assert.deepEqual(await started.driver.ended(), { code: 0, signal: null }, started.driver.output);
    assert.equal(count(started.board, 'result done'), 1);
    await leavesNothing(started);
  });

  it('without shutdown, with tasks at work that nobody awaits', async () => {
    const started = await start('end', ['spinning', 'parent']);
    assert.deepEqual(await started.driver.ended(), { code: 0, signal: null }, started.driver.output);
    await leavesNothing(started);
  });

  it('by process.exit keeps the exit code, and leaves nothing', async () => {
    const started = await start('exit', ['spinning', 'parent']);
    assert.deepEqual(await started.driver.ended(), { code: 7, signal: null }, started.driver.output);
    await leavesNothing(started);
  });

  it('by an uncaught exception shows it, and leaves nothing', async () => {
    const started = await start('throw', ['spinning', 'parent']);
    assert.deepEqual(await started.driver.ended(), { code: 1, signal: null }, started.driver.output);
    assert.match(started.driver.stderr, /RangeError: nobody catches this/);
    await leavesNothing(started);
  });

  it('by a rejection that nobody handles, while a get is pending', async () => {
    const started = await start('reject', ['spinning', 'parent']);
    assert.deepEqual(await started.driver.ended(), { code: 1, signal: null }, started.driver.output);
    assert.match(started.driver.stderr, /RangeError: nobody handles this/);
    await leavesNothing(started);
  });
});
