import { tlsOptions } from '../control/redis/tls.js';
import { parseRedisUrl } from '../control/redis/url.js';

/** What a Redis says to whoever knocks. */
export type RedisAnswer = 'welcome' | 'password needed' | 'password wrong' | { readonly unreachable: string };

const CONNECT_MILLISECONDS = 5000;

/** Asks a single server once, with the password that the URL has, if it has one. */
export async function answerOfRedis(url: string): Promise<RedisAnswer> {
  // Loaded by the commands that need it alone.
  const { Redis } = await import('ioredis');
  let failure: Error | undefined;
  const target = parseRedisUrl(url);
  const tls = tlsOptions(target);
  const redis = new Redis({
    ...target.addresses[0]!,
    ...(target.username === undefined ? {} : { username: target.username }),
    ...(target.password === undefined ? {} : { password: target.password }),
    ...(tls === undefined ? {} : { tls }),
    lazyConnect: true,
    connectTimeout: CONNECT_MILLISECONDS,
    // There is nothing left to be read then; this command is not to wait for it.
    disconnectTimeout: 0,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: () => null,
  });
  redis.on('error', (error: Error) => {
    failure ??= error;
  });
  try {
    await redis.connect();
    await redis.ping();
    return 'welcome';
  } catch (error) {
    const { message } = failure ?? (error as Error);
    if (/NOAUTH/.test(message)) return 'password needed';
    if (/WRONGPASS|invalid password/i.test(message)) return 'password wrong';
    return { unreachable: message };
  } finally {
    redis.disconnect();
  }
}
