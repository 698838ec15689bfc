// Rows in memory: the whole index of the journal in memory, and what the index on LevelDB has yet to write.
import type { Order, Table } from "./tables.ts";

/** Null stands for a removed row that a store below may still have. */
export type Held<Row> = Row | null;

/** What a row of a few numbers or short texts costs in memory, about. */
const entryBytes = 192;

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

/** The rows of one table. */
export class TableRows<Row> {
  readonly #table: Table<Row>;
  readonly #single = new Map<string, Held<Row>>();
  readonly #partitions = new Map<string, Partition<Row>>();
  #partitionRowCount = 0;
  /** Bytes of rows in tables whose rows differ in size. */
  #ownBytes = 0;

  constructor(table: Table<Row>) {
    this.#table = table;
  }

  get rowCount(): number {
    return this.#single.size + this.#partitionRowCount;
  }

  /** Bytes of the rows, about. */
  get sizeBytes(): number {
    return this.rowCount * entryBytes + this.#ownBytes;
  }

  /** The row; null when it was removed; undefined when nothing is known of it. */
  get(partition: string, order: Order | undefined): Held<Row> | undefined {
    return order === undefined ? this.#single.get(partition) : this.#partitions.get(partition)?.get(order);
  }

  partition(partition: string): Partition<Row> | undefined {
    return this.#partitions.get(partition);
  }

  set(partition: string, order: Order | undefined, row: Held<Row>): void {
    if (this.#table.sizeBytes !== undefined) this.#ownBytes += this.#bytesOf(row) - this.#bytesAt(partition, order);
    if (order === undefined) {
      this.#single.set(partition, row);
      return;
    }
    let rows = this.#partitions.get(partition);
    if (rows === undefined) {
      rows = new Partition();
      this.#partitions.set(partition, rows);
    }
    const sizeBefore = rows.size;
    rows.set(order, row);
    this.#partitionRowCount += rows.size - sizeBefore;
  }

  /** Forgets a row that no store below has. */
  forget(partition: string, order: Order | undefined): void {
    if (this.#table.sizeBytes !== undefined) this.#ownBytes -= this.#bytesAt(partition, order);
    if (order === undefined) {
      this.#single.delete(partition);
      return;
    }
    const rows = this.#partitions.get(partition);
    if (rows === undefined) return;
    const sizeBefore = rows.size;
    rows.delete(order);
    this.#partitionRowCount += rows.size - sizeBefore;
    if (rows.size === 0) this.#partitions.delete(partition);
  }

  /** Shows every row to a visitor; yields after each. */
  *visit(visitor: RowVisitor): Generator<void> {
    for (const [partition, row] of this.#single) {
      visitor(this.#table, partition, undefined, row);
      yield;
    }
    for (const [partition, rows] of this.#partitions)
      for (const order of rows.orders()) {
        const row = rows.get(order);
        if (row !== undefined) visitor(this.#table, partition, order, row);
        yield;
      }
  }

  #bytesAt(partition: string, order: Order | undefined): number {
    return this.#bytesOf(this.get(partition, order) ?? null);
  }

  #bytesOf(row: Held<Row>): number {
    return row === null ? 0 : (this.#table.sizeBytes?.(row) ?? 0);
  }
}

export type RowVisitor = <Row>(table: Table<Row>, partition: string, order: Order | undefined, row: Held<Row>) => void;

export class Overlay {
  /** By the tables' families. */
  readonly #tables: (TableRows<unknown> | undefined)[] = [];

  of<Row>(table: Table<Row>): TableRows<Row> {
    const rows = (this.#tables[table.family] ??= new TableRows(table));
    // The rows of a family are those of its table.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return rows as TableRows<Row>;
  }

  get rowCount(): number {
    return this.#sumOf((rows) => rows.rowCount);
  }

  /** Bytes of the rows, about. */
  get sizeBytes(): number {
    return this.#sumOf((rows) => rows.sizeBytes);
  }

  /** Shows every row to a visitor, tables in the order of their families; yields after each. */
  *visit(visitor: RowVisitor): Generator<void> {
    for (const rows of this.#tables) if (rows !== undefined) yield* rows.visit(visitor);
  }

  #sumOf(of: (rows: TableRows<unknown>) => number): number {
    let sum = 0;
    for (const rows of this.#tables) sum += rows === undefined ? 0 : of(rows);
    return sum;
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
