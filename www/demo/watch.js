// Counts events, and notices one that is lost or repeated: the demo's server numbers them without gaps. `src/watch.rs` does the same for
// the lane in Rust.

/** As many as the page shows. */
const MOST_ROWS = 60;
/** A server that was restarted counts from the next million on. */
const RUN = 1_000_000;

export class Watch {
  #sums = { events: 0, lost: 0, repeated: 0, lastEventId: '' };
  #rows = [];
  #latest;

  /** An event has come. */
  received({ type, lastEventId, data }) {
    const sums = this.#sums;
    sums.events += 1;
    sums.lastEventId = lastEventId;
    this.#rows.push({ id: lastEventId, type, data });
    // Not one by one: moving what is left of a long array takes time.
    if (this.#rows.length >= 2 * MOST_ROWS) this.#rows = this.#rows.slice(-MOST_ROWS);
    const number = Number(lastEventId);
    if (this.#latest !== undefined && Math.floor(this.#latest / RUN) === Math.floor(number / RUN)) {
      sums.lost += Math.max(0, number - this.#latest - 1);
      sums.repeated += number <= this.#latest ? 1 : 0;
    }
    this.#latest = Math.max(this.#latest ?? 0, number);
  }

  /** The sums so far, and the rows since the last time. */
  take() {
    const rows = this.#rows.slice(-MOST_ROWS);
    this.#rows = [];
    return { sums: { ...this.#sums }, rows };
  }
}
