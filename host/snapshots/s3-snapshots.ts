// Snapshots in an S3 bucket. A key stands for one content, so writing is not conditional: a write whose reply was lost is repeated
// without harm. A bucket that is away costs speed and nothing else: calls have deadlines, and soon are left out.
import { EventoError, reasonOf } from "../errors.ts";
import { containerBytesMax, snapshotCallsMax, snapshotReadDeadlineMs, snapshotWriteDeadlineMs } from "../limits.ts";
import type { Clock } from "../ports/clock.ts";
import type { Snapshot, SnapshotKey, Snapshots } from "../ports/snapshots.ts";
import { CircuitBreaker } from "./circuit-breaker.ts";
import { surplusOf } from "./retention.ts";
import { S3Bucket, type S3BucketOptions } from "../storage/s3-bucket.ts";
import { zeroCounts, type SnapshotCounts } from "./snapshot-counts.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot-file.ts";
import { fileNameOf, folderOf, lineageOf, readFileName, type SnapshotName } from "./snapshot-name.ts";

export type S3SnapshotsOptions = S3BucketOptions & {
  /** What all keys begin with; slashes at either end don't matter. */
  readonly prefix: string;
  /** Identity of the log: hosts may share a bucket and a prefix. */
  readonly log: string;
  /** Told the reason when the bucket can't be reached any more, once until it can. */
  readonly onFailure?: (error: EventoError) => void;
  readonly clock?: Pick<Clock, "now">;
};

/** No snapshot is larger than its bound. */
const damageCodes: ReadonlySet<string> = new Set(["SNAPSHOT_DAMAGED", "OBJECT_TOO_LARGE"]);

export class S3Snapshots implements Snapshots {
  readonly #bucket: S3Bucket;
  readonly #prefix: string;
  readonly #log: string;
  readonly #onFailure: (error: EventoError) => void;
  readonly #breaker: CircuitBreaker;
  readonly #counts = zeroCounts();
  #announced = false;

  private constructor(options: S3SnapshotsOptions) {
    const prefix = options.prefix.replaceAll(/^\/+|\/+$/g, "");
    this.#bucket = new S3Bucket(options);
    this.#prefix = prefix === "" ? "" : `${prefix}/`;
    this.#log = options.log;
    this.#onFailure = options.onFailure ?? (() => {});
    this.#breaker = new CircuitBreaker({
      clock: options.clock ?? { now: () => performance.now() },
      callsMax: snapshotCallsMax,
    });
  }

  /** Makes no call: a bucket that is away does not keep a host from starting. */
  static async open(options: S3SnapshotsOptions): Promise<S3Snapshots> {
    return new S3Snapshots(options);
  }

  get counts(): Readonly<SnapshotCounts> {
    return { ...this.#counts };
  }

  /** `open` while calls are left out because the bucket is away. */
  get state(): "closed" | "open" {
    return this.#breaker.state;
  }

  /** Resolves as well when the snapshot could not be written: `counts.failed` says so. */
  async put(snapshot: Snapshot, rootSchema: string): Promise<void> {
    const folder = this.#folder(snapshot.aggregate);
    const name = { lineage: lineageOf(snapshot), sequence: snapshot.sequence };
    const bytes = encodeSnapshot({ snapshot, log: this.#log, rootSchema });
    const key = folder + fileNameOf(name);
    await this.#attempt(async () => {
      await this.#bucket.put(key, bytes, { deadlineMs: snapshotWriteDeadlineMs, type: "application/avro" });
      this.#counts.written += 1;
      for (const surplus of surplusOf(await this.#names(folder, snapshotWriteDeadlineMs), name.lineage)) {
        await this.#bucket.delete(folder + fileNameOf(surplus), snapshotWriteDeadlineMs);
        this.#counts.removed += 1;
      }
    });
  }

  async latest(key: SnapshotKey, atSequence: number): Promise<Snapshot | undefined> {
    const snapshot = await this.#attempt(() => this.#find(key, atSequence));
    if (snapshot === undefined) this.#counts.absent += 1;
    else this.#counts.found += 1;
    return snapshot;
  }

  async close(): Promise<void> {
    this.#bucket.close();
  }

  #folder(aggregate: string): string {
    return `${this.#prefix}${folderOf(aggregate, this.#log)}/`;
  }

  async #find(key: SnapshotKey, atSequence: number): Promise<Snapshot | undefined> {
    const folder = this.#folder(key.aggregate);
    const lineage = lineageOf(key);
    const candidates = (await this.#names(folder, snapshotReadDeadlineMs))
      .filter((name) => name.lineage === lineage && name.sequence <= atSequence)
      .toSorted((one, other) => other.sequence - one.sequence);
    for (const { sequence } of candidates) {
      const snapshot = await this.#read(folder + fileNameOf({ lineage, sequence }), key, sequence);
      if (snapshot !== undefined) return snapshot;
    }
    return undefined;
  }

  async #read(objectKey: string, key: SnapshotKey, sequence: number): Promise<Snapshot | undefined> {
    try {
      const bounds = { deadlineMs: snapshotReadDeadlineMs, bytesMax: containerBytesMax };
      const bytes = await this.#bucket.get(objectKey, bounds);
      return bytes === undefined ? undefined : decodeSnapshot(bytes, { key, log: this.#log, sequence });
    } catch (error) {
      if (!(error instanceof EventoError) || !damageCodes.has(error.code)) throw error;
      this.#counts.damaged += 1;
      return undefined;
    }
  }

  async #names(folder: string, deadlineMs: number): Promise<SnapshotName[]> {
    const keys = await this.#bucket.list(folder, { deadlineMs });
    return keys.flatMap((key) => readFileName(key.slice(folder.length)) ?? []);
  }

  async #attempt<Result>(call: () => Promise<Result>): Promise<Result | undefined> {
    const attempt = await this.#breaker.run(call);
    if (attempt.kind === "done") {
      this.#announced = false;
      return attempt.result;
    }
    this.#counts.failed += 1;
    if (attempt.kind === "failed") this.#announce(attempt.error);
    return undefined;
  }

  #announce(cause: unknown): void {
    if (this.#announced) return;
    this.#announced = true;
    this.#onFailure(
      new EventoError("SNAPSHOTS_UNAVAILABLE", `found the bucket out of reach: ${reasonOf(cause)}`, {
        retryable: true,
        hint: "commands go on without snapshots; see to the bucket, EVENTO_S3_ENDPOINT and the AWS variables",
        cause,
      }),
    );
  }
}
