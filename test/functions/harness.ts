import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModulesNotLoadedError } from '../../lib/errors/index.js';
import {
  type AnyFunction,
  type CaptureContext,
  captureFunction,
  classFromReference,
  classReference,
  functionFromBytes,
  functionToBytes,
  type ReviveContext,
  type ShippedFunction,
} from '../../lib/functions/index.js';
import {
  type Codec,
  type CodecHooks,
  createCodec,
  REMOTE_FUNCTION,
  SerializerRegistry,
} from '../../lib/values/index.js';

/** Stands for an ObjectRef: a handle that only the codec's hooks know. */
export class TestRef {
  constructor(readonly handle: number) {}
}

/** Stands for what `mobula.remote` makes. */
export class TestRemote {
  readonly [REMOTE_FUNCTION]: { fn: AnyFunction; options: unknown };
  constructor(fn: AnyFunction, options: unknown) {
    this[REMOTE_FUNCTION] = { fn, options };
  }
}

/** What a session lends to both directions, with files in the place of the object store. */
export interface TestSession {
  readonly codec: Codec;
  readonly capture: CaptureContext;
  readonly revive: ReviveContext;
  readonly serializers: SerializerRegistry;
  /** Buffers that were put. */
  readonly puts: number;
}

export function testSession(folder: string, entryScript: string | undefined): TestSession {
  const counts = { puts: 0 };
  const hooks: CodecHooks = {
    refHandle: (value) => (value instanceof TestRef ? value.handle : 0),
    writeRefId: (handle, target, offset) => target.set(idOf(handle), offset),
    readRef: (bytes, offset) => new TestRef(handleOf(bytes.subarray(offset, offset + 16))),
    functionToBytes: (fn, hold) => functionToBytes(fn, capture, hold),
    functionFromBytes: (bytes) => functionFromBytes(bytes, revive),
    makeRemote: (fn, options) => new TestRemote(fn, options),
    classReference,
    classFromReference,
  };
  const serializers = new SerializerRegistry();
  const codec = createCodec(hooks, { serializers });
  const capture: CaptureContext = {
    codec,
    entryScript,
    putBuffer: (view) => {
      const handle = 1000 + counts.puts++;
      writeFileSync(
        join(folder, `${process.pid}-${handle}`),
        new Uint8Array(view.buffer, view.byteOffset, view.byteLength),
      );
      codec.encode('putting a buffer may use the codec');
      return handle;
    },
    objectId: idOf,
  };
  const revive: ReviveContext = {
    codec,
    makeRemote: hooks.makeRemote!,
    openBuffer: (id) => {
      const [pid, handle] = new Float64Array(new Uint8Array(id).buffer);
      return new Uint8Array(readFileSync(join(folder, `${pid}-${handle}`))).buffer;
    },
  };
  return {
    codec,
    capture,
    revive,
    serializers,
    get puts() {
      return counts.puts;
    },
  };
}

function idOf(handle: number): Uint8Array {
  return new Uint8Array(new Float64Array([process.pid, handle]).buffer);
}

function handleOf(id: Uint8Array): number {
  return new Float64Array(new Uint8Array(id).buffer)[1]!;
}

/** Decodes as a process of Mobula does. */
export async function decode(codec: Codec, bytes: Uint8Array): Promise<unknown> {
  for (;;) {
    try {
      return codec.decode(bytes, 0, bytes.length, undefined);
    } catch (error) {
      if (!(error instanceof ModulesNotLoadedError)) throw error;
      await error.load();
    }
  }
}

/** A value as bytes of one piece. */
export function encode(codec: Codec, value: unknown): Uint8Array {
  const { bytes, start, end } = codec.encode(value);
  return bytes.slice(start, end);
}

/** To the reviver: call this function with these arguments. */
export interface CallMessage {
  readonly payload: Uint8Array;
  readonly hash: string;
  readonly parameters: Uint8Array;
}

/** From it. */
export interface ResultMessage {
  readonly result?: Uint8Array;
  readonly thrown?: Uint8Array;
}

/** A process that revives functions and calls them. */
export class Reviver {
  readonly session: TestSession;
  readonly #folder = mkdtempSync(join(tmpdir(), 'functions-'));
  readonly #child: ChildProcess;
  #last: Promise<unknown> = Promise.resolve();

  /** @param entryScript the entry script of the program that captures: this process */
  constructor(options: { entryScript?: string; execArgv?: string[] } = {}) {
    this.session = testSession(this.#folder, options.entryScript ?? process.argv[1]);
    this.#child = fork(fileURLToPath(new URL('./fixtures/reviver.js', import.meta.url)), [this.#folder], {
      serialization: 'advanced',
      execArgv: options.execArgv ?? [],
    });
  }

  capture(fn: AnyFunction): ShippedFunction {
    return captureFunction(fn, this.session.capture);
  }

  /** Ships the function, calls it there, and gives its result or throws what it threw. */
  async call<Parameters extends unknown[], Result>(
    fn: (...parameters: Parameters) => Result,
    ...parameters: Parameters
  ): Promise<Awaited<Result>> {
    return (await this.callShipped(this.capture(fn), ...parameters)) as Awaited<Result>;
  }

  async callShipped({ payload, hash }: ShippedFunction, ...parameters: unknown[]): Promise<unknown> {
    const { codec } = this.session;
    const message: CallMessage = { payload, hash, parameters: encode(codec, parameters) };
    const answer = this.#last.then(
      () =>
        new Promise<ResultMessage>((resolve, reject) => {
          const ended = () => reject(new Error(`the reviver ended with ${this.#child.exitCode}`));
          if (!this.#child.connected) {
            ended();
            return;
          }
          this.#child.once('exit', ended);
          this.#child.once('message', (result) => {
            this.#child.off('exit', ended);
            resolve(result as ResultMessage);
          });
          this.#child.send(message);
        }),
    );
    this.#last = answer.catch(() => {});
    const { result, thrown } = await answer;
    if (thrown !== undefined) throw await decode(codec, thrown);
    return await decode(codec, result!);
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = new Promise((resolve) => this.#child.once('exit', resolve));
      this.#child.disconnect();
      await ended;
    }
    rmSync(this.#folder, { recursive: true });
  }
}
