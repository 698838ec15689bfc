// An archive in an S3 bucket, under a prefix.
import { EventoError, reasonOf } from "../errors.ts";
import { archiveDeadlineMs, archiveObjectBytesMax } from "../limits.ts";
import { S3Bucket, type S3BucketOptions } from "../storage/s3-bucket.ts";
import type { Archive } from "./archive.ts";

const bytesType = "application/octet-stream";
const deadlineMs = archiveDeadlineMs;

export class S3Archive implements Archive {
  readonly #bucket: S3Bucket;
  readonly #prefix: string;

  /** @param options - `prefix` has no slash at either end. */
  constructor(options: S3BucketOptions & { prefix: string }) {
    this.#bucket = new S3Bucket(options);
    this.#prefix = options.prefix === "" ? "" : `${options.prefix}/`;
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    await this.#call(() => this.#bucket.put(this.#prefix + name, bytes, { deadlineMs, type: bytesType }));
  }

  get(name: string): Promise<Uint8Array | undefined> {
    return this.#call(() => this.#bucket.get(this.#prefix + name, { deadlineMs, bytesMax: archiveObjectBytesMax }));
  }

  async list(folder: string): Promise<readonly string[]> {
    const keys: string[] = [];
    for (let after: string | undefined; ;) {
      const start = after === undefined ? {} : { after };
      const page = await this.#call(() => this.#bucket.list(this.#prefix + folder, { deadlineMs, ...start }));
      after = page.at(-1);
      if (after === undefined) return keys.map((key) => key.slice(this.#prefix.length));
      keys.push(...page);
    }
  }

  async close(): Promise<void> {
    this.#bucket.close();
  }

  async #call<Result>(call: () => Promise<Result>): Promise<Result> {
    try {
      return await call();
    } catch (cause) {
      throw new EventoError("ARCHIVE_UNAVAILABLE", `found the bucket out of reach: ${reasonOf(cause)}`, {
        retryable: true,
        hint: "see to the bucket, EVENTO_S3_ENDPOINT and the AWS variables, and run it again: it goes on where it was",
        cause,
      });
    }
  }
}
