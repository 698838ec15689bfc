// Reads topics with kcat, a client that shares no code with the host.
import { run } from "./service-cache.ts";

type KcatRecord = {
  readonly partition: number;
  readonly key: string | null;
  readonly payload: string | null;
  readonly headers?: readonly string[];
};

export type ConsumedRecord = {
  readonly key: string;
  readonly value: string;
  readonly headers: { readonly [name: string]: string };
  readonly partition: number;
};

const consumeDeadlineMs = 40_000;

/**
 * All committed records of a topic, or of one source in it, up to its end, each partition in its order. A broker puts its marks of a commit into the
 * partitions only after it has answered, and a host notices after seconds that it has lost some: records that are missing of a
 * count are waited for.
 */
export async function consumeAll(
  broker: string,
  { topic, count, source }: { readonly topic: string; readonly count: number; readonly source?: string },
): Promise<ConsumedRecord[]> {
  const end = Date.now() + consumeDeadlineMs;
  for (;;) {
    const all = await consumeOnce(broker, topic);
    const records = source === undefined ? all : all.filter(({ headers }) => headers["ce_source"] === source);
    if (records.length >= count || Date.now() > end) return records;
  }
}

/** Writes records with one key, in their order. Values have no line breaks. */
export async function produce(
  broker: string,
  { topic, key, values }: { readonly topic: string; readonly key: string; readonly values: readonly string[] },
): Promise<void> {
  const producing = run("kcat", ["-b", broker, "-t", topic, "-P", "-k", key, "-X", "acks=all"], { timeout: 30_000 });
  producing.child.stdin?.end(values.map((value) => `${value}\n`).join(""));
  await producing;
}

async function consumeOnce(broker: string, topic: string): Promise<ConsumedRecord[]> {
  const from = ["-b", broker, "-t", topic, "-C", "-o", "beginning", "-e", "-q", "-J"];
  const { stdout } = await run("kcat", [...from, "-X", "isolation.level=read_committed"], {
    maxBuffer: 256 << 20,
    timeout: 60_000,
  });
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      // The form is kcat's own.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const { key, payload, headers = [], partition } = JSON.parse(line) as KcatRecord;
      const named: { [name: string]: string } = {};
      for (let at = 0; at + 1 < headers.length; at += 2) named[headers[at] ?? ""] = headers[at + 1] ?? "";
      return { key: key ?? "", value: payload ?? "", headers: named, partition };
    });
}
