import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { until } from './poll.js';
import { RedisServer, type RedisServerOptions } from './redis.js';

const MASTERS = 3;
/** A master that has not answered for so long is replaced. */
const NODE_TIMEOUT_MILLISECONDS = 1500;
const OPTIONS = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'];

/** A real Redis cluster of three masters, and a replica of the one that has the slot of a key. */
export class RedisCluster {
  readonly url: string;
  readonly owner: RedisServer;
  readonly replica: RedisServer;
  readonly #servers: readonly RedisServer[];

  private constructor(servers: readonly RedisServer[], owner: RedisServer, replica: RedisServer) {
    this.#servers = servers;
    this.owner = owner;
    this.replica = replica;
    const hosts = servers.slice(0, MASTERS).map(({ port }) => `127.0.0.1:${port}`);
    this.url = owner.url.replace(
      /^(rediss?):\/\/[^?]*/,
      (_, scheme) => `${scheme}+cluster://${hosts.join()}`,
    );
  }

  static async start(
    key: string,
    { authority, mutual = false }: RedisServerOptions = {},
  ): Promise<RedisCluster> {
    const options = [...OPTIONS, '--cluster-node-timeout', `${NODE_TIMEOUT_MILLISECONDS}`];
    const tls = authority === undefined ? {} : { authority, mutual };
    const servers: RedisServer[] = [];
    try {
      for (let index = 0; index <= MASTERS; index++)
        servers.push(await RedisServer.start({ ...tls, options }));
      const masters = servers.slice(0, MASTERS);
      const replica = servers[MASTERS]!;
      const manage = async (...words: string[]): Promise<unknown> =>
        await promisify(execFile)('redis-cli', [...(authority?.clientOptions ?? []), '--cluster', ...words]);
      const at = ({ port }: RedisServer) => `127.0.0.1:${port}`;
      await manage('create', ...masters.map(at), '--cluster-yes');
      const has = async (server: RedisServer) => !/MOVED|DOWN/.test(await server.cli('EXISTS', key));
      const owner = await until(
        async () => {
          for (const server of masters) if (await has(server)) return server;
          return undefined;
        },
        { what: `the master of ${key}` },
      );
      const id = await owner.cli('CLUSTER', 'MYID');
      await manage('add-node', at(replica), at(owner), '--cluster-slave', '--cluster-master-id', id);
      const follows = async () =>
        (await replica.cli('INFO', 'replication')).includes('master_link_status:up');
      await until(follows, { timeout: 30_000, what: 'the replica' });
      const states = () => Promise.all(servers.map((server) => server.cli('CLUSTER', 'INFO')));
      const up = async () =>
        (await states()).every((state) => /cluster_state:ok/.test(state) && /known_nodes:4/.test(state));
      await until(up, { timeout: 30_000, what: 'the cluster' });
      return new RedisCluster(servers, owner, replica);
    } catch (error) {
      for (const server of servers) await server.close();
      throw error;
    }
  }

  /** Removes all data. */
  async empty(): Promise<void> {
    for (const server of this.#servers) if (server !== this.replica) await server.cli('FLUSHALL');
  }

  async close(): Promise<void> {
    for (const server of this.#servers) await server.close();
  }
}
