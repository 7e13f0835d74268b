import { TaskFlags } from '../runtime/task.js';
import type { EncodedValue } from '../values/types.js';

/** A remote function as its assignments name it. */
export interface AssignedFunction {
  readonly hash: string;
  readonly name: string;
}

/** Where an assignment came from, and where its end is reported. */
export interface AssignmentOrigin<Fn extends AssignedFunction = AssignedFunction> {
  /** `error` is there for TaskStatus.Thrown only. */
  done(
    assignment: Assignment<Fn>,
    status: number,
    microseconds: number,
    error: EncodedValue | undefined,
  ): void;
  /** Gives unstarted tasks back. */
  bounced(lease: number, assignments: readonly Assignment<Fn>[]): void;
  /** No further task of this lease will be started. */
  leaseEnded(lease: number): void;
}

/** Who takes the tasks that submitters send. */
export interface AssignmentSink<Fn extends AssignedFunction> {
  functionOf(hash: string, name: string): Fn;
  accept(assignment: Assignment<Fn>): void;
  /** All that arrived together has been accepted. */
  turn(): void;
  /** The submitter gave up on a started task. */
  cancel(origin: AssignmentOrigin<Fn>, counter: number, attempt: number, recursive: boolean): void;
  originClosed(origin: AssignmentOrigin<Fn>): void;
}

/** A task in this process's hands: what its frame says, or what this process's own submitter knows. */
export class Assignment<Fn extends AssignedFunction = AssignedFunction> {
  constructor(
    readonly origin: AssignmentOrigin<Fn>,
    /** The submitter's number of the task. */
    readonly counter: number,
    /** Of the first return; its entry carries the task word. */
    readonly handle: number,
    readonly attempt: number,
    /** Which try this is, from 1. */
    readonly tries: number,
    readonly lease: number,
    readonly fn: Fn,
    readonly flags: number,
    readonly depth: number,
    readonly returnCount: number,
    readonly dependencies: number,
    readonly contained: number,
    /** The spec: handles of the other returns, dependencies, contained handles, encoded arguments. */
    readonly bytes: Uint8Array,
    readonly start: number,
    readonly end: number,
  ) {}

  get alone(): boolean {
    return (this.flags & TaskFlags.Alone) !== 0;
  }

  get exclusive(): boolean {
    return (this.flags & TaskFlags.Exclusive) !== 0;
  }

  get errorsComeBack(): boolean {
    return (this.flags & TaskFlags.ErrorsComeBack) !== 0;
  }

  get oneCpu(): boolean {
    return (this.flags & TaskFlags.OneCpu) !== 0;
  }

  get argumentsInStore(): boolean {
    return (this.flags & TaskFlags.ArgumentsInStore) !== 0;
  }

  /** Handles of all returns, in order. */
  get targets(): number[] {
    const view = this.#view();
    const targets = [this.handle];
    for (let index = 0; index < this.returnCount - 1; index++)
      targets.push(view.getFloat64(this.start + 8 * index, true));
    return targets;
  }

  forEachDependency(act: (position: number, handle: number) => void): void {
    if (this.dependencies === 0) return;
    const view = this.#view();
    let at = this.start + 8 * (this.returnCount - 1);
    for (let index = 0; index < this.dependencies; index++, at += 16) {
      act(view.getFloat64(at, true), view.getFloat64(at + 8, true));
    }
  }

  /** Handles of the objects that the arguments contain. */
  get containedHandles(): number[] {
    const view = this.#view();
    const start = this.start + 8 * (this.returnCount - 1) + 16 * this.dependencies;
    return Array.from({ length: this.contained }, (_, index) => view.getFloat64(start + 8 * index, true));
  }

  /** The object that holds the arguments, when they stand in the store. */
  get firstContained(): number {
    return this.#view().getFloat64(this.start + 8 * (this.returnCount - 1) + 16 * this.dependencies, true);
  }

  get argumentStart(): number {
    return this.start + 8 * (this.returnCount - 1) + 16 * this.dependencies + 8 * this.contained;
  }

  #view(): DataView {
    return new DataView(this.bytes.buffer, this.bytes.byteOffset);
  }
}
