/** Ids remembered beside the highest `seq`, which settles nearly every case by itself. */
const memory = 1000;

interface Placed {
  readonly id: string;
  readonly seq: number | null;
}

/** Which notifications this client has seen: admits each once, and none behind a later one. */
export class Sequence {
  #last: number | undefined;
  readonly #ids = new Set<string>();

  constructor(since?: number) {
    this.#last = since;
  }

  /** The highest `seq` seen, where to resume; undefined before anything is known. */
  get last(): number | undefined {
    return this.#last;
  }

  /** True if a notification with this id was admitted lately. */
  knows(id: string): boolean {
    return this.#ids.has(id);
  }

  /** True if its `seq` is not above those seen. */
  isPast(seq: number | null): boolean {
    return seq !== null && this.#last !== undefined && seq <= this.#last;
  }

  /** True the first time, false for what was seen or comes too late for its place. */
  admit({ id, seq }: Placed): boolean {
    if (this.isPast(seq) || this.#ids.has(id)) return false;
    this.#ids.add(id);
    if (this.#ids.size > memory) this.#ids.delete(this.#ids.values().next().value as string);
    if (seq !== null) this.pass(seq);
    return true;
  }

  /** Counts everything up to `seq` as seen. */
  pass(seq: number): void {
    this.#last = Math.max(this.#last ?? seq, seq);
  }

  /** The numbers seen are another store's: only the ids hold on. */
  restart(): void {
    this.#last = undefined;
  }
}
