// The roofline's log: everything that came while the last write was under way is one value of LevelDB and shares its sync.
import { Level } from "level";

import { framed } from "./roofline-frames.ts";

export class RooflineLog {
  readonly #db: Level<Buffer, Buffer>;
  #waiting: { readonly record: Buffer; readonly done: () => void }[] = [];
  #writing: Promise<void> | undefined;
  #recordCount = 0;

  private constructor(db: Level<Buffer, Buffer>) {
    this.#db = db;
  }

  static async open(folder: string): Promise<RooflineLog> {
    const db = new Level<Buffer, Buffer>(folder, {
      keyEncoding: "buffer",
      valueEncoding: "buffer",
      writeBufferSize: 16 << 20,
    });
    await db.open();
    return new RooflineLog(db);
  }

  /** Resolves when the record is on the disk. A write that fails ends the process: nobody waits for it but its callers. */
  append(record: Buffer): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ record, done: resolve });
    this.#writing ??= this.#write();
    return promise;
  }

  /** After the last record that was appended. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#db.close();
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      const key = Buffer.allocUnsafe(8);
      key.writeBigUInt64BE(BigInt(this.#recordCount));
      this.#recordCount += group.length;
      await this.#db.put(key, Buffer.concat(group.map(({ record }) => framed(record))), { sync: true });
      for (const { done } of group) done();
    }
    this.#writing = undefined;
  }
}
