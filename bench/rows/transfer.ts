/** Bytes from one process to others over loopback: what a link between nodes costs beside a plain socket. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as mobula from 'mobula';
import { type NodeLink, NodeListener } from '../../lib/cluster/link/index.js';
import { filledArray, gigabytesASecond } from '../arrays.js';
import type { Family, Figures, Row } from '../family.js';
import type { Receive } from '../peers/receiver.js';
import { processorSeconds } from '../processes.js';
import { withRedis } from '../redis-server.js';
import { median, time } from '../timing.js';

const bytes = 2 ** 30;
const chunkBytes = 2 ** 20;
/** The first is for the just-in-time compilers, and touches the memory. */
const rounds = 4;
const share = 0.5;
const others = 2;
const host = '127.0.0.1';

const socketRow = 'socket copy of 1 GiB';
const linkRow = '1 GiB over a link';
const socketsRow = 'socket copy of 1 GiB to two processes';
const objectRow = 'object of 1 GiB to two nodes';

/** One way to move the bytes. Only `move` is timed. */
interface Way {
  before?(): void;
  move(): Promise<unknown>;
  after?(): void;
}

/** Takes turns between the ways, so that what else the machine does falls on all of them. */
async function race(ways: Readonly<Record<string, Way>>, copies: number): Promise<Figures> {
  const figures = new Map<string, number[]>();
  const note = (name: string, value: number): void => {
    figures.set(name, [...(figures.get(name) ?? []), value]);
  };
  for (let round = 0; round < rounds; round++) {
    for (const [name, way] of Object.entries(ways)) {
      way.before?.();
      const processor = processorSeconds();
      const milliseconds = await time(() => way.move());
      const used = processorSeconds() - processor;
      way.after?.();
      if (round === 0) continue;
      note(name, gigabytesASecond(copies * bytes, milliseconds));
      note(processorOf(name), used);
    }
  }
  return Object.fromEntries([...figures].map(([name, each]) => [name, median(each)]));
}

async function told(receiver: ChildProcess, order: Receive): Promise<void> {
  const listening = new AbortController();
  const { signal } = listening;
  const died = once(receiver, 'exit', { signal }).then(() => {
    throw new Error('a receiving process died');
  });
  const done = once(receiver, 'message', { signal });
  receiver.send(order);
  try {
    await Promise.race([done, died]);
  } finally {
    listening.abort();
    await Promise.allSettled([done, died]);
  }
}

async function writeAll(source: Uint8Array, socket: Socket): Promise<void> {
  socket.on('error', () => undefined); // Its end is seen by the receiver's silence.
  for (let at = 0; at < source.length; at += chunkBytes) {
    if (socket.writableLength > chunkBytes) await once(socket, 'drain');
    socket.write(source.subarray(at, at + chunkBytes));
  }
  socket.end();
}

async function sendAll(source: Uint8Array, link: NodeLink): Promise<void> {
  link.start({ knows: () => true, onFrame: () => undefined, onClosed: () => undefined });
  for (let at = 0; at < source.length; at += chunkBytes) {
    await link.drained();
    link.send(1, source.subarray(at, at + chunkBytes));
  }
}

/** Lets a function use a server of plain sockets that each get all bytes. */
async function serving<T>(source: Uint8Array, use: (port: number) => Promise<T>): Promise<T> {
  const server = createServer({ noDelay: true }, (socket) => void writeAll(source, socket));
  server.listen(0, host);
  await once(server, 'listening');
  try {
    return await use((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

function receivers(count: number): ChildProcess[] {
  return Array.from({ length: count }, () => fork(new URL('../peers/receiver.js', import.meta.url)));
}

async function endAll(children: readonly ChildProcess[]): Promise<void> {
  await Promise.all(
    children.map((child) => {
      const ended = once(child, 'exit');
      child.disconnect();
      return ended;
    }),
  );
}

async function measureLink(source: Uint8Array): Promise<Figures> {
  const secret = randomBytes(32);
  const listener = await NodeListener.listen({
    host,
    port: 0,
    secret,
    identity: { nodeId: 'sender', incarnation: 1, purpose: 'bench', version: '1' },
    onLink: (link) => void sendAll(source, link),
    onRefused: () => undefined,
  });
  const [receiver] = receivers(1) as [ChildProcess];
  const order = { bytes, secret: secret.toString('hex') };
  try {
    return await serving(source, (port) =>
      race(
        {
          [socketRow]: { move: () => told(receiver, { ...order, over: 'socket', port }) },
          [linkRow]: { move: () => told(receiver, { ...order, over: 'link', port: listener.address.port }) },
        },
        1,
      ),
    );
  } finally {
    listener.close();
    await endAll([receiver]);
  }
}

type Last = mobula.RemoteFunction<[array: Float64Array], number>;

/** A task for each other node, which needs its argument there; its worker has started. */
async function pinnedTasks(own: string): Promise<Last[]> {
  let usable: readonly mobula.NodeInfo[] = [];
  for (let tries = 0; usable.length < others; tries++) {
    if (tries > 500) throw new Error('the nodes do not find each other');
    await sleep(20);
    usable = (await mobula.nodes()).filter(({ id, available }) => id !== own && 'CPU' in available);
  }
  const tasks = usable.map(({ id }) =>
    mobula.remote({ scheduling: { node: id } }, (array: Float64Array) => array.at(-1) as number),
  );
  await mobula.get(tasks.map((task) => task.remote(new Float64Array(1))));
  return tasks;
}

async function measureNodes(source: Float64Array): Promise<Figures> {
  const plain = new Uint8Array(source.buffer);
  const children = receivers(others);
  try {
    return await withRedis(({ folder, redisUrl, run }) => {
      const start = (name: string, ...more: string[]): Promise<string> =>
        run([
          ...['start', '--name', name, '--redis', redisUrl, '--address', host, '--num-cpus', '1'],
          ...['--secret-file', join(folder, 'secret'), '--object-store-memory', '3GiB', ...more],
        ]);
      return serving(plain, async (port) => {
        const { node } = JSON.parse(await start('a', '--head', '--json')) as { node: string };
        await Promise.all([start('b'), start('c')]);
        await mobula.init({ address: 'auto:a' });
        const lastOn = await pinnedTasks(node);
        const order = { over: 'socket', port, bytes, secret: '' } as const;
        let object: mobula.ObjectRef<Float64Array>;
        const figures = await race(
          {
            [socketsRow]: { move: () => Promise.all(children.map((child) => told(child, order))) },
            [objectRow]: {
              before: () => {
                object = mobula.put(source);
              },
              move: () => mobula.get(lastOn.map((task) => task.remote(object))),
              after: () => mobula.free(object),
            },
          },
          others,
        );
        await mobula.shutdown();
        return figures;
      });
    });
  } finally {
    await endAll(children);
  }
}

function processorOf(name: string): string {
  return `${name}, processor time`;
}

/** The rows of a plain copy and of what is to reach a share of its rate. */
function rowsOf(plain: string, ours: string): Row[] {
  return [
    { name: plain, unit: 'GB/s', better: 'more' },
    {
      name: ours,
      unit: 'GB/s',
      better: 'more',
      target: {
        text: `${share} x the socket copy`,
        value: (measured) => {
          const rate = measured.ours(plain);
          return rate === undefined ? undefined : share * rate;
        },
      },
    },
    { name: processorOf(plain), unit: 's', better: 'less' },
    { name: processorOf(ours), unit: 's', better: 'less' },
  ];
}

export const transfer: Family = {
  name: 'transfer',
  rows: [...rowsOf(socketRow, linkRow), ...rowsOf(socketsRow, objectRow)],
  trials: 1,
  ours: async () => {
    const source = filledArray(bytes);
    return { ...(await measureLink(new Uint8Array(source.buffer))), ...(await measureNodes(source)) };
  },
};
