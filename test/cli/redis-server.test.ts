import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { readSecret, redisPassword } from '../../lib/cluster/secret.js';
import { isAlive, untilDead } from '../integration/support/processes.js';
import { Machine } from '../support/machine.js';
import { until } from '../support/poll.js';

interface Started {
  readonly pid: number;
  readonly redis: string;
  readonly secretFile: string;
}

function connect(url: string, password?: string): Redis {
  const redis = new Redis(url, {
    ...(password === undefined ? {} : { password }),
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    lazyConnect: true,
  });
  redis.on('error', () => undefined);
  return redis;
}

describe("the Redis of a head's own", function () {
  this.timeout(60_000);
  let machine: Machine;
  let started: Started;
  let redisPid: number;
  let password: string;

  beforeEach(async () => {
    machine = new Machine(process.env.PATH);
    started = (await machine.start()) as unknown as Started;
    const folder = readdirSync(machine.stateFolder).find((name) => name.startsWith('redis-'))!;
    redisPid = Number(readFileSync(join(machine.stateFolder, folder, 'pid'), 'utf8'));
    password = redisPassword(readSecret(started.secretFile));
  });

  afterEach(() => machine.remove());

  it('serves who knows the password, on loopback', async () => {
    assert.match(started.redis, /^redis:\/\/127\.0\.0\.1:\d+$/);
    const redis = connect(started.redis, password);
    try {
      await redis.set('a', '1');
      assert.equal(await redis.get('a'), '1');
      for (const command of ['FLUSHALL', 'FLUSHDB', 'CONFIG', 'DEBUG', 'SHUTDOWN', 'KEYS'])
        await assert.rejects(async () => await redis.call(command, 'x'), /unknown command/i, command);
    } finally {
      redis.disconnect();
    }
  });

  it('answers NOAUTH to who does not, whatever he asks', async () => {
    const stranger = connect(started.redis);
    try {
      await stranger.connect().catch(() => undefined);
      for (const command of ['PING', 'GET a', 'SET a 1', 'KEYS *', 'FLUSHALL', 'INFO']) {
        const [name, ...args] = command.split(' ') as [string, ...string[]];
        const other = connect(started.redis);
        try {
          await assert.rejects(
            async () => await other.call(name, ...args),
            /NOAUTH|unknown command/,
            command,
          );
        } finally {
          other.disconnect();
        }
      }
    } finally {
      stranger.disconnect();
    }
    const wrong = connect(started.redis, `${password}x`);
    try {
      await assert.rejects(async () => await wrong.ping());
    } finally {
      wrong.disconnect();
    }
  });

  it('does not show its password in the list of processes, nor in files that others may read', () => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      let command = '';
      try {
        command = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      } catch {
        // It has ended.
      }
      assert.ok(!command.includes(password), `process ${pid}`);
    }
    const folder = join(
      machine.stateFolder,
      readdirSync(machine.stateFolder).find((name) => name.startsWith('redis-'))!,
    );
    for (const [parent, name] of [...listing(machine.stateFolder), ...listing(folder)]) {
      const file = join(parent, name);
      const stat = statSync(file);
      if (!stat.isFile() || (stat.mode & 0o077) === 0) continue;
      assert.ok(!readFileSync(file, 'latin1').includes(password), file);
    }
    assert.ok(!readFileSync(join(machine.stateFolder, 'default.node.json'), 'utf8').includes(password));
  });

  it('ends with the node when that is stopped', async () => {
    assert.ok(isAlive(redisPid));
    assert.equal((await machine.mobula('stop')).code, 0);
    assert.ok(!isAlive(redisPid));
    await until(() => machine.traces.length === 0, { what: () => `the removal of ${machine.traces}` });
  });

  it('ends with the node when that is killed', async () => {
    process.kill(started.pid, 'SIGKILL');
    await untilDead([started.pid, redisPid], 'a node and its Redis');
    assert.equal((await machine.mobula('status')).code, 1);
    await until(() => machine.traces.length === 0, { what: () => `the removal of ${machine.traces}` });
  });

  it('is joined with its URL and the secret, and not without', async () => {
    const join = ['start', '--name', 'second', '--num-cpus', '1', '--object-store-memory', '16MiB'];
    const second = await machine.mobula(
      ...join,
      '--redis',
      started.redis,
      '--secret-file',
      started.secretFile,
    );
    assert.equal(second.code, 0, second.stderr);
    assert.equal((await machine.mobula('stop', '--name', 'second')).code, 0);
    // The Redis is that of the head, and goes on.
    assert.ok(isAlive(redisPid));

    const other = `${machine.folder}/other`;
    const unlike = await machine.mobula(
      'start',
      '--head',
      '--name',
      'x',
      '--secret-file',
      other,
      '--redis',
      started.redis,
    );
    assert.equal(unlike.code, 1);
    assert.match(unlike.stderr, /wants a password.*--secret-file/);
    const wrong = started.redis.replace('://', '://:nonsense@');
    const refused = await machine.mobula(...join, '--redis', wrong);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /refuses the password/);
    const nobody = await machine.mobula(...join, '--redis', 'redis://127.0.0.1:1');
    assert.equal(nobody.code, 1);
    assert.match(nobody.stderr, /no Redis answers at 127\.0\.0\.1:1/);
  });
});

function listing(folder: string): [string, string][] {
  return readdirSync(folder).map((name) => [folder, name]);
}
