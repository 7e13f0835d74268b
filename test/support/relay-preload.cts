/**
 * Loaded into the processes of a test's node, by NODE_OPTIONS, to make its machine another one than it is:
 *
 * - MOBULA_TEST_CLOCK: its clock is so many milliseconds ahead.
 * - MOBULA_TEST_RELAY: all its connections are made by the relay that listens at this path.
 *
 * `mobula start` keeps NODE_OPTIONS from the node that it starts; here they stay.
 */
import childProcess = require('node:child_process');
import modules = require('node:module');
import net = require('node:net');

const { NODE_OPTIONS, MOBULA_TEST_CLOCK, MOBULA_TEST_RELAY } = process.env;

const originalSpawn = childProcess.spawn;
type Spawn = (command: string, args: readonly string[], options: childProcess.SpawnOptions) => unknown;
const spawn: Spawn = (command, args, options) =>
  (originalSpawn as Spawn)(command, args, {
    ...options,
    env: { NODE_OPTIONS, ...(options?.env ?? process.env) },
  });
Object.assign(childProcess, { spawn });

if (MOBULA_TEST_CLOCK !== undefined) {
  const RealDate = Date;
  const ahead = Number(MOBULA_TEST_CLOCK);
  const now = (): number => RealDate.now() + ahead;
  const Shifted = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
  });
  globalThis.Date = Shifted;
}

if (MOBULA_TEST_RELAY !== undefined) {
  const connect = net.Socket.prototype.connect as (this: net.Socket, ...args: unknown[]) => net.Socket;
  function relayed(this: net.Socket, ...args: unknown[]): net.Socket {
    // node:net itself passes what it was given as one array, normalized.
    const [first, ...rest] = Array.isArray(args[0]) ? args[0] : args;
    const { host, port } = (first ?? {}) as { host?: string; port?: number };
    if (host === undefined || port === undefined) return connect.apply(this, args);
    const then = rest.filter((each) => typeof each === 'function');
    connect.call(this, { path: MOBULA_TEST_RELAY }, ...then);
    this.write(`${host}:${port}\n`);
    return this;
  }
  Object.assign(net.Socket.prototype, { connect: relayed });
}

modules.syncBuiltinESMExports();
