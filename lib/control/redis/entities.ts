import type { RedisCommand } from './client.js';
import { type Kind, RECORD_SECONDS } from './keys.js';
import type { Batch, Part, PartContext } from './part.js';
import { type Fields, flat } from './records.js';
import { END, START } from './scripts.js';

interface Entity {
  readonly id: string;
  /** Undefined when another process started it. */
  fields: Fields | undefined;
  readonly order: number;
  ended: number | undefined;
  endOrder: number;
  /** Others may have recorded an end of it that did not happen. */
  revived: boolean;
}

const MOST_OF_A_BATCH = 200;

/** The nodes or jobs that this process started or saw ending. */
export class Entities {
  /** To be written before what belongs to them, and after it. */
  readonly starts: Part;
  readonly ends: Part;
  readonly #kind: Kind;
  readonly #context: PartContext;
  /** Of those that have ended this process remembers so many. */
  readonly #mostEnded: number;
  readonly #known = new Map<string, Entity>();
  /** In the order in which they ended. */
  readonly #ended = new Set<Entity>();
  readonly #unwrittenStarts = new Set<Entity>();
  readonly #unwrittenEnds = new Set<Entity>();
  readonly #forgotten: (id: string) => void;

  /** `forgotten` is called with an ended one that is remembered no longer. */
  constructor(kind: Kind, context: PartContext, mostEnded: number, forgotten: (id: string) => void) {
    this.#kind = kind;
    this.#context = context;
    this.#mostEnded = mostEnded;
    this.#forgotten = forgotten;
    const republish = () => {
      for (const entity of this.#known.values()) {
        if (entity.ended === undefined) this.#unwrittenStarts.add(entity);
      }
    };
    this.starts = { take: () => this.#takeStarts(), republish, keep: () => this.#keep() };
    this.ends = { take: () => this.#takeEnds(), republish() {}, keep: () => [] };
  }

  /** The first record of an id stands. */
  start(id: string, fields: Fields): boolean {
    if (this.#known.has(id)) return false;
    const entity = {
      id,
      fields,
      order: this.#context.order(),
      ended: undefined,
      endOrder: 0,
      revived: false,
    };
    this.#known.set(id, entity);
    this.#unwrittenStarts.add(entity);
    return true;
  }

  /** Of one that was started here. False when nothing changes. */
  change(id: string, fields: Fields): boolean {
    const entity = this.#known.get(id);
    if (entity?.fields === undefined || entity.ended !== undefined) return false;
    if (Object.entries(fields).every(([name, value]) => entity.fields?.[name] === value)) return false;
    entity.fields = { ...entity.fields, ...fields };
    this.#unwrittenStarts.add(entity);
    return true;
  }

  /** False when it has ended before. It need not have been started here. */
  end(id: string, time: number): boolean {
    let entity = this.#known.get(id);
    if (entity?.ended !== undefined) return false;
    if (entity === undefined) {
      entity = { id, fields: undefined, order: 0, ended: undefined, endOrder: 0, revived: false };
      this.#known.set(id, entity);
    }
    entity.ended = time;
    entity.endOrder = this.#context.order();
    this.#unwrittenEnds.add(entity);
    this.#ended.add(entity);
    if (this.#ended.size > this.#mostEnded) {
      const oldest = this.#ended.values().next().value!;
      this.#ended.delete(oldest);
      this.#known.delete(oldest.id);
      // What was not written of it in all that time is not worth it any more; what was expires by itself.
      this.#unwrittenStarts.delete(oldest);
      this.#unwrittenEnds.delete(oldest);
      this.#forgotten(oldest.id);
    }
    return true;
  }

  /** What has not ended is going to be written as such, whoever has recorded its end. */
  reviveLive(): void {
    for (const entity of this.#known.values()) if (entity.ended === undefined) entity.revived = true;
  }

  /** It was started here and has not ended. */
  isLive(id: string): boolean {
    const entity = this.#known.get(id);
    return entity !== undefined && entity.ended === undefined;
  }

  hasEnded(id: string): boolean {
    return this.#known.get(id)?.ended !== undefined;
  }

  /** It was started here, and may have ended. */
  isKnown(id: string): boolean {
    return this.#known.get(id)?.fields !== undefined;
  }

  #takeStarts(): Batch | undefined {
    const { keys, live } = this.#context;
    return takeSome(this.#unwrittenStarts, this.#unwrittenStarts, ({ id, fields, order, revived }) => {
      const own = [keys.record(this.#kind, id), keys.all(this.#kind), keys.ended(this.#kind)];
      const times = [order, live, RECORD_SECONDS];
      return ['EVAL', START, own.length, ...own, id, ...times, revived ? 1 : 0, ...flat(fields!)];
    });
  }

  #takeEnds(): Batch | undefined {
    const { keys } = this.#context;
    // One whose start is still to be written would be taken for unknown.
    const ready = [...this.#unwrittenEnds].filter((entity) => !this.#unwrittenStarts.has(entity));
    return takeSome(this.#unwrittenEnds, ready, ({ id, ended, endOrder }) => {
      const own = [keys.record(this.#kind, id), keys.all(this.#kind), keys.ended(this.#kind)];
      const most = [this.#mostEnded, RECORD_SECONDS, keys.function('')];
      return ['EVAL', END, own.length, ...own, id, endOrder, ended!, ...most];
    });
  }

  *#keep(): Iterable<readonly [string, number]> {
    const { keys, live } = this.#context;
    let any = false;
    for (const { id, ended } of this.#known.values()) {
      if (ended !== undefined) continue;
      any = true;
      yield [keys.record(this.#kind, id), live];
    }
    if (!any) return;
    yield [keys.all(this.#kind), RECORD_SECONDS];
    yield [keys.ended(this.#kind), RECORD_SECONDS];
  }
}

function takeSome(
  unwritten: Set<Entity>,
  ready: Iterable<Entity>,
  command: (entity: Entity) => RedisCommand,
): Batch | undefined {
  const taken: Entity[] = [];
  for (const entity of ready) {
    if (taken.length === MOST_OF_A_BATCH) break;
    taken.push(entity);
    unwritten.delete(entity);
  }
  if (taken.length === 0) return undefined;
  return {
    commands: taken.map(command),
    giveBack() {
      for (const entity of taken) unwritten.add(entity);
    },
  };
}
