/** Measures the floor rows: what the machine does today without any of us. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expectedSum, filledArray, gigabytesASecond, sizeNames, sizes } from './arrays.js';
import type { FloorName } from './family.js';
import { sum } from './peers/functions.js';
import { medianTime } from './timing.js';

const roundTrips = 5000;

export async function measureFloors(): Promise<Record<FloorName, number>> {
  const figures: Partial<Record<FloorName, number>> = {
    'sum of 64 MB in process': await sumInProcess(),
    'socket ping-pong': await socketPingPong(),
    'worker_threads ping-pong': await threadPingPong(),
  };
  for (const name of sizeNames) {
    const source = filledArray(sizes[name]);
    const target = filledArray(sizes[name]);
    const milliseconds = await medianTime(name === '1 MB' ? 50 : 5, () => target.set(source));
    figures[`memcpy of ${name}`] = gigabytesASecond(source.byteLength, milliseconds);
  }
  return figures as Record<FloorName, number>;
}

async function sumInProcess(): Promise<number> {
  const bytes = sizes['64 MB'];
  const array = filledArray(bytes);
  const run = (): void => {
    if (sum(array) !== expectedSum(bytes)) throw new Error('a wrong sum');
  };
  run();
  return medianTime(9, run);
}

/** Microseconds a round trip over a unix socket to another process. */
async function socketPingPong(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'ping-'));
  const server = createServer();
  const path = join(folder, 'socket');
  server.listen(path);
  await once(server, 'listening');
  const child = fork(new URL('./peers/socket-echo.js', import.meta.url), [path]);
  const [socket] = (await once(server, 'connection')) as [Socket];
  const message = Buffer.alloc(64);
  const microseconds = await pingPong((answered) => {
    socket.on('data', answered);
    return () => socket.write(message);
  });
  const ended = once(child, 'exit');
  socket.end();
  server.close();
  await ended;
  rmSync(folder, { recursive: true });
  return microseconds;
}

/** Microseconds a round trip to a thread. */
async function threadPingPong(): Promise<number> {
  const worker = new Worker(new URL('./peers/thread-echo.js', import.meta.url));
  const microseconds = await pingPong((answered) => {
    worker.on('message', answered);
    return () => worker.postMessage(1);
  });
  await worker.terminate();
  return microseconds;
}

/** `connect` is given what to call at each answer, and gives what sends a message. */
function pingPong(connect: (answered: () => void) => () => void): Promise<number> {
  return new Promise((resolve) => {
    let trips = -roundTrips / 10; // to warm up
    let start = 0;
    const send = connect(() => {
      trips++;
      if (trips === 0) start = performance.now();
      if (trips === roundTrips) resolve(((performance.now() - start) * 1000) / roundTrips);
      else send();
    });
    send();
  });
}
