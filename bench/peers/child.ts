/** A plain child process: it answers messages in their order. */
import * as functions from './functions.js';

export type Request = { add: [number, number] } | { sum: Float64Array } | { length: Float64Array };

process.on('message', (request: Request) => {
  if ('add' in request) process.send?.(functions.add(request.add));
  else if ('sum' in request) process.send?.(functions.sum(request.sum));
  else process.send?.(functions.length(request.length));
});
