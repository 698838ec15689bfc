// The index of the journal in memory.
import { Overlay } from "../overlay.ts";
import type { OrderedRow, RowRange, Rows } from "../rows.ts";
import type { Order, Table } from "../tables.ts";

export class MemoryRows implements Rows {
  readonly #overlay = new Overlay();

  get<Row>(table: Table<Row>, partition: string, order?: Order): Row | undefined {
    return this.#overlay.of(table).get(partition, order) ?? undefined;
  }

  async range<Row>(table: Table<Row>, partition: string, range: RowRange): Promise<readonly OrderedRow<Row>[]> {
    const held = this.#overlay.of(table).partition(partition);
    const rows: OrderedRow<Row>[] = [];
    for (const order of held?.orders(range.after) ?? []) {
      if (rows.length >= range.limit) break;
      const row = held?.get(order);
      if (row !== undefined && row !== null) rows.push({ order, row });
    }
    return rows;
  }

  async last<Row>(table: Table<Row>, partition: string, upTo: number): Promise<OrderedRow<Row> | undefined> {
    const held = this.#overlay.of(table).partition(partition);
    const order = held?.lastUpTo(upTo);
    const row = order === undefined ? undefined : held?.get(order);
    return order === undefined || row === undefined || row === null ? undefined : { order, row };
  }

  put<Row>(table: Table<Row>, partition: string, order: Order | undefined, row: Row): void {
    this.#overlay.of(table).set(partition, order, row);
  }

  keep<Row>(table: Table<Row>, partition: string, row: Row): void {
    this.put(table, partition, undefined, row);
  }

  remove<Row>(table: Table<Row>, partition: string, order: Order | undefined): void {
    this.#overlay.of(table).forget(partition, order);
  }
}
