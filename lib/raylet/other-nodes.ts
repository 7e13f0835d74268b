import { type Amounts, amountsOf, resourceTables } from '../protocol/amounts.js';
import { readTable, sendTable } from '../protocol/frames.js';
import {
  FrameType,
  JobEndedT,
  LeaseGrantedT,
  LinkTraffic,
  NodeAnnounced,
  NodeAvailableT,
  NodeGone,
  PeerChanged,
  PeerJoined,
  PeerLeft,
  RemoteKillT,
  RemoteLeaseEndedT,
  RemoteLeaseT,
  RemoteOutput,
  ResultsElsewhere,
  ResultsWantedT,
} from '../protocol/generated/protocol.js';
import { FIRST_REMOTE_WORKER } from '../protocol/startup.js';
import type { RayletClient } from './client.js';
import type { Clients } from './clients.js';
import type { Jobs } from './jobs.js';
import { tellWorkerDied } from './notices.js';
import type { ObjectDirectory } from './object-directory.js';
import { availabilityPace } from './pace.js';
import type { Placement } from './placement.js';
import { type RemoteGrant, type RemoteNeed, RemoteNodes, type Route } from './remote-nodes.js';

const MOST_IDS = 1000;

/** What this part of the raylet needs of the rest. */
export interface OtherNodesPort {
  readonly clients: Clients;
  readonly jobs: Jobs;
  readonly placement: Placement;
  readonly objects: ObjectDirectory;
  /** What is free here now, 1 = one. */
  available(): Amounts;
  /** The other node counts as dead; it may be one that there was no link to. */
  nodeGone(node: string): void;
  /** What this node is to the others from now on: its id, another one if they had taken it for dead, and `host:port`. */
  announced(node: string, address: string): void;
}

/** Bytes of objects that went over a link since it stands. */
export interface LinkCounters {
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/**
 * The raylet's part in working with other nodes: it lends their room to this node's submitters. The gateway, a process of its own,
 * does the work; here it is one more client.
 */
export class OtherNodes {
  readonly #port: OtherNodesPort;
  readonly #nodes: RemoteNodes;
  readonly #socket: string;
  /** Ids of the nodes by their worker numbers, also of those that are gone: what ran there may be told of later. */
  readonly #ids = new Map<number, string>();
  /** By the worker numbers of the nodes that there are links to. */
  readonly #traffic = new Map<number, LinkCounters>();
  #gateway: RayletClient | undefined;
  #decision: NodeJS.Timeout | undefined;
  #decisionSoon: NodeJS.Immediate | undefined;
  readonly #reports = availabilityPace();
  #reportPending = false;
  #reported = '';

  /** @param socket where the gateway takes tasks */
  constructor(
    own: { readonly node: string; readonly totals: Amounts },
    socket: string,
    port: OtherNodesPort,
  ) {
    this.#nodes = new RemoteNodes(own, Number.parseInt(own.node.slice(0, 8), 16));
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

  /** The links that stand, with what went over them. */
  links(): ({ readonly node: string } & LinkCounters)[] {
    return this.#nodes.nodes.map(({ peer, node }) => ({
      node,
      ...(this.#traffic.get(peer) ?? { bytesSent: 0, bytesReceived: 0 }),
    }));
  }

  /** The id of the node that is this worker to submitters. */
  idOf(peer: number): string | undefined {
    return this.#ids.get(peer);
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
        this.#ids.set(joined.peer, String(joined.node));
        if (this.#ids.size > MOST_IDS) this.#ids.delete(this.#ids.keys().next().value!);
        this.#nodes.joined({
          peer: joined.peer,
          node: String(joined.node),
          address: String(joined.address),
          totals: amountsOf(joined.resources),
        });
        this.#port.placement.placeAgain();
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
      case FrameType.ResultsElsewhere: {
        const { handles } = readTable(ResultsElsewhere.getRootAsResultsElsewhere, bytes, start).unpack();
        this.#port.objects.elsewhere(handles);
        return;
      }
      case FrameType.LinkTraffic: {
        const traffic = readTable(LinkTraffic.getRootAsLinkTraffic, bytes, start);
        const counters = { bytesSent: traffic.bytesSent(), bytesReceived: traffic.bytesReceived() };
        this.#traffic.set(traffic.peer(), counters);
        return;
      }
      case FrameType.NodeGone:
        this.#port.nodeGone(readTable(NodeGone.getRootAsNodeGone, bytes, start).node()!);
        return;
      case FrameType.NodeAnnounced: {
        const announced = readTable(NodeAnnounced.getRootAsNodeAnnounced, bytes, start);
        this.#port.announced(announced.node()!, announced.address()!);
        return;
      }
      case FrameType.RemoteOutput: {
        const { job, name, pid, stderr, text } = readTable(
          RemoteOutput.getRootAsRemoteOutput,
          bytes,
          start,
        ).unpack();
        this.#port.clients.show(job, String(name), pid, stderr, String(text));
        return;
      }
    }
    this.#decide();
  }

  // ---- submitters

  /** Where the tasks of a client may run now. */
  route(need: RemoteNeed): Route {
    return this.#nodes.route(need);
  }

  /**
   * After this node's scheduler has had its turn, if these tasks are for it too.
   * @param seen how many grants, of here and elsewhere, the client had received when it counted
   */
  demand(client: RayletClient, shape: number, need: RemoteNeed, seen: number): void {
    const job = this.#port.jobs.of(client);
    const { slot } = client;
    const { count, meanMilliseconds } = client.shapes[shape]!.demand;
    this.#nodes.demand({ slot, job, shape, need, count, meanMilliseconds, seen }, performance.now());
    this.#decideSoon();
  }

  /** Nobody waits for these any more: their submitter was told that they failed. */
  dropped(slot: number, shape: number): void {
    this.#nodes.drop(slot, shape);
  }

  /** This node's scheduler granted a lease. */
  grantedHere(client: RayletClient, shape: number): void {
    this.#nodes.sent(client.slot, shape, client.grants.here(), true);
  }

  /** This node can never run these tasks. They wait for one that can; that is said once. */
  infeasible(client: RayletClient, shape: number, need: RemoteNeed, reason: string): void {
    if (!this.#nodes.route(need).elsewhere) {
      this.#port.placement.hopeless(client, shape, `${reason}; the tasks may run on no other node`);
      return;
    }
    const first = this.#nodes.infeasible(client.slot, shape);
    if (first && !this.#nodes.feasible(need)) this.#warn(client, need);
    this.#decide();
  }

  /** False when the lease is none on another node. */
  returned(client: RayletClient, lease: number): boolean {
    if (lease < FIRST_REMOTE_WORKER) return false;
    if (this.#nodes.returned(client.slot, lease)) this.#ended(lease);
    this.#decide();
    return true;
  }

  clientLeft(slot: number): void {
    for (const { lease } of this.#nodes.clientLeft(slot)) this.#ended(lease);
  }

  jobEnded(job: number): void {
    this.#nodes.jobEnded(job);
    this.#tell(FrameType.JobEnded, new JobEndedT(job));
  }

  /** Somebody here waits for these, which are at other nodes. */
  fetch(handles: readonly number[]): void {
    this.#tell(FrameType.ResultsWanted, new ResultsWantedT([...handles]));
  }

  /** False when the worker is a process of this node. */
  kill(worker: number, handle: number): boolean {
    if (worker < FIRST_REMOTE_WORKER) return false;
    this.#tell(FrameType.RemoteKill, new RemoteKillT(worker, handle));
    return true;
  }

  /** What is free here may have changed. */
  availableChanged(): void {
    if (this.#gateway === undefined || this.#reportPending) return;
    this.#reportPending = true;
    const now = performance.now();
    const delay = this.#reports.next(now) - now;
    // What is taken again before the others are told was never free.
    if (delay <= 0) setImmediate(() => this.#report());
    else setTimeout(() => this.#report(), delay).unref();
  }

  // ---- inside

  #report(): void {
    this.#reportPending = false;
    const available = this.#port.available();
    const text = JSON.stringify(available);
    if (text === this.#reported) return;
    this.#reported = text;
    this.#reports.said(performance.now());
    this.#tell(FrameType.NodeAvailable, new NodeAvailableT(resourceTables(available)));
  }

  /** After all that is being said: what needs most must not find that what was named first has taken the only node for it. */
  #decideSoon(): void {
    this.#decisionSoon ??= setImmediate(() => this.#decide());
  }

  #decide(): void {
    clearImmediate(this.#decisionSoon);
    this.#decisionSoon = undefined;
    clearTimeout(this.#decision);
    this.#decision = undefined;
    const now = performance.now();
    const { grants, here, hopeless } = this.#nodes.decide(now, this.#port.available());
    for (const grant of grants) this.#grant(grant);
    for (const { slot, shape, reason } of hopeless) {
      const client = this.#port.clients.at(slot);
      if (client !== undefined) this.#port.placement.hopeless(client, shape, reason);
    }
    for (const { slot, shape, count } of here) {
      const client = this.#port.clients.at(slot);
      if (client !== undefined) this.#port.placement.takeHere(client, shape, count);
    }
    const next = this.#nodes.nextDecision();
    if (next === undefined || this.#decision !== undefined) return;
    this.#decision = setTimeout(() => this.#decide(), Math.max(1, next - now));
    this.#decision.unref();
  }

  #grant(grant: RemoteGrant): void {
    const { lease, peer, slot, shape, need } = grant;
    const client = this.#port.clients.at(slot);
    if (client === undefined || this.#gateway === undefined) {
      this.#nodes.withdraw(grant);
      return;
    }
    this.#nodes.sent(slot, shape, client.grants.elsewhere(), false);
    const job = this.#port.jobs.of(client);
    const { resources, exclusive } = need;
    // Before the client hears of it: its tasks come to the gateway on another socket.
    this.#tell(
      FrameType.RemoteLease,
      new RemoteLeaseT(
        lease,
        peer,
        slot,
        job,
        this.#port.jobs.nameOf(job),
        resourceTables(resources),
        exclusive,
      ),
    );
    sendTable(
      client.connection,
      FrameType.LeaseGranted,
      new LeaseGrantedT(lease, shape, peer, this.#gateway.pid, this.#gateway.slot, this.#socket),
    );
  }

  #warn(client: RayletClient, { resources }: RemoteNeed): void {
    const wanted = Object.entries(resources).map(([name, amount]) => `${name}: ${amount}`);
    this.#port.clients.show(
      this.#port.jobs.of(client),
      'mobula',
      process.pid,
      true,
      `no node of the cluster has { ${wanted.join(', ')} }; tasks that need it wait for a node that has\n`,
    );
  }

  #ended(lease: number): void {
    this.#tell(FrameType.RemoteLeaseEnded, new RemoteLeaseEndedT(lease));
  }

  /** To the submitters it is a worker that died: what it had in its hands is queued again. */
  #left(peer: number, reason: string): void {
    this.#traffic.delete(peer);
    const lost = this.#nodes.left(peer);
    for (const client of this.#port.clients.all()) {
      const leases = lost.filter(({ slot }) => slot === client.slot).map(({ lease }) => lease);
      tellWorkerDied(client, { worker: peer, signal: 'the loss of its node', stderr: reason }, leases);
    }
    this.#port.placement.placeAgain();
  }

  #tell(type: number, table: Parameters<typeof sendTable>[2]): void {
    if (this.#gateway !== undefined && !this.#gateway.connection.closed)
      sendTable(this.#gateway.connection, type, table);
  }
}
