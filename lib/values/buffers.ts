import {
  BUFFER_INLINE,
  BUFFER_INLINE_ALONE,
  BUFFER_KIND,
  BUFFER_OUT_OF_BAND,
  BUFFER_RESIZABLE,
  DATA_VIEW_KIND,
  VIEW_KINDS,
} from './format.js';
import type { Writer } from './writer.js';

/** ArrayBuffers of Node 20 may be resizable, which the language's library for our target does not know. */
export interface ResizableBuffer extends ArrayBuffer {
  readonly resizable: boolean;
  readonly maxByteLength: number;
  resize(byteLength: number): void;
}

export type ViewConstructor = new (
  buffer: ArrayBuffer,
  byteOffset: number,
  length?: number,
) => ArrayBufferView;

/** Constructors by kind; undefined for Buffer, which has none, and for a kind that this Node does not know. */
export const VIEW_CONSTRUCTORS: readonly (ViewConstructor | undefined)[] = VIEW_KINDS.map((name) =>
  name === 'Buffer'
    ? undefined
    : ((globalThis as Record<string, unknown>)[name] as ViewConstructor | undefined),
);

const kindByName = new Map<string, number>(VIEW_KINDS.map((name, kind) => [name, kind]));
const tagOf = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)!.get!;

/** The kind of a view by what it is, whatever class it was given. */
export function viewKind(view: ArrayBufferView): number {
  const name: string | undefined = tagOf.call(view);
  if (name === undefined) return DATA_VIEW_KIND;
  if (name === 'Uint8Array' && Buffer.isBuffer(view)) return BUFFER_KIND;
  return kindByName.get(name) ?? -1;
}

/** The bytes of an element of a view. */
export function elementBytes(view: ArrayBufferView): number {
  return (view as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
}

export function isDetached(buffer: ArrayBuffer): boolean {
  if (buffer.byteLength > 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

/** Whether a view over a resizable buffer follows the buffer's length. JavaScript has no question for that. */
export function tracksLength(view: ArrayBufferView): boolean {
  const buffer = view.buffer as ResizableBuffer;
  if (buffer.resizable !== true) return false;
  // A copy is resized by an element: a view that follows changes with it, one of fixed length does not, or falls out of
  // bounds and then has neither length nor offset (a DataView throws).
  const copy = structuredClone(view);
  const copied = copy.buffer as ResizableBuffer;
  const step = elementBytes(view);
  const before = copy.byteLength;
  if (copied.byteLength + step <= copied.maxByteLength) {
    copied.resize(copied.byteLength + step);
    return copy.byteLength > before;
  }
  if (before === 0) return false;
  copied.resize(copied.byteLength - step);
  try {
    return copy.byteLength < before && (copy.byteLength > 0 || copy.byteOffset > 0);
  } catch {
    return false;
  }
}

/** A view that follows the length of its buffer from an offset on. */
export function trackingView(
  ViewClass: ViewConstructor,
  buffer: ResizableBuffer,
  byteOffset: number,
): ArrayBufferView {
  const { byteLength } = buffer;
  const elementLength = (ViewClass as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
  const rest = (byteLength - byteOffset) % elementLength;
  if (rest === 0) return new ViewClass(buffer, byteOffset);
  // Such a view comes about when its buffer is resized later, but V8 of Node 20 does not let it be made.
  const tail = new Uint8Array(buffer).slice(byteLength - rest);
  buffer.resize(byteLength - rest);
  const view = new ViewClass(buffer, byteOffset);
  buffer.resize(byteLength);
  new Uint8Array(buffer).set(tail, byteLength - rest);
  return view;
}

/** An ArrayBuffer of the value, and which part of it the value uses. */
class BufferUse {
  start = Number.POSITIVE_INFINITY;
  end = 0;
  /** Of the widest element of a view: what is sent starts at a multiple of it. */
  alignment = 1;
  /** The value shows the ArrayBuffer itself. */
  whole = false;
  views = 0;
  /** The first view. */
  view: ArrayBufferView | undefined;

  constructor(
    readonly buffer: ArrayBuffer,
    /** Belongs to one view and is not shared with others of the same ArrayBuffer. */
    readonly apart: boolean,
  ) {}
}

/** Up to this many buffers are searched one by one. */
const SEARCHED = 8;

/**
 * The ArrayBuffers of a message. One that is seen through views only is sent as the smallest part that covers them
 * all, so that a small view of a huge buffer is small, and two views of one buffer still share it.
 */
export class BufferTable {
  #uses: BufferUse[] = [];
  #byBuffer: Map<ArrayBuffer, number> | undefined;

  get used(): boolean {
    return this.#uses.length > 0;
  }

  /** The number of an ArrayBuffer that is sent whole. */
  addBuffer(buffer: ArrayBuffer): number {
    const number = this.#find(buffer);
    this.#uses[number]!.whole = true;
    return number;
  }

  /** The number of the ArrayBuffer of a view. */
  addView(view: ArrayBufferView): number {
    const buffer = view.buffer as ArrayBuffer;
    const number = isPooled(view) ? this.#add(buffer, true) : this.#find(buffer);
    const use = this.#uses[number]!;
    use.views++;
    use.view ??= view;
    use.start = Math.min(use.start, view.byteOffset);
    use.end = Math.max(use.end, view.byteOffset + view.byteLength);
    use.alignment = Math.max(use.alignment, elementBytes(view));
    if ((use.buffer as ResizableBuffer).resizable) use.whole = true;
    return number;
  }

  clear(): void {
    if (this.#uses.length === 0) return;
    this.#uses = [];
    this.#byBuffer = undefined;
  }

  /** Writes the trailer. Buffers of `outOfBandBytes` and more are returned instead of written. */
  write(writer: Writer, outOfBandBytes: number): ArrayBufferView[] | undefined {
    let outOfBand: ArrayBufferView[] | undefined;
    writer.reserve(0);
    writer.varint(this.#uses.length);
    for (const use of this.#uses) {
      writer.reserve(0);
      const { buffer, view, whole } = use;
      const base = whole ? 0 : use.start - (use.start % use.alignment);
      const length = whole ? buffer.byteLength : use.end - base;
      const covered = view !== undefined && view.byteOffset === base && view.byteLength === length;
      const resizable = (buffer as ResizableBuffer).resizable === true;
      const leaves = length >= outOfBandBytes && length > 0;
      const alone = covered && use.views === 1 && !whole;
      writer.byte(
        (leaves ? BUFFER_OUT_OF_BAND : alone ? BUFFER_INLINE_ALONE : BUFFER_INLINE) +
          (resizable ? BUFFER_RESIZABLE : 0),
      );
      writer.varint(base);
      writer.varint(length);
      if (resizable) writer.varint((buffer as ResizableBuffer).maxByteLength);
      if (leaves) {
        outOfBand ??= [];
        writer.varint(outOfBand.length);
        outOfBand.push(covered ? view : new Uint8Array(buffer, base, length));
      } else {
        writer.raw(new Uint8Array(buffer, base, length));
      }
    }
    return outOfBand;
  }

  #find(buffer: ArrayBuffer): number {
    const uses = this.#uses;
    if (this.#byBuffer !== undefined) return this.#byBuffer.get(buffer) ?? this.#add(buffer, false);
    for (let number = 0; number < uses.length; number++) {
      const use = uses[number]!;
      if (use.buffer === buffer && !use.apart) return number;
    }
    return this.#add(buffer, false);
  }

  #add(buffer: ArrayBuffer, apart: boolean): number {
    const number = this.#uses.push(new BufferUse(buffer, apart)) - 1;
    if (this.#byBuffer === undefined && number >= SEARCHED) {
      this.#byBuffer = new Map();
      for (const [position, use] of this.#uses.entries()) {
        if (!use.apart) this.#byBuffer.set(use.buffer, position);
      }
    } else if (!apart) this.#byBuffer?.set(buffer, number);
    return number;
  }
}

/** Length of the ArrayBuffers that Node cuts small Buffers from. */
const POOL_BYTES = Buffer.allocUnsafe(1).buffer.byteLength;

/**
 * Whether a view is a Buffer that Node cut from a common pool: each is sent by itself, for they have nothing to do with
 * each other, and what lies between them is none of the receiver's business.
 */
function isPooled(view: ArrayBufferView): boolean {
  return view.buffer.byteLength === POOL_BYTES && view.byteLength < POOL_BYTES && Buffer.isBuffer(view);
}
