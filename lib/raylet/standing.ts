import type { NodeFile } from '../cluster/node-file.js';
import { ownPidSpace, startTimeOf } from '../cluster/process-identity.js';
import { type RayletConfig, rayletSocket, type StandingConfig } from '../protocol/startup.js';
import { addressOf } from './own-record.js';

/** What a node that outlives its drivers, this process, announces of itself. */
export function nodeFileOf(config: RayletConfig, standing: StandingConfig, node: string): NodeFile {
  const { cluster, directory, version } = config;
  const { name, head, redisServer } = standing;
  const address = addressOf(cluster);
  return {
    name,
    pid: process.pid,
    startTime: startTimeOf(process.pid)!,
    space: ownPidSpace(),
    node,
    socket: rayletSocket(directory),
    directory,
    version,
    head,
    started: Date.now(),
    ...(address === '' ? {} : { address }),
    ...(cluster?.redis === undefined ? {} : { redis: withoutPassword(cluster.redis) }),
    ...(cluster === undefined ? {} : { secretFile: cluster.secretFile }),
    ...(redisServer === undefined ? {} : { redisServer }),
  };
}

function withoutPassword(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)[^@/]*@/i, '$1');
}
