// Rows in memory: the whole index of the journal in memory, and what the index on LevelDB has yet to write.
import { Partition, type Held } from "./partition.ts";
import type { Order, Table } from "./tables.ts";

/** What a row of a few numbers or short texts costs in memory, about. */
const entryBytes = 192;

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
