import { Connection, type ConnectionHandler } from '../protocol/connection.js';
import { beginStruct, bufferAt, copyStruct, readTable, sendTable } from '../protocol/frames.js';
import {
  CancelTask,
  DefineFunction,
  FrameType,
  Greeting,
  LeaseEndedT,
  TaskBouncedT,
  TaskDone,
  Task as TaskFrame,
} from '../protocol/generated/protocol.js';
import type { NativeSocket } from '../store/native.js';
import type { EncodedValue } from '../values/types.js';
import {
  type AssignedFunction,
  Assignment,
  type AssignmentOrigin,
  type AssignmentSink,
} from './assignment.js';

const taskHeader = new TaskFrame();
const TASK_BYTES = TaskFrame.sizeOf();
const DONE_BYTES = TaskDone.sizeOf();

/** The end of the socket of one submitter, at whoever takes its tasks. */
export class SubmitterLink<Fn extends AssignedFunction> implements AssignmentOrigin<Fn>, ConnectionHandler {
  readonly #connection: Connection;
  readonly #sink: AssignmentSink<Fn>;
  readonly #defined: Fn[] = [];
  readonly #onGreeting: (slot: number, link: SubmitterLink<Fn>) => void;
  readonly #onClosed: (link: SubmitterLink<Fn>) => void;

  constructor(
    socket: NativeSocket,
    sink: AssignmentSink<Fn>,
    onGreeting: (slot: number, link: SubmitterLink<Fn>) => void,
    onClosed: (link: SubmitterLink<Fn>) => void,
  ) {
    this.#sink = sink;
    this.#onGreeting = onGreeting;
    this.#onClosed = onClosed;
    this.#connection = new Connection(socket, this);
    this.#connection.start();
  }

  flush(): void {
    this.#connection.flush();
  }

  done(
    assignment: Assignment<Fn>,
    status: number,
    microseconds: number,
    error: EncodedValue | undefined,
  ): void {
    const connection = this.#connection;
    if (connection.closed) return;
    const errorBytes = error === undefined ? 0 : error.end - error.start;
    const at = connection.reserve(DONE_BYTES + errorBytes);
    TaskDone.createTaskDone(beginStruct(), assignment.counter, microseconds, assignment.attempt, status);
    copyStruct(connection.out, at);
    if (error !== undefined)
      connection.out.set(error.bytes.subarray(error.start, error.end), at + DONE_BYTES);
    connection.commit(FrameType.TaskDone, DONE_BYTES + errorBytes);
  }

  bounced(lease: number, assignments: readonly Assignment<Fn>[]): void {
    if (this.#connection.closed) return;
    const counters = assignments.map((assignment) => assignment.counter);
    const attempts = assignments.map((assignment) => assignment.attempt);
    sendTable(this.#connection, FrameType.TaskBounced, new TaskBouncedT(lease, counters, attempts));
  }

  leaseEnded(lease: number): void {
    if (!this.#connection.closed) sendTable(this.#connection, FrameType.LeaseEnded, new LeaseEndedT(lease));
  }

  onFrame(type: number, bytes: Uint8Array, start: number, end: number): void {
    switch (type) {
      case FrameType.Task: {
        const header = taskHeader.__init(start, bufferAt(bytes, start));
        this.#sink.accept(
          new Assignment(
            this,
            header.counter(),
            header.handle(),
            header.attempt(),
            header.tries(),
            header.lease(),
            this.#defined[header.functionIndex()]!,
            header.flags(),
            header.depth(),
            header.returns(),
            header.dependencies(),
            header.contained(),
            bytes,
            start + TASK_BYTES,
            end,
          ),
        );
        return;
      }
      case FrameType.CancelTask: {
        const cancel = readTable(CancelTask.getRootAsCancelTask, bytes, start);
        this.#sink.cancel(this, cancel.counter(), cancel.attempt(), cancel.recursive());
        return;
      }
      case FrameType.DefineFunction: {
        const define = readTable(DefineFunction.getRootAsDefineFunction, bytes, start).unpack();
        this.#defined[define.index] = this.#sink.functionOf(define.hash as string, define.name as string);
        return;
      }
      case FrameType.Greeting:
        this.#onGreeting(readTable(Greeting.getRootAsGreeting, bytes, start).slot(), this);
    }
  }

  onDrained(): void {
    this.#sink.turn();
  }

  onClosed(): void {
    this.#sink.originClosed(this);
    this.#onClosed(this);
  }
}
