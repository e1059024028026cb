import { CarillonError } from './errors.js';
import type { Frame } from './frames.js';

/** Commands of one connection that may wait for their answers. */
const mostPending = 1000;

interface Pending {
  readonly answer: 'ack' | 'pong';
  /** The notification whose acknowledgement is awaited. */
  readonly notificationId?: string;
  /** Ends the command once, with what went wrong if anything did. */
  readonly settle: (failure?: CarillonError) => void;
}

/**
 * What was asked on one connection and is not answered yet. The engine works off the messages of a
 * connection one after another, so answers come in the order of the questions; a command without an
 * answer of its own is followed by a ping, whose pong says that the command is done.
 */
export class Commands {
  readonly #pending: Pending[] = [];
  readonly #send: (event: string, data?: object) => void;
  readonly #timeout: number;
  readonly #late: () => void;

  /** `late` is called where an answer takes more than `timeout` milliseconds. */
  constructor(send: (event: string, data?: object) => void, timeout: number, late: () => void) {
    this.#send = send;
    this.#timeout = timeout;
    this.#late = late;
  }

  read(notificationId: string): Promise<void> {
    return this.#ask('ack', 'notification:read', { notificationId });
  }

  /** Sends a command that is refused aloud and otherwise done in silence. */
  async order(event: string, data?: object): Promise<void> {
    const done = this.#ask('pong', event, data);
    this.#send('ping');
    return done;
  }

  ping(): void {
    this.#pending.push({ answer: 'pong', settle: () => undefined });
    this.#send('ping');
  }

  /** True if the frame is nothing but the answer to a command. */
  hear(frame: Frame): boolean {
    const first = this.#pending[0];
    if (first === undefined) return false;
    switch (frame.event) {
      case 'notification:read:ack':
        if (first.notificationId === frame.data.notificationId) this.#pending.shift()?.settle();
        return false;
      case 'pong':
        this.#pending.shift()?.settle();
        return true;
      case 'error':
        first.settle(new CarillonError(frame.data.code, frame.data.message));
        // The pong behind a refused order is still to come.
        if (first.answer === 'ack') this.#pending.shift();
        return true;
      default:
        return false;
    }
  }

  /** The connection is gone: nothing that waits will be answered. */
  fail(failure: CarillonError): void {
    for (const each of this.#pending.splice(0)) each.settle(failure);
  }

  #ask(
    answer: Pending['answer'],
    event: string,
    data?: { readonly notificationId?: string },
  ): Promise<void> {
    if (this.#pending.length >= mostPending)
      return Promise.reject(
        new CarillonError('busy', 'too many commands wait for their answers'),
      );
    return new Promise((resolve, reject) => {
      const timer = setTimeout(this.#late, this.#timeout);
      const settle = (failure?: CarillonError): void => {
        clearTimeout(timer);
        return failure ? reject(failure) : resolve();
      };
      this.#pending.push({ answer, ...data, settle });
      this.#send(event, data);
    });
  }
}
