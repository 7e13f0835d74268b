import {
  AlreadyInitializedError,
  InitInsideTaskError,
  NotInitializedError,
  VersionMismatchError,
} from '../errors/index.js';
import type { Runtime } from '../runtime/runtime.js';
import type { Shipping } from '../runtime/shipping.js';
import { NO_TASKS, type TaskContexts } from '../runtime/task-context.js';
import { VERSION } from '../runtime/version.js';
import { SerializerRegistry } from '../values/index.js';

/** What an environment that takes part in a session has. */
export interface Membership {
  readonly runtime: Runtime;
  readonly shipping: Shipping;
  readonly contexts: TaskContexts;
  /** Ends the session; undefined in a worker, whose session is not its own. */
  readonly shutdown: (() => Promise<void>) | undefined;
}

/** The session of this environment (a thread of a process); all copies of the package in it share the one. */
export class Session {
  readonly version = VERSION;
  /** Classes that the program registered, before or after `init`. */
  readonly serializers = new SerializerRegistry();
  #membership: Membership | undefined;
  /** Set while `init` is under way. */
  #joining = false;

  get membership(): Membership | undefined {
    return this.#membership;
  }

  /** @param operation what was called, for the message */
  require(operation: string): Membership {
    const membership = this.#membership;
    if (membership === undefined) throw new NotInitializedError(operation);
    const { ended } = membership.runtime;
    if (ended !== undefined) throw ended;
    return membership;
  }

  /** Reserves the session for an `init` that is about to start. */
  beginJoining(): void {
    if (this.#membership?.shutdown === undefined && this.#membership !== undefined) {
      throw new InitInsideTaskError('mobula.init');
    }
    if (this.#joining || this.#membership !== undefined) throw new AlreadyInitializedError();
    this.#joining = true;
  }

  /** Ends what `beginJoining` began, with or without success. */
  join(membership: Membership | undefined): void {
    this.#joining = false;
    this.#membership = membership;
  }

  joinAsWorker(runtime: Runtime, shipping: Shipping, contexts: TaskContexts = NO_TASKS): void {
    this.#membership = { runtime, shipping, contexts, shutdown: undefined };
  }

  leave(): void {
    this.#membership = undefined;
  }
}

const KEY = Symbol.for('mobula.session');
const shared = globalThis as { [KEY]?: Session };
shared[KEY] ??= new Session();

/** @throws VersionMismatchError when another version of the package was loaded first */
function ofThisVersion(session: Session): Session {
  if (session.version !== VERSION) {
    throw new VersionMismatchError(
      'the package mobula',
      VERSION,
      session.version,
      'another copy loaded by this process',
    );
  }
  return session;
}

export const session = ofThisVersion(shared[KEY]);
