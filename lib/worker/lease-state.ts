/** What this worker knows of a lease on it. It exists while the lease has tasks here, or was revoked. */
export class LeaseState {
  /** Tasks in the inbox. */
  queued = 0;
  /** Started and not suspended. */
  running = 0;
  suspended = 0;
  /** It holds one CPU, known from its first task: then tasks of this process's own may run under it. */
  oneCpu = false;
  /** The raylet was told that its CPU is free. */
  reported = false;
  revoked: 'no' | 'soft' | 'hard' = 'no';

  constructor(readonly id: number) {}

  get empty(): boolean {
    return this.queued + this.running + this.suspended === 0;
  }
}
