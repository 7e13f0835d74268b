import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { RedisClient, type RedisCommand } from '../control/redis/client.js';
import { fieldsOf, textsOf } from '../control/redis/records.js';
import { type Member, memberFields, type Statement, sameAmounts, statementOf } from './member.js';
import { BEAT, DEAD } from './membership-scripts.js';

/** A node says so often that it lives. */
const HEARTBEAT_MILLISECONDS = 1000;
/** A node that has not said so for this long is missing. */
const TIME_TO_LIVE_MILLISECONDS = 5000;
/** {@link Membership.start} gives up after so long. */
export const START_MILLISECONDS = 10_000;
/** What is free is told to the others at most this often. */
const TELL_MILLISECONDS = 100;
/** A message is enough for what follows sooner on the last round; the next one brings it to those who missed the message. */
const ROUND_MILLISECONDS = 500;
const LEAVE_MILLISECONDS = 1000;
/** After so many times to live a node that was there before this one, and is not now, does not come back. */
const ABSENT_TIMES = 4;

export interface MembershipOptions {
  readonly url: string;
  readonly member: Member;
  readonly heartbeatMilliseconds?: number;
  readonly timeToLiveMilliseconds?: number;
}

/** Each comes after {@link Membership.members} shows it. */
export interface MembershipEvents {
  /** Another node is there; also one that was missing and is back. */
  joined: [member: Member];
  /** What it has free, or anything else that it says of itself. */
  changed: [member: Member];
  /** It is missing, was declared dead or left; `reason` is a text for people. */
  left: [member: Member, reason: string];
  /** A node of the list that this one has never seen does not come: its last word was long ago, and nobody was there to miss it. */
  absent: [node: string];
  /** This node counts as dead and says nothing any more: see {@link Membership.rejoin}. */
  evicted: [reason: string];
}

interface Message {
  readonly id: string;
  /** Undefined when somebody joined or left. */
  readonly available?: Readonly<Record<string, number>>;
  readonly version?: number;
}

/**
 * Who is in the cluster. Each node keeps a key in Redis that expires, and looks for those of the others as often as it renews its own;
 * messages only make that faster. Missing is missing in Redis, which need not mean dead: it is for the owner to decide and to say so by
 * {@link declareDead}. After this node was without Redis it takes nobody for missing until the others had the time to come back too.
 */
export class Membership extends EventEmitter<MembershipEvents> {
  readonly #client: RedisClient;
  readonly #listener: RedisClient;
  readonly #heartbeat: number;
  readonly #timeToLive: number;
  #self: Statement;
  /** All ids that this node had. */
  readonly #ownIds = new Set<string>();
  readonly #others = new Map<string, Statement>();
  /** Ids of the list without a key, that were never seen with one, and since when; `performance.now()`. */
  readonly #absent = new Map<string, number>();
  #evicted = false;
  #closed = false;
  /** Nobody is taken for missing before; infinite while Redis does not answer. `performance.now()`. */
  #quietUntil = Number.POSITIVE_INFINITY;
  #lastAnswer = 0;
  #round: Promise<boolean> | undefined;
  #roundWanted = false;
  /** When the last round began. `performance.now()`. */
  #roundBegan = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #telling: NodeJS.Timeout | undefined;

  constructor({ url, member, heartbeatMilliseconds, timeToLiveMilliseconds }: MembershipOptions) {
    super();
    this.#heartbeat = heartbeatMilliseconds ?? HEARTBEAT_MILLISECONDS;
    this.#timeToLive = timeToLiveMilliseconds ?? TIME_TO_LIVE_MILLISECONDS;
    this.#self = { member, version: 1 };
    this.#ownIds.add(member.id);
    this.#client = new RedisClient(url, {
      commandMilliseconds: this.#timeToLive / 2,
      ready: () => this.#roundNow(),
      lost: () => this.#lostSight(),
    });
    this.#listener = new RedisClient(url);
    this.#listener.subscribe(this.#channel, (text) => this.#hear(text));
  }

  /** Resolves when this node is announced and the others are known; rejects with ControlStoreError when Redis does not answer. */
  async start(): Promise<void> {
    const deadline = performance.now() + START_MILLISECONDS;
    while (!(await this.#roundNow())) {
      if (this.#closed || performance.now() > deadline) {
        const error = this.#client.error();
        await this.close();
        throw error;
      }
      await sleep(20);
    }
    this.#tell({ id: this.#self.member.id });
  }

  /** What this node says of itself. */
  get self(): Member {
    return this.#self.member;
  }

  /** The others that are there, as they were last heard of. */
  members(): Member[] {
    return [...this.#others.values()].map(({ member }) => member);
  }

  /** Tells the others, soon, what this node has free. */
  setAvailable(available: Readonly<Record<string, number>>): void {
    if (sameAmounts(available, this.#self.member.available)) return;
    const { member, version } = this.#self;
    this.#self = { member: { ...member, available: { ...available } }, version: version + 1 };
    if (this.#telling !== undefined || this.#closed) return;
    this.#telling = setTimeout(() => {
      this.#telling = undefined;
      if (this.#evicted) return;
      const { id, available: free } = this.#self.member;
      this.#tell({ id, available: free, version: this.#self.version });
      if (performance.now() - this.#roundBegan >= ROUND_MILLISECONDS) void this.#roundNow();
    }, TELL_MILLISECONDS);
    this.#telling.unref();
  }

  /**
   * Says that a node is dead: it is told when it asks, and does not come back under this id. False when that could not be said, because
   * Redis does not answer, or has not answered for a whole time to live, in which this node cannot know.
   */
  async declareDead(id: string): Promise<boolean> {
    if (performance.now() < this.#quietUntil) return false;
    const outcome = await this.#client.write([this.#dead(id, `node ${this.self.id} declared it dead`)]);
    if (outcome !== 'written') return false;
    this.#tell({ id });
    await this.#roundNow();
    return true;
  }

  /** Announces this node again, after `evicted`, under an id that no node had. */
  async rejoin(member: Member): Promise<void> {
    if (this.#ownIds.has(member.id)) throw new Error(`node ${member.id} was evicted; take another id`);
    this.#ownIds.add(member.id);
    this.#self = { member, version: 1 };
    this.#evicted = false;
    // If Redis is away just now, the next round announces it.
    if (await this.#roundNow()) this.#tell({ id: member.id });
  }

  /** Leaves the cluster and lets go of Redis, which need not answer. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#telling);
    const { id } = this.self;
    const message: RedisCommand = ['PUBLISH', this.#channel, JSON.stringify({ id })];
    const given = new AbortController();
    const left = Promise.resolve(this.#round).then(() =>
      this.#evicted ? undefined : this.#client.write([this.#dead(id, 'it has left'), message]),
    );
    await Promise.race([
      left,
      sleep(LEAVE_MILLISECONDS, undefined, { signal: given.signal }).catch(() => {}),
    ]);
    given.abort();
    this.#client.close();
    this.#listener.close();
  }

  // ---- rounds

  /** A round that begins after this call: says that this node lives, and looks for the others. False when Redis did not answer. */
  #roundNow(): Promise<boolean> {
    if (this.#closed) return Promise.resolve(false);
    if (this.#round !== undefined) {
      this.#roundWanted = true;
      return this.#round.then((answered) => (this.#round === undefined ? answered : this.#round));
    }
    clearTimeout(this.#timer);
    this.#round = this.#runRound().finally(() => {
      this.#round = undefined;
      if (this.#closed) return;
      if (this.#roundWanted) {
        this.#roundWanted = false;
        void this.#roundNow();
        return;
      }
      this.#timer = setTimeout(() => void this.#roundNow(), this.#heartbeat);
      this.#timer.unref();
    });
    return this.#round;
  }

  async #runRound(): Promise<boolean> {
    const began = performance.now();
    this.#roundBegan = began;
    try {
      if (!this.#evicted) await this.#beat();
      const [ids] = await this.#client.read([['ZRANGE', this.#members, 0, -1]]);
      const others = textsOf(ids).filter((id) => !this.#ownIds.has(id));
      const known = [...this.#others.keys()].filter((id) => !others.includes(id));
      const looked = [...others, ...known];
      const replies = await this.#client.read([
        ...looked.map((id): RedisCommand => ['HGETALL', this.#key(id)]),
        ...looked.map((id): RedisCommand => ['GET', this.#word(id)]),
      ]);
      this.#answered(began);
      for (const id of this.#absent.keys()) if (!others.includes(id)) this.#absent.delete(id);
      for (const [index, id] of looked.entries()) {
        const word = replies[looked.length + index];
        this.#see(id, statementOf(id, fieldsOf(replies[index])), word == null ? undefined : String(word));
      }
      return true;
    } catch {
      this.#lostSight();
      return false;
    }
  }

  async #beat(): Promise<void> {
    const self = this.#self;
    const { id } = self.member;
    const keys = [this.#key(id), this.#members, this.#word(id), `${this.#members}:service`];
    const [reply] = await this.#client.read([
      ['EVAL', BEAT, keys.length, ...keys, id, this.#timeToLive, ...memberFields(self)],
    ]);
    const [state, reason] = textsOf(reply);
    if (state !== 'dead' || this.#self.member.id !== id || this.#closed) return;
    this.#evicted = true;
    this.#emitLater(() => this.emit('evicted', reason ?? ''));
  }

  #see(id: string, statement: Statement | undefined, word: string | undefined): void {
    const known = this.#others.get(id);
    if (known === undefined && statement === undefined && word === undefined) this.#seeAbsent(id);
    else this.#absent.delete(id);
    if (statement === undefined || word !== undefined) {
      if (known === undefined || (word === undefined && performance.now() < this.#quietUntil)) return;
      this.#others.delete(id);
      // The owner knows, and may know more.
      this.#absent.set(id, Number.NEGATIVE_INFINITY);
      const reason = word ?? `it was not heard of for ${this.#timeToLive} ms`;
      this.#emitLater(() => this.emit('left', known.member, reason));
      return;
    }
    const { member, version } = statement;
    if (known === undefined) {
      this.#others.set(id, statement);
      this.#emitLater(() => this.emit('joined', member));
    } else if (member.incarnation > known.member.incarnation) {
      // A new process, at another address perhaps, before the key of the old one has expired.
      this.#others.set(id, statement);
      this.#emitLater(() => {
        this.emit('left', known.member, 'its process died');
        this.emit('joined', member);
      });
    } else if (version > known.version) {
      this.#others.set(id, statement);
      this.#emitLater(() => this.emit('changed', member));
    }
  }

  #seeAbsent(id: string): void {
    const now = performance.now();
    const since = this.#absent.get(id) ?? now;
    const until = ABSENT_TIMES * this.#timeToLive;
    if (now < this.#quietUntil) this.#absent.delete(id);
    else if (now - since < until) this.#absent.set(id, since);
    else if (since !== Number.NEGATIVE_INFINITY) {
      // Once only.
      this.#absent.set(id, Number.NEGATIVE_INFINITY);
      this.#emitLater(() => this.emit('absent', id));
    }
  }

  /** What the owner throws is the owner's, and must not look like a failure of Redis. */
  #emitLater(emit: () => void): void {
    process.nextTick(() => {
      if (!this.#closed) emit();
    });
  }

  #answered(began: number): void {
    const now = performance.now();
    // A Redis that stood still for a while has not heard the others either.
    const stalled = now - began > this.#timeToLive / 2 || now - this.#lastAnswer > this.#timeToLive;
    this.#lastAnswer = now;
    if (this.#quietUntil === Number.POSITIVE_INFINITY || stalled) this.#quietUntil = now + this.#timeToLive;
  }

  #lostSight(): void {
    this.#quietUntil = Number.POSITIVE_INFINITY;
  }

  // ---- messages

  #tell(message: Message): void {
    void this.#client.write([['PUBLISH', this.#channel, JSON.stringify(message)]]);
  }

  #hear(text: string): void {
    let message: Message;
    try {
      message = JSON.parse(text) as Message;
    } catch {
      return; // Nobody of ours said that.
    }
    if (typeof message !== 'object' || message === null || this.#closed) return;
    const { id, available, version } = message;
    const known = this.#others.get(id);
    if (available === undefined || version === undefined) {
      // Somebody joined, left or was declared dead; this node may be the one.
      if (id !== this.self.id || !this.#evicted) void this.#roundNow();
    } else if (known !== undefined && version > known.version) {
      const member = { ...known.member, available };
      this.#others.set(id, { member, version });
      this.#emitLater(() => this.emit('changed', member));
    }
  }

  // ---- keys

  get #members(): string {
    return `${this.#client.prefix}members`;
  }

  get #channel(): string {
    return `${this.#client.prefix}members`;
  }

  #key(id: string): string {
    return `${this.#client.prefix}member:${id}`;
  }

  #word(id: string): string {
    return `${this.#key(id)}:dead`;
  }

  #dead(id: string, word: string): RedisCommand {
    return ['EVAL', DEAD, 3, this.#key(id), this.#members, this.#word(id), id, word];
  }
}
