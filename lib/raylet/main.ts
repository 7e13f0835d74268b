import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { writeNodeFile } from '../cluster/node-file.js';
import { MemoryControlStore } from '../control/memory-control-store.js';
import { READY_DESCRIPTOR } from '../protocol/startup.js';
import { createStore } from '../store/native.js';
import { readConfig } from './config.js';
import { makeDirectory } from './directory.js';
import { RayletServer } from './server.js';
import { nodeFileOf } from './standing.js';

const config = await readConfig(process.stdin);
const { directory, standing } = config;
makeDirectory(directory, standing === undefined);
const node = randomBytes(8).toString('hex');
const store = createStore({ memory: config.objectStoreMemory });
const server = new RayletServer(config, store, new MemoryControlStore(), node);
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

function reportReady(): void {
  try {
    writeSync(READY_DESCRIPTOR, 'ready\n');
  } catch {
    // Whoever started it has died already. A node that outlives its drivers needs nobody.
    if (standing === undefined) server.stop();
  }
}
