// Events of one aggregate by their sequence. The API knows them by position: of a long stream only the pages around what is
// asked for are read.
import { call } from "./api.js";

/** @import { Event, EventPage } from "./shapes.d.ts" */

const pageRows = 500;
/** Events that are kept; those read first go first. */
const keptMax = 20_000;

export class AggregateEvents {
  /** @type {Map<number, Event>} */
  #bySequence = new Map();
  #aggregate;

  /** @param {string} aggregate */
  constructor(aggregate) {
    this.#aggregate = aggregate;
  }

  /**
   * The event with a sequence; undefined when there is none.
   *
   * @param {number} sequence @param {AbortSignal} signal
   * @returns {Promise<Event | undefined>}
   */
  async at(sequence, signal) {
    // It lies after the position `low` and not after `high`: far away it is found by halving.
    let { low, high } = this.#around(sequence);
    while (!this.#bySequence.has(sequence)) {
      const isNear = sequence - low.sequence <= pageRows || high.position - low.position <= pageRows;
      const beyond = Math.min(high.position, low.position * 2 + pageRows * 2);
      const after = isNear ? low.position : Math.floor((low.position + beyond) / 2);
      const events = await this.#read(after, signal);
      const [first] = events;
      const isBefore = first !== undefined && first.sequence <= sequence;
      if (isNear && !isBefore) return undefined;
      if (isBefore) low = events.at(-1) ?? low;
      else high = { sequence: sequence + 1, position: after };
    }
    return this.#bySequence.get(sequence);
  }

  /** What is known of where a sequence lies. @param {number} sequence */
  #around(sequence) {
    let low = { sequence: 0, position: 0 };
    let high = { sequence: Infinity, position: Infinity };
    for (const event of this.#bySequence.values()) {
      if (event.sequence < sequence && event.sequence > low.sequence) low = event;
      if (event.sequence > sequence && event.sequence < high.sequence) high = event;
    }
    return { low, high };
  }

  /** @param {number} after - position @param {AbortSignal} signal */
  async #read(after, signal) {
    const query = new URLSearchParams({ aggregate: this.#aggregate, after: String(after), limit: String(pageRows) });
    /** @type {EventPage} */
    const { events } = await call(`/events?${query}`, { signal });
    for (const event of events) this.#bySequence.set(event.sequence, event);
    for (const sequence of this.#bySequence.keys()) {
      if (this.#bySequence.size <= keptMax) break;
      this.#bySequence.delete(sequence);
    }
    return events;
  }
}
