import { Commands } from './commands.js';
import { CarillonError } from './errors.js';
import type { Hello } from './events.js';
import { readFrame, type Frame } from './frames.js';
import { Heartbeat } from './heartbeat.js';
import type { SocketConstructor, SocketLike } from './socket.js';

const subprotocol = 'carillon.v1';

/** How a connection ended. */
export interface LinkEnd {
  /** The close code of the WebSocket; 1006 where there was none. */
  readonly code: number;
  readonly reason: string;
  /** Milliseconds between its hello and its end; undefined if it was never greeted. */
  readonly lasted: number | undefined;
}

export interface LinkOptions {
  readonly url: string;
  readonly socket: SocketConstructor;
  /** Milliseconds within which the hello, and then the answer to each command, must come. */
  readonly timeout: number;
  readonly hear: (frame: Frame) => void;
}

/** One WebSocket from its opening to its end. After the end it is silent. */
export class Link {
  readonly ended: Promise<LinkEnd>;
  readonly commands: Commands;

  readonly #socket: SocketLike;
  readonly #hear: (frame: Frame) => void;
  readonly #over = new AbortController();
  readonly #handshake: ReturnType<typeof setTimeout>;
  #resolve!: (end: LinkEnd) => void;
  #heartbeat: Heartbeat | undefined;
  #greetedAt: number | undefined;

  constructor({ url, socket, timeout, hear }: LinkOptions) {
    this.#hear = hear;
    this.commands = new Commands(
      (event, data) => this.#send(event, data),
      timeout,
      () => this.close('a command was not answered'),
    );
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#socket = new socket(url, [subprotocol]);
    this.#socket.addEventListener('message', ({ data }) => this.#arrived(data));
    this.#socket.addEventListener('close', ({ code, reason }) => this.#end(code, reason));
    // A close event follows; without a listener Node would end the process.
    this.#socket.addEventListener('error', () => undefined);
    this.#handshake = setTimeout(() => this.close('no hello came'), timeout);
  }

  /** Aborted when the connection ends. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Milliseconds since the hello; undefined before it. */
  get age(): number | undefined {
    return this.#greetedAt === undefined ? undefined : performance.now() - this.#greetedAt;
  }

  /** Ends at once: the engine's answer to a close may never come. */
  close(reason: string): void {
    this.#end(1006, reason);
    this.#socket.close(1000);
  }

  #send(event: string, data?: object): void {
    this.#socket.send(JSON.stringify(data === undefined ? { event } : { event, data }));
  }

  #arrived(text: unknown): void {
    if (this.signal.aborted) return;
    this.#heartbeat?.heard();
    const frame = readFrame(text);
    if (frame === undefined) return;
    if (frame.event === 'hello') this.#greet(frame.data);
    if (!this.commands.hear(frame) && frame.event !== 'pong') this.#hear(frame);
  }

  #greet(hello: Hello): void {
    clearTimeout(this.#handshake);
    this.#greetedAt = performance.now();
    this.#heartbeat = new Heartbeat(
      hello.heartbeat_seconds,
      () => this.commands.ping(),
      () => this.close('nothing was heard'),
    );
  }

  #end(code: number, reason: string): void {
    if (this.signal.aborted) return;
    const lasted = this.age;
    clearTimeout(this.#handshake);
    this.#heartbeat?.stop();
    this.#over.abort();
    this.commands.fail(
      new CarillonError('disconnected', 'the connection ended before the answer came'),
    );
    this.#resolve({ code, reason, lasted });
  }
}
