import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, realpathSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import * as mobula from '../../lib/index.js';
import { failureOfClass, isAlive, untilDead } from '../integration/support/processes.js';
import { Random } from '../integration/support/random.js';
import { Machine, type ProgramProcess } from '../support/machine.js';
import { until } from '../support/poll.js';

const FIXTURE = 'test/cli/fixtures/attached.ts';

interface Greeting {
  node: string;
  raylet: number;
  cpus: number;
  memory: number;
}
interface Surroundings {
  cwd: string;
  mark: string;
  execArgv: string[];
  nodeOptions: string;
  pid: number;
}
interface Status {
  jobs: { job: string; pid: number; workers: number; tasks: { running: number; queued: number } }[];
  tasks: { running: number; queued: number };
  resources: { total: Record<string, number>; used: Record<string, number> };
}

/** Starts its hanging task, and tells the pids of the worker that runs it and of a child of that task, among others. */
async function hang(program: ProgramProcess): Promise<number[]> {
  const before = program.stderr.length;
  const { workers } = await program.ask<{ workers: number[] }>('hang');
  const child = await until(() => /child (\d+)/.exec(program.stderr.slice(before))?.[1], {
    what: () => `the child of a task; the program printed:\n${program.stderr}`,
  });
  const { workers: now } = await program.ask<{ workers: number[] }>('workers');
  return [...new Set([...workers, ...now]), Number(child)];
}

describe('drivers that attach to a node', function () {
  this.timeout(60_000);
  let machine: Machine;
  let started: Awaited<ReturnType<Machine['start']>>;

  beforeEach(async () => {
    machine = new Machine();
    started = await machine.start();
  });

  afterEach(() => machine.remove());

  it('run their tasks with their own folder, flags, environment and program', async () => {
    const here = realpathSync(machine.folder);
    const folders = [join(here, 'a'), join(here, 'b')];
    for (const folder of folders) mkdirSync(folder);
    const programs = folders.map((cwd, index) =>
      machine.program(FIXTURE, {
        cwd,
        args: ['auto'],
        flags: index === 0 ? ['--stack-size=900'] : [],
        environment: { MARK: `mark ${index}`, NODE_OPTIONS: index === 0 ? '' : '--max-old-space-size=300' },
      }),
    );
    for (const program of programs) {
      const { node, raylet, cpus, memory } = await program.answer<Greeting>();
      assert.deepEqual([node, raylet, cpus, memory], [started.node, started.pid, 2, 16 * 2 ** 20]);
    }
    const workers = new Set<number>();
    for (let round = 0; round < 3; round++) {
      const [first, second] = await Promise.all(
        programs.map((program) => program.ask<Surroundings>('surroundings')),
      );
      assert.deepEqual(
        [first!.cwd, first!.mark, first!.execArgv, first!.nodeOptions],
        [folders[0], 'mark 0', ['--stack-size=900'], ''],
      );
      assert.deepEqual(
        [second!.cwd, second!.mark, second!.execArgv, second!.nodeOptions],
        [folders[1], 'mark 1', [], '--max-old-space-size=300'],
      );
      workers.add(first!.pid).add(second!.pid);
    }
    assert.ok(workers.size >= 2);
  });

  it('share no functions: one that leaves takes none of another with it', async () => {
    const programs = [1, 2].map(() => machine.program(FIXTURE, { args: ['auto'] }));
    await Promise.all(programs.map((program) => program.answer()));
    // The same content, exported by both.
    for (const program of programs) await program.ask('surroundings');
    await programs[0]!.ask('shutdown');
    const { workers } = await programs[1]!.ask<{ workers: number[] }>('workers');
    for (const pid of workers) process.kill(pid, 'SIGKILL');
    await untilDead(workers, 'workers that were killed');
    // New processes have to fetch it.
    const { pid } = await programs[1]!.ask<Surroundings>('surroundings');
    assert.ok(!workers.includes(pid));
  });

  it('leave without touching the node or each other, and may come back', async () => {
    const first = machine.program(FIXTURE, { args: ['auto'] });
    const second = machine.program(FIXTURE, { environment: { MOBULA_ADDRESS: `unix:${started.socket}` } });
    await Promise.all([first.answer(), second.answer()]);
    await Promise.all([first.ask('put'), second.ask('put')]);
    const ended = await hang(first);
    assert.deepEqual(await second.ask('sum'), { sum: 100_000 });

    assert.deepEqual(await first.ask('shutdown'), { initialized: false });
    // What it did is gone when shutdown has resolved; a task's child is killed with its process.
    const own = await second.ask<{ workers: number[] }>('workers');
    await untilDead(
      ended.filter((pid) => !own.workers.includes(pid)),
      'what ran for a driver that left',
    );
    assert.equal((await first.ask<{ code: string }>('outcome')).code, 'ERR_MOBULA_SHUTDOWN');
    assert.deepEqual(await second.ask('sum'), { sum: 100_000 });

    // Others may have its memory now; what it read is its own.
    await second.ask('put');
    assert.deepEqual(await first.ask('view'), { sum: 100_000 });
    assert.deepEqual(await first.ask('init'), { node: started.node });
    await first.ask('put');
    assert.deepEqual(await first.ask('sum'), { sum: 100_000 });
    assert.ok(isAlive(started.pid));
  });

  it('end with all that is theirs when they are killed, and others go on', async () => {
    const first = machine.program(FIXTURE, { args: ['auto'] });
    const second = machine.program(FIXTURE, { args: ['auto:default'] });
    await Promise.all([first.answer(), second.answer()]);
    await second.ask('put');
    const { sealed: before } = await second.ask<mobula.NodeStatistics['store']>('store');
    await first.ask('put');
    const victims = await hang(first);

    first.child.kill('SIGKILL');
    const own = await second.ask<{ workers: number[] }>('workers');
    await untilDead(
      victims.filter((pid) => !own.workers.includes(pid)),
      'what ran for a driver that was killed',
    );
    let status: Status | undefined;
    await until(
      async () => {
        status = await machine.json<Status>('status');
        return status.jobs.length === 1 && status.jobs[0]!.pid === second.pid;
      },
      { what: () => `the end of a job: ${JSON.stringify(status)}` },
    );
    await until(
      async () => {
        const { sealed } = await second.ask<mobula.NodeStatistics['store']>('store');
        return sealed.bytes <= before.bytes;
      },
      { what: 'the end of the objects of a driver that was killed' },
    );
    assert.deepEqual(await second.ask('sum'), { sum: 100_000 });
  });

  it('are told when the node is killed, and its workers and their children end', async () => {
    const program = machine.program(FIXTURE, { args: ['auto'] });
    await program.answer();
    const pids = await hang(program);
    process.kill(started.pid, 'SIGKILL');
    const outcome = await program.ask<{ code: string; message: string }>('outcome');
    assert.equal(outcome.code, 'ERR_MOBULA_RAYLET_DIED');
    assert.match(outcome.message, new RegExp(`process ${started.pid}`));
    await untilDead(pids, 'the workers of a node that was killed');
    assert.deepEqual(await program.ask('shutdown'), { initialized: false });
  });

  it('are told when the node is stopped', async () => {
    const program = machine.program(FIXTURE, { args: ['auto'] });
    await program.answer();
    const pids = await hang(program);
    assert.equal((await machine.mobula('stop')).code, 0);
    assert.equal((await program.ask<{ code: string }>('outcome')).code, 'ERR_MOBULA_RAYLET_DIED');
    await untilDead([started.pid, ...pids], 'a node that was stopped');
    assert.deepEqual(machine.traces, []);
  });

  it('are not disturbed by what sends nonsense to the node', async () => {
    const random = new Random('nonsense');
    for (let round = 0; round < 200; round++) {
      const body = Buffer.from(Array.from({ length: random.below(200) }, () => random.below(256)));
      const prefix = Buffer.alloc(8);
      prefix.writeUInt32LE(random.below(5) > 0 ? body.length : random.below(2 ** 32));
      // Mostly what should come first: an introduction.
      prefix.writeUInt32LE(random.below(5) > 0 ? 1 : random.below(100), 4);
      const socket = connect(started.socket);
      socket.on('error', () => undefined);
      socket.end(Buffer.concat([prefix, body]));
      await once(socket, 'close');
    }
    const program = machine.program(FIXTURE, { args: ['auto'] });
    await program.answer();
    await program.ask('put');
    assert.deepEqual(await program.ask('sum'), { sum: 100_000 });
    assert.ok(isAlive(started.pid));
  });

  it('see the node and what is free of it', async () => {
    const program = machine.program(FIXTURE, { args: ['auto'] });
    await program.answer();
    const { nodes, resources, inTask } = await program.ask<{
      nodes: mobula.NodeInfo[];
      resources: mobula.ResourceAmounts;
      inTask: string[];
    }>('nodes');
    assert.deepEqual(inTask, [started.node]);
    const total = { CPU: 2, gpu: 1 };
    const [node] = nodes;
    assert.equal(nodes.length, 1);
    assert.deepEqual(
      [node!.id, node!.alive, node!.address, node!.pid, node!.resources, node!.objectStoreMemory],
      [started.node, true, '', started.pid, total, 16 * 2 ** 20],
    );
    assert.ok(Date.now() - node!.started < 3_600_000);
    assert.deepEqual(resources, { total, available: total });
    await program.ask('crowd');
    let status: Status | undefined;
    await until(
      async () => {
        status = await machine.json<Status>('status');
        return status.tasks.running > 0 && status.tasks.queued > 0;
      },
      { what: () => `running and queued tasks: ${JSON.stringify(status)}` },
    );
    const { jobs, resources: amounts } = status!;
    assert.deepEqual([amounts.total, amounts.used.gpu, amounts.used.CPU! >= 1], [total, 1, true]);
    assert.deepEqual(
      jobs.map(({ pid, tasks }) => [pid, tasks.running, tasks.queued > 0]),
      [[program.pid, 1, true]],
    );
    const text = (await machine.mobula('status')).stdout;
    assert.match(text, /gpu +1 of 1 used/);
    assert.match(
      text,
      new RegExp(`attached\\.js \\(process ${program.pid}\\): \\d workers; tasks: 1 running, [1-5] queued`),
    );
  });
});

describe('the address of a node', () => {
  let machine: Machine;
  const before = { ...process.env };

  beforeEach(() => {
    machine = new Machine();
    process.env.XDG_RUNTIME_DIR = machine.folder;
  });

  afterEach(async () => {
    for (const name of ['XDG_RUNTIME_DIR', 'MOBULA_ADDRESS']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
    await mobula.shutdown();
    await machine.remove();
  });

  it('names what to do when nothing is there', async () => {
    const none = await failureOfClass(mobula.NodeNotFoundError, mobula.init({ address: 'auto' }));
    assert.match(none.message, /mobula start --head/);
    const missing = join(machine.folder, 'no.sock');
    for (const address of [missing, `unix:${missing}`, `unix://${missing}`]) {
      const error = await failureOfClass(mobula.NodeNotFoundError, mobula.init({ address }));
      assert.equal(error.address, address);
      assert.match(error.message, /mobula status/);
    }
    await failureOfClass(mobula.InvalidArgumentError, mobula.init({ address: 'auto:../x' }));
  });

  it('is of no node when what listens there hangs up and is gone', async () => {
    const path = join(machine.folder, 'a.sock');
    const server = createServer((socket) => {
      server.close();
      socket.destroy();
    });
    server.listen(path);
    await once(server, 'listening');
    const error = await failureOfClass(mobula.NodeNotFoundError, mobula.init({ address: path }));
    assert.match(error.message, /no such socket|Nobody listens/);
    assert.equal(mobula.isInitialized(), false);
  });

  it('may not be of another kind yet', async () => {
    for (const address of ['10.0.0.1:7000', 'redis://10.0.0.1', 'mobula://x', '', 'unix:', 'x']) {
      const error = await failureOfClass(mobula.NotSupportedError, mobula.init({ address }));
      assert.match(error.message, /'auto'/);
    }
  });

  it('may not be that of a node that another program has for itself', async () => {
    const owner = machine.program('test/cli/fixtures/owner.ts');
    const { socket } = await owner.answer<{ socket: string }>();
    const error = await failureOfClass(mobula.NotSupportedError, mobula.init({ address: socket }));
    assert.match(error.message, /mobula start --head/);
    assert.deepEqual(await owner.ask('go on'), { value: 3 });
    owner.child.stdin!.end();
    await owner.untilEnded();
  });

  it('excludes what belongs to the start of a node, also when the environment gives it', async () => {
    for (const options of [{ numCpus: 1 }, { resources: { gpu: 1 } }, { objectStoreMemory: 2 ** 24 }]) {
      const [key] = Object.keys(options);
      const given = await failureOfClass(
        mobula.InvalidArgumentError,
        mobula.init({ ...options, address: 'auto' }),
      );
      assert.match(given.message, new RegExp(`^${key} cannot be given .* an address .*mobula start`));
      process.env.MOBULA_ADDRESS = 'auto';
      const inherited = await failureOfClass(mobula.InvalidArgumentError, mobula.init(options));
      assert.match(inherited.message, /MOBULA_ADDRESS/);
      delete process.env.MOBULA_ADDRESS;
    }
  });

  it('says which nodes there are when there are several', async () => {
    const [one] = await Promise.all([machine.start('--name', 'one'), machine.start('--name', 'two')]);
    const several = await failureOfClass(mobula.NodeNotFoundError, mobula.init({ address: 'auto' }));
    assert.match(several.message, /'auto:one' or 'auto:two'/);
    const wrong = await failureOfClass(mobula.NodeNotFoundError, mobula.init({ address: 'auto:three' }));
    assert.match(wrong.message, /'auto:one', 'auto:two'/);
    const node = await mobula.init({ address: 'auto:one' });
    assert.equal(node.id, one.node);
    await mobula.shutdown();
    process.env.MOBULA_ADDRESS = one.socket;
    assert.equal((await mobula.init()).rayletPid, one.pid);
  });
});
