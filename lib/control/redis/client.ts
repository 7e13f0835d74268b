import { type ChainableCommander, Cluster, Redis, type RedisOptions } from 'ioredis';
import { ControlStoreError } from '../../errors/index.js';
import { tlsOptions } from './tls.js';
import { parseRedisUrl, type RedisTarget } from './url.js';

/** After so long without an answer a command has failed: a server that is stopped hangs nobody. */
const COMMAND_MILLISECONDS = 5000;
const CONNECT_MILLISECONDS = 5000;
const LONGEST_RETRY_MILLISECONDS = 1000;

/** Refusals that pass: the server loads its data, fails over, or is short of something. Redis 6 puts a script's behind its place. */
const PASSING =
  /(?:^|: -)(?:LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|OOM|NOREPLICAS|MISCONF|BUSY|MOVED|ASK)\b/;

/** Arguments of one command; its name first. */
export type RedisCommand = readonly [name: string, ...parameters: (string | number | Buffer)[]];

/** How a batch of commands came out. */
export type BatchOutcome = 'written' | 'again' | { readonly refused: string };

export interface RedisClientOptions {
  /** The connection serves: after the first time it is another one, perhaps to another server. */
  readonly ready?: () => void;
  /** It serves no longer. */
  readonly lost?: () => void;
  readonly commandMilliseconds?: number;
}

/**
 * One connection to a Redis installation, whatever its kind. Commands fail at once while there is no connection and are never
 * sent twice; it connects again by itself until it is closed.
 */
export class RedisClient {
  readonly target: RedisTarget;
  /** Before each key. In a cluster the braces put all keys into one slot, which scripts and pipelines need. */
  readonly prefix: string;
  readonly #redis: Redis | Cluster;
  #lastError = 'it has not answered yet';
  #closed = false;

  constructor(url: string, { ready, lost, commandMilliseconds }: RedisClientOptions = {}) {
    this.target = parseRedisUrl(url);
    this.prefix = this.target.kind === 'cluster' ? '{mobula}:' : 'mobula:';
    this.#redis = connect(this.target, commandMilliseconds ?? COMMAND_MILLISECONDS);
    this.#redis.on('error', (error: Error) => {
      this.#lastError = describe(error);
    });
    this.#redis.on('ready', () => ready?.());
    this.#redis.on('close', () => lost?.());
    // Its failover detector can end a connection that is just being made, which ioredis takes for the wish of its user.
    this.#redis.on('end', () => {
      if (this.#closed) return;
      setTimeout(() => {
        if (!this.#closed) this.#redis.connect().catch(() => {});
      }, LONGEST_RETRY_MILLISECONDS / 2).unref();
    });
  }

  get ready(): boolean {
    return this.#redis.status === 'ready';
  }

  /** Sends all at once; gives the replies, strings as bytes, or rejects with ControlStoreError at the first that failed. */
  async read(commands: readonly RedisCommand[]): Promise<unknown[]> {
    const replies = await this.#send(commands);
    return replies.map(([error, reply]) => {
      if (error === null) return reply;
      this.#noteFailure(error);
      throw this.error();
    });
  }

  /** Sends all at once. `again`: the server may have taken some of it, and will take the rest another time. */
  async write(commands: readonly RedisCommand[]): Promise<BatchOutcome> {
    const replies = await this.#send(commands);
    let refused: string | undefined;
    for (const [error] of replies) {
      if (error === null) continue;
      if (error.name !== 'ReplyError' || PASSING.test(error.message)) {
        this.#noteFailure(error);
        return 'again';
      }
      refused ??= error.message;
    }
    return refused === undefined ? 'written' : { refused };
  }

  /** Calls back for each message; subscribes again by itself after a reconnect. */
  subscribe(channel: string, listener: (message: string) => void): void {
    this.#redis.on('message', (_, message: string) => listener(message));
    const subscribe = () => {
      this.#redis.subscribe(channel).catch(() => {});
    };
    this.#redis.on('ready', subscribe);
    if (this.ready) subscribe();
  }

  /** What to tell somebody who needs the server now; without a reason, that of the last failure. */
  error(reason = this.#lastError): ControlStoreError {
    return new ControlStoreError(this.target.label, reason);
  }

  /** Nothing is sent afterwards, and what is on its way fails. */
  close(): void {
    this.#closed = true;
    this.#redis.disconnect();
  }

  /** That a command found no connection says less than what happened to the connection. */
  #noteFailure(error: Error): void {
    if (!/isn't writeable|max retries per request|Connection is closed/.test(error.message))
      this.#lastError = describe(error);
  }

  async #send(commands: readonly RedisCommand[]): Promise<[Error | null, unknown][]> {
    if (commands.length === 0) return [];
    if (this.ready) this.#lastError = 'the connection was lost';
    else return commands.map(() => [new Error(this.#lastError), undefined]);
    try {
      const pipeline: ChainableCommander = this.#redis.pipeline();
      for (const [name, ...parameters] of commands) pipeline.callBuffer(name, ...parameters);
      return (await pipeline.exec()) ?? commands.map(() => [new Error('it was interrupted'), undefined]);
    } catch (error) {
      return commands.map(() => [error as Error, undefined]);
    }
  }
}

function connect(target: RedisTarget, commandMilliseconds: number): Redis | Cluster {
  const retry = (times: number) => Math.min(LONGEST_RETRY_MILLISECONDS, 25 * 2 ** Math.min(times, 10));
  const tls = tlsOptions(target);
  const options = {
    ...(tls === undefined ? {} : { tls }),
    ...(target.username === undefined ? {} : { username: target.username }),
    ...(target.password === undefined ? {} : { password: target.password }),
    db: target.database,
    connectionName: 'mobula',
    connectTimeout: CONNECT_MILLISECONDS,
    commandTimeout: commandMilliseconds,
    // What was not answered is written again by who wrote it, who knows whether it still matters.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: retry,
    // After a failover the old master refuses writes on connections that stayed open.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  } satisfies RedisOptions;
  const [first] = target.addresses;
  switch (target.kind) {
    case 'single':
      return new Redis({ ...options, ...first! });
    case 'sentinel':
      return new Redis({
        ...options,
        sentinels: [...target.addresses],
        name: target.masterName!,
        sentinelRetryStrategy: retry,
        sentinelCommandTimeout: commandMilliseconds,
        failoverDetector: true,
        ...(tls === undefined ? {} : { sentinelTLS: tls, enableTLSForSentinelMode: true }),
      });
    case 'cluster': {
      const { retryStrategy: _, ...ofNodes } = options;
      return new Cluster([...target.addresses], {
        redisOptions: ofNodes,
        enableOfflineQueue: false,
        clusterRetryStrategy: retry,
      });
    }
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node gives such an error no message of its own when a name has several addresses.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(describe).join('; ');
  return error.message;
}
