import test from "ava";

import { topicContract } from "./event-topic-contract.ts";
import { MemoryCluster, MemoryEventTopic } from "./memory-event-topic.ts";

const source = "urn:uuid:0190b7a2-0000-7000-8000-000000000001";

topicContract((title, body) =>
  test(title, (t) =>
    body(t, async () => {
      const cluster = new MemoryCluster();
      return {
        source,
        open: (of = source) => new MemoryEventTopic({ cluster, source: of }),
        consume: async () =>
          cluster.records.map(({ publication: { key, value, headers }, partition }) => ({
            key,
            value: Buffer.from(value).toString(),
            headers,
            partition,
          })),
        // A transaction that is not committed is nowhere in memory; what is left of it is the epoch.
        dieWhilePublishing: async () => void cluster.nextEpoch(source),
        tooLargeBytes: cluster.recordBytesMax + 1,
      };
    }),
  ),
);
