import { MOST_LOCATED_OBJECTS } from '../control-store.js';
import type { RedisCommand } from './client.js';
import type { Batch, Part, PartContext } from './part.js';

const MOST_OF_A_COMMAND = 500;
const MOST_OF_A_BATCH = 10_000;

interface ObjectsOfNode {
  /** What it holds, the oldest first. */
  readonly held: Set<string>;
  /** What the server is to be told: whether it holds this object. */
  readonly changes: Map<string, boolean>;
  /** The server's whole set is to be replaced. */
  replace: boolean;
}

/** What the nodes of this process hold: a set for each node, of the objects that it got last. */
export class Objects implements Part {
  readonly #context: PartContext;
  readonly #nodes = new Map<string, ObjectsOfNode>();

  constructor(context: PartContext) {
    this.#context = context;
  }

  added(node: string, objects: readonly string[]): void {
    let known = this.#nodes.get(node);
    if (known === undefined) {
      known = { held: new Set(), changes: new Map(), replace: false };
      this.#nodes.set(node, known);
    }
    for (const object of objects) {
      if (known.held.has(object)) continue;
      known.held.add(object);
      change(known, object, true);
      if (known.held.size > MOST_LOCATED_OBJECTS) {
        const oldest = known.held.values().next().value!;
        known.held.delete(oldest);
        change(known, oldest, false);
      }
    }
  }

  removed(node: string, objects: readonly string[]): void {
    const known = this.#nodes.get(node);
    if (known === undefined) return;
    for (const object of objects) if (known.held.delete(object)) change(known, object, false);
  }

  nodeEnded(node: string): void {
    this.#nodes.delete(node);
  }

  take(): Batch | undefined {
    for (const [node, known] of this.#nodes) {
      if (known.replace) return this.#takeAll(node, known);
      if (known.changes.size > 0) return this.#takeChanges(node, known);
    }
    return undefined;
  }

  republish(): void {
    for (const known of this.#nodes.values()) replace(known);
  }

  *keep(): Iterable<readonly [string, number]> {
    for (const node of this.#nodes.keys()) yield [this.#context.keys.objects(node), this.#context.live];
  }

  #takeAll(node: string, known: ObjectsOfNode): Batch {
    known.replace = false;
    known.changes.clear();
    const key = this.#context.keys.objects(node);
    return {
      commands: [['UNLINK', key], ...this.#all('SADD', key, [...known.held]), this.#expire(key)],
      giveBack: () => replace(known),
    };
  }

  #takeChanges(node: string, known: ObjectsOfNode): Batch {
    const taken: [string, boolean][] = [];
    for (const entry of known.changes) {
      if (taken.length === MOST_OF_A_BATCH) break;
      taken.push(entry);
      known.changes.delete(entry[0]);
    }
    const key = this.#context.keys.objects(node);
    const which = (held: boolean) => taken.filter((entry) => entry[1] === held).map(([object]) => object);
    return {
      commands: [
        ...this.#all('SADD', key, which(true)),
        ...this.#all('SREM', key, which(false)),
        this.#expire(key),
      ],
      giveBack: () => {
        for (const [object, held] of taken) if (!known.changes.has(object)) change(known, object, held);
      },
    };
  }

  #all(name: string, key: string, objects: readonly string[]): RedisCommand[] {
    const commands: RedisCommand[] = [];
    for (let first = 0; first < objects.length; first += MOST_OF_A_COMMAND)
      commands.push([name, key, ...objects.slice(first, first + MOST_OF_A_COMMAND)]);
    return commands;
  }

  #expire(key: string): RedisCommand {
    return ['EXPIRE', key, this.#context.live];
  }
}

/** Changes beyond the number of objects that are kept cost more than to write all anew. */
function change(known: ObjectsOfNode, object: string, held: boolean): void {
  if (known.replace) return;
  known.changes.set(object, held);
  if (known.changes.size > MOST_LOCATED_OBJECTS) replace(known);
}

function replace(known: ObjectsOfNode): void {
  known.replace = true;
  known.changes.clear();
}
