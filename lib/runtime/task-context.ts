/** What the runtime knows of the task that calls it. In a driver there is none. */
export interface TaskContext {
  /** Number of the task in this process, from 1. */
  readonly id: number;
  readonly name: string;
  /** Remote calls that led to it. */
  readonly depth: number;
  /** Handle of its first return. */
  readonly handle: number;
  /** Which try this is, from 1. */
  readonly tries: number;
  /** May block its process. */
  readonly exclusive: boolean;
  readonly signal: AbortSignal;
  /** It begins to await objects: its CPU may go to another task. */
  suspend(): void;
  /**
   * Runs `act`, which lets the task go on, when the tasks that were woken before it have gone on: so that the store always
   * names the one whose code runs.
   */
  wake(act: () => void): void;
  /** What it awaited is there, or will not come. */
  resume(): void;
  /** Awaiting objects blocks the whole process until `resumeBlocked`. */
  suspendBlocked(): void;
  resumeBlocked(): void;
}

/** Finds the task that the running code belongs to. */
export interface TaskContexts {
  current(): TaskContext | undefined;
}

/** A driver runs no tasks. */
export const NO_TASKS: TaskContexts = { current: () => undefined };
