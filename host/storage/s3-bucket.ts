// The few calls of S3 that the host needs, each with a deadline over all of it, answers' bodies included.
import { addAbortSignal, Readable } from "node:stream";

import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";

import { EventoError } from "../errors.ts";

export type S3BucketOptions = {
  readonly bucket: string;
  /** Of another service than Amazon's; buckets are part of its path then. */
  readonly endpoint?: string | undefined;
  /** AWS_REGION, else `us-east-1`. */
  readonly region?: string | undefined;
  /** What the AWS variables and files say, when left out. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
};

const connectDeadlineMs = 1_000;

export class S3Bucket {
  readonly #bucket: string;
  readonly #client: S3Client;

  constructor({ bucket, endpoint, region, credentials }: S3BucketOptions) {
    this.#bucket = bucket;
    this.#client = new S3Client({
      region: region ?? process.env["AWS_REGION"] ?? "us-east-1",
      // A second attempt is for a connection that was cut; a service that is away is left alone by the circuit breaker.
      maxAttempts: 2,
      requestHandler: { connectionTimeout: connectDeadlineMs },
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      ...(credentials === undefined ? {} : { credentials }),
    });
  }

  /** @param given - `type` is the media type of the body. */
  async put(key: string, body: Uint8Array, { deadlineMs, type }: { deadlineMs: number; type: string }): Promise<void> {
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      Body: body,
      ContentType: type,
    });
    await this.#client.send(command, { abortSignal: AbortSignal.timeout(deadlineMs) });
  }

  /** @returns undefined when there is no such object. @throws EventoError OBJECT_TOO_LARGE when it is larger than `bytesMax` */
  async get(
    key: string,
    { deadlineMs, bytesMax }: { deadlineMs: number; bytesMax: number },
  ): Promise<Uint8Array | undefined> {
    const abortSignal = AbortSignal.timeout(deadlineMs);
    try {
      const command = new GetObjectCommand({ Bucket: this.#bucket, Key: key });
      const { Body: body } = await this.#client.send(command, { abortSignal });
      if (!(body instanceof Readable)) throw new Error("found an answer without a body");
      // The signal given to the client ends with the answer's head.
      return await bytesOf(addAbortSignal(abortSignal, body), bytesMax);
    } catch (error) {
      if (error instanceof Error && error.name === "NoSuchKey") return undefined;
      throw error;
    }
  }

  /** The first keys with a prefix, in their order, after the key `after`; at most 1,000. */
  async list(prefix: string, { deadlineMs, after }: { deadlineMs: number; after?: string }): Promise<string[]> {
    const command = new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: prefix, StartAfter: after });
    const { Contents: objects = [] } = await this.#client.send(command, {
      abortSignal: AbortSignal.timeout(deadlineMs),
    });
    return objects.flatMap(({ Key: key }) => key ?? []);
  }

  async delete(key: string, deadlineMs: number): Promise<void> {
    const command = new DeleteObjectCommand({ Bucket: this.#bucket, Key: key });
    await this.#client.send(command, { abortSignal: AbortSignal.timeout(deadlineMs) });
  }

  close(): void {
    this.#client.destroy();
  }
}

async function bytesOf(body: Readable, bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError("found text in the body of an object, expected bytes");
    length += chunk.length;
    if (length > bytesMax) throw new EventoError("OBJECT_TOO_LARGE", `found an object of more than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
