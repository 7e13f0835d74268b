/** What a Redis says to whoever knocks. */
export type RedisAnswer = 'welcome' | 'password needed' | 'password wrong' | { readonly unreachable: string };

const CONNECT_MILLISECONDS = 5000;

/** Asks once, with the password that the URL has, if it has one. */
export async function answerOfRedis(url: string): Promise<RedisAnswer> {
  // Loaded by the commands that need it alone.
  const { Redis } = await import('ioredis');
  let failure: Error | undefined;
  const redis = new Redis(url, {
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
