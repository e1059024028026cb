type Listener<T> = (data: T) => void;

/** Listeners by event name. One that throws does not keep the others from hearing. */
export class Emitter<Events extends object> {
  readonly #listeners: { [K in keyof Events]?: Set<Listener<Events[K]>> } = {};

  /** Adds a listener; the function returned takes it away. */
  on<K extends keyof Events>(event: K, listener: Listener<Events[K]>): () => void {
    const all = (this.#listeners[event] ??= new Set());
    all.add(listener);
    return () => this.off(event, listener);
  }

  off<K extends keyof Events>(event: K, listener: Listener<Events[K]>): void {
    this.#listeners[event]?.delete(listener);
  }

  emit<K extends keyof Events>(event: K, data: Events[K]): void {
    for (const listener of [...(this.#listeners[event] ?? [])]) {
      try {
        listener(data);
      } catch (failure) {
        // Reported as the host reports an exception of any event handler.
        queueMicrotask(() => {
          throw failure;
        });
      }
    }
  }
}
