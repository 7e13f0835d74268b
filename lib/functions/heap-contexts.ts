import { getHeapSnapshot, getHeapStatistics } from 'node:v8';
import type { AnyFunction } from './types.js';

/** A snapshot of a bigger heap takes too long, and too much memory beside it. */
const LARGEST_HEAP = 256 * 2 ** 20;

interface HeapSnapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: readonly string[];
      readonly edge_fields: readonly string[];
      readonly edge_types: readonly [readonly string[], ...unknown[]];
    };
  };
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
  readonly strings: readonly string[];
}

/** Holds the functions that are asked for. Its name is how it is found in the snapshot. */
class MobulaHeapContexts {
  [index: number]: AnyFunction;
}

/**
 * For each function an identity of the scope that stands `depth` scopes out: equal numbers are the very same scope,
 * also if they come from several calls.
 * Costs about a quarter of a second, as it takes a snapshot of the heap: the engine tells nobody else.
 *
 * @throws when the heap is too big
 */
export function contextsOf(
  wanted: readonly { readonly fn: AnyFunction; readonly depth: number }[],
): number[] {
  if (getHeapStatistics().used_heap_size > LARGEST_HEAP)
    throw new Error('the heap is too big for a snapshot');
  const holder = new MobulaHeapContexts();
  for (const [index, { fn }] of wanted.entries()) holder[index] = fn;
  const heap = new Heap(takeSnapshot());
  const functions = heap.elementsOf(MobulaHeapContexts.name);
  return wanted.map(({ depth }, index) => {
    let at = heap.edge(functions.get(index)!, 'context');
    for (let step = 0; step < depth && at !== undefined; step++) at = heap.edge(at, 'previous');
    if (at === undefined) throw new Error('the snapshot does not show the scopes');
    return heap.idOf(at);
  });
}

function takeSnapshot(): HeapSnapshot {
  const stream = getHeapSnapshot();
  const chunks: Buffer[] = [];
  // Node fills the stream while it is read, synchronously.
  for (let chunk = stream.read() as Buffer | null; chunk !== null; chunk = stream.read() as Buffer | null) {
    chunks.push(chunk);
  }
  stream.destroy();
  return JSON.parse(Buffer.concat(chunks).toString()) as HeapSnapshot;
}

/** Reads the graph of a snapshot. Nodes are named by their position in `nodes`. */
class Heap {
  readonly #snapshot: HeapSnapshot;
  readonly #nodeSize: number;
  readonly #edgeSize: number;
  readonly #edgeCount: number;
  /** Position of each node's first edge. */
  readonly #edges = new Map<number, number>();
  readonly #types: readonly string[];

  constructor(snapshot: HeapSnapshot) {
    this.#snapshot = snapshot;
    const { node_fields, edge_fields, edge_types } = snapshot.snapshot.meta;
    this.#nodeSize = node_fields.length;
    this.#edgeSize = edge_fields.length;
    this.#edgeCount = node_fields.indexOf('edge_count');
    this.#types = edge_types[0];
    let at = 0;
    for (let node = 0; node < snapshot.nodes.length; node += this.#nodeSize) {
      this.#edges.set(node, at);
      at += snapshot.nodes[node + this.#edgeCount]! * this.#edgeSize;
    }
  }

  /** What the only object of a class holds at its indices. */
  elementsOf(className: string): Map<number, number> {
    const { nodes, strings, snapshot } = this.#snapshot;
    const name = strings.indexOf(className);
    const nameField = snapshot.meta.node_fields.indexOf('name');
    const found = new Map<number, number>();
    for (let node = 0; node < nodes.length; node += this.#nodeSize) {
      if (nodes[node + nameField] !== name) continue;
      // Besides the object itself, the snapshot shows the class and its hidden parts by this name.
      this.#forEachEdge(node, (type, key, to) => {
        if (type === 'element') found.set(key, to);
      });
    }
    return found;
  }

  /** The engine's number of an object, which stays the same from snapshot to snapshot. */
  idOf(node: number): number {
    return this.#snapshot.nodes[node + this.#snapshot.snapshot.meta.node_fields.indexOf('id')]!;
  }

  /** Where a node's named link leads. */
  edge(node: number, name: string): number | undefined {
    let found: number | undefined;
    this.#forEachEdge(node, (type, key, to) => {
      if (type === 'internal' && this.#snapshot.strings[key] === name) found = to;
    });
    return found;
  }

  #forEachEdge(node: number, act: (type: string | undefined, nameOrIndex: number, to: number) => void): void {
    const { nodes, edges } = this.#snapshot;
    const start = this.#edges.get(node)!;
    const end = start + nodes[node + this.#edgeCount]! * this.#edgeSize;
    for (let edge = start; edge < end; edge += this.#edgeSize) {
      act(this.#types[edges[edge]!], edges[edge + 1]!, edges[edge + 2]!);
    }
  }
}
