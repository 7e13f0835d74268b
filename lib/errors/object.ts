import { MobulaError } from './mobula-error.js';
import { formatBytes, plural } from './text.js';

/** The object's data is gone and cannot be made again. */
export class ObjectLostError extends MobulaError {
  static readonly code: string = 'ERR_MOBULA_OBJECT_LOST';
  /** Hexadecimal id, as in `ObjectRef(hex)`. */
  readonly objectId: string;

  /** @param reason why it is lost, such as `the process that put it died` */
  constructor(objectId: string, reason: string, code = ObjectLostError.code) {
    super(
      code,
      `ObjectRef(${objectId}) is lost: ${reason}. ` +
        'A value made by mobula.put cannot be made again: put it once more, or make it in a task.',
    );
    this.objectId = objectId;
  }
}

/** The process or node that owned the object died before the object was complete. */
export class OwnerDiedError extends ObjectLostError {
  static override readonly code = 'ERR_MOBULA_OWNER_DIED';

  /** @param owner what died, such as `worker process 4711` */
  constructor(objectId: string, owner: string) {
    super(objectId, `its owner, ${owner}, died`, OwnerDiedError.code);
  }
}

/** The object was destroyed by `mobula.free`. */
export class ObjectFreedError extends MobulaError {
  static readonly code = 'ERR_MOBULA_OBJECT_FREED';
  /** Hexadecimal id, as in `ObjectRef(hex)`. */
  readonly objectId: string;

  constructor(objectId: string) {
    super(
      ObjectFreedError.code,
      `ObjectRef(${objectId}) was freed. mobula.free destroys an object for everybody: ` +
        'call it when nobody reads the object any more, or leave the freeing to the references.',
    );
    this.objectId = objectId;
  }
}

/** What one process holds of the object store. */
export interface StoreHolder {
  readonly pid: number;
  /** What the process is, such as `driver` or `worker (add)`. */
  readonly name: string;
  /** Number of objects that it refers to or reads. */
  readonly objects: number;
  readonly bytes: number;
}

/** What {@link ObjectStoreFullError} reports. */
export interface StoreFull {
  /** Bytes that were asked for. */
  readonly requested: number;
  /** Bytes that the store has in all. */
  readonly capacity: number;
  /** Who holds what; most bytes first. */
  readonly holders: readonly StoreHolder[];
  /** How long the operation waited for room, in milliseconds. */
  readonly waited?: number | undefined;
}

/** No room was freed in time, or the value is bigger than the whole store. */
export class ObjectStoreFullError extends MobulaError {
  static readonly code = 'ERR_MOBULA_OBJECT_STORE_FULL';
  readonly requested: number;
  readonly capacity: number;
  readonly holders: readonly StoreHolder[];

  constructor(full: StoreFull) {
    super(ObjectStoreFullError.code, describeFull(full));
    this.requested = full.requested;
    this.capacity = full.capacity;
    this.holders = full.holders;
  }
}

/** More holders than this are summed up in the message; the property lists all. */
const HOLDERS_NAMED = 8;

function describeFull(full: StoreFull): string {
  const { requested, capacity, holders, waited } = full;
  if (requested > capacity) {
    return (
      `a value of ${formatBytes(requested)} can never fit into the object store of ${formatBytes(capacity)}. ` +
      'Split the value, or start with mobula.init({ objectStoreMemory }) of more bytes.'
    );
  }
  const after = waited === undefined ? '' : ` after waiting ${waited} ms`;
  const lines = holders
    .slice(0, HOLDERS_NAMED)
    .map(
      (holder) =>
        `  process ${holder.pid} (${holder.name}): ${formatBytes(holder.bytes)} in ${plural(holder.objects, 'object')}`,
    );
  if (holders.length > HOLDERS_NAMED) lines.push(`  and ${holders.length - HOLDERS_NAMED} more`);
  return (
    `the object store has no room for ${formatBytes(requested)}${after} (capacity ${formatBytes(capacity)}). ` +
    'Drop refs that are not needed (`using`, mobula.free), or start with mobula.init({ objectStoreMemory }) of more bytes.' +
    (lines.length === 0 ? '' : `\nIt is held by:\n${lines.join('\n')}`)
  );
}

/** What a ref waits for. */
export interface WaitingFor {
  /** Hexadecimal id, as in `ObjectRef(hex)`. */
  readonly objectId: string;
  /** In words, such as `task 'add' is queued: no worker is free`. */
  readonly state: string;
}

/** A `get` was not ready within its timeout. The tasks go on; get may be called again. */
export class GetTimeoutError extends MobulaError {
  static readonly code = 'ERR_MOBULA_GET_TIMEOUT';
  /** Milliseconds. */
  readonly timeout: number;
  /** A description for each ref that was not ready. */
  readonly waitingFor: readonly WaitingFor[];

  constructor(timeout: number, waitingFor: readonly WaitingFor[]) {
    super(GetTimeoutError.code, describeTimeout(timeout, waitingFor));
    this.timeout = timeout;
    this.waitingFor = waitingFor;
  }
}

/** More refs than this are summed up in the message; the property lists all. */
const REFS_NAMED = 8;

function describeTimeout(timeout: number, waitingFor: readonly WaitingFor[]): string {
  const lines = waitingFor
    .slice(0, REFS_NAMED)
    .map(({ objectId, state }) => `  ObjectRef(${objectId}): ${state}`);
  if (waitingFor.length > REFS_NAMED) lines.push(`  and ${waitingFor.length - REFS_NAMED} more`);
  return (
    `${plural(waitingFor.length, 'object')} not ready within ${timeout} ms. ` +
    'Nothing was cancelled: get again, give more time, or call mobula.cancel(ref).' +
    (lines.length === 0 ? '' : `\nStill waiting for:\n${lines.join('\n')}`)
  );
}
