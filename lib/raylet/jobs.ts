import { jobName } from '../control/control-store.js';
import type { WorkerCommand } from '../protocol/startup.js';
import type { RayletClient } from './client.js';

interface Job {
  readonly driver: RayletClient;
  /** How its workers are started; undefined on a node that has one driver. */
  readonly command: WorkerCommand | undefined;
  readonly started: number;
  readonly workers: Set<number>;
  /** The driver has said goodbye, and waits for the end of its processes. */
  leaving: boolean;
}

/** The jobs of a node: one for each driver that is attached. Knows which processes are whose. */
export class Jobs {
  readonly #node: string;
  readonly #all = new Map<number, Job>();
  readonly #jobOfWorker = new Map<number, number>();
  readonly #farewell: (driver: RayletClient) => void;
  #next = 1;

  /**
   * @param node by which the jobs are called
   * @param farewell called when nothing runs any more for a driver that is leaving
   */
  constructor(node: string, farewell: (driver: RayletClient) => void) {
    this.#node = node;
    this.#farewell = farewell;
  }

  add(driver: RayletClient, command: WorkerCommand | undefined): number {
    const job = this.#next++;
    this.#all.set(job, { driver, command, started: Date.now(), workers: new Set(), leaving: false });
    return job;
  }

  commandOf(job: number | undefined): WorkerCommand | undefined {
    return job === undefined ? undefined : this.#all.get(job)?.command;
  }

  /** The process works for this job from now on, until it exits. */
  bind(worker: number, job: number): void {
    this.#jobOfWorker.set(worker, job);
    this.#all.get(job)?.workers.add(worker);
  }

  /** What the cluster calls it. */
  idOf(job: number): string {
    return jobName(this.#node, job);
  }

  /** The script of its driver. */
  nameOf(job: number): string {
    return this.#all.get(job)?.driver.name ?? '';
  }

  /** 0 for a process of nobody. */
  ofWorker(worker: number): number {
    return this.#jobOfWorker.get(worker) ?? 0;
  }

  /** 0 for a process of nobody and for an observer. */
  of(client: RayletClient): number {
    return client.job || this.ofWorker(client.worker);
  }

  workerExited(worker: number): void {
    const job = this.ofWorker(worker);
    this.#jobOfWorker.delete(worker);
    this.#all.get(job)?.workers.delete(worker);
    this.#dismiss(job);
  }

  /** Its driver wants to leave; false when it has said so before. */
  leave(job: number): boolean {
    const known = this.#all.get(job);
    if (known === undefined || known.leaving) return false;
    known.leaving = true;
    return true;
  }

  /** To be called after the processes of a job that is leaving were told to end. */
  dismissIfGone(job: number): void {
    this.#dismiss(job);
  }

  remove(job: number): void {
    this.#all.delete(job);
  }

  /** Those that run, by number. */
  *running(): Iterable<{ job: number; name: string; pid: number; started: number }> {
    for (const [job, { driver, started, leaving }] of this.#all) {
      if (!leaving) yield { job, name: driver.name, pid: driver.pid, started };
    }
  }

  #dismiss(job: number): void {
    const known = this.#all.get(job);
    if (known?.leaving === true && known.workers.size === 0) this.#farewell(known.driver);
  }
}
