import { createCipheriv, type KeyObject } from 'node:crypto';

/** Bytes of a code. */
export const CODE_BYTES = 16;

/**
 * The codes of the records of one direction, in their order: AES-256-GCM that encrypts nothing and authenticates all
 * (GMAC). The nonce is the record's number, which does not travel. A key must have one instance a side and no other use:
 * a nonce that came twice would give the key away.
 */
export class RecordCodes {
  readonly #key: KeyObject;
  /** 4 zero bytes and the number as uint64, big endian. */
  readonly #nonce = Buffer.alloc(12);
  #records = 0;

  constructor(key: KeyObject) {
    this.#key = key;
  }

  /** The code of the next record, whose bytes are `parts`, one after another. */
  next(...parts: readonly Uint8Array[]): Buffer {
    this.#nonce.writeUInt32BE(Math.floor(this.#records / 2 ** 32), 4);
    this.#nonce.writeUInt32BE(this.#records % 2 ** 32, 8);
    this.#records++;
    const cipher = createCipheriv('aes-256-gcm', this.#key, this.#nonce);
    for (const part of parts) cipher.setAAD(part);
    cipher.final();
    return cipher.getAuthTag();
  }
}
