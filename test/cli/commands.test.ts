import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '../../lib/runtime/version.js';
import { isAlive, untilDead } from '../integration/support/processes.js';
import { Machine } from '../support/machine.js';
import { until } from '../support/poll.js';

describe('mobula start, stop and status', function () {
  this.timeout(60_000);
  let machine: Machine;

  beforeEach(() => {
    machine = new Machine();
  });

  afterEach(() => machine.remove());

  it('start a node, show it and end it, and say what to do next', async () => {
    const started = await machine.mobula(
      'start',
      '--head',
      '--num-cpus',
      '3',
      '--object-store-memory',
      '16MiB',
    );
    assert.deepEqual([started.code, started.stderr], [0, '']);
    assert.match(started.stdout, /3 CPU, 16 MiB/);
    assert.match(started.stdout, /mobula\.init\(\{ address: 'auto' \}\)/);
    assert.match(started.stdout, /MOBULA_ADDRESS=auto/);
    assert.match(started.stdout, /No redis-server is installed, so this node stands alone/);

    const status = await machine.mobula('status');
    assert.deepEqual([status.code, status.stderr], [0, '']);
    assert.match(status.stdout, /Node 'default'/);
    assert.match(status.stdout, /CPU +0 of 3 used/);
    assert.match(status.stdout, /No driver is attached/);

    const pid = Number(/process (\d+)/.exec(started.stdout)![1]);
    assert.ok(isAlive(pid));
    // Secrets of the environment and of addresses are not for other users to see.
    assert.ok(!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('{'));
    const stopped = await machine.mobula('stop');
    assert.deepEqual([stopped.code, stopped.stdout], [0, `Node 'default' (process ${pid}) has ended.\n`]);
    assert.ok(!isAlive(pid));
    assert.deepEqual(machine.traces, []);
  });

  it('print JSON', async () => {
    const started = await machine.start();
    const status = await machine.json<Record<string, unknown>>('status');
    const { nodes, ...rest } = status as { nodes: Record<string, unknown>[] };
    assert.deepEqual(rest, {
      name: 'default',
      node: started.node,
      version: VERSION,
      head: true,
      others: [],
      resources: { total: { CPU: 2, gpu: 1 }, used: { CPU: 0, gpu: 0 } },
      jobs: [],
      tasks: { running: 0, queued: 0 },
    });
    assert.deepEqual(
      nodes.map(({ id, alive, pid }) => ({ id, alive, pid })),
      [{ id: started.node, alive: true, pid: started.pid }],
    );
    assert.deepEqual(await machine.json('stop'), {
      stopped: [{ name: 'default', pid: started.pid, killed: false }],
    });
    assert.deepEqual(await machine.json('stop'), { stopped: [] });
  });

  it('refuse a second node, but under a name of its own', async () => {
    const first = await machine.start();
    const second = await machine.mobula('start', '--head');
    assert.equal(second.code, 1);
    assert.match(
      second.stderr,
      new RegExp(`'default' runs on this machine already \\(process ${first.pid}\\)`),
    );
    assert.match(second.stderr, /--name NAME/);

    const other = await machine.start('--name', 'other');
    const again = await machine.mobula('start', '--head', '--name', 'other');
    assert.deepEqual([again.code, again.stdout], [1, '']);
    const status = await machine.json<{ name: string; others: string[] }>('status', '--name', 'other');
    assert.deepEqual([status.name, status.others], ['other', ['default']]);
    assert.equal((await machine.json<{ name: string }>('status')).name, 'default');

    assert.equal((await machine.mobula('stop', '--name', 'none')).code, 1);
    assert.equal((await machine.mobula('stop', '--name', 'other')).code, 0);
    assert.deepEqual([isAlive(first.pid), isAlive(other.pid)], [true, false]);
  });

  it('give one name to one node when two are started at once', async () => {
    const results = await Promise.all(
      [1, 2].map(() =>
        machine.mobula('start', '--head', '--num-cpus', '1', '--object-store-memory', '16MiB', '--name', 'x'),
      ),
    );
    assert.deepEqual(results.map(({ code }) => code).sort(), [0, 1]);
    assert.match(results.find(({ code }) => code === 1)!.stderr, /'x' runs on this machine already/);
    const { stopped } = await machine.json<{ stopped: unknown[] }>('stop');
    assert.equal(stopped.length, 1);
    await until(() => machine.traces.length === 0, { what: () => `the removal of ${machine.traces}` });
  });

  it('say so when nothing runs', async () => {
    const status = await machine.mobula('status');
    assert.equal(status.code, 1);
    assert.match(status.stderr, /no node runs on this machine.*mobula start --head/);
    const stop = await machine.mobula('stop');
    assert.deepEqual([stop.code, stop.stdout], [0, 'No node runs on this machine.\n']);
    assert.ok(!existsSync(machine.stateFolder));
  });

  it('clear away what a node left that was killed', async () => {
    const started = await machine.start();
    process.kill(started.pid, 'SIGKILL');
    await untilDead([started.pid], 'a node');
    assert.equal(machine.traces.length, 2);
    const status = await machine.mobula('status');
    assert.equal(status.code, 1);
    assert.deepEqual(machine.traces, []);
    const again = await machine.start();
    assert.notEqual(again.node, started.node);
  });

  it('kill a node that does not end, and say so', async () => {
    const { pid } = await machine.start();
    process.kill(pid, 'SIGSTOP');
    const result = await machine.mobula('stop');
    assert.equal(result.code, 1);
    assert.match(result.stdout, /was killed/);
    assert.match(result.stderr, /did not end within/);
    assert.ok(!isAlive(pid));
    assert.deepEqual(machine.traces, []);
  });

  it('stay until the node ends with --block', async () => {
    for (const how of ['SIGINT', 'SIGTERM', 'kill', 'stop'] as const) {
      const child = machine.spawn(['start', '--head', '--block', '--json', '--object-store-memory', '16MiB']);
      let stdout = '';
      let stderr = '';
      child.stdout!.on('data', (chunk: Buffer) => {
        stdout += chunk;
      });
      child.stderr!.on('data', (chunk: Buffer) => {
        stderr += chunk;
      });
      await until(() => stdout.endsWith('\n'), { what: () => `the start of a node: ${stderr}` });
      const { pid } = JSON.parse(stdout) as { pid: number };
      if (how === 'kill') process.kill(pid, 'SIGKILL');
      else if (how === 'stop') await machine.mobula('stop');
      else child.kill(how);
      await until(() => child.exitCode !== null, { what: () => `the end of the command: ${stderr}` });
      assert.equal(child.exitCode, how === 'kill' ? 1 : 0, `${how}: ${stderr}`);
      if (how === 'kill') assert.match(stderr, /SIGKILL/);
      assert.ok(!isAlive(pid), how);
    }
  });

  it('make a secret for the head, which nobody else can read', async () => {
    const file = join(machine.folder, 'my secret');
    await machine.start('--secret-file', file);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(Buffer.from(readFileSync(file, 'utf8'), 'base64').length, 32);
    await machine.mobula('stop');
    const secret = readFileSync(file, 'utf8');
    await machine.start('--secret-file', file);
    assert.equal(readFileSync(file, 'utf8'), secret);
    await machine.mobula('stop');

    chmodSync(file, 0o644);
    const open = await machine.mobula('start', '--head', '--secret-file', file);
    assert.equal(open.code, 2);
    assert.match(open.stderr, /chmod 600/);
    writeFileSync(file, 'short', { mode: 0o600 });
    chmodSync(file, 0o600);
    assert.equal((await machine.mobula('start', '--head', '--secret-file', file)).code, 2);
  });

  it('tell wrong usage from failure, in a sentence', async () => {
    const wrong: [RegExp, ...string[]][] = [
      [/--redis URL/, 'start'],
      [/unknown option '--what'/, 'start', '--what'],
      [/argument missing/, 'start', '--head', '--num-cpus'],
      [/--num-cpus/, 'start', '--head', '--num-cpus', 'x'],
      [/--resources/, 'start', '--head', '--resources', '{gpu:1}'],
      [/--object-store-memory/, 'start', '--head', '--object-store-memory', '2 bananas'],
      [/--address/, 'start', '--head', '--address', 'a:b'],
      [/--redis/, 'start', '--redis', '10.0.0.1'],
      [/--tls-ca/, 'start', '--head', '--tls-cert', 'x'],
      [/--name/, 'start', '--head', '--name', '../x'],
      [/secret/, 'start', '--redis', 'redis://127.0.0.1:1', '--secret-file', join(machine.folder, 'none')],
      [/too many arguments/, 'stop', 'everything'],
      [/unknown command 'restart'/, 'restart'],
      [/Usage/],
    ];
    await Promise.all(
      wrong.map(async ([message, ...args]) => {
        const { code, stdout, stderr } = await machine.mobula(...args);
        assert.equal(code, 2, `${args}: ${stderr}`);
        assert.match(stderr, message, `${args}`);
        assert.equal(stdout, '');
      }),
    );
    assert.ok(!existsSync(machine.stateFolder) || readdirSync(machine.stateFolder).length === 0);
  });

  it('explain themselves', async () => {
    const all = await machine.mobula('--help');
    assert.equal(all.code, 0);
    for (const command of ['start', 'stop', 'status']) {
      assert.match(all.stdout, new RegExp(`^  ${command} `, 'm'));
      const { code, stdout } = await machine.mobula(command, '--help');
      assert.equal(code, 0);
      assert.match(stdout, /--json/);
    }
    const { stdout } = await machine.mobula('start', '--help');
    for (const option of [
      ...[
        'head',
        'redis',
        'address',
        'secret-file',
        'tls-cert',
        'tls-key',
        'tls-ca',
        'num-cpus',
        'resources',
      ],
      ...['object-store-memory', 'name', 'block', 'json'],
    ])
      assert.match(stdout, new RegExp(`--${option}\\b`));
    assert.equal((await machine.mobula('--version')).stdout.trim(), VERSION);
  });
});
