// The rows of one partition in memory, of the whole index or of what is yet to be written.
import type { Order } from "./tables.ts";

/** Null stands for a removed row that a store below may still have. */
export type Held<Row> = Row | null;

/** The rows of one partition. They mostly come in order, and are sorted only when they did not and somebody asks. */
export class Partition<Row> {
  readonly #rows = new Map<Order, Held<Row>>();
  #greatest: Order | undefined;
  #ascending = true;
  #sorted: readonly Order[] | undefined;

  get(order: Order): Held<Row> | undefined {
    return this.#rows.get(order);
  }

  set(order: Order, row: Held<Row>): void {
    const sizeBefore = this.#rows.size;
    this.#rows.set(order, row);
    if (this.#rows.size === sizeBefore) return;
    if (this.#greatest === undefined || order > this.#greatest) this.#greatest = order;
    else this.#ascending = false;
    this.#sorted = undefined;
  }

  delete(order: Order): void {
    if (this.#rows.delete(order)) this.#sorted = undefined;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Orders after one, or all, the least first. */
  orders(after?: Order): readonly Order[] {
    this.#sorted ??= this.#ascending ? [...this.#rows.keys()] : [...this.#rows.keys()].toSorted(compareOrders);
    return after === undefined ? this.#sorted : this.#sorted.slice(indexAfter(this.#sorted, after));
  }

  /** The greatest order at or before one whose row is not removed. */
  lastUpTo(upTo: Order): Order | undefined {
    if (this.#greatest !== undefined && this.#greatest <= upTo && this.#isThere(this.#greatest)) return this.#greatest;
    const orders = this.orders();
    for (let index = indexAfter(orders, upTo) - 1; index >= 0; index--) {
      const order = orders[index];
      if (order !== undefined && this.#isThere(order)) return order;
    }
    return undefined;
  }

  #isThere(order: Order): boolean {
    const row = this.#rows.get(order);
    return row !== undefined && row !== null;
  }
}

function compareOrders(one: Order, other: Order): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** Index of the first order after one. */
function indexAfter(orders: readonly Order[], after: Order): number {
  let low = 0;
  let high = orders.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = orders[middle];
    if (order !== undefined && order <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}
