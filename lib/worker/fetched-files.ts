/** Gets what was exported under its content hash from the raylet: files of programs, serializers. Each is asked for once. */
export class FetchedFiles {
  readonly #ask: (hash: string) => void;
  readonly #asked = new Map<string, (content: Uint8Array | undefined) => void>();
  readonly #coming = new Map<string, Promise<Uint8Array | undefined>>();

  /** @param ask asks the raylet, which always answers: through {@link arrived} */
  constructor(ask: (hash: string) => void) {
    this.#ask = ask;
  }

  /** Undefined for what nobody has. */
  fetch(hash: string): Promise<Uint8Array | undefined> {
    let coming = this.#coming.get(hash);
    if (coming === undefined) {
      coming = new Promise((resolve) => {
        this.#asked.set(hash, resolve);
      });
      this.#coming.set(hash, coming);
      this.#ask(hash);
    }
    return coming;
  }

  /** False when nobody asked for it here. */
  arrived(hash: string, content: Uint8Array | undefined): boolean {
    const resolve = this.#asked.get(hash);
    if (resolve === undefined) return false;
    this.#asked.delete(hash);
    this.#coming.delete(hash);
    resolve(content);
    return true;
  }
}
