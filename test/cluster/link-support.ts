import { randomBytes } from 'node:crypto';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import {
  type ConnectOptions,
  connectNode,
  type ListenOptions,
  type NodeIdentity,
  type NodeLink,
  NodeListener,
  type Refusal,
} from '../../lib/cluster/link/index.js';
import type { NodeLinkError } from '../../lib/errors/index.js';
import { until } from '../support/poll.js';

export const host = '127.0.0.1';
export const secret = randomBytes(32);
/** Frames of higher types do not exist in these tests. */
export const highestType = 99;

/** For tests that count what the dialer sends: no pause of theirs is long enough for a heartbeat. */
export const withoutHeartbeats = { heartbeatMilliseconds: 600_000 };

/** Names that no random bytes would contain, so that a test can look for them. */
export const listenerIdentity: NodeIdentity = identityOf('listening-node');
export const dialerIdentity: NodeIdentity = identityOf('dialing-node');

function identityOf(nodeId: string): NodeIdentity {
  return { nodeId, incarnation: 7, purpose: 'tests', version: '0.1.0' };
}

export interface Received {
  readonly type: number;
  readonly body: Uint8Array;
}

/** One end of a link, which keeps what it is told. */
export class LinkEnd {
  readonly link: NodeLink;
  readonly frames: Received[] = [];
  readonly closings: NodeLinkError[] = [];
  drains = 0;
  started = false;

  /** @param onFrame called instead of keeping the frame  @param start whether to read at once */
  constructor(link: NodeLink, onFrame?: (end: LinkEnd, frame: Received) => void, start = true) {
    this.link = link;
    if (start) this.start(onFrame);
  }

  start(onFrame?: (end: LinkEnd, frame: Received) => void): void {
    this.started = true;
    this.link.start({
      knows: (type) => type <= highestType,
      onFrame: (type, body) => {
        if (onFrame === undefined) this.frames.push({ type, body });
        else onFrame(this, { type, body });
      },
      onDrained: () => {
        this.drains++;
      },
      onClosed: (reason) => this.closings.push(reason),
    });
  }

  /** Waits for the end and gives its reason. */
  async closed(): Promise<NodeLinkError> {
    return until(() => this.closings[0], { what: `the end of the link to ${this.link.address}` });
  }
}

/** A listener that keeps what it is told, and answers each frame with the same frame where asked to. */
export class TestListener {
  readonly ends: LinkEnd[] = [];
  readonly refusals: Refusal[] = [];
  readonly listener: NodeListener;

  private constructor(listener: NodeListener) {
    this.listener = listener;
  }

  static async listen(
    options: Partial<ListenOptions> = {},
    onFrame?: (end: LinkEnd, frame: Received) => void,
    start = true,
  ): Promise<TestListener> {
    const told: ((self: TestListener) => void)[] = [];
    let self: TestListener | undefined;
    const tell = (what: (self: TestListener) => void) => (self === undefined ? told.push(what) : what(self));
    const listener = await NodeListener.listen({
      host,
      port: 0,
      secret,
      identity: listenerIdentity,
      onLink: (link) => tell((listening) => listening.ends.push(new LinkEnd(link, onFrame, start))),
      onRefused: (refusal) => tell((listening) => listening.refusals.push(refusal)),
      ...options,
    });
    self = new TestListener(listener);
    for (const what of told) what(self);
    return self;
  }

  get port(): number {
    return this.listener.address.port;
  }

  /** Options to connect to it, or to what stands before it. */
  dialing(options: Partial<ConnectOptions> = {}): ConnectOptions {
    return { host, port: this.port, secret, identity: dialerIdentity, ...options };
  }

  /** A link to this listener: the dialer's end and this one's. */
  async link(options: Partial<ConnectOptions> = {}): Promise<[near: LinkEnd, far: LinkEnd]> {
    const known = this.ends.length;
    const near = new LinkEnd(await connectNode(this.dialing(options)));
    const far = await until(() => this.ends[known], { what: "the listener's end" });
    return [near, far];
  }

  /** Ends all, and waits until the links are gone. */
  async close(): Promise<void> {
    this.listener.close();
    for (const end of this.ends) {
      end.link.close('the test is over');
      if (!end.started) end.start();
    }
    await until(() => this.ends.every((end) => end.closings.length > 0), { what: 'the end of all links' });
  }
}

/** Sends a frame back as it came. */
export function echo(end: LinkEnd, { type, body }: Received): void {
  end.link.send(type, body);
}

export type Direction = 'toListener' | 'toDialer';

/**
 * A relay between a dialer and a listener, with full power over the bytes. It keeps what it carries, before it changes it.
 */
export class Relay {
  readonly carried: Record<Direction, Buffer[]> = { toListener: [], toDialer: [] };
  /** The sockets of each relayed connection, by where their bytes go to. */
  readonly connections: Record<Direction, Socket>[] = [];
  /** Whether bytes are lost from now on, while the connections stay open. */
  silent = false;
  readonly #server: Server;

  /**
   * @param change gives what is sent on instead of the bytes that came; they have `offset` bytes before them
   * @param localAddress where the listener sees it come from
   */
  constructor(
    port: number,
    change: (bytes: Buffer, direction: Direction, offset: number) => Buffer = (bytes) => bytes,
    localAddress = host,
  ) {
    this.#server = createServer((fromDialer) => {
      const fromListener = connect({ port, host, localAddress });
      this.connections.push({ toListener: fromListener, toDialer: fromDialer });
      const carry = (from: Socket, to: Socket, direction: Direction) => {
        let offset = 0;
        from.on('data', (bytes: Buffer) => {
          this.carried[direction].push(bytes);
          if (!this.silent) to.write(change(bytes, direction, offset));
          offset += bytes.length;
        });
        from.on('error', () => undefined);
        from.on('close', () => to.destroySoon());
      };
      carry(fromDialer, fromListener, 'toListener');
      carry(fromListener, fromDialer, 'toDialer');
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, host, resolve));
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  bytes(direction: Direction): Buffer {
    return Buffer.concat(this.carried[direction]);
  }

  close(): void {
    this.#server.close();
    for (const { toDialer, toListener } of this.connections) {
      toDialer.destroy();
      toListener.destroy();
    }
  }
}

/** A plain socket that keeps what comes, and knows when its other side has ended. */
export class RawSocket {
  readonly socket: Socket;
  ended = false;
  #received: Buffer[] = [];

  constructor(port: number, localAddress = host) {
    this.socket = connect({ port, host, localAddress });
    this.socket.on('data', (bytes) => this.#received.push(bytes));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.ended = true;
    });
  }

  get received(): Buffer {
    return Buffer.concat(this.#received);
  }

  send(bytes: Uint8Array | string): void {
    this.socket.write(bytes);
  }

  /** Waits for the end and gives all that came. */
  async end(): Promise<Buffer> {
    await until(() => this.ended, { what: 'the end of a plain socket' });
    return this.received;
  }
}

/** What keeps this process alive, by kind: equal before and after a test that leaks nothing. */
export function openHandles(): string {
  const counted = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (/TCP|TLS/.test(kind)) counted.set(kind, (counted.get(kind) ?? 0) + 1);
  }
  return JSON.stringify([...counted].sort());
}
