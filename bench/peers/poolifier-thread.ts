import { ThreadWorker } from 'poolifier';
import functions from './functions.cjs';

new ThreadWorker(functions as never, { maxInactiveTime: 60_000 });
