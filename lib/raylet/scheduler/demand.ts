import type { Client, Job, SubmitterQueue } from './entities.js';
import { DemandClass, SubmitterQueue as SubmitterQueueRecord } from './entities.js';
import type { Demand } from './events.js';
import type { Resources, Shape } from './resources.js';

/** Who waits for leases: numbers by submitter and shape, in the order in which each job wants them served. */
export class DemandTable {
  /** Jobs in which somebody waits. */
  readonly waitingJobs = new Set<Job>();
  /** Classes in which somebody waits and that need no CPU. */
  waitingWithoutCpu = 0;
  readonly #resources: Resources;
  #turn = 0;

  constructor(resources: Resources) {
    this.#resources = resources;
  }

  /** Replaces a queue's number. Returns whether tasks wait in it now and did not before, or deeper ones than before. */
  report(client: Client, job: Job, shape: Shape, event: Demand, now: number): boolean {
    const queue = this.#queue(client, job, shape, event.exclusive);
    const seen = event.grantsSeen ?? client.granted;
    while (queue.unseen.length > 0 && queue.unseen[0]! <= seen) queue.unseen.shift();
    const underWay = queue.unseen.length;
    const before = queue.count;
    const deeper = event.depth > queue.depth;
    // With nothing waiting the depth says nothing; the last one still tells what the queue's leases run.
    if (event.count > 0) queue.depth = event.depth;
    queue.runtimeMs = event.runtimeMs;
    this.#set(queue, Math.max(0, event.count - underWay), now);
    return queue.count > 0 && (before === 0 || deeper);
  }

  /** One task of the queue is provided for by a lease. */
  granted(queue: SubmitterQueue, now: number): void {
    this.#turn++;
    queue.client.granted++;
    queue.unseen.push(queue.client.granted);
    queue.turn = this.#turn;
    queue.demand.job.turns[queue.demand.shape.dominant.index] = this.#turn;
    queue.demand.waitingSince = now;
    this.#set(queue, queue.count - 1, now);
  }

  /** Nobody in the queue waits any more. */
  drop(queue: SubmitterQueue, now: number): void {
    this.#set(queue, 0, now);
  }

  dropClient(client: Client, now: number): void {
    for (const queue of client.queues.values()) this.#set(queue, 0, now);
  }

  /** To be called when what a submitter holds has changed. */
  reposition(client: Client): void {
    if (client.waiting === 0) return;
    for (const queue of client.queues.values()) {
      if (queue.heapIndex >= 0) queue.demand.queues.update(queue);
    }
  }

  #queue(client: Client, job: Job, shape: Shape, exclusive: boolean): SubmitterQueue {
    const key = DemandClass.key(shape, exclusive);
    let queue = client.queues.get(key);
    if (queue === undefined) {
      let demand = job.classes.get(key);
      if (demand === undefined) {
        demand = new DemandClass(job, shape, exclusive);
        job.classes.set(key, demand);
      }
      queue = new SubmitterQueueRecord(client, demand, this.#resources.totals);
      client.queues.set(key, queue);
    }
    return queue;
  }

  #set(queue: SubmitterQueue, count: number, now: number): void {
    const { demand, client } = queue;
    const { job } = demand;
    if (demand.total === 0 && count > 0) {
      demand.waitingSince = now;
      demand.obstacle = undefined;
      job.waiting.push(demand);
      if (demand.shape.cpu === 0) this.waitingWithoutCpu++;
      this.waitingJobs.add(job);
    }
    demand.total += count - queue.count;
    client.waiting += count - queue.count;
    queue.count = count;
    if (count === 0) {
      if (queue.heapIndex >= 0) demand.queues.remove(queue);
      if (demand.total === 0) {
        const index = job.waiting.indexOf(demand);
        if (index >= 0) {
          job.waiting.splice(index, 1);
          if (demand.shape.cpu === 0) this.waitingWithoutCpu--;
        }
        if (job.waiting.length === 0) this.waitingJobs.delete(job);
      }
    } else if (queue.heapIndex < 0) {
      demand.queues.add(queue);
    } else {
      demand.queues.update(queue);
    }
  }
}
