import { ThreadWorker } from 'poolifier';
import * as functions from './functions.js';

new ThreadWorker({ ...functions } as never, { maxInactiveTime: 60_000 });
