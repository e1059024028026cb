import { Api } from './api.js';
import { backoff } from './backoff.js';
import { catchUp, type Start } from './catch_up.js';
import type { Commands } from './commands.js';
import { asError, CarillonError } from './errors.js';
import type { ClientEvents, Hello, Notification, State, Topic } from './events.js';
import type { Frame } from './frames.js';
import { Inbox } from './inbox.js';
import { Intake } from './intake.js';
import { Link, type LinkEnd } from './link.js';
import { Marks } from './marks.js';
import type { Settings } from './options.js';
import { Poller } from './poller.js';
import type { Sequence } from './sequence.js';
import { Tokens } from './tokens.js';
import { Unread } from './unread.js';
import { wait } from './wait.js';

/** A connection that held for so many milliseconds was a good one: failures count from 0 again. */
const steady = 5_000;

export interface SessionParts {
  readonly settings: Settings;
  readonly sequence: Sequence;
  /** What is subscribed to anew on every connection. */
  readonly topics: ReadonlySet<Topic>;
  readonly enter: (state: State) => void;
  readonly emit: <K extends keyof ClientEvents>(event: K, data: ClientEvents[K]) => void;
}

/** The client from its `connect` to its `close`: on a socket where there is one, else polling. */
export class Session {
  readonly #parts: SessionParts;
  readonly #closing = new AbortController();
  readonly #tokens: Tokens;
  readonly #inbox: Inbox;
  readonly #intake: Intake;
  readonly #unread = new Unread();
  readonly #marks: Marks;
  readonly #poller: Poller;
  #link: Link | undefined;
  #start: Start = { head: 0, renumbered: false };
  /** The connection was ended for a new token, which has been asked for already. */
  #renewed = false;
  /** Marks may have been made that no socket told of. */
  #polled = false;

  constructor(parts: SessionParts) {
    const { settings, sequence } = parts;
    this.#parts = parts;
    this.#tokens = new Tokens(settings.token, settings.timeout);
    this.#inbox = new Inbox(new Api(settings, this.#tokens));
    this.#intake = new Intake(sequence, (one) => this.#told(one), this.#signal);
    this.#marks = new Marks(this.#inbox, this.#unread, (sync) =>
      this.#emit('notification:sync', sync),
    );
    this.#poller = new Poller({
      inbox: this.#inbox,
      intake: this.#intake,
      sequence,
      marks: this.#marks,
      interval: settings.pollInterval,
      onCount: (unread_count) => this.#emit('unread_count', { unread_count }),
      onError: (error) => this.#emit('error', error),
    });
  }

  /** Goes on until `close`, or until there is no use in going on: then it says why. */
  async run(): Promise<CarillonError | undefined> {
    const { attempts, backoff: waits } = this.#parts.settings;
    this.#enter('connecting');
    let failures = 0;
    while (!this.#signal.aborted) {
      const end = await this.#connect();
      const reason = this.#reasonToStop(end);
      if (reason !== undefined) return reason;
      if ((end?.lasted ?? 0) >= steady) failures = 0;
      if (this.#renewed) {
        this.#enter('connecting');
      } else if (failures < attempts) {
        this.#enter('connecting');
        await wait(backoff(failures++, waits), this.#signal);
      } else {
        this.#enter('polling');
        this.#polled = true;
        await wait(await this.#poller.poll(this.#signal), this.#signal);
      }
    }
    return undefined;
  }

  close(): void {
    this.#closing.abort();
    this.#link?.close('closed');
  }

  read(id: string): Promise<void> {
    this.#unread.marked([id]);
    return this.#command(
      (commands) => commands.read(id),
      () => this.#inbox.read(id, this.#signal),
    );
  }

  readAll(): Promise<void> {
    this.#unread.marked();
    return this.#command(
      (commands) => commands.order('notification:read-all'),
      () => this.#inbox.readAll(this.#signal),
    );
  }

  /** Tells the engine what is wanted now; a refusal comes as an error event. */
  tell(event: 'subscribe' | 'unsubscribe', topic: Topic): void {
    this.#live?.commands.order(event, { topics: [topic] }).catch((failure: unknown) => {
      const error = asError(failure, 'disconnected');
      if (error.code !== 'disconnected') this.#emit('error', error);
    });
  }

  get #signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** The connection, if it has been greeted. */
  get #live(): Link | undefined {
    return this.#link?.age === undefined ? undefined : this.#link;
  }

  /** Holds one connection from its opening to its end; undefined if none could be begun. */
  async #connect(): Promise<LinkEnd | undefined> {
    const { settings } = this.#parts;
    try {
      const token = await (this.#renewed
        ? this.#tokens.current(this.#signal)
        : this.#tokens.next(this.#signal));
      this.#renewed = false;
      if (this.#signal.aborted) return undefined;
      const link: Link = new Link({
        url: this.#address(token),
        socket: settings.WebSocket,
        timeout: settings.timeout,
        hear: (frame) => this.#hear(link, frame),
      });
      this.#link = link;
      return await link.ended;
    } catch (failure) {
      this.#emit('error', asError(failure, 'network'));
      return undefined;
    } finally {
      this.#link = undefined;
      this.#intake.drop();
    }
  }

  #address(token: string): string {
    const { settings, sequence } = this.#parts;
    const address = new URL('api/v1/ws', settings.url);
    address.protocol = address.protocol.replace('http', 'ws');
    address.searchParams.set('token', token);
    if (sequence.last !== undefined) address.searchParams.set('since', String(sequence.last));
    return address.href;
  }

  #reasonToStop(end: LinkEnd | undefined): CarillonError | undefined {
    if (end?.code === 4429)
      return new CarillonError(
        'too_many_connections',
        end.reason || 'this user has too many connections',
      );
    if (end?.code === 4401 && !this.#tokens.renewable)
      return new CarillonError('token_expired', end.reason || 'the token has expired');
    return undefined;
  }

  #hear(link: Link, frame: Frame): void {
    switch (frame.event) {
      case 'hello':
        return this.#greeted(link, frame.data);
      case 'notification':
        if (!this.#intake.live(frame.data))
          link.close('too much came while what was missed was listed');
        return;
      case 'resume_failed':
        // A listing under way has all that this one would have.
        if (!this.#intake.holds) void this.#catchUp(link, frame.data.oldest_seq);
        return;
      case 'token_expiring':
        this.#emit('token_expiring', frame.data);
        return void this.#renew(link);
      case 'error':
        return this.#emit('error', new CarillonError(frame.data.code, frame.data.message));
      case 'pong':
        return;
      case 'notification:sync':
        this.#unread.marked(frame.data.all ? undefined : frame.data.ids);
        return this.#emit(frame.event, frame.data);
      default:
        this.#emit(frame.event, frame.data);
    }
  }

  #greeted(link: Link, hello: Hello): void {
    const { sequence, topics } = this.#parts;
    this.#start = { head: hello.seq, renumbered: hello.seq < (sequence.last ?? 0) };
    if (sequence.last === undefined) sequence.pass(hello.seq);
    this.#enter('open');
    this.#emit('hello', hello);
    this.#emit('unread_count', { unread_count: hello.unread_count });
    for (const topic of topics) this.tell('subscribe', topic);
    if (this.#polled) void this.#lookForMarks(link);
  }

  /** What was marked between the last poll and the hello. */
  async #lookForMarks(link: Link): Promise<void> {
    try {
      await this.#marks.look(link.signal);
      this.#polled = false;
    } catch (failure) {
      if (!link.signal.aborted) this.#emit('error', asError(failure, 'network'));
    }
  }

  /** Changes to a new token before the old one ends; if none is given now, its end asks again. */
  async #renew(link: Link): Promise<void> {
    if (!this.#tokens.renewable) return;
    // Tokens that live shorter than the notice must not make the client reconnect without a pause.
    await wait(Math.max(0, steady - (link.age ?? 0)), link.signal);
    if (link.signal.aborted) return;
    try {
      const used = await this.#tokens.current(this.#signal);
      const next = await this.#tokens.next(this.#signal);
      if (link.signal.aborted || next === used) return;
      this.#renewed = true;
      link.close('a new token is there');
    } catch (failure) {
      this.#emit('error', asError(failure, 'token_unavailable'));
    }
  }

  #catchUp(link: Link, oldest_seq: number): Promise<void> {
    const { settings, sequence } = this.#parts;
    const parts = {
      inbox: this.#inbox,
      intake: this.#intake,
      sequence,
      backoff: settings.backoff,
      onResult: (result: ClientEvents['resume_failed']) => this.#emit('resume_failed', result),
      onError: (error: CarillonError) => this.#emit('error', error),
    };
    return catchUp(parts, oldest_seq, this.#start, link.signal);
  }

  /** Over the socket while there is one, else over HTTP. Marking twice is marking once. */
  async #command(
    live: (commands: Commands) => Promise<void>,
    http: () => Promise<void>,
  ): Promise<void> {
    const link = this.#live;
    if (link !== undefined) {
      try {
        return await live(link.commands);
      } catch (failure) {
        if (this.#signal.aborted || asError(failure, '').code !== 'disconnected') throw failure;
      }
    }
    await http();
    // The socket would have told the new count by itself. The mark stands without it.
    await this.#inbox.unreadCount(this.#signal).then(
      (unread_count) => this.#emit('unread_count', { unread_count }),
      (failure: unknown) => this.#emit('error', asError(failure, 'network')),
    );
  }

  #told(one: Notification): void {
    this.#unread.told(one);
    this.#emit('notification', one);
  }

  #enter(state: State): void {
    if (!this.#signal.aborted) this.#parts.enter(state);
  }

  #emit<K extends keyof ClientEvents>(event: K, data: ClientEvents[K]): void {
    if (!this.#signal.aborted) this.#parts.emit(event, data);
  }
}
