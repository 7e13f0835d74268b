import assert from 'node:assert/strict';
import { createCodec } from '../../lib/values/index.js';
import { load, roundTrip, store } from './support.js';

const codec = createCodec();

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function counting(length: number): Float64Array {
  return Float64Array.from({ length }, (_, index) => index);
}

describe('buffers that leave the message', () => {
  it('are those of 1 KiB and more', () => {
    assert.equal(codec.encode(new Uint8Array(1023)).buffers, undefined);
    const encoded = codec.encode({ big: new Uint8Array(1024), small: new Uint8Array(1000) });
    assert.deepEqual(
      encoded.buffers?.map((view) => view.byteLength),
      [1024],
    );
    assert.ok(encoded.end - encoded.start < 1200);
  });

  it('are not copied: the very views of the value go out, and views over the given memory come back', () => {
    const array = counting(1000);
    const encoded = codec.encode([array]);
    assert.equal(encoded.buffers?.[0], array);
    const stored = store(encoded);
    const [copy] = load(codec, stored) as [Float64Array];
    assert.equal(copy.buffer, stored.buffers?.[0]);
    assert.deepEqual(copy, array);
  });

  it('go out in the order of their first occurrence', () => {
    const [first, second, third] = [new ArrayBuffer(2000), new ArrayBuffer(3000), new ArrayBuffer(4000)];
    const value = [new Uint8Array(first), new DataView(second), new Int8Array(first, 8), third];
    assert.deepEqual(
      codec.encode(value).buffers?.map((view) => view.byteLength),
      [2000, 3000, 4000],
    );
  });

  it('always leave through encodeView, whatever their size', () => {
    const view = new Float32Array([1, 2]);
    const encoded = codec.encodeView(view);
    assert.equal(encoded.buffers?.[0], view);
    assert.deepEqual(load(codec, store(encoded)), view);
    const part = new Int16Array(new ArrayBuffer(100), 10, 5);
    assert.equal(codec.encodeView(part).buffers?.[0], part);
    assert.deepEqual(load(codec, store(codec.encodeView(new Uint8Array(0)))), new Uint8Array(0));
  });

  it('are missed when they are not given', () => {
    const { bytes, start, end } = store(codec.encode(new Uint8Array(5000)));
    assert.throws(() => codec.decode(bytes, start, end, undefined), /out-of-band buffer 0/);
    assert.throws(() => codec.decode(bytes, start, end, [new ArrayBuffer(4999)]), /out-of-band buffer 0/);
  });
});

describe('parts of buffers', () => {
  it('a small view of a huge buffer sends its part alone', () => {
    const huge = counting(1_000_000);
    const view = huge.subarray(500_000, 500_004);
    const encoded = codec.encode(view);
    assert.equal(encoded.buffers, undefined);
    assert.ok(encoded.end - encoded.start < 64);
    assert.deepEqual(roundTrip(codec, view), view);
    assert.equal(roundTrip(codec, view).buffer.byteLength, 32);
  });

  it('two views of one buffer share the part that covers both', () => {
    const huge = new ArrayBuffer(1 << 20);
    const [left, right] = [new Uint8Array(huge, 10_001, 100), new Float64Array(huge, 10_400, 10)];
    new Uint8Array(huge).fill(7);
    const copy = roundTrip(codec, { left, right });
    assert.deepEqual(copy, { left, right });
    assert.equal(copy.left.buffer, copy.right.buffer);
    assert.ok(copy.left.buffer.byteLength < 500);
    copy.right.fill(0);
    assert.equal(copy.right.byteOffset - copy.left.byteOffset, right.byteOffset - left.byteOffset);
  });

  it('a buffer that stands in the value itself is sent whole', () => {
    const buffer = new ArrayBuffer(10_000);
    const copy = roundTrip(codec, { view: new Uint8Array(buffer, 100, 5), buffer });
    assert.equal(copy.view.buffer, copy.buffer);
    assert.equal(copy.buffer.byteLength, 10_000);
    assert.equal(copy.view.byteOffset, 100);
  });

  it('views of every element size are aligned, wherever they stood', () => {
    const buffer = new ArrayBuffer(4096);
    new Uint8Array(buffer).forEach((_, index, bytes) => {
      bytes[index] = index % 251;
    });
    for (let offset = 8; offset < 64; offset += 8) {
      const views = [
        new Uint8Array(buffer, offset + 1, 3),
        new Int16Array(buffer, offset + 2, 3),
        new Float32Array(buffer, offset + 4, 3),
        new BigInt64Array(buffer, offset, 200),
        new DataView(buffer, offset + 3, 5),
      ];
      const copies = roundTrip(codec, views);
      for (const [index, copy] of copies.entries()) assert.deepEqual(bytesOf(copy), bytesOf(views[index]!));
    }
  });

  it('more buffers than are searched one by one keep their identities', () => {
    const buffers = Array.from({ length: 30 }, (_, index) => new ArrayBuffer(index * 100));
    const views = buffers.flatMap((buffer) => [new Uint8Array(buffer), new DataView(buffer)]);
    const copies = roundTrip(codec, views);
    for (let index = 0; index < copies.length; index += 2) {
      assert.equal(copies[index]!.buffer, copies[index + 1]!.buffer);
      assert.equal(copies[index]!.byteLength, (index / 2) * 100);
    }
    assert.equal(new Set(copies.map((copy) => copy.buffer)).size, 30);
  });
});

describe('Buffers of Node', () => {
  it('cut from the common pool are sent apart, each with its own bytes only', () => {
    const [secret, first] = [Buffer.from('do not send me'), Buffer.from('first')];
    const second = Buffer.from('second');
    assert.equal(first.buffer, second.buffer);
    const encoded = codec.encode([first, second]);
    assert.ok(!Buffer.from(encoded.bytes.subarray(0, encoded.end)).includes(secret));
    const [left, right] = roundTrip(codec, [first, second]);
    assert.ok(Buffer.isBuffer(left) && Buffer.isBuffer(right));
    assert.equal(`${left} ${right}`, 'first second');
    assert.notEqual(left.buffer, right.buffer);
    assert.equal(left.buffer.byteLength, 5);
  });

  it('with a buffer of their own share it as other views do', () => {
    const whole = Buffer.alloc(20_000, 3);
    const copy = roundTrip(codec, {
      whole,
      part: whole.subarray(5, 10),
      bytes: new Uint8Array(whole.buffer),
    });
    assert.equal(copy.whole.buffer, copy.part.buffer);
    assert.equal(copy.bytes.buffer, copy.part.buffer);
    assert.ok(Buffer.isBuffer(copy.part) && !Buffer.isBuffer(copy.bytes));
  });

  it('are one object if they were one', () => {
    const buffer = Buffer.from('same');
    const [left, right] = roundTrip(codec, [buffer, buffer]);
    assert.equal(left, right);
  });
});

describe('resizable buffers', () => {
  interface Resizable extends ArrayBuffer {
    readonly resizable: boolean;
    readonly maxByteLength: number;
    resize(byteLength: number): void;
  }
  const resizable = (byteLength: number, maxByteLength: number) =>
    new (ArrayBuffer as unknown as new (length: number, options: object) => Resizable)(byteLength, {
      maxByteLength,
    });

  for (const outOfBandBytes of [1, 1e9]) {
    it(`stay resizable ${outOfBandBytes === 1 ? 'out of band' : 'inline'}`, () => {
      const resizing = createCodec({}, { outOfBandBytes });
      const buffer = resizable(64, 128);
      const views = { fixed: new Float64Array(buffer, 8, 2), tracking: new Int16Array(buffer, 4) };
      views.tracking.fill(7);
      const copy = roundTrip(resizing, views);
      const copied = copy.fixed.buffer as unknown as Resizable;
      assert.equal(copy.tracking.buffer, copied as unknown);
      assert.deepEqual([copied.resizable, copied.byteLength, copied.maxByteLength], [true, 64, 128]);
      assert.deepEqual(copy, views);
      copied.resize(128);
      assert.equal(copy.tracking.length, 62);
      assert.equal(copy.fixed.length, 2);
    });
  }

  it('whose length is no multiple of the elements of a view that follows it', () => {
    const buffer = resizable(8, 16);
    const tracking = new Int32Array(buffer);
    buffer.resize(15);
    new Uint8Array(buffer).fill(5);
    const copy = roundTrip(codec, { tracking, bytes: new Uint8Array(buffer) });
    assert.deepEqual(copy.bytes, new Uint8Array(15).fill(5));
    assert.equal(copy.tracking.length, 3);
    (copy.tracking.buffer as unknown as Resizable).resize(16);
    assert.equal(copy.tracking.length, 4);
  });

  it('that are as long as they can be', () => {
    const buffer = resizable(16, 16);
    const copy = roundTrip(codec, [
      new Int16Array(buffer),
      new Int16Array(buffer, 0, 8),
      new DataView(buffer),
    ]);
    (copy[0]!.buffer as unknown as Resizable).resize(8);
    assert.equal((copy[0] as Int16Array).length, 4);
    assert.equal((copy[1] as Int16Array).length, 0);
    assert.equal(copy[2]!.byteLength, 8);
  });
});
