import { Connection, type ConnectionHandler } from '../protocol/connection.js';
import { beginStruct, bufferAt, copyStruct, readTable, sendTable } from '../protocol/frames.js';
import {
  CancelTaskT,
  DefineFunctionT,
  FrameType,
  GreetingT,
  LeaseEnded,
  TaskBounced,
  TaskDone,
  Task as TaskFrame,
} from '../protocol/generated/protocol.js';
import { connectSocket } from '../store/native.js';
import type { Lease, LeaseTarget } from './lease.js';
import type { FunctionRecord, Task } from './task.js';
import { TaskTable } from './task-table.js';

/** What a link tells the submitter. */
export interface WorkerLinkEvents {
  /** `error` is the encoded error of a task whose errors come back; valid during the call. */
  taskDone(
    task: Task,
    attempt: number,
    status: number,
    microseconds: number,
    error: Uint8Array | undefined,
  ): void;
  taskBounced(task: Task, attempt: number): void;
  leaseEnded(lease: number): void;
}

const doneHeader = new TaskDone();
const TASK_BYTES = TaskFrame.sizeOf();
const DONE_BYTES = TaskDone.sizeOf();

/** The submitter's end of its socket to one worker process. */
export class WorkerLink implements LeaseTarget, ConnectionHandler {
  readonly #connection: Connection;
  readonly #events: WorkerLinkEvents;
  readonly #tasks = new TaskTable();
  readonly #functions = new Map<FunctionRecord, number>();
  #closed = false;

  /** @throws the errno of connect: the worker is gone */
  constructor(
    path: string,
    readonly worker: number,
    identity: { slot: number; job: number; pid: number },
    events: WorkerLinkEvents,
  ) {
    this.#events = events;
    this.#connection = new Connection(connectSocket(path), this);
    this.#connection.start();
    this.#connection.socket.unref();
    sendTable(this.#connection, FrameType.Greeting, new GreetingT(identity.slot, identity.job, identity.pid));
  }

  get usable(): boolean {
    return !this.#closed;
  }

  /** Tasks that were pushed and not heard of since, in the order in which they were submitted. */
  get tasks(): Task[] {
    return this.#tasks.toArray();
  }

  push(task: Task, lease: Lease): void {
    const fn = this.#indexOf(task.fn);
    this.#tasks.add(task);
    const specBytes = task.specEnd - task.specStart;
    const connection = this.#connection;
    const at = connection.reserve(TASK_BYTES + specBytes);
    TaskFrame.createTask(
      beginStruct(),
      task.counter,
      task.handle,
      lease.id,
      fn,
      task.returnCount,
      task.depth,
      task.dependencies,
      task.contained,
      task.tries,
      task.attempt,
      task.flags,
    );
    const out = connection.out;
    copyStruct(out, at);
    if (specBytes < 128) {
      // A loop over so few bytes costs less than making the view that set() needs.
      for (let to = at + TASK_BYTES, from = task.specStart; from < task.specEnd; from++, to++)
        out[to] = task.spec[from]!;
    } else out.set(task.spec.subarray(task.specStart, task.specEnd), at + TASK_BYTES);
    connection.commit(FrameType.Task, TASK_BYTES + specBytes);
  }

  cancel(task: Task, recursive: boolean): void {
    sendTable(this.#connection, FrameType.CancelTask, new CancelTaskT(task.counter, task.attempt, recursive));
  }

  /** Takes the task off the list of those that this worker has: it was taken back, its copy there is void. */
  forget(task: Task): void {
    this.#tasks.delete(task.counter);
  }

  flush(): void {
    this.#connection.flush();
  }

  /** The worker is dead: takes what it sent before. */
  drain(): void {
    this.#connection.drainAndClose();
  }

  close(): void {
    this.#closed = true;
    this.#connection.close();
  }

  onFrame(type: number, bytes: Uint8Array, start: number, end: number): void {
    switch (type) {
      case FrameType.TaskDone: {
        doneHeader.__init(start, bufferAt(bytes, start));
        const counter = doneHeader.counter();
        const task = this.#tasks.get(counter);
        const attempt = doneHeader.attempt();
        if (task === undefined || task.attempt !== attempt) return;
        this.#tasks.delete(counter);
        const error = end > start + DONE_BYTES ? bytes.subarray(start + DONE_BYTES, end) : undefined;
        this.#events.taskDone(task, attempt, doneHeader.status(), doneHeader.microseconds(), error);
        return;
      }
      case FrameType.TaskBounced: {
        const bounced = readTable(TaskBounced.getRootAsTaskBounced, bytes, start).unpack();
        for (const [index, counter] of bounced.counters.entries()) {
          const task = this.#tasks.get(counter);
          const attempt = bounced.attempts[index]!;
          if (task === undefined || task.attempt !== attempt) continue;
          this.#tasks.delete(counter);
          this.#events.taskBounced(task, attempt);
        }
        return;
      }
      case FrameType.LeaseEnded:
        this.#events.leaseEnded(readTable(LeaseEnded.getRootAsLeaseEnded, bytes, start).lease());
    }
  }

  onClosed(): void {
    this.#closed = true;
  }

  /** The number under which the worker knows the function, defined on first use. */
  #indexOf(fn: FunctionRecord): number {
    let index = this.#functions.get(fn);
    if (index === undefined) {
      index = this.#functions.size;
      this.#functions.set(fn, index);
      sendTable(this.#connection, FrameType.DefineFunction, new DefineFunctionT(index, fn.hash, fn.name));
    }
    return index;
  }
}
