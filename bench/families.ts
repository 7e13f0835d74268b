/** All families, in the order of the table. */
import type { Family } from './family.js';
import { array } from './rows/array.js';
import { chain } from './rows/chain.js';
import { fib } from './rows/fib.js';
import { idle } from './rows/idle.js';
import { many } from './rows/many.js';
import { memory } from './rows/memory.js';
import { nested } from './rows/nested.js';
import { put } from './rows/put.js';
import { queued } from './rows/queued.js';
import { redis } from './rows/redis.js';
import { small } from './rows/small.js';
import { start } from './rows/start.js';
import { tasks } from './rows/tasks.js';
import { transfer } from './rows/transfer.js';
import { wait } from './rows/wait.js';

export const families: readonly Family[] = [
  tasks,
  nested,
  small,
  put,
  array,
  wait,
  many,
  chain,
  fib,
  queued,
  start,
  idle,
  memory,
  redis,
  transfer,
];
