import { Builder, ByteBuffer } from 'flatbuffers';
import type { Connection } from './connection.js';

/** An unpacked table of the schema, as flatc's object interface makes them. */
interface Packable {
  pack(builder: Builder): number;
}

const builder = new Builder(1024);
const buffer = new ByteBuffer(new Uint8Array(0));

/** Queues one frame whose body is a table. */
export function sendTable(connection: Connection, type: number, table: Packable): void {
  builder.clear();
  builder.finish(table.pack(builder));
  connection.send(type, builder.asUint8Array());
}

/**
 * Reads a body that is one table, for example `readTable(Hello.getRootAsHello, bytes, start)`.
 * What comes back reads from `bytes` when it is asked: unpack it, or use it, before the next frame is read.
 */
export function readTable<T>(root: (buffer: ByteBuffer) => T, bytes: Uint8Array, start: number): T {
  return root(bufferAt(bytes, start));
}

/** The shared reading position for struct accessors: `header.__init(start, bufferAt(bytes, start))`. */
export function bufferAt(bytes: Uint8Array, start: number): ByteBuffer {
  // ByteBuffer keeps its bytes private; replacing them costs less than a new one for each frame.
  (buffer as unknown as { bytes_: Uint8Array }).bytes_ = bytes;
  buffer.setPosition(start);
  return buffer;
}

const structBuilder = new Builder(256);
// flatc has no call that gives a struct's bytes alone: they stand at the end of the builder's buffer.
const structBytes = structBuilder as unknown as { bb: ByteBuffer; space: number };

/**
 * The builder for one struct of the schema: `Task.createTask(beginStruct(), ...)`, then `copyStruct(target, at)`.
 */
export function beginStruct(): Builder {
  structBuilder.clear();
  return structBuilder;
}

/** Copies the struct built since `beginStruct` into `target` at `offset`. Returns its size in bytes. */
export function copyStruct(target: Uint8Array, offset: number): number {
  const bytes = structBytes.bb.bytes();
  const from = structBytes.space;
  const size = bytes.length - from;
  for (let index = 0; index < size; index++) target[offset + index] = bytes[from + index]!;
  return size;
}
