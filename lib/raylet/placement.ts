import { isDealtOut } from '../protocol/strategy.js';
import type { ClientShape, RayletClient } from './client.js';
import type { Clients } from './clients.js';
import { tellDemandFailed } from './notices.js';
import type { OtherNodes } from './other-nodes.js';
import type { Route } from './remote-nodes.js';
import type { SchedulerEvent } from './scheduler/events.js';

/** What placing needs of the rest of the raylet. */
export interface PlacementPort {
  /** By which tasks name this node. */
  readonly node: string;
  readonly clients: Clients;
  /** Tells this node's own scheduler. */
  apply(event: SchedulerEvent): void;
  /** Undefined on a node that stands alone. */
  others(): OtherNodes | undefined;
}

/** Where the tasks of submitters run: tells those of it who may serve a demand, and submitters if nobody can. */
export class Placement {
  readonly #port: PlacementPort;

  constructor(port: PlacementPort) {
    this.#port = port;
  }

  /**
   * The client's demand for a shape is another one.
   * @param number of the shape, as the client counts
   * @param seen how many grants, of here and elsewhere, it had received when it counted its tasks
   */
  place(client: RayletClient, number: number, seen: number): void {
    const shape = client.shapes[number]!;
    const { count } = shape.demand;
    const seenHere = client.grants.seenHere(seen);
    const others = this.#port.others();
    const { here, elsewhere } = others?.route(shape) ?? this.#routeAlone(shape);
    const dealtOut = isDealtOut(shape.strategy);
    // First: the core may find that this node can never run them.
    if (elsewhere && !dealtOut) others?.demand(client, number, shape, seen);
    if (here || (shape.waitsHere && (!dealtOut || count === 0)))
      this.#demandHere(client, shape, here ? count : 0, seenHere);
    if (elsewhere && dealtOut) others?.demand(client, number, shape, seen);
    else if (!elsewhere && !here && count > 0)
      this.hopeless(client, number, `there is no node ${shape.strategy.node}: this node stands alone`);
  }

  /** The client says anew what the number stands for, of which nothing waits any more. */
  forget(client: RayletClient, number: number): void {
    const shape = client.shapes[number];
    if (shape === undefined) return;
    if (shape.waitsHere) this.#demandHere(client, shape, 0, undefined);
    this.#port.others()?.dropped(client.slot, number);
  }

  /** Nodes have joined or left: what waits for one by its name may have to go elsewhere now. */
  placeAgain(): void {
    for (const client of this.#port.clients.all()) {
      for (const [number, shape] of client.shapes.entries()) {
        if (shape.strategy.node !== '' && shape.demand.count > 0) this.place(client, number, 0);
      }
    }
  }

  /** This node's scheduler may take so many of these tasks, which are dealt out to the nodes. */
  takeHere(client: RayletClient, number: number, count: number): void {
    this.#demandHere(client, client.shapes[number]!, count, undefined);
  }

  /** This node's scheduler granted a lease, which is about to be sent. */
  granted(client: RayletClient, number: number): void {
    const others = this.#port.others();
    if (others === undefined) client.grants.here();
    else others.grantedHere(client, number);
  }

  /** This node can never run these tasks. */
  infeasible(client: RayletClient, number: number, reason: string): void {
    const others = this.#port.others();
    if (others === undefined) this.hopeless(client, number, reason);
    else others.infeasible(client, number, client.shapes[number]!, reason);
  }

  /** No node will ever run these tasks. */
  hopeless(client: RayletClient, number: number, reason: string): void {
    this.#drop(client, number);
    tellDemandFailed(client, number, 'ERR_MOBULA_INFEASIBLE_TASK', reason);
  }

  /** The processes that were started for these tasks came to nothing. */
  startFailed(client: RayletClient, number: number, reason: string): void {
    this.#drop(client, number);
    tellDemandFailed(client, number, 'ERR_MOBULA_WORKER_START', reason);
  }

  #drop(client: RayletClient, number: number): void {
    const shape = client.shapes[number]!;
    shape.demand = { ...shape.demand, count: 0 };
    this.#port.others()?.dropped(client.slot, number);
  }

  /** @param seen undefined when the count has no grants in it that are under way */
  #demandHere(client: RayletClient, shape: ClientShape, count: number, seen: number | undefined): void {
    shape.waitsHere = count > 0;
    const { depth, meanMilliseconds } = shape.demand;
    this.#port.apply({
      type: 'Demand',
      client: client.slot,
      shape: shape.shape,
      exclusive: shape.exclusive,
      count,
      depth,
      ...(seen === undefined ? {} : { grantsSeen: seen }),
      ...(meanMilliseconds > 0 ? { runtimeMs: meanMilliseconds } : {}),
    });
  }

  #routeAlone({ strategy: { node, soft } }: ClientShape): Route {
    return { here: node === '' || node === this.#port.node || soft, elsewhere: false };
  }
}
