import { latin1Slice } from './bytes.js';

/** The bytes of one message, read from the front. */
export class Reader {
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(this.bytes.buffer);
  position = 0;

  /** Reads `bytes` from now on. The memory is often the same as before. */
  protected use(bytes: Uint8Array): void {
    if (bytes === this.bytes) return;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  skip(length: number): void {
    this.position += length;
  }

  byte(): number {
    return this.bytes[this.position++]!;
  }

  varint(): number {
    const { bytes } = this;
    let byte = bytes[this.position++]!;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let factor = 0x80;
    do {
      byte = bytes[this.position++]!;
      value += (byte & 0x7f) * factor;
      factor *= 0x80;
    } while (byte >= 0x80);
    return value;
  }

  float64(): number {
    const value = this.view.getFloat64(this.position, true);
    this.position += 8;
    return value;
  }

  latin1(length: number): string {
    const { bytes, position: at } = this;
    this.position = at + length;
    // One call with all characters makes a flat string in a fraction of the time of a native call.
    switch (length) {
      case 0:
        return '';
      case 1:
        return String.fromCharCode(bytes[at]!);
      case 2:
        return String.fromCharCode(bytes[at]!, bytes[at + 1]!);
      case 3:
        return String.fromCharCode(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!);
      case 4:
        return String.fromCharCode(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!);
      case 5:
        return String.fromCharCode(
          bytes[at]!,
          bytes[at + 1]!,
          bytes[at + 2]!,
          bytes[at + 3]!,
          bytes[at + 4]!,
        );
      case 6:
        return String.fromCharCode(
          bytes[at]!,
          bytes[at + 1]!,
          bytes[at + 2]!,
          bytes[at + 3]!,
          bytes[at + 4]!,
          bytes[at + 5]!,
        );
      case 7:
        return String.fromCharCode(
          bytes[at]!,
          bytes[at + 1]!,
          bytes[at + 2]!,
          bytes[at + 3]!,
          bytes[at + 4]!,
          bytes[at + 5]!,
          bytes[at + 6]!,
        );
      case 8:
        return String.fromCharCode(
          bytes[at]!,
          bytes[at + 1]!,
          bytes[at + 2]!,
          bytes[at + 3]!,
          bytes[at + 4]!,
          bytes[at + 5]!,
          bytes[at + 6]!,
          bytes[at + 7]!,
        );
      default:
        return latin1Slice(bytes, at, at + length);
    }
  }
}
