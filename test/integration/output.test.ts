import assert from 'node:assert/strict';
import { until } from '../support/poll.js';
import { newBoard, numbers, openGate } from './support/board.js';
import { Driver } from './support/processes.js';

describe('what workers print', function () {
  this.timeout(60_000);

  const drivers: Driver[] = [];

  function start(what: string) {
    const board = newBoard();
    const driver = new Driver('printing', [what, board], ['--expose-gc']);
    drivers.push(driver);
    return { board, driver };
  }

  async function run(what: string) {
    const { board, driver } = start(what);
    assert.deepEqual(await driver.ended(), { code: 0, signal: null }, driver.output);
    return { board, driver, lines: driver.stdout.split('\n').filter((line) => line !== '') };
  }

  afterEach(() => {
    for (const driver of drivers.splice(0)) driver.kill();
  });

  it('appears at the driver, with name and pid before each line, in order', async () => {
    const { board, driver, lines } = await run('lines');
    const expected = numbers(board, 'speaker').flatMap((pid, index) => {
      const text = ['hello', 'again'][index];
      return ['one', 'two', 'three'].map((word) => `(speak pid=${pid}) ${text} ${word}`);
    });
    assert.deepEqual(lines, expected);
    const errors = driver.stderr.split('\n').filter((line) => line !== '');
    assert.deepEqual(
      errors,
      numbers(board, 'speaker').map(
        (pid, index) => `(speak pid=${pid}) ${['hello', 'again'][index]} to stderr`,
      ),
    );
  });

  it('appears under the name of the task that printed it, though they share a process', async () => {
    const { lines } = await run('names');
    for (const label of ['alpha', 'beta']) {
      for (const text of [`${label} begins`, `${label} ends`]) {
        assert.equal(
          lines.filter((line) => new RegExp(`^\\(${label} pid=\\d+\\) ${text}$`).test(line)).length,
          1,
        );
      }
      const child = new RegExp(`^\\(child-of-${label} pid=\\d+\\) from ${label} (one|two|three)$`);
      assert.equal(lines.filter((line) => child.test(line)).length, 3);
    }
    assert.equal(lines.length, 10);
  });

  it('appears also when the worker is killed right after it printed', async () => {
    const { board, driver, lines } = await run('death');
    const pidOf = (how: string): number => numbers(board, how)[0]!;
    assert.ok(lines.includes(`(lastWords pid=${pidOf('console')}) the last words by console`), driver.output);
    // What is written past the streams is printed under the name that they had last.
    assert.match(
      driver.stdout,
      new RegExp(`^\\(\\w+ pid=${pidOf('stdout')}\\) the last words to stdout$`, 'm'),
    );
    assert.match(
      driver.stderr,
      new RegExp(`^\\(\\w+ pid=${pidOf('stderr')}\\) the last words to stderr$`, 'm'),
    );
  });

  it('does not appear with logToDriver: false', async () => {
    const { board, driver } = await run('silent');
    assert.equal(numbers(board, 'speaker').length, 2);
    assert.equal(driver.stdout, '');
    assert.equal(driver.stderr, '');
  });

  it('a failed task whose ref is dropped unread is printed once, with its stack', async () => {
    const { board, driver } = start('unseen');
    const occurrences = (text: string): number => driver.stderr.split(text).length - 1;
    const expected = ['Error: nobody looks at this', 'Error: disposed of without a look'];
    await until(() => expected.every((text) => occurrences(text) > 0) || driver.child.exitCode !== null, {
      what: () => `the report of the dropped failures; the driver printed:\n${driver.output}`,
    });
    openGate(board, 'printed');
    assert.deepEqual(await driver.ended(), { code: 0, signal: null }, driver.output);
    assert.equal(occurrences("task 'unseen' failed"), 2, driver.stderr);
    assert.match(driver.stderr, /at unseen \(.*printing\.[jt]s:\d+/);
    assert.match(driver.stderr, /at dropped \(.*printing\.[jt]s:\d+/);
    assert.equal(occurrences('somebody looks at this'), 0);
    assert.equal(occurrences('cancelled'), 0);
  });
});
