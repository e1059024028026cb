// A bridge in front of a TCP server on loopback, which can be taken away and put back.

import net from 'node:net';

export class Bridge {
  /** Leads to that port; its own is `port`. */
  static async to(target) {
    const bridge = new Bridge();
    Object.assign(bridge, { target, port: 0, sockets: new Set() });
    await bridge.open();
    return bridge;
  }

  async open() {
    this.server = net.createServer((near) => {
      const far = net.connect(this.target, '127.0.0.1');
      for (const [from, to] of [[near, far], [far, near]]) {
        this.sockets.add(from);
        from.on('error', () => {});
        from.on('close', () => { this.sockets.delete(from); to.destroy(); });
        from.pipe(to);
      }
    });
    await new Promise((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
    this.port = this.server.address().port;
  }

  /** Cuts what goes over it and lets nobody on. */
  close() {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.sockets.forEach((x) => x.destroy());
    return closed;
  }
}
