import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { writeNodeFile } from '../cluster/node-file.js';
import type { ControlStore } from '../control/control-store.js';
import { MemoryControlStore } from '../control/memory-control-store.js';
import { type RayletConfig, READY_DESCRIPTOR } from '../protocol/startup.js';
import { readLine } from '../protocol/startup-line.js';
import { createStore } from '../store/native.js';
import { makeDirectory } from './directory.js';
import { RayletServer } from './server.js';
import { nodeFileOf } from './standing.js';

const config = JSON.parse(await readLine(process.stdin)) as RayletConfig;
const { cluster, directory, standing } = config;
makeDirectory(directory, standing === undefined);
const node = randomBytes(8).toString('hex');
const store = createStore({ memory: config.objectStoreMemory });
const control =
  cluster?.redis === undefined ? new MemoryControlStore() : await redisControlStore(cluster.redis);
const server = new RayletServer(config, store, control, node);
process.on('SIGTERM', () => server.stop());
process.title = 'mobula-raylet';
// Also when the driver dies before it has connected.
if (config.ownerPid !== 0) process.stdin.on('close', () => server.stop());
else process.stdin.destroy();
server.start();
if (announced()) reportReady();

/** Whether this node may be found; false when there is another one of its name. */
function announced(): boolean {
  if (standing === undefined) return true;
  try {
    writeNodeFile(standing.stateFolder, nodeFileOf(config, standing, node));
    return true;
  } catch (error) {
    console.error((error as Error).message);
    server.stop(1);
    return false;
  }
}

/** Loaded only where there is a cluster. */
async function redisControlStore(url: string): Promise<ControlStore> {
  const { RedisControlStore } = await import('../control/redis-control-store.js');
  return new RedisControlStore({ url, node });
}

function reportReady(): void {
  try {
    writeSync(READY_DESCRIPTOR, 'ready\n');
  } catch {
    // Whoever started it has died already. A node that outlives its drivers needs nobody.
    if (standing === undefined) server.stop();
  }
}
