import { type Amounts, amountsOf, resourceTables } from '../protocol/amounts.js';
import { readTable, sendTable } from '../protocol/frames.js';
import {
  FrameType,
  JobEndedT,
  LeaseGrantedT,
  NodeAvailableT,
  PeerChanged,
  PeerJoined,
  PeerLeft,
  RemoteKillT,
  RemoteLeaseEndedT,
  RemoteLeaseT,
  RemoteOutput,
  WorkerDiedT,
} from '../protocol/generated/protocol.js';
import { FIRST_REMOTE_WORKER } from '../protocol/startup.js';
import type { RayletClient } from './clients.js';
import { type RemoteGrant, type RemoteNeed, RemoteNodes } from './remote-nodes.js';

/** How soon the other nodes hear of a change of what is free here, milliseconds. */
const AVAILABLE_MILLISECONDS = 20;
/** What no node has may come with one that joins just now; so long nothing is said of it, milliseconds. */
const HOPELESS_MILLISECONDS = 1000;
const EPSILON = 1e-6;

/** What this part of the raylet needs of the rest. */
export interface OtherNodesPort {
  client(slot: number): RayletClient | undefined;
  clients(): Iterable<RayletClient>;
  /** What is free here now, 1 = one. */
  available(): Amounts;
  jobOf(client: RayletClient): number;
  /** The driver's script. */
  nameOf(job: number): string;
  /** Shows a line of output to the job's driver. */
  output(job: number, name: string, pid: number, stderr: boolean, text: string): void;
}

/**
 * The raylet's part in working with other nodes: it lends their room to this node's submitters. The gateway, a process of its own,
 * does the work; here it is one more client.
 */
export class OtherNodes {
  readonly #port: OtherNodesPort;
  readonly #nodes = new RemoteNodes();
  readonly #socket: string;
  /** Grants sent to each client: what it counts as seen is these and the scheduler's. */
  readonly #grantsSent = new Map<number, number>();
  #gateway: RayletClient | undefined;
  #decision: NodeJS.Timeout | undefined;
  #report: NodeJS.Timeout | undefined;
  #reported = '';

  /** @param socket where the gateway takes tasks */
  constructor(socket: string, port: OtherNodesPort) {
    this.#socket = socket;
    this.#port = port;
  }

  /** The nodes, with what each has free. */
  describe(): { node: string; address: string; resources: Amounts; available: Amounts }[] {
    return this.#nodes.nodes.map(({ peer, node, address, totals }) => ({
      node,
      address,
      resources: totals,
      available: this.#nodes.freeOf(peer),
    }));
  }

  // ---- the gateway

  gatewayJoined(gateway: RayletClient): void {
    this.#gateway = gateway;
    this.#reported = '';
    this.availableChanged();
  }

  /** It died, and with it all links. */
  gatewayLeft(gateway: RayletClient): void {
    if (this.#gateway !== gateway) return;
    this.#gateway = undefined;
    for (const { peer } of this.#nodes.nodes) this.#left(peer, 'the gateway process of this node died');
  }

  frame(gateway: RayletClient, type: number, bytes: Uint8Array, start: number): void {
    if (gateway !== this.#gateway) return;
    switch (type) {
      case FrameType.PeerJoined: {
        const joined = readTable(PeerJoined.getRootAsPeerJoined, bytes, start).unpack();
        this.#nodes.joined({
          peer: joined.peer,
          node: String(joined.node),
          address: String(joined.address),
          totals: amountsOf(joined.resources),
        });
        break;
      }
      case FrameType.PeerChanged: {
        const changed = readTable(PeerChanged.getRootAsPeerChanged, bytes, start).unpack();
        this.#nodes.available(changed.peer, amountsOf(changed.available));
        break;
      }
      case FrameType.PeerLeft: {
        const left = readTable(PeerLeft.getRootAsPeerLeft, bytes, start).unpack();
        this.#left(left.peer, String(left.reason));
        break;
      }
      case FrameType.RemoteOutput: {
        const { job, name, pid, stderr, text } = readTable(
          RemoteOutput.getRootAsRemoteOutput,
          bytes,
          start,
        ).unpack();
        this.#port.output(job, String(name), pid, stderr, String(text));
        return;
      }
    }
    this.#decide();
  }

  // ---- submitters

  /** After this node's scheduler has had its turn. */
  demand(client: RayletClient, shape: number, need: RemoteNeed, count: number): void {
    this.#nodes.demand(client.slot, shape, need, count, performance.now());
    this.#decide();
  }

  /** This node can never run these tasks. They wait for one that can; that is said once. */
  infeasible(client: RayletClient, shape: number, need: RemoteNeed): void {
    if (this.#nodes.infeasible(client.slot, shape, need))
      setTimeout(() => this.#sayHopeless(client, shape, need), HOPELESS_MILLISECONDS).unref();
    this.#decide();
  }

  /** Of the grants that a client says it has seen, those that came from here. */
  grantsSent(slot: number): number {
    return this.#grantsSent.get(slot) ?? 0;
  }

  /** False when the lease is none on another node. */
  returned(client: RayletClient, lease: number): boolean {
    if (lease < FIRST_REMOTE_WORKER) return false;
    if (this.#nodes.returned(client.slot, lease)) this.#ended(lease);
    this.#decide();
    return true;
  }

  clientLeft(slot: number): void {
    this.#grantsSent.delete(slot);
    for (const { lease } of this.#nodes.clientLeft(slot)) this.#ended(lease);
  }

  jobEnded(job: number): void {
    this.#tell(FrameType.JobEnded, new JobEndedT(job));
  }

  /** False when the worker is a process of this node. */
  kill(worker: number, handle: number): boolean {
    if (worker < FIRST_REMOTE_WORKER) return false;
    this.#tell(FrameType.RemoteKill, new RemoteKillT(worker, handle));
    return true;
  }

  /** What is free here may have changed. */
  availableChanged(): void {
    if (this.#gateway === undefined || this.#report !== undefined) return;
    this.#report = setTimeout(() => {
      this.#report = undefined;
      const available = this.#port.available();
      const text = JSON.stringify(available);
      if (text === this.#reported) return;
      this.#reported = text;
      this.#tell(FrameType.NodeAvailable, new NodeAvailableT(resourceTables(available)));
    }, AVAILABLE_MILLISECONDS);
    this.#report.unref();
  }

  // ---- inside

  #sayHopeless(client: RayletClient, shape: number, need: RemoteNeed): void {
    if (this.#port.client(client.slot) !== client || !this.#nodes.hopeless(client.slot, shape)) return;
    const wanted = Object.entries(need.resources).map(([name, amount]) => `${name}: ${amount}`);
    this.#port.output(
      this.#port.jobOf(client),
      'mobula',
      process.pid,
      true,
      `no node of the cluster has { ${wanted.join(', ')} }; tasks that need it wait for a node that has\n`,
    );
  }

  #decide(): void {
    clearTimeout(this.#decision);
    this.#decision = undefined;
    const now = performance.now();
    const available = this.#port.available();
    const fitsHere = ({ resources }: RemoteNeed): boolean =>
      Object.entries(resources).every(([name, amount]) => (available[name] ?? 0) + EPSILON >= amount);
    for (const grant of this.#nodes.decide(now, fitsHere)) this.#grant(grant);
    const next = this.#nodes.nextDecision(now);
    if (next === undefined) return;
    this.#decision = setTimeout(() => this.#decide(), Math.max(1, next - now));
    this.#decision.unref();
  }

  #grant({ lease, peer, slot, shape, need }: RemoteGrant): void {
    const client = this.#port.client(slot);
    if (client === undefined || this.#gateway === undefined) {
      this.#nodes.returned(slot, lease);
      return;
    }
    this.#grantsSent.set(slot, this.grantsSent(slot) + 1);
    const job = this.#port.jobOf(client);
    const { resources, exclusive } = need;
    // Before the client hears of it: its tasks come to the gateway on another socket.
    this.#tell(
      FrameType.RemoteLease,
      new RemoteLeaseT(lease, peer, slot, job, this.#port.nameOf(job), resourceTables(resources), exclusive),
    );
    sendTable(
      client.connection,
      FrameType.LeaseGranted,
      new LeaseGrantedT(lease, shape, peer, this.#gateway.pid, this.#gateway.slot, this.#socket),
    );
  }

  #ended(lease: number): void {
    this.#tell(FrameType.RemoteLeaseEnded, new RemoteLeaseEndedT(lease));
  }

  /** To the submitters it is a worker that died: what it had in its hands is queued again. */
  #left(peer: number, reason: string): void {
    const void_ = this.#nodes.left(peer);
    for (const client of this.#port.clients()) {
      const leases = void_.filter(({ slot }) => slot === client.slot).map(({ lease }) => lease);
      sendTable(
        client.connection,
        FrameType.WorkerDied,
        new WorkerDiedT(peer, 0, -1, 'the loss of its node', reason, 0, 0, leases),
      );
    }
  }

  #tell(type: number, table: Parameters<typeof sendTable>[2]): void {
    if (this.#gateway !== undefined && !this.#gateway.connection.closed)
      sendTable(this.#gateway.connection, type, table);
  }
}
