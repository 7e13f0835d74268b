import { FIRST_REMOTE_WORKER } from '../../lib/protocol/startup.js';
import { ANY_NODE } from '../../lib/protocol/strategy.js';
import { SentGrants } from '../../lib/raylet/client.js';
import { availabilityPace } from '../../lib/raylet/pace.js';
import { type RemoteNeed, RemoteNodes } from '../../lib/raylet/remote-nodes.js';
import type { Amounts, SchedulerEvent, ShapeId } from '../../lib/raylet/scheduler/index.js';
import { VirtualClock } from './clock.js';
import { ModelNode, type ModelTarget, type ModelTask } from './model.js';
import { ModelSubmitter } from './model-submitter.js';

/** How long leases that cross nodes are kept idle: as in the library. */
const REMOTE_IDLE_MILLISECONDS = 20;

/** A submitter of a cluster: its leases on other nodes, and those for other nodes' jobs, are not kept for long. */
class ClusterSubmitter extends ModelSubmitter {
  constructor(
    readonly place: ClusterNode,
    readonly forOtherNode: boolean,
  ) {
    super(place, place.claimSlot(), undefined);
  }

  protected override wasIdle(worker: number, since: number): void {
    if (worker < FIRST_REMOTE_WORKER) this.place.leaseWasIdle(since);
  }

  override keepIdle(worker: number): number {
    return this.forOtherNode || worker >= FIRST_REMOTE_WORKER ? REMOTE_IDLE_MILLISECONDS : this.node.keepIdle;
  }
}

export interface ClusterOptions {
  readonly seed: number;
  readonly nodes: readonly Readonly<Record<string, number>>[];
  /** Of a message between two nodes, milliseconds. */
  readonly linkLatency: number;
  /** The nodes at which drivers submit. */
  readonly submitters: number;
  /** What tasks need: one CPU each, and what only some nodes have. */
  readonly needs: readonly Amounts[];
}

/** Nodes with the real scheduler cores, and between them the real decisions on what goes where; everything else is a model. */
export class ModelCluster {
  readonly clock = new VirtualClock();
  readonly nodes: ClusterNode[];
  readonly linkLatency: number;
  readonly submitters: number;
  readonly needs: readonly Amounts[];
  /** Is told of each time that a lease had no task while tasks that could run on its node waited at their submitters; milliseconds. */
  idleLease: ((milliseconds: number) => void) | undefined;

  constructor(options: ClusterOptions) {
    this.linkLatency = options.linkLatency;
    this.submitters = options.submitters;
    this.needs = options.needs;
    this.nodes = options.nodes.map(
      (resources, index) => new ClusterNode(this, index, resources, options.seed),
    );
    for (const node of this.nodes.slice(0, options.submitters)) node.meet();
  }

  /** Tasks of a need that wait where they were submitted. */
  waitingAtSubmitters(need: number): number {
    let sum = 0;
    for (let index = 0; index < this.submitters; index++) sum += this.nodes[index]!.waitingOfOwn(need);
    return sum;
  }
}

/** What a node does with its CPUs, each task needing one. */
export interface Standing {
  /** CPUs that leases hold. */
  held: number;
  /** Free CPUs for which processes start. */
  starting: number;
  /** By need: tasks that would run at once. */
  readonly room: number[];
  /** By need: tasks of other nodes that wait here and find no room. */
  readonly queued: number[];
}

/** One node. As in the library, another one is to its submitters a worker with a high number. */
export class ClusterNode extends ModelNode {
  /** Of a node at which drivers submit. */
  #remote: RemoteNodes | undefined;
  decisions = 0;
  /** Those that submit here, and those that stand for other nodes' jobs. */
  readonly drivers: ClusterSubmitter[] = [];
  readonly #cluster: ModelCluster;
  readonly #index: number;
  readonly #totals: Amounts;
  readonly #needs = new Map<ShapeId, RemoteNeed>();
  readonly #jobs = new Map<number, number>();
  readonly #grants = new Map<number, SentGrants>();
  readonly #targets = new Map<number, RemoteTarget>();
  readonly #delegates = new Map<number, ModelSubmitter>();
  readonly #shapes: readonly ShapeId[];
  readonly #standing: Standing;
  /** Something happened since it was counted. */
  #changed = true;
  #cancelDecision: (() => void) | undefined;
  readonly #reports = availabilityPace();
  #reporting = false;
  #reported = '';

  constructor(cluster: ModelCluster, index: number, resources: Amounts, seed: number) {
    super({
      scheduler: { resources, startBound: true },
      seed: seed + index,
      clock: cluster.clock,
      validate: false,
      observe: false,
    });
    this.#cluster = cluster;
    this.#index = index;
    this.#totals = resources;
    this.#shapes = cluster.needs.map((need) => this.shapeOf(need));
    const none = cluster.needs.map(() => 0);
    this.#standing = { held: 0, starting: 0, room: [...none], queued: [...none] };
  }

  /** One of its CPUs was kept for a submitter that had no task for it. */
  leaseWasIdle(since: number): void {
    const { needs, idleLease } = this.#cluster;
    const others = needs.some((need, index) => {
      const runsHere = Object.keys(need).every((name) => (this.#totals[name] ?? 0) > 0);
      return runsHere && this.#cluster.waitingAtSubmitters(index) > 0;
    });
    if (others) idleLease?.(this.clock.now - since);
  }

  /** Tasks of this node's own drivers that wait. */
  waitingOfOwn(need: number): number {
    let sum = 0;
    for (const driver of this.drivers)
      if (!driver.forOtherNode) sum += driver.waitingFor(this.#shapes[need]!);
    return sum;
  }

  standing(): Standing {
    if (this.#changed) this.#count();
    this.#changed = false;
    return this.#standing;
  }

  #count(): void {
    const standing = this.#standing;
    const free = this.scheduler.available();
    const cpus = Math.max(0, Math.floor(free['CPU'] ?? 0));
    standing.held = (this.#totals['CPU'] ?? 0) - cpus;
    standing.starting = Math.min(cpus, this.startingWorkers);
    let waiting = 0;
    for (const [need, shape] of this.#shapes.entries()) {
      let here = 0;
      for (const driver of this.drivers) if (driver.forOtherNode) here += driver.waitingFor(shape);
      standing.queued[need] = here;
      waiting += here;
    }
    const taken = Math.min(cpus, Math.max(waiting, standing.starting));
    for (const [need, amounts] of this.#cluster.needs.entries()) {
      const fitting = Object.entries(amounts).map(([name, amount]) => (free[name] ?? 0) / amount);
      standing.room[need] = Math.max(0, Math.min(cpus - taken, Math.floor(Math.min(...fitting))));
      standing.queued[need] = Math.max(0, standing.queued[need]! - (cpus > 0 ? cpus : 0));
    }
  }

  /** It submits: it has to know the others. */
  meet(): void {
    this.#remote = new RemoteNodes({ node: `${this.#index}`, totals: this.#totals }, this.#index);
    for (const [index, other] of this.#cluster.nodes.entries()) {
      if (other === this) continue;
      const peer = FIRST_REMOTE_WORKER + index;
      this.#remote.joined({ peer, node: `${index}`, address: '', totals: other.#totals });
      this.#targets.set(peer, new RemoteTarget(this, other, this.#cluster));
    }
  }

  /** A driver whose tasks need these resources, of which it may submit any number. */
  addClusterDriver(job: number): ModelSubmitter {
    const driver = new ClusterSubmitter(this, false);
    this.drivers.push(driver);
    this.#jobs.set(driver.client, job);
    this.#grants.set(driver.client, new SentGrants());
    return this.addDriver(job, undefined, driver);
  }

  shapeOf(resources: Amounts): ShapeId {
    const shape = this.scheduler.shape(Object.entries(resources));
    this.#needs.set(shape, { resources, exclusive: false, strategy: ANY_NODE });
    return shape;
  }

  resourcesOf(shape: ShapeId): Amounts {
    return this.#needs.get(shape)!.resources;
  }

  /** A task of another node's job. */
  arrived(origin: number, task: ModelTask): void {
    this.#changed = true;
    this.#delegateOf(origin).submit([task]);
  }

  /** What a node's job is to this one. */
  #delegateOf(origin: number): ModelSubmitter {
    let delegate = this.#delegates.get(origin);
    if (delegate === undefined) {
      const job = 1_000_000 + origin;
      const driver = new ClusterSubmitter(this, true);
      this.drivers.push(driver);
      delegate = this.addDriver(job, undefined, driver);
      this.#delegates.set(origin, delegate);
    }
    return delegate;
  }

  get index(): number {
    return this.#index;
  }

  override target(worker: number): ModelTarget | undefined {
    return this.#targets.get(worker) ?? super.target(worker);
  }

  override send(event: SchedulerEvent): void {
    // The base class's constructor sends the first tick.
    if (!(#remote in this)) {
      super.send(event);
      return;
    }
    this.#changed = true;
    const remote = this.#remote;
    if (event.type === 'LeaseReturned' && event.lease >= FIRST_REMOTE_WORKER) {
      remote!.returned(event.client, event.lease);
      this.#decide();
      return;
    }
    const grants = event.type === 'Demand' ? this.#grants.get(event.client) : undefined;
    if (event.type === 'Demand' && grants !== undefined && remote !== undefined) {
      const seen = event.grantsSeen ?? 0;
      super.send({ ...event, grantsSeen: grants.seenHere(seen) });
      const need = this.#needs.get(event.shape)!;
      const { client: slot, shape, count } = event;
      const job = this.#jobs.get(slot)!;
      const meanMilliseconds = event.runtimeMs ?? 0;
      remote.demand({ slot, job, shape, need, count, meanMilliseconds, seen }, this.clock.now);
      if (this.failures.length > 0) {
        this.failures.length = 0;
        remote.infeasible(slot, shape);
      }
      this.#decideAt(this.clock.now);
    } else super.send(event);
    this.#availableChanged();
  }

  protected override grantedHere(client: number, shape: ShapeId): void {
    const number = this.#grants.get(client)?.here();
    if (number !== undefined) this.#remote?.sent(client, shape, number, true);
  }

  #decide(): void {
    const remote = this.#remote;
    if (remote === undefined) return;
    this.#cancelDecision?.();
    this.#cancelDecision = undefined;
    this.decisions++;
    for (const grant of remote.decide(this.clock.now, this.scheduler.available()).grants) {
      const { slot, shape, lease, peer: worker } = grant;
      remote.sent(slot, shape, this.#grants.get(slot)!.elsewhere(), false);
      const submitter = this.submitters.get(slot);
      const granted = { lease, worker, shape, exclusive: false };
      this.clock.after(this.latency, () => submitter?.granted(granted));
    }
    const next = remote.nextDecision();
    if (next !== undefined) this.#decideAt(Math.max(next, this.clock.now + 1));
  }

  #decideAt(time: number): void {
    this.#cancelDecision?.();
    this.#cancelDecision = this.clock.at(time, () => this.#decide());
  }

  #availableChanged(): void {
    if (this.#reporting) return;
    this.#reporting = true;
    this.clock.at(this.#reports.next(this.clock.now), () => {
      this.#reporting = false;
      const free = this.scheduler.available();
      const text = JSON.stringify(free);
      if (text === this.#reported) return;
      this.#reported = text;
      this.#reports.said(this.clock.now);
      this.clock.after(this.#cluster.linkLatency, () => {
        for (const other of this.#cluster.nodes.slice(0, this.#cluster.submitters))
          if (other !== this) other.#heard(this.#index, free);
      });
    });
  }

  #heard(index: number, free: Amounts): void {
    this.#remote!.available(FIRST_REMOTE_WORKER + index, free);
    this.#decide();
  }
}

/** The way of a lease's tasks to another node, whose delegate runs them, and of their results back. */
class RemoteTarget implements ModelTarget {
  readonly #home: ClusterNode;
  readonly #other: ClusterNode;
  readonly #cluster: ModelCluster;

  constructor(home: ClusterNode, other: ClusterNode, cluster: ModelCluster) {
    this.#home = home;
    this.#other = other;
    this.#cluster = cluster;
  }

  take(lease: number, task: ModelTask, from: ModelSubmitter): void {
    const { clock, linkLatency } = this.#cluster;
    const shape = this.#other.shapeOf(this.#home.resourcesOf(task.shape));
    const done = (): void => {
      clock.after(linkLatency, () => from.finished(lease, task));
    };
    clock.after(linkLatency, () => this.#other.arrived(this.#home.index, { ...task, shape, done }));
  }

  leaseReturned(): void {
    // The home node's RemoteNodes hears of it; the other node has no lease of that number.
  }
}
