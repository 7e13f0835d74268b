import { brand, MobulaError } from './mobula-error.js';

/** Something of Mobula was used before `init` (or after `shutdown`). */
export class NotInitializedError extends MobulaError {
  static readonly code = 'ERR_MOBULA_NOT_INITIALIZED';
  /** What was called, such as `mobula.put`. */
  readonly operation: string;

  constructor(operation: string) {
    super(
      NotInitializedError.code,
      `${operation} was called while Mobula is not running. Call \`await mobula.init()\` first.`,
    );
    this.operation = operation;
  }
}

/** `init` was called a second time without a `shutdown` in between. */
export class AlreadyInitializedError extends MobulaError {
  static readonly code = 'ERR_MOBULA_ALREADY_INITIALIZED';

  constructor() {
    super(
      AlreadyInitializedError.code,
      'mobula.init() was called while Mobula is already running in this process. ' +
        'Use the running session, or call `await mobula.shutdown()` before starting another.',
    );
  }
}

/** `init` or `shutdown` was called by code that runs inside a task. */
export class InitInsideTaskError extends MobulaError {
  static readonly code = 'ERR_MOBULA_INIT_INSIDE_TASK';
  /** What was called, such as `mobula.init`. */
  readonly operation: string;

  constructor(operation: string) {
    super(
      InitInsideTaskError.code,
      `${operation} was called inside a task. A task belongs to the session that runs it: ` +
        'call mobula.put, .remote and mobula.get directly. If this is the top level of your program, ' +
        'a task imported it; move the functions that tasks import into a module of their own.',
    );
    this.operation = operation;
  }
}

/** The session ended while an operation was pending. */
export class ShutdownError extends MobulaError {
  static readonly code = 'ERR_MOBULA_SHUTDOWN';
  /** What was pending, such as `mobula.get`. */
  readonly operation: string;

  constructor(operation: string) {
    super(
      ShutdownError.code,
      `${operation} was pending when Mobula was shut down. Await what you need before mobula.shutdown().`,
    );
    this.operation = operation;
  }
}

/** A session was used from a thread that it does not belong to. */
export class WrongThreadError extends MobulaError {
  static readonly code = 'ERR_MOBULA_WRONG_THREAD';
  /** What was called. */
  readonly operation: string;

  constructor(operation: string) {
    super(
      WrongThreadError.code,
      `${operation} was called in a thread that did not start this session. ` +
        'Call `await mobula.init()` in each thread that uses Mobula, and do not move its objects between threads.',
    );
    this.operation = operation;
  }
}

/** Something that this version, or this platform, does not offer. */
export class NotSupportedError extends MobulaError {
  static readonly code = 'ERR_MOBULA_NOT_SUPPORTED';
  /** What was asked for. */
  readonly feature: string;

  /** @param instead what to do instead, as a sentence */
  constructor(feature: string, instead: string) {
    super(NotSupportedError.code, `${feature} is not supported. ${instead}`);
    this.feature = feature;
  }
}

/** A wrong argument or option. It is a TypeError too, as JavaScript programs expect. */
export class InvalidArgumentError extends TypeError {
  static readonly code = 'ERR_MOBULA_INVALID_ARGUMENT';
  readonly code: string = InvalidArgumentError.code;

  static {
    brand(InvalidArgumentError.prototype);
  }
}

/** A remote function was called as if it were the plain one. */
export class DirectCallError extends MobulaError {
  static readonly code = 'ERR_MOBULA_DIRECT_CALL';
  /** The name of the remote function. */
  readonly functionName: string;

  constructor(functionName: string) {
    super(
      DirectCallError.code,
      `remote function '${functionName}' cannot be called directly. ` +
        `Use ${functionName}.remote(...), which returns an ObjectRef, or call the original function.`,
    );
    this.functionName = functionName;
  }
}

/** Two parts that must be of one version are not: copies of the package, nodes of a cluster, packages of a task. */
export class VersionMismatchError extends MobulaError {
  static readonly code = 'ERR_MOBULA_VERSION_MISMATCH';
  /** What differs, such as `the package mobula`. */
  readonly subject: string;
  /** The version here. */
  readonly here: string;
  /** The version there. */
  readonly there: string;

  /** @param where what "there" is, such as `node 10.0.0.2` */
  constructor(subject: string, here: string, there: string, where: string) {
    super(
      VersionMismatchError.code,
      `${subject} is version ${here} here but ${there} in ${where}. Install the same version in both places.`,
    );
    this.subject = subject;
    this.here = here;
    this.there = there;
  }
}

/** The native part of Mobula is missing, or cannot run on this machine. */
export class NativeAddonError extends MobulaError {
  static readonly code = 'ERR_MOBULA_NATIVE_ADDON';

  /** @param reason what is missing  @param remedy what to do, as a sentence */
  constructor(reason: string, remedy: string, options?: ErrorOptions) {
    super(NativeAddonError.code, `Mobula's native addon cannot be used: ${reason}. ${remedy}`, options);
  }
}
