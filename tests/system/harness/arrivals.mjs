// What arrives at a server of the tests, kept in its order and awaited.

export class Arrivals {
  requests = [];
  #waiting = [];

  /** Keeps what arrived and wakes who waits for it. */
  keep(entry) {
    this.requests.push(entry);
    this.#waiting = this.#waiting.filter((x) => !x());
    return entry;
  }

  /** Waits until so many requests have come (that `test` holds for) and returns them. */
  count(n, test = () => true) {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.requests.filter(test);
        if (found.length >= n) resolve(found);
        return found.length >= n;
      };
      if (!look()) this.#waiting.push(look);
    });
  }
}
