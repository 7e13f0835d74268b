/**
 * The format of an encoded value.
 *
 *     message := flags (1 byte)  value  [trailer  u32 position of the trailer]
 *
 * A value starts with a tag byte; small integers, short strings and short arrays are one with their tag. All numbers
 * are little endian; `varint` is an unsigned LEB128. Every message can be decoded alone.
 *
 * - *Objects* (everything that has an identity, but ArrayBuffers) are numbered by the order in which their tags stand;
 *   BACK_REFERENCE names one by its number.
 * - *ArrayBuffers* are numbered apart and described in the trailer, after it is known which part of each is used:
 *   views refer to them by number and give their offset in the original buffer. A long one leaves the message ("out of
 *   band"): the store places it aligned, and views are made over it where it lies.
 * - *Shapes* (the key lists of plain objects) are numbered by the order of their definitions in the message.
 *
 * Why a format of our own: MessagePack has no place for -0, holes, lone surrogates, shared ArrayBuffers or a key named
 * `__proto__`, and libraries for it keep extensions in one table for the whole process, which is the program's as well.
 *
 * The numbers below are part of the format: append, never reuse.
 */

/** Flags in the first byte. */
export const FLAG_BACK_REFERENCES = 1;
/** A SHAPED_OBJECT lacks a key of its shape: HOLE stands in the place of the value. */
export const FLAG_ABSENT_KEYS = 2;
export const FLAG_TRAILER = 4;

// 0x00..0x7f: the integers 0..127
export const SHORT_STRING = 0x80; // + length 0..31, then as many Latin-1 bytes
export const SHORT_STRING_LIMIT = 32;
export const SHORT_ARRAY = 0xa0; // + length 0..15, then the elements
export const SHORT_ARRAY_LIMIT = 16;

/** First tag that is decoded through the table of readers. */
export const FIRST_TAG = 0xb0;
export const UNDEFINED = 0xb0;
export const NULL = 0xb1;
export const FALSE = 0xb2;
export const TRUE = 0xb3;
export const FLOAT64 = 0xb4; // f64
export const UINT8 = 0xb5; // u8
export const INT16 = 0xb6; // i16
export const INT32 = 0xb7; // i32
export const BIGINT64 = 0xb8; // i64
export const BIGINT = 0xb9; // sign byte, string of hexadecimal digits
export const LATIN1 = 0xba; // varint bytes, Latin-1
export const UTF8 = 0xbb; // varint bytes, UTF-8
export const UTF16 = 0xbc; // varint bytes, UTF-16LE (strings with lone surrogates)
export const HOLE = 0xbd; // an array element or a key that does not exist
export const BACK_REFERENCE = 0xbe; // varint object number
export const ARRAY = 0xbf; // varint length, elements
export const SPARSE_ARRAY = 0xc0; // varint length, varint count, then key (integer or string) and value
export const FLOAT64_ARRAY = 0xc1; // an Array of numbers: varint length, f64 each
export const INT32_ARRAY = 0xc2; // an Array of integers: varint length, i32 each
export const OBJECT = 0xc3; // varint count, then key string and value
export const SHAPE_DEFINITION = 0xc4; // varint bytes of the key list, key list, then as SHAPED_OBJECT
export const SHAPED_OBJECT = 0xc5; // varint shape, a value for each key
export const MAP = 0xc6; // varint size, then key and value
export const SET = 0xc7; // varint size, values
export const DATE = 0xc8; // f64
export const REGEXP = 0xc9; // string source, string flags
export const BOXED = 0xca; // the primitive
export const ERROR = 0xcb; // see error-values.ts
export const ARRAY_BUFFER = 0xcc; // varint buffer number
export const VIEW = 0xcd; // u8 kind, varint buffer number, varint byte offset, varint length (elements; DataView: bytes)
export const OBJECT_REF = 0xce; // 16 bytes: the object's id
export const FUNCTION = 0xcf; // varint bytes, what the functions layer made of it
export const REMOTE_FUNCTION = 0xd0; // function, options
export const REGISTERED_SYMBOL = 0xd1; // string key
export const WELL_KNOWN_SYMBOL = 0xd2; // string name
export const URL_OBJECT = 0xd3; // string href
export const CUSTOM = 0xd4; // see serializers.ts
export const PACKAGED = 0xd5; // u8 kind, value; see packaged.ts
export const REGISTRATION = 0xd6; // string id, then target, serialize and deserialize: a class's serializer itself
// 0xe0..0xff: the integers -32..-1
export const NEGATIVE = 0xe0;

/** Bytes of an object id. */
export const ID_BYTES = 16;

// How the trailer describes an ArrayBuffer: u8 mode, varint base (offset in the original buffer of the first byte that
// is sent), varint length, [varint maximum length], then the bytes or the number of the out-of-band buffer.
export const BUFFER_INLINE = 0;
/** Inline, and one view that covers it whole is all that uses it. */
export const BUFFER_INLINE_ALONE = 1;
export const BUFFER_OUT_OF_BAND = 2;
/** Added to the mode of a resizable buffer. */
export const BUFFER_RESIZABLE = 4;

/** Kinds of views, by position. Buffer is Node's Uint8Array. */
export const VIEW_KINDS = [
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'DataView',
  'Buffer',
  'Float16Array',
] as const;
export const DATA_VIEW_KIND = 11;
export const BUFFER_KIND = 12;
/** Added to the kind of a view whose length follows its resizable buffer. */
export const VIEW_TRACKS_LENGTH = 0x80;

/** The built-in error classes, by position. */
export const ERROR_BASES = [
  'Error',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
  'AggregateError',
  'DOMException',
] as const;
export const DOM_EXCEPTION_BASE = 8;
