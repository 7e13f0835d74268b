import { setTimeout as sleep } from 'node:timers/promises';
import {
  connectNode,
  type LinkTls,
  type NodeIdentity,
  type NodeLink,
  NodeListener,
} from '../cluster/link/index.js';
import type { Member } from '../cluster/member.js';
import { PeerFrame } from '../protocol/generated/peers.js';
import { parseHostAndPort } from '../protocol/host-and-port.js';
import { VERSION } from '../runtime/version.js';
import type { Gateway } from './gateway.js';
import { LongFrames, sendLong } from './long-frames.js';
import type { Peer } from './peer.js';
import type { PeerConnection } from './peer-frames.js';

/** What links between gateways are for. */
const PURPOSE = 'gateway';
const CONNECT_MILLISECONDS = 5000;
/** Pauses between attempts to reach a member: doubled from the first to the last. */
const FIRST_PAUSE_MILLISECONDS = 100;
const LAST_PAUSE_MILLISECONDS = 2000;
/** A node may connect before the membership has told of it; so long it is waited for. */
const UNKNOWN_MILLISECONDS = 10_000;
/** A link without a sign of life for so long is closed: the node is dead, or cut off. */
const SILENCE_MILLISECONDS = 5000;

export interface MeshOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly secret: Uint8Array;
  readonly tls: LinkTls | undefined;
  log(text: string): void;
  /** The node is missing in the list of members, and no link shows that it lives. */
  lost(node: string): void;
}

/** Who works with the nodes that links lead to. */
export type MeshGateway = Pick<Gateway, 'joined' | 'left'>;

/** What is known of another node. */
interface Neighbour {
  member: Member | undefined;
  link: NodeLink | undefined;
  peer: Peer | undefined;
  dialing: boolean;
}

/**
 * One link to each other member. Of two nodes the one with the smaller id connects, so that there is one link and not two. A link
 * that breaks ends what both ran for each other; as long as the other is a member it is made anew.
 */
export class Mesh {
  readonly #gateway: MeshGateway;
  readonly #options: MeshOptions;
  readonly #neighbours = new Map<string, Neighbour>();
  #identity!: NodeIdentity;
  #port: number;
  #listener: NodeListener | undefined;
  #closed = false;

  constructor(gateway: MeshGateway, options: MeshOptions) {
    this.#gateway = gateway;
    this.#options = options;
    this.#port = options.port;
  }

  /**
   * Begins to accept links.
   * @returns the port
   * @throws NodeLinkError when the address cannot be had
   */
  async listen(node: string, incarnation: number): Promise<number> {
    this.#identity = { nodeId: node, incarnation, purpose: PURPOSE, version: VERSION };
    const { host, secret, tls, log } = this.#options;
    this.#listener = await NodeListener.listen({
      host,
      port: this.#port,
      secret,
      tls,
      identity: this.#identity,
      silenceMilliseconds: SILENCE_MILLISECONDS,
      onLink: (link) => this.#accept(link),
      onRefused: (refusal) => log(`refused a connection from ${refusal.host}: ${refusal.reason}`),
    });
    return this.#listener.address.port;
  }

  /** This node has another id from now on. Every link has ended before. */
  async rename(node: string, incarnation: number): Promise<void> {
    const port = this.#listener?.address.port ?? 0;
    await this.#listener?.close();
    this.#port = port;
    await this.listen(node, incarnation);
  }

  joined(member: Member): void {
    const neighbour = this.#neighbour(member.id);
    neighbour.member = member;
    if (neighbour.link !== undefined && neighbour.peer === undefined) this.#attach(neighbour, neighbour.link);
    void this.#dial(neighbour);
  }

  /** Missing in the list of members. A link that still stands shows that it lives: the list is wrong, or late. */
  left(id: string): void {
    const neighbour = this.#neighbours.get(id);
    if (neighbour === undefined) return;
    neighbour.member = undefined;
    if (neighbour.link === undefined || neighbour.link.closed) this.#lost(id);
  }

  /** Ends all links, and what was to make them anew: this node was declared dead, or goes. */
  disconnect(reason: string): void {
    for (const { link } of this.#neighbours.values()) link?.close(reason);
    this.#neighbours.clear();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.disconnect('the node ends');
    await this.#listener?.close();
  }

  #neighbour(id: string): Neighbour {
    let neighbour = this.#neighbours.get(id);
    if (neighbour === undefined) {
      neighbour = { member: undefined, link: undefined, peer: undefined, dialing: false };
      this.#neighbours.set(id, neighbour);
    }
    return neighbour;
  }

  #accept(link: NodeLink): void {
    const { peer } = link;
    const reason = peer.nodeId === this.#identity.nodeId ? 'it has the id of this node' : reasonAgainst(link);
    if (reason !== undefined) {
      this.#options.log(`node ${peer.nodeId} at ${link.address} is refused: ${reason}`);
      link.close(reason);
      return;
    }
    const neighbour = this.#neighbour(peer.nodeId);
    // The other side made a new one: it knows that the old one is broken.
    neighbour.link?.close('replaced by a new link');
    neighbour.link = link;
    neighbour.peer = undefined;
    if (neighbour.member !== undefined) this.#attach(neighbour, link);
    else {
      setTimeout(() => {
        if (neighbour.link !== link || neighbour.peer !== undefined) return;
        link.close('not a member');
        if (this.#knows(peer.nodeId, neighbour)) this.#neighbours.delete(peer.nodeId);
      }, UNKNOWN_MILLISECONDS).unref();
    }
  }

  async #dial(neighbour: Neighbour): Promise<void> {
    if (neighbour.dialing) return;
    neighbour.dialing = true;
    let pause = FIRST_PAUSE_MILLISECONDS;
    while (this.#isToDial(neighbour)) {
      const member = neighbour.member!;
      const { secret, tls } = this.#options;
      const identity = this.#identity;
      const times = { silenceMilliseconds: SILENCE_MILLISECONDS, timeout: CONNECT_MILLISECONDS };
      try {
        const { host, port } = parseHostAndPort(member.address);
        const link = await connectNode({ host, port, secret, tls, identity, ...times });
        const reason =
          link.peer.nodeId === member.id ? reasonAgainst(link) : `node ${link.peer.nodeId} answers there`;
        if (reason !== undefined) {
          link.close(reason);
          throw new Error(reason);
        }
        if (!this.#isToDial(neighbour)) link.close('no longer needed');
        else {
          neighbour.link = link;
          this.#attach(neighbour, link);
        }
      } catch (error) {
        if (pause === FIRST_PAUSE_MILLISECONDS)
          this.#options.log(
            `node ${member.id} at ${member.address} cannot be reached: ${(error as Error).message}`,
          );
        await sleep(pause, undefined, { ref: false });
        pause = Math.min(2 * pause, LAST_PAUSE_MILLISECONDS);
      }
    }
    neighbour.dialing = false;
  }

  #lost(id: string): void {
    this.#neighbours.delete(id);
    if (!this.#closed) this.#options.lost(id);
  }

  #isToDial(neighbour: Neighbour): boolean {
    const { member, link } = neighbour;
    if (this.#closed || member === undefined || link !== undefined) return false;
    return this.#knows(member.id, neighbour) && this.#identity.nodeId < member.id;
  }

  /** False for what was known of a node before all links were ended: another one may stand in its place by now. */
  #knows(id: string, neighbour: Neighbour): boolean {
    return this.#neighbours.get(id) === neighbour;
  }

  #attach(neighbour: Neighbour, link: NodeLink): void {
    const { id, address, resources } = neighbour.member!;
    const connection: PeerConnection = {
      send: (type, ...parts) => sendLong((each, ...pieces) => link.send(each, ...pieces), type, parts),
      // A link that closes lets go of who waits for it.
      drained: () => link.drained().catch(() => undefined),
      close: (reason) => link.close(reason),
      get closed() {
        return link.closed;
      },
    };
    const peer = this.#gateway.joined({ node: id, address, resources }, connection);
    neighbour.peer = peer;
    const frames = new LongFrames();
    link.start({
      knows: (type) => PeerFrame[type] !== undefined,
      // A chunk is copied into its object at once.
      borrows: (type) => type === PeerFrame.ObjectChunk,
      onFrame: (type, body) => {
        const whole = frames.take(type, body);
        if (whole !== undefined) peer.onFrame(type, whole);
      },
      onClosed: (reason) => {
        this.#gateway.left(peer, reason.message);
        if (neighbour.link !== link || !this.#knows(id, neighbour)) return;
        neighbour.link = undefined;
        neighbour.peer = undefined;
        if (neighbour.member === undefined) this.#lost(id);
        else void this.#dial(neighbour);
      },
    });
  }
}

/** Why the other side of a link cannot be worked with; undefined when it can. */
function reasonAgainst({ peer: { purpose, version } }: NodeLink): string | undefined {
  if (purpose !== PURPOSE) return `it is no gateway but for '${purpose}'`;
  if (version !== VERSION) return `its version of Mobula is ${version}, and not ${VERSION}`;
  return undefined;
}
