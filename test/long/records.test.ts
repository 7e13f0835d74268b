import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Machine, type ProgramProcess } from '../support/machine.js';
import { fixture } from '../support/paths.js';
import { until } from '../support/poll.js';
import { RedisServer } from '../support/redis.js';

const FIXTURE = 'test/cluster/fixtures/recorded.ts';
const page = readFileSync(fixture('docs/redis.md'), 'utf8');

interface Started {
  readonly node: string;
  readonly pid: number;
}

/** The commands that the page gives for a question, for other ids than those of its examples. */
function commandsFor(question: string, ids: Readonly<Record<string, string>>): string {
  const after = page.split(`\n${question}\n`)[1];
  let commands = /^\n```sh\n([\s\S]*?)```/.exec(after ?? '')?.[1];
  assert.ok(commands !== undefined, `the page has no example for: ${question}`);
  for (const [example, id] of Object.entries(ids)) {
    assert.ok(commands.includes(example), `${example} is not in the example for: ${question}`);
    commands = commands.replaceAll(example, id);
  }
  return commands;
}

describe('what Redis shows of a cluster', function () {
  this.timeout(120_000);
  let server: RedisServer;
  let machine: Machine;
  let folder: string;
  let a: Started;
  let b: Started;
  let program: ProgramProcess;

  before(async () => {
    server = await RedisServer.start();
    machine = new Machine();
    folder = mkdtempSync(join(tmpdir(), 'records-'));
    // The page's redis-cli asks the server of this test.
    const { stdout } = await promisify(execFile)('sh', ['-c', 'command -v redis-cli']);
    const shim = `#!/bin/sh\nexec ${stdout.trim()} -p ${server.port} "$@"\n`;
    writeFileSync(join(folder, 'redis-cli'), shim, { mode: 0o755 });
    const common = ['--redis', server.url, '--address', '127.0.0.1', '--object-store-memory', '32MiB'];
    const secret = ['--secret-file', join(folder, 'secret')];
    a = await machine.json('start', '--head', '--name', 'a', '--num-cpus', '1', ...common, ...secret);
    const resources = ['--num-cpus', '2', '--resources', '{"gpu":2}'];
    b = await machine.json('start', '--name', 'b', ...resources, ...common, ...secret);
    program = machine.program(FIXTURE, { args: ['auto:a'] });
    assert.deepEqual(await program.answer(), { node: a.node });
  });

  after(async () => {
    await machine.remove();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function shell(commands: string): Promise<string[]> {
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
    const { stdout } = await promisify(execFile)('sh', ['-ec', commands], { env });
    return stdout === '' ? [] : stdout.trimEnd().split('\n');
  }

  async function locationsOf(id: string): Promise<string[]> {
    return (
      await shell(commandsFor('Where is an object?', { '00c5a1e27f3b90d40000000001000000': id }))
    ).sort();
  }

  async function taskOf(id: string): Promise<Record<string, string>> {
    const lines = await shell(commandsFor('What was a task?', { '00c5a1e27f3b90d40000000002000000': id }));
    const fields: Record<string, string> = {};
    for (let index = 0; index < lines.length; index += 2) fields[lines[index]!] = lines[index + 1]!;
    return fields;
  }

  async function untilTask(id: string, status: string): Promise<Record<string, string>> {
    let task: Record<string, string> = {};
    const seen = async (): Promise<boolean> => {
      task = await taskOf(id);
      return task.status === status;
    };
    await until(seen, { timeout: 30_000, what: () => `task ${id} to be ${status}: ${JSON.stringify(task)}` });
    return task;
  }

  async function untilAt(id: string, nodes: readonly string[]): Promise<void> {
    const expected = [...nodes].sort().join();
    let found: string[] = [];
    const there = async (): Promise<boolean> => {
      found = await locationsOf(id);
      return found.join() === expected;
    };
    await until(there, { what: () => `object ${id} to be at [${expected}]: it is at [${found}]` });
  }

  it('an object: where it was put, where it was copied to, and no longer once it is freed', async () => {
    const { id } = await program.ask<{ id: string }>('put data 50000');
    await untilAt(id, [a.node]);
    const { total, id: result } = await program.ask<{ total: number; id: string }>('total data');
    assert.equal(total, 50_000);
    await untilAt(id, [a.node, b.node]);
    const task = await untilTask(result, 'finished');
    assert.deepEqual([task.name, task.node, task.arguments, task.retries], ['total', b.node, id, '3']);
    assert.equal(task.resources, '{"CPU":1,"gpu":1}');
    assert.equal(task.worker, undefined);
    await program.ask('drop data');
    await untilAt(id, []);
  });

  it('a small object, and a small copy', async () => {
    const { id } = await program.ask<{ id: string }>('put small 3');
    await untilAt(id, [a.node]);
    await program.ask('total small');
    await untilAt(id, [a.node, b.node]);
    await program.ask('drop small');
    await untilAt(id, []);
  });

  it('tasks that run: here with their worker, elsewhere with their node, and how they end', async () => {
    const given = await program.ask<{ id: string }>('put given 10');
    for (const [where, node] of [
      ['here', a.node],
      ['there', b.node],
    ] as const) {
      const file = join(folder, where);
      const { id } = await program.ask<{ id: string }>(`run ${where} ${file} ${where}`);
      const running = await untilTask(id, 'running');
      assert.deepEqual(
        [running.name, running.node, running.arguments, running.attempts],
        ['untilThere', node, given.id, '1'],
      );
      assert.equal(running.worker !== undefined, where === 'here');
      assert.ok(Number(running.milliseconds) >= 1000);
      writeFileSync(file, '');
      await program.ask(`await ${where}`);
      const finished = await untilTask(id, 'finished');
      assert.deepEqual([finished.node, finished.job], [node, `${a.node.slice(0, 8)}-1`]);
    }
  });

  it('a task that waits, and that it was cancelled', async () => {
    const { id } = await program.ask<{ id: string }>('never');
    const waiting = await untilTask(id, 'waiting');
    assert.deepEqual(
      [waiting.name, waiting.node, waiting.resources, waiting.retries],
      ['never', undefined, '{"CPU":1,"unicorn":2}', '7'],
    );
    const listed = await shell(commandsFor('Which tasks run or wait?', {}));
    assert.ok(listed.includes(`${id} never waiting`), listed.join('\n'));
    await program.ask('cancel never');
    await untilTask(id, 'cancelled');
  });

  it('what a task failed with, in a line', async () => {
    const { id } = await program.ask<{ id: string }>('fail');
    const failed = await untilTask(id, 'failed');
    assert.deepEqual([failed.error, failed.node], ['RangeError: no such number', a.node]);
  });

  it('every task of a small program, and a count of those beyond', async () => {
    const { ids } = await program.ask<{ ids: string[] }>('few');
    for (const id of ids) await untilTask(id, 'finished');
    const counts = async (): Promise<{ finished: number; recorded: number }> => {
      const lines = await shell(`redis-cli HGETALL mobula:job:${a.node.slice(0, 8)}-1:counts`);
      const value = (name: string) => Number(lines[lines.indexOf(`${name}:${a.node}`) + 1]);
      return { finished: value('finished'), recorded: value('recorded') };
    };
    const before = (await counts()).finished;
    await program.ask('many 5000');
    await until(async () => (await counts()).finished >= before + 5000, { what: 'the count of 5000 tasks' });
    const { finished, recorded } = await counts();
    assert.ok(recorded < finished - 4000, `${recorded} of ${finished} tasks were recorded`);
  });

  it('the end of a node that was killed, of its objects, its jobs and their tasks', async () => {
    const other = machine.program(FIXTURE, { args: ['auto:b'] });
    assert.deepEqual(await other.answer(), { node: b.node });
    const job = async (): Promise<string> => {
      const jobs = await shell('redis-cli ZRANGE mobula:jobs 0 -1');
      for (const each of jobs) {
        const [name] = await shell(`redis-cli HGET mobula:job:${each} name`);
        const [ended] = await shell(`redis-cli HEXISTS mobula:job:${each} ended`);
        if (each.startsWith(b.node.slice(0, 8)) && name === 'recorded.js' && ended === '0') return each;
      }
      return '';
    };
    const name = await until(job, { what: 'the job of the other program' });
    const { id } = await other.ask<{ id: string }>('put data 5000');
    await untilAt(id, [b.node]);
    const hanging = await other.ask<{ id: string }>(`run hanging ${join(folder, 'nowhere')} here`);
    await untilTask(hanging.id, 'running');
    process.kill(b.pid, 'SIGKILL');
    const ended = async (): Promise<boolean> => {
      const nodes = await shell('redis-cli ZRANGE mobula:nodes:ended 0 -1');
      const jobs = await shell('redis-cli ZRANGE mobula:jobs:ended 0 -1');
      return nodes.includes(b.node) && jobs.includes(name);
    };
    await until(ended, { timeout: 30_000, what: `node ${b.node} and job ${name} to have ended` });
    await untilAt(id, []);
    const task = await untilTask(hanging.id, 'cancelled');
    assert.match(task.error!, /node/);
    assert.equal((await shell('redis-cli ZRANGE mobula:nodes:ended 0 -1')).includes(a.node), false);
    other.kill();
    await other.untilEnded();
  });

  it('a node that stood still: its end, and then the same machine under another id', async () => {
    const resources = ['--num-cpus', '1', '--redis', server.url, '--address', '127.0.0.1'];
    const memory = ['--object-store-memory', '32MiB', '--secret-file', join(folder, 'secret')];
    const c = await machine.json<Started>('start', '--name', 'c', ...resources, ...memory);
    const other = machine.program(FIXTURE, { args: ['auto:c'] });
    assert.deepEqual(await other.answer(), { node: c.node });
    const { id } = await other.ask<{ id: string }>('put data 5000');
    await untilAt(id, [c.node]);
    const gateway = await until(
      async () => Number(await server.cli('HGET', `mobula:member:${c.node}`, 'pid')),
      {
        what: 'the announcement of the node',
      },
    );
    const nodes = (): Promise<string[]> => server.lines('ZRANGE', 'mobula:nodes', '0', '-1');
    const known = await nodes();
    process.kill(gateway, 'SIGSTOP');
    try {
      const ended = async () =>
        (await server.lines('ZRANGE', 'mobula:nodes:ended', '0', '-1')).includes(c.node);
      await until(ended, { timeout: 30_000, what: 'the end of a node that is stopped' });
      await untilAt(id, []);
    } finally {
      process.kill(gateway, 'SIGCONT');
    }
    const fresh = await until(async () => (await nodes()).find((node) => !known.includes(node)), {
      timeout: 60_000,
      what: 'the node under another id',
    });
    assert.equal(await server.cli('HEXISTS', `mobula:node:${fresh}`, 'ended'), '0');
    await untilAt(id, [fresh]);
    await other.ask('drop data');
    await untilAt(id, []);
    other.kill();
    await other.untilEnded();
  });

  it('what a program leaves open ends with it', async () => {
    const { id } = await program.ask<{ id: string }>(`run hanging ${join(folder, 'nowhere')} here`);
    await untilTask(id, 'running');
    program.kill();
    await program.untilEnded();
    await untilTask(id, 'cancelled');
  });
});
