import { NotSupportedError } from '../errors/index.js';
import { Connection, type ConnectionHandler } from '../protocol/connection.js';
import { readTable, sendTable } from '../protocol/frames.js';
import {
  type ClientKind,
  FrameType,
  HelloT,
  Welcome,
  type WelcomeT,
} from '../protocol/generated/protocol.js';
import { connectSocket, type NativeSocket, type NativeStore } from '../store/native.js';

/** How a process introduces itself to the raylet. */
export interface Introduction {
  readonly version: string;
  readonly kind: ClientKind;
  /** Number of the worker; 0 for a driver. */
  readonly worker: number;
  readonly name: string;
  readonly logToDriver: boolean;
  /** JSON of the WorkerCommand of a driver that attaches to a node that is not its own. */
  readonly workerCommand?: string;
}

/** What the raylet gave a process that it welcomed. */
export interface Admission {
  readonly store: NativeStore;
  readonly welcome: WelcomeT;
}

/** Takes the frames that come once the process is welcome. */
export interface RayletListener {
  onFrame(type: number, bytes: Uint8Array, start: number): void;
  onDrained?(): void;
  onClosed(reason: Error | undefined): void;
}

/** This process's end of its socket to the raylet. */
export class RayletLink implements ConnectionHandler {
  readonly connection: Connection;
  #store: NativeStore | undefined;
  #listener: RayletListener | undefined;
  #admitted: ((admission: Admission) => void) | undefined;
  #refused: ((error: Error) => void) | undefined;
  /** Frames that came between the welcome and `listen`. */
  #early: { type: number; bytes: Uint8Array; start: number }[] = [];

  private constructor(socket: NativeSocket, introduction: Introduction) {
    this.connection = new Connection(socket, this);
    this.connection.expectStore((store) => {
      this.#store = store;
    });
    this.connection.start();
    const { version, kind, worker, name, logToDriver, workerCommand = '' } = introduction;
    sendTable(
      this.connection,
      FrameType.Hello,
      new HelloT(version, kind, process.pid, worker, name, logToDriver, workerCommand),
    );
  }

  /**
   * Connects and introduces this process.
   * @param timeout milliseconds that an answer may take; by default, any time
   * @throws NotSupportedError when the raylet does not want this process; an error with the code of the system call, or ETIMEDOUT
   */
  static connect(
    path: string,
    introduction: Introduction,
    timeout?: number,
  ): Promise<[RayletLink, Admission]> {
    return new Promise((resolve, reject) => {
      const link = new RayletLink(connectSocket(path), introduction);
      const timer = timeout === undefined ? undefined : setTimeout(() => link.#giveUp(), timeout);
      link.#admitted = (admission) => {
        clearTimeout(timer);
        resolve([link, admission]);
      };
      link.#refused = (error) => {
        clearTimeout(timer);
        reject(error);
      };
    });
  }

  #giveUp(): void {
    this.connection.close();
    this.#refused?.(Object.assign(new Error('the raylet did not answer'), { code: 'ETIMEDOUT' }));
  }

  /** Begins to hand the frames over. */
  listen(listener: RayletListener): void {
    this.#listener = listener;
    const early = this.#early;
    this.#early = [];
    for (const { type, bytes, start } of early) listener.onFrame(type, bytes, start);
    if (this.connection.closed) listener.onClosed(undefined);
  }

  onFrame(type: number, bytes: Uint8Array, start: number): void {
    if (this.#listener !== undefined) this.#listener.onFrame(type, bytes, start);
    else if (type === FrameType.Welcome) {
      const welcome = readTable(Welcome.getRootAsWelcome, bytes, start).unpack();
      this.#admitted?.({ store: this.#store!, welcome });
    } else this.#early.push({ type, bytes, start });
  }

  onDrained(): void {
    this.#listener?.onDrained?.();
  }

  onClosed(reason: Error | undefined): void {
    this.#refused?.(
      new NotSupportedError(
        'joining this node',
        'Its raylet is of another version of mobula, belongs to another user or to another program, or has no room for another process. ' +
          'Programs attach to nodes that `mobula start --head` started with the same version.',
      ),
    );
    this.#listener?.onClosed(reason);
  }
}
