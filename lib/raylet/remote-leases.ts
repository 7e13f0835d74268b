import type { RemoteJob, RemoteNeed } from './remote-demand.js';
import type { Needs } from './remote-room.js';
import type { LeaseId } from './scheduler/events.js';

/** Leases of another job that are looked at for one that can be shared. */
const SHARING_TRIES = 16;

/** A lease for the client: its tasks of that shape may go to the peer. */
export interface RemoteGrant {
  readonly lease: LeaseId;
  readonly peer: number;
  readonly slot: number;
  /** In the client's own numbering. */
  readonly shape: number;
  readonly need: RemoteNeed;
}

/** A lease that is held, and for whom. */
export interface RemoteLease {
  readonly grant: RemoteGrant;
  readonly job: RemoteJob;
  readonly needs: Needs;
  /** The lease of another job whose room it has a share of. */
  readonly shares: RemoteLease | undefined;
}

/** The leases on other nodes, and which of them two jobs share. */
export class RemoteLeases {
  readonly #all = new Map<LeaseId, RemoteLease>();
  readonly #bySlot = new Map<number, Set<RemoteLease>>();

  get(lease: LeaseId): RemoteLease | undefined {
    return this.#all.get(lease);
  }

  /** Those that a client holds. */
  of(slot: number): RemoteLease[] {
    return [...(this.#bySlot.get(slot) ?? [])];
  }

  /** Those on a node. */
  on(peer: number): RemoteLease[] {
    return [...this.#all.values()].filter(({ grant }) => grant.peer === peer);
  }

  add(lease: RemoteLease): void {
    const { grant, job, shares } = lease;
    this.#all.set(grant.lease, lease);
    const ofClient = this.#bySlot.get(grant.slot) ?? new Set<RemoteLease>();
    this.#bySlot.set(grant.slot, ofClient.add(lease));
    job.unshared.add(grant.lease);
    if (shares === undefined) return;
    shares.job.unshared.delete(shares.grant.lease);
    shares.job.shared.add(shares.grant.lease);
  }

  end(lease: RemoteLease): void {
    const { grant, job, shares } = lease;
    this.#all.delete(grant.lease);
    const ofClient = this.#bySlot.get(grant.slot);
    ofClient?.delete(lease);
    if (ofClient?.size === 0) this.#bySlot.delete(grant.slot);
    job.unshared.delete(grant.lease);
    job.shared.delete(grant.lease);
    if (shares?.job.shared.delete(shares.grant.lease) === true) shares.job.unshared.add(shares.grant.lease);
  }

  /** One of the job's leases that it shares with nobody yet and that `suits`; of many, only some are looked at. */
  toShare(job: RemoteJob, suits: (lease: RemoteLease) => boolean): RemoteLease | undefined {
    let tries = 0;
    for (const id of job.unshared) {
      if (++tries > SHARING_TRIES) return undefined;
      const lease = this.#all.get(id)!;
      if (suits(lease)) return lease;
    }
    return undefined;
  }
}
