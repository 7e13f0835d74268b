import assert from 'node:assert/strict';
import { FIRST_REMOTE_WORKER } from '../../lib/protocol/startup.js';
import { type RemoteGrant, RemoteNodes } from '../../lib/raylet/remote-nodes.js';

const oneCpu = { resources: { CPU: 1 }, exclusive: false };
const aGpu = { resources: { CPU: 1, gpu: 1 }, exclusive: false };
/** Long after the moment that this node has for itself. */
const later = 1000;
const full = (): boolean => false;

function nodeWith(peer: number, totals: Record<string, number>) {
  return { peer: FIRST_REMOTE_WORKER + peer, node: `node${peer}`, address: `10.0.0.${peer}:1`, totals };
}

function peersOf(grants: readonly RemoteGrant[]): number[] {
  return grants.map(({ peer }) => peer - FIRST_REMOTE_WORKER);
}

describe('leases on other nodes', () => {
  let nodes: RemoteNodes;
  beforeEach(() => {
    nodes = new RemoteNodes();
    nodes.joined(nodeWith(0, { CPU: 2 }));
    nodes.joined(nodeWith(1, { CPU: 4, gpu: 1 }));
  });

  it('leave tasks to this node for a moment, and as long as it has room', () => {
    nodes.demand(1, 0, oneCpu, 3, 0);
    assert.deepEqual(nodes.decide(0, full), []);
    assert.equal(nodes.nextDecision(0), 20);
    assert.deepEqual(
      nodes.decide(later, () => true),
      [],
    );
    assert.equal(nodes.decide(later, full).length, 3);
  });

  it('go to the node that has the biggest part of its CPUs free, and no further than what it has', () => {
    nodes.demand(1, 0, oneCpu, 100, 0);
    assert.deepEqual(peersOf(nodes.decide(later, full)).sort(), [0, 0, 1, 1, 1, 1]);
    assert.deepEqual(nodes.decide(later, full), []);
  });

  it('respect what a node says it has free, and what was granted since', () => {
    nodes.available(FIRST_REMOTE_WORKER, { CPU: 0 });
    nodes.available(FIRST_REMOTE_WORKER + 1, { CPU: 1, gpu: 1 });
    nodes.demand(1, 0, oneCpu, 5, 0);
    assert.deepEqual(peersOf(nodes.decide(later, full)), [1]);
    // What it says is older than the grant: that CPU is not given away twice, but another is.
    nodes.available(FIRST_REMOTE_WORKER + 1, { CPU: 4, gpu: 1 });
    assert.deepEqual(peersOf(nodes.decide(later, full)), [1, 1, 1]);
  });

  it('are granted once for each waiting task', () => {
    nodes.demand(1, 0, oneCpu, 1, 0);
    assert.equal(nodes.decide(later, full).length, 1);
    assert.deepEqual(nodes.decide(later, full), []);
    nodes.demand(1, 0, oneCpu, 1, later);
    assert.equal(nodes.decide(later, full).length, 1);
  });

  it('come at once for what this node can never run, and wait for a node that can', () => {
    const needsTwo = { resources: { gpu: 2 }, exclusive: false };
    nodes.demand(1, 0, aGpu, 1, 0);
    nodes.demand(1, 1, needsTwo, 1, 0);
    assert.equal(nodes.infeasible(1, 0, aGpu), true);
    assert.equal(nodes.infeasible(1, 0, aGpu), false, 'said once');
    assert.equal(nodes.infeasible(1, 1, needsTwo), true);
    assert.deepEqual([nodes.hopeless(1, 0), nodes.hopeless(1, 1)], [false, true]);
    assert.deepEqual(peersOf(nodes.decide(0, full)), [1]);
    nodes.joined(nodeWith(2, { gpu: 2 }));
    assert.deepEqual(peersOf(nodes.decide(0, full)), [2]);
  });

  it('of tasks that wait for others over there do not stand in the way of those', () => {
    nodes.demand(1, 0, aGpu, 2, 0);
    assert.deepEqual(peersOf(nodes.decide(later, full)), [1]);
    nodes.demand(1, 0, aGpu, 1, later);
    nodes.available(FIRST_REMOTE_WORKER + 1, { CPU: 4, gpu: 1 });
    assert.deepEqual(nodes.decide(later + 50, full), [], 'what it says may be older than the grant');
    assert.equal(nodes.nextDecision(later + 50), later + 100);
    assert.deepEqual(peersOf(nodes.decide(later + 100, full)), [1]);
  });

  it('that are given back make room', () => {
    nodes.demand(1, 0, aGpu, 2, 0);
    const [grant] = nodes.decide(later, full);
    assert.deepEqual(nodes.decide(later, full), []);
    assert.equal(nodes.returned(2, grant!.lease), false, 'only by who has it');
    assert.equal(nodes.returned(1, grant!.lease), true);
    assert.equal(nodes.returned(1, grant!.lease), false, 'once');
    assert.equal(nodes.decide(later, full).length, 1);
  });

  it('end with their client, and with their node', () => {
    nodes.demand(1, 0, oneCpu, 2, 0);
    nodes.demand(2, 0, oneCpu, 2, 1);
    const grants = nodes.decide(later, full);
    const ofFirst = grants.filter(({ slot }) => slot === 1).map(({ lease }) => lease);
    assert.deepEqual(
      nodes.clientLeft(1).map(({ lease }) => lease),
      ofFirst,
    );
    const left = [...nodes.left(FIRST_REMOTE_WORKER), ...nodes.left(FIRST_REMOTE_WORKER + 1)];
    assert.deepEqual(new Set(left.map(({ slot }) => slot)), new Set([2]));
    assert.deepEqual(nodes.nodes, []);
    assert.equal(nodes.nextDecision(later), undefined);
  });

  it('go to those who have waited longest', () => {
    nodes.demand(1, 0, aGpu, 1, 5);
    nodes.demand(2, 0, aGpu, 1, 3);
    assert.deepEqual(
      nodes.decide(later, full).map(({ slot }) => slot),
      [2],
    );
  });
});
