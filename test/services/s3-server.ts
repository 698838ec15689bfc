// A real S3 server: versitygw over a folder.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { goProgram } from "./service-cache.ts";
import { freePort, ServiceProcess } from "./service-process.ts";

export type S3Server = {
  readonly endpoint: string;
  readonly port: number;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly process: ServiceProcess;
  close(): Promise<void>;
};

export async function startS3(): Promise<S3Server> {
  const program = await goProgram("github.com/versity/versitygw/cmd/versitygw", "v1.8.0", "versitygw");
  const directory = await mkdtemp(join(tmpdir(), "evento-s3-"));
  const buckets = join(directory, "buckets");
  await mkdir(buckets);
  const port = await freePort();
  const credentials = { accessKeyId: "test", secretAccessKey: "testtest1" };
  const keys = ["--access", credentials.accessKeyId, "--secret", credentials.secretAccessKey];
  const process = new ServiceProcess({
    command: program,
    args: [...keys, "--port", `127.0.0.1:${port}`, "posix", buckets],
    port,
    log: join(directory, "s3.log"),
  });
  await process.start();
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    credentials,
    process,
    async close() {
      await process.close();
      await rm(directory, { recursive: true });
    },
  };
}
