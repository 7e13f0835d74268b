import { Connection, type ConnectionHandler } from '../protocol/connection.js'
import { readTable, sendTable } from '../protocol/frames.js'
import { ClientKind, FrameType, Hello, RefusedT, WelcomeT } from '../protocol/generated/protocol.js'
import type { NativeSocket, RayletStore } from '../store/native.js'

/** A shape as a client numbers it, and what the scheduler knows it by. */
export interface ClientShape {
  readonly shape: number
  readonly exclusive: boolean
}

/** What the server does with a client. */
export interface RayletClientEvents {
  readonly version: string
  /** The client said who it is; returns what welcomes it, or why it is not welcome. */
  joined(client: RayletClient, hello: HelloMessage): WelcomeT | RefusedT
  frame(client: RayletClient, type: number, bytes: Uint8Array, start: number): void
  left(client: RayletClient, reason: Error | undefined): void
}

export interface HelloMessage {
  readonly version: string
  readonly kind: ClientKind
  readonly pid: number
  /** Number of the worker; 0 for a driver. */
  readonly worker: number
  readonly name: string
  readonly logToDriver: boolean
}

/** The raylet's end of the socket of one driver or worker. */
export class RayletClient implements ConnectionHandler {
  readonly connection: Connection
  readonly #store: RayletStore
  readonly #events: RayletClientEvents
  /** Slot in the object store; 0 before the client was welcomed. */
  slot = 0
  kind: ClientKind = ClientKind.Driver
  pid = 0
  worker = 0
  job = 0
  name = ''
  logToDriver = true
  /** By the client's own numbers. */
  readonly shapes: ClientShape[] = []
  /** By the scheduler's numbers and exclusiveness: back to the client's. */
  readonly #shapeNumbers = new Map<string, number>()
  grantsSeen = 0

  constructor(socket: NativeSocket, store: RayletStore, events: RayletClientEvents) {
    this.#store = store
    this.#events = events
    this.connection = new Connection(socket, this)
    this.connection.start()
  }

  defineShape(number: number, shape: number, exclusive: boolean): void {
    this.shapes[number] = { shape, exclusive }
    this.#shapeNumbers.set(`${shape}/${exclusive}`, number)
  }

  numberOf(shape: number, exclusive: boolean): number {
    return this.#shapeNumbers.get(`${shape}/${exclusive}`)!
  }

  onFrame(type: number, bytes: Uint8Array, start: number): void {
    if (this.slot !== 0) this.#events.frame(this, type, bytes, start)
    else if (type === FrameType.Hello) this.#greet(readTable(Hello.getRootAsHello, bytes, start))
    else this.connection.close()
  }

  onClosed(reason: Error | undefined): void {
    this.#events.left(this, reason)
  }

  #greet(hello: Hello): void {
    const { uid } = this.connection.socket.peer()
    const version = hello.version() ?? ''
    if (uid !== process.getuid?.()) {
      this.#refuse('ERR_MOBULA_NOT_SUPPORTED', `user ${uid} may not use the node of another user`)
      return
    }
    if (version !== this.#events.version) {
      this.#refuse('ERR_MOBULA_VERSION_MISMATCH', `${this.#events.version}`)
      return
    }
    this.kind = hello.kind()
    this.pid = hello.pid()
    this.worker = hello.worker()
    this.name = hello.name() ?? ''
    this.logToDriver = hello.logToDriver()
    const slot = this.#store.claimSlot(this.pid)
    if (slot === 0) {
      this.#refuse('ERR_MOBULA_NOT_SUPPORTED', 'the node has as many processes as it can have')
      return
    }
    this.slot = slot
    const answer = this.#events.joined(this, {
      version,
      kind: this.kind,
      pid: this.pid,
      worker: this.worker,
      name: this.name,
      logToDriver: this.logToDriver,
    })
    if (answer instanceof RefusedT) {
      sendTable(this.connection, FrameType.Refused, answer)
      this.connection.close()
      return
    }
    // The descriptors come first: a client that reads its welcome can map the store.
    this.connection.socket.sendStore(this.#store, slot)
    sendTable(this.connection, FrameType.Welcome, answer)
  }

  #refuse(code: string, message: string): void {
    sendTable(this.connection, FrameType.Refused, new RefusedT(code, message))
    this.connection.close()
  }
}
