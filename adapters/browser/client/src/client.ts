import { Emitter } from './emitter.js';
import { CarillonError } from './errors.js';
import type { ClientEvents, State, Topic } from './events.js';
import { settle, type CarillonOptions, type Settings } from './options.js';
import { Sequence } from './sequence.js';
import { Session } from './session.js';

/**
 * A user's live notifications: each one once and in order, whatever happens to the connection.
 * Begins closed; `connect` opens it and `close` ends everything that goes on.
 */
export class CarillonClient {
  readonly #settings: Settings;
  readonly #emitter = new Emitter<ClientEvents>();
  readonly #sequence: Sequence;
  readonly #topics = new Set<Topic>();
  #session: Session | undefined;
  #state: State = 'closed';

  constructor(options: CarillonOptions) {
    this.#settings = settle(options);
    this.#sequence = new Sequence(options.since);
  }

  get state(): State {
    return this.#state;
  }

  /** The highest `seq` seen: given as `since` to a later client, that one goes on from here. */
  get seq(): number | undefined {
    return this.#sequence.last;
  }

  /** Adds a listener; the function returned takes it away. */
  on<K extends keyof ClientEvents>(
    event: K,
    listener: (data: ClientEvents[K]) => void,
  ): () => void {
    return this.#emitter.on(event, listener);
  }

  off<K extends keyof ClientEvents>(event: K, listener: (data: ClientEvents[K]) => void): void {
    this.#emitter.off(event, listener);
  }

  /** Begins, or begins again after `close` where it left off. Does nothing while it is going on. */
  connect(): void {
    if (this.#session !== undefined) return;
    const session = new Session({
      settings: this.#settings,
      sequence: this.#sequence,
      topics: this.#topics,
      enter: (state) => this.#enter(state),
      emit: (event, data) => this.#emitter.emit(event, data),
    });
    this.#session = session;
    void session.run().then((reason) => {
      if (reason === undefined || this.#session !== session) return;
      this.close();
      this.#emitter.emit('error', reason);
    });
  }

  /** Ends the connection, every timer and every request. */
  close(): void {
    this.#session?.close();
    this.#session = undefined;
    this.#enter('closed');
  }

  /** Marks one notification as read; resolves when the engine has it on disk. */
  read(id: string): Promise<void> {
    return this.#going().then((session) => session.read(id));
  }

  /** Marks everything as read; resolves when the engine has it on disk. */
  readAll(): Promise<void> {
    return this.#going().then((session) => session.readAll());
  }

  /** Asks for a topic now and after every reconnect. A refusal comes as an `error` event. */
  subscribe(topic: Topic): void {
    this.#topics.add(topic);
    this.#session?.tell('subscribe', topic);
  }

  unsubscribe(topic: Topic): void {
    this.#topics.delete(topic);
    this.#session?.tell('unsubscribe', topic);
  }

  async #going(): Promise<Session> {
    if (this.#session === undefined) throw new CarillonError('closed', 'the client is closed');
    return this.#session;
  }

  #enter(state: State): void {
    const previous = this.#state;
    if (state === previous) return;
    this.#state = state;
    this.#emitter.emit('state', { state, previous });
  }
}
