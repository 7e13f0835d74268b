import { ObjectLostError } from '../errors/index.js';
import { FrameType, ResultsElsewhereT } from '../protocol/generated/protocol.js';
import { ObjectState } from '../runtime/object-values.js';
import type { Runtime } from '../runtime/runtime.js';
import type { ReceivedObject } from './incoming-object.js';
import { idsOf } from './peer-frames.js';
import type { RemotePeer } from './remote-tasks.js';
import { sealError } from './room.js';

/** The results of one task, which are values at the node that ran it and pending objects here. */
export interface KeptResult {
  readonly peer: RemotePeer;
  /** Of the task, as long as the other node keeps its results. */
  readonly token: number;
  /** The pending objects, in the order of the task's returns. */
  readonly targets: readonly number[];
  /** Of the task word that the results belong to. */
  readonly attempt: number;
}

export interface KeptResultsPort {
  /** Tells the other node that it need not keep a task's results any longer. */
  taken(peer: RemotePeer, token: number): void;
  /** Drops copies of objects that are kept for later tasks only. */
  evict(): void;
}

interface Kept extends KeptResult {
  readonly ids: readonly Uint8Array[];
  fetching: boolean;
  /** Somebody here waits for it. */
  wanted: boolean;
}

/**
 * Results of this node's tasks that other nodes keep. They are fetched when somebody here waits for them, all returns of a task
 * together, and given up when nobody here refers to them any more.
 */
export class KeptResults {
  readonly #runtime: Runtime;
  readonly #port: KeptResultsPort;
  #taking = false;
  readonly #all = new Set<Kept>();
  readonly #byHandle = new Map<number, Kept>();

  constructor(runtime: Runtime, port: KeptResultsPort) {
    this.#runtime = runtime;
    this.#port = port;
  }

  add(result: KeptResult): void {
    const { peer, targets } = result;
    const ids = idsOf(peer.share(targets));
    const kept: Kept = { ...result, ids, fetching: false, wanted: false };
    this.#all.add(kept);
    for (const handle of targets) this.#byHandle.set(handle, kept);
    // Whoever waits for one of them has told the raylet, or will.
    this.#runtime.send(FrameType.ResultsElsewhere, new ResultsElsewhereT([...targets]));
  }

  /** The node that has the value of this pending object; undefined when none is known to. */
  nodeOf(handle: number): string | undefined {
    return this.#byHandle.get(handle)?.peer.node;
  }

  /** Somebody here waits for them. */
  wanted(handles: Iterable<number>): void {
    for (const handle of handles) {
      const kept = this.#byHandle.get(handle);
      if (kept === undefined) continue;
      kept.wanted = true;
      if (!kept.fetching) void this.#fetch(kept);
    }
  }

  /**
   * The other node needs the room that these take up: they are fetched as long as there is some here. One after another, as it is this
   * node's memory that they come to.
   */
  offered(peer: RemotePeer, tokens: ReadonlySet<number>): void {
    // What is not taken now is offered again.
    if (this.#taking) return;
    this.#taking = true;
    const offered = [...this.#all].filter((kept) => kept.peer === peer && tokens.has(kept.token));
    void this.#takeOffered(offered).finally(() => {
      this.#taking = false;
    });
  }

  /** The node is gone; the tasks run again. */
  peerLost(peer: RemotePeer): void {
    for (const kept of [...this.#all]) if (kept.peer === peer) this.#forget(kept);
  }

  /** To be called now and then: gives up what nobody here wants. */
  review(): void {
    const { store } = this.#runtime;
    for (const kept of [...this.#all]) {
      if (kept.fetching) continue;
      // Freed, cancelled, or of a process that has died.
      const isOver = kept.targets.every((handle) => store.state(handle) !== ObjectState.Pending);
      if (!isOver && kept.targets.some((handle) => store.isWanted(handle))) continue;
      // An object to come ends only by being completed.
      if (!isOver) this.#fail(kept, 'nobody referred to it');
      this.#forget(kept);
      this.#port.taken(kept.peer, kept.token);
    }
  }

  async #takeOffered(offered: readonly Kept[]): Promise<void> {
    for (const kept of offered) {
      if (kept.fetching || !this.#all.has(kept)) continue;
      await this.#fetch(kept);
      if (this.#all.has(kept)) return;
    }
  }

  /** It stays where it is when there is no room for it here and nobody waits for it. */
  async #fetch(kept: Kept): Promise<void> {
    const { store } = this.#runtime;
    const { peer, token, targets, attempt } = kept;
    kept.fetching = true;
    const settled = await Promise.allSettled(kept.ids.map((id) => peer.fetch(id)));
    const received = settled.map((each) => (each.status === 'fulfilled' ? each.value : undefined));
    const drafts = received.filter((each): each is ReceivedObject => each !== undefined);
    const isComplete = drafts.length === targets.length;
    // The node is gone: the tasks run again.
    const isLost = !this.#all.has(kept);
    if (isLost || !isComplete) for (const { draft } of drafts) store.abort(draft);
    if (isLost) return;
    const reason = settled.find((each) => each.status === 'rejected')?.reason as unknown;
    if (reason !== undefined && !kept.wanted) {
      // There is no room here either.
      kept.fetching = false;
      return;
    }
    if (!isComplete) this.#fail(kept, 'the node that had it has it no more', reason);
    else if (
      store.complete(
        targets,
        drafts.map(({ draft }) => draft),
        attempt,
      ) === 1
    )
      this.#runtime.objectsReady(targets);
    this.#forget(kept);
    this.#port.taken(peer, token);
  }

  /** @param error in the place of an ObjectLostError with that reason */
  #fail({ targets, attempt }: Kept, reason: string, error?: unknown): void {
    const lost = error ?? new ObjectLostError(this.#runtime.store.idString(targets[0]!), reason);
    void sealError(this.#runtime, targets, attempt, lost, () => this.#port.evict());
  }

  #forget(kept: Kept): void {
    this.#all.delete(kept);
    for (const handle of kept.targets) if (this.#byHandle.get(handle) === kept) this.#byHandle.delete(handle);
  }
}
