interface Question {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (reason: Error) => void;
}

/** Questions to the raylet by number: each is answered, or rejects when the session ends. */
export class Questions {
  readonly #open = new Map<number, Question>();
  #next = 1;

  /** @param send sends the question of this number; the caller knows of which type its answer is */
  ask<T>(send: (number: number) => void): Promise<T> {
    const number = this.#next++;
    return new Promise<T>((resolve, reject) => {
      this.#open.set(number, { resolve: resolve as (answer: unknown) => void, reject });
      send(number);
    });
  }

  /** An answer to what nobody asked is ignored. */
  answer(number: number, answer: unknown): void {
    this.#open.get(number)?.resolve(answer);
    this.#open.delete(number);
  }

  end(reason: Error): void {
    for (const question of this.#open.values()) question.reject(reason);
    this.#open.clear();
  }
}
