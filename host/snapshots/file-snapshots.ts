// Snapshots in a folder. A file is written in a folder of its own and renamed into place, and never synced: one that a power loss
// tears shows by its checksum and is absent then.
import { hash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { EventoError, reasonOf } from "../errors.ts";
import type { Snapshot, SnapshotKey, Snapshots } from "../ports/snapshots.ts";
import { isMissing } from "../storage/durable-file.ts";
import { surplusOf } from "./retention.ts";
import { zeroCounts, type SnapshotCounts } from "./snapshot-counts.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot-file.ts";
import { fileNameOf, folderOf, lineageOf, readFileName, type SnapshotName } from "./snapshot-name.ts";

export type FileSnapshotsOptions = {
  /** Made when it is not there. */
  readonly directory: string;
  /** Identity of the log: states folded from another log, under the same names of aggregates, don't match. */
  readonly log: string;
};

export class FileSnapshots implements Snapshots {
  readonly #directory: string;
  readonly #log: string;
  /** Where files are written before they have their name. Only the host that has the log open writes here. */
  readonly #drafts: string;
  readonly #counts = zeroCounts();
  #draftCount = 0;

  private constructor({ directory, log }: FileSnapshotsOptions) {
    this.#directory = directory;
    this.#log = log;
    this.#drafts = join(directory, "drafts", hash("sha256", log).slice(0, 16));
  }

  /** @throws EventoError SNAPSHOTS_UNAVAILABLE when the folder can't be made. */
  static async open(options: FileSnapshotsOptions): Promise<FileSnapshots> {
    const snapshots = new FileSnapshots(options);
    try {
      // What a killed host left half written.
      await rm(snapshots.#drafts, { recursive: true, force: true });
      await mkdir(snapshots.#drafts, { recursive: true });
    } catch (cause) {
      throw unavailable(`making the folder ${options.directory}`, cause);
    }
    return snapshots;
  }

  get counts(): Readonly<SnapshotCounts> {
    return { ...this.#counts };
  }

  /** @throws EventoError SNAPSHOTS_UNAVAILABLE (retryable) when the disk does not take it. */
  async put(snapshot: Snapshot, rootSchema: string): Promise<void> {
    const folder = this.#folder(snapshot.aggregate);
    const name = { lineage: lineageOf(snapshot), sequence: snapshot.sequence };
    const bytes = encodeSnapshot({ snapshot, log: this.#log, rootSchema });
    this.#draftCount += 1;
    const draft = join(this.#drafts, `${this.#draftCount}.avro`);
    try {
      await mkdir(folder, { recursive: true });
      await writeFile(draft, bytes);
      await rename(draft, join(folder, fileNameOf(name)));
    } catch (cause) {
      this.#counts.failed += 1;
      await rm(draft, { force: true }).catch(() => undefined);
      throw unavailable("writing a snapshot", cause);
    }
    this.#counts.written += 1;
    await this.#prune(folder, name.lineage);
  }

  async latest(key: SnapshotKey, atSequence: number): Promise<Snapshot | undefined> {
    const folder = this.#folder(key.aggregate);
    const lineage = lineageOf(key);
    const candidates = (await this.#names(folder))
      .filter((name) => name.lineage === lineage && name.sequence <= atSequence)
      .toSorted((one, other) => other.sequence - one.sequence);
    for (const name of candidates) {
      const snapshot = await this.#read(join(folder, fileNameOf(name)), key, name.sequence);
      if (snapshot === undefined) continue;
      this.#counts.found += 1;
      return snapshot;
    }
    this.#counts.absent += 1;
    return undefined;
  }

  async close(): Promise<void> {}

  #folder(aggregate: string): string {
    return join(this.#directory, folderOf(aggregate, this.#log));
  }

  async #names(folder: string): Promise<SnapshotName[]> {
    try {
      return (await readdir(folder)).flatMap((fileName) => readFileName(fileName) ?? []);
    } catch (error) {
      if (!isMissing(error)) this.#counts.failed += 1;
      return [];
    }
  }

  async #read(path: string, key: SnapshotKey, sequence: number): Promise<Snapshot | undefined> {
    let bytes: Uint8Array;
    try {
      bytes = await readFile(path);
    } catch (error) {
      if (!isMissing(error)) this.#counts.failed += 1;
      return undefined;
    }
    try {
      return decodeSnapshot(bytes, { key, log: this.#log, sequence });
    } catch {
      this.#counts.damaged += 1;
      return undefined;
    }
  }

  /** A file that can't be removed now is removed after a later snapshot. */
  async #prune(folder: string, lineageInUse: string): Promise<void> {
    for (const name of surplusOf(await this.#names(folder), lineageInUse))
      try {
        await rm(join(folder, fileNameOf(name)), { force: true });
        this.#counts.removed += 1;
      } catch {
        this.#counts.failed += 1;
      }
  }
}

function unavailable(what: string, cause: unknown): EventoError {
  return new EventoError("SNAPSHOTS_UNAVAILABLE", `found that ${what} failed: ${reasonOf(cause)}`, {
    retryable: true,
    hint: "commands go on without snapshots; see to the disk or EVENTO_SNAPSHOTS",
    cause,
  });
}
