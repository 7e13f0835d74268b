import { sendTable } from '../protocol/frames.js';
import { ClientKind, FrameType, OutputT } from '../protocol/generated/protocol.js';
import type { RayletClient } from './client.js';

/** All who are connected and welcome: drivers, workers, observers, the gateway. */
export class Clients {
  readonly #bySlot = new Map<number, RayletClient>();
  readonly #byWorker = new Map<number, RayletClient>();

  get size(): number {
    return this.#bySlot.size;
  }

  add(client: RayletClient): void {
    this.#bySlot.set(client.slot, client);
    if (client.kind === ClientKind.Worker) this.#byWorker.set(client.worker, client);
  }

  /** False when it is none of these, or not any more. A worker process stays the worker that it is until it has exited. */
  remove(client: RayletClient): boolean {
    if (this.#bySlot.get(client.slot) !== client) return false;
    return this.#bySlot.delete(client.slot);
  }

  /** The process has exited; returns its client if it had come so far. */
  workerExited(worker: number): RayletClient | undefined {
    const client = this.#byWorker.get(worker);
    this.#byWorker.delete(worker);
    if (client !== undefined) this.remove(client);
    return client;
  }

  at(slot: number): RayletClient | undefined {
    return this.#bySlot.get(slot);
  }

  ofWorker(worker: number): RayletClient | undefined {
    return this.#byWorker.get(worker);
  }

  all(): Iterable<RayletClient> {
    return this.#bySlot.values();
  }

  workers(): Iterable<RayletClient> {
    return this.#byWorker.values();
  }

  /** Tells all but one. */
  tellOthers(client: RayletClient, type: number, table: Parameters<typeof sendTable>[2]): void {
    for (const other of this.all()) if (other !== client) sendTable(other.connection, type, table);
  }

  /** Shows output to the job's driver, and what belongs to none (0) to all of them. */
  show(job: number, name: string, pid: number, stderr: boolean, text: string): void {
    for (const client of this.all()) {
      if (client.kind !== ClientKind.Driver || !client.logToDriver) continue;
      if (job === 0 || client.job === job)
        sendTable(client.connection, FrameType.Output, new OutputT(name, pid, stderr, text));
    }
  }
}
