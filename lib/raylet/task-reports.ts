import type { ControlStore, TaskRecord } from '../control/control-store.js';
import { amountsOf } from '../protocol/amounts.js';
import type { TaskEventsT, TaskEventT } from '../protocol/generated/protocol.js';
import { FIRST_REMOTE_WORKER } from '../protocol/startup.js';

/** What is said of a task whose submitter is gone: nobody waits for it any more. */
const SUBMITTER_GONE = 'the process that submitted it has ended';

export interface TaskReportsPort {
  /** This node's id in the cluster. */
  node(): string;
  /** The id of another node by its worker number; undefined when it is not known. */
  nodeOf(peer: number): string | undefined;
}

/** Passes what submitters say of their tasks on to the control store, and closes what they leave open. */
export class TaskReports {
  readonly #control: ControlStore;
  readonly #port: TaskReportsPort;
  /** Tasks that wait or run as far as was said, by their submitter's slot and their ids. */
  readonly #open = new Map<number, Map<string, TaskRecord>>();

  constructor(control: ControlStore, port: TaskReportsPort) {
    this.#control = control;
    this.#port = port;
  }

  report(slot: number, job: string, report: TaskEventsT): void {
    const records = report.events.map((event) => this.#recordOf(job, event));
    for (const record of records) this.#note(slot, record);
    this.#control.recordTasks(job, { finished: report.finished, failed: report.failed }, records);
  }

  /** The submitter in this slot is gone. */
  left(slot: number): void {
    const open = this.#open.get(slot);
    this.#open.delete(slot);
    for (const record of open?.values() ?? []) {
      const ended = { ...record, status: 'cancelled', error: SUBMITTER_GONE };
      this.#control.recordTasks(record.job, { finished: 0, failed: 1 }, [ended]);
    }
  }

  /** This node ends. */
  close(): void {
    for (const slot of [...this.#open.keys()]) this.left(slot);
  }

  #note(slot: number, record: TaskRecord): void {
    const open = this.#open.get(slot);
    if (record.status === 'waiting' || record.status === 'running') {
      if (open === undefined) this.#open.set(slot, new Map([[record.id, record]]));
      else open.set(record.id, record);
    } else if (open?.delete(record.id) === true && open.size === 0) this.#open.delete(slot);
  }

  #recordOf(job: string, event: TaskEventT): TaskRecord {
    const { attempts, worker, start, milliseconds, retries } = event;
    const error = String(event.error ?? '');
    return {
      id: String(event.id),
      job,
      name: String(event.name),
      status: String(event.status),
      ...{ attempts, start, milliseconds },
      ...this.#placeOf(worker),
      ...(error === '' ? {} : { error }),
      resources: amountsOf(event.resources),
      retries,
      arguments: event.given.map(String),
    };
  }

  #placeOf(worker: number): Pick<TaskRecord, 'node' | 'worker'> {
    if (worker === 0) return {};
    if (worker < FIRST_REMOTE_WORKER) return { node: this.#port.node(), worker };
    // Which of its workers has the task only that node knows.
    const node = this.#port.nodeOf(worker);
    return node === undefined ? {} : { node };
  }
}
