// A mail server: npm's smtp-server, told what to say, and one that says line by line what a test
// wants.

import net from 'node:net';
import { SMTPServer } from 'smtp-server';
import { Arrivals } from '../../system/harness/arrivals.mjs';
import { loopbackCertificate } from './certificate.mjs';

const login = { username: 'mailer', password: 'p@ss wörd' };

export class MailServer extends Arrivals {
  /**
   * @param secure TLS from the first byte
   * @param auth    a login is required; `null`: none is offered
   * @param refuse  `(step, address) => text` for `mail`, `rcpt` or `data`: a reply to refuse with,
   *                as `450 4.2.0 later`; 421 also ends the connection
   */
  static async start({ secure = false, starttls = true, auth = true, refuse = () => undefined } = {}) {
    const mail = new MailServer();
    Object.assign(mail, { refuse, ...login, connections: 0, logins: [] });
    mail.certificate = loopbackCertificate();
    mail.server = new SMTPServer({
      secure, key: mail.certificate.key, cert: mail.certificate.cert, hideSTARTTLS: !starttls,
      authOptional: !auth, disabledCommands: auth === null ? ['AUTH'] : [], disableReverseLookup: true, logger: false, allowInsecureAuth: false, closeTimeout: 1000,
      onConnect: (_, answer) => { mail.connections += 1; answer(); },
      onAuth: ({ method, username, password }, session, answer) => {
        mail.logins.push({ method, secure: session.secure });
        if (username === mail.username && password === mail.password) answer(null, { user: username });
        else answer(Object.assign(new Error('5.7.8 Authentication credentials invalid'), { responseCode: 535 }));
      },
      onMailFrom: ({ address }, session, answer) => mail.#say('mail', address, session, answer),
      onRcptTo: ({ address }, session, answer) => mail.#say('rcpt', address, session, answer),
      onData: (stream, session, answer) => mail.#take(stream, session, answer),
    });
    mail.server.on('error', () => {});
    await new Promise((resolve) => mail.server.listen(0, '127.0.0.1', resolve));
    mail.port = mail.server.server.address().port;
    return mail;
  }

  #say(step, address, session, answer) {
    const reply = this.refuse(step, address);
    if (!reply) return answer();
    this.keep({ step, address, reply });
    return answer(Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) }));
  }

  #take(stream, session, answer) {
    const chunks = [];
    stream.on('data', (x) => chunks.push(x));
    stream.on('end', () => {
      const { mailFrom, rcptTo } = session.envelope;
      this.#say('data', rcptTo[0].address, session, (refused) => {
        if (refused) return answer(refused);
        const text = Buffer.concat(chunks).toString('utf8');
        this.keep({ step: 'taken', from: mailFrom.address, to: rcptTo.map((x) => x.address), text, secure: session.secure, user: session.user });
        return answer(null, `2.0.0 Ok: queued as Q${this.requests.length}`);
      });
    });
  }

  /** Waits for n messages that were taken. */
  taken(n, test = () => true) { return this.count(n, (x) => x.step === 'taken' && test(x)); }

  /** Closes every connection, as at the end of its idle time. */
  expire() { for (const x of [...this.server.connections]) x.send(421, 'Timeout - closing connection'); }

  close() {
    this.certificate.remove();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

/**
 * A server that answers each command with what `answers` has for it: a line, or `null` to break the
 * connection; `.` stands for the end of a message, `greeting` for the beginning.
 */
export class ScriptedMailServer extends Arrivals {
  static async start(answers) {
    const mail = new ScriptedMailServer();
    mail.answers = { greeting: '220 ready', EHLO: '250 ready', MAIL: '250 ok', RCPT: '250 ok', DATA: '354 go on', '.': '250 2.0.0 Ok: queued as Q1', QUIT: '221 bye', ...answers };
    mail.sockets = new Set();
    mail.server = net.createServer((socket) => mail.#speak(socket));
    await new Promise((resolve) => mail.server.listen(0, '127.0.0.1', resolve));
    mail.port = mail.server.address().port;
    return mail;
  }

  #speak(socket) {
    let [rest, inMessage] = ['', false];
    this.sockets.add(socket);
    socket.on('error', () => {});
    this.#answer(socket, 'greeting');
    socket.on('data', (x) => {
      rest += x;
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (inMessage && line !== '.') continue;
        const command = inMessage ? '.' : line.split(' ')[0];
        inMessage = command === 'DATA' && this.answers.DATA?.startsWith('354');
        this.#answer(socket, command);
      }
    });
  }

  #answer(socket, command) {
    const line = this.answers[command] === undefined ? '502 5.5.1 what?' : this.answers[command];
    this.keep({ command, line });
    if (line === null) return socket.destroy();
    if (line.startsWith('421')) return socket.end(`${line}\r\n`);
    return socket.write(`${line}\r\n`);
  }

  close() {
    this.sockets.forEach((x) => x.destroy());
    return new Promise((resolve) => this.server.close(resolve));
  }
}
