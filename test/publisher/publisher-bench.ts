// A publisher over a journal and a topic in memory, with a clock that stands still until it is moved.
import type { ExecutionContext } from "ava";

import { MemoryDisk } from "../../host/journal/memory/memory-disk.ts";
import { openMemoryJournal } from "../../host/journal/memory/memory-journal.ts";
import type { Journal } from "../../host/ports/journal.ts";
import { publicationOf } from "../../host/publisher/cloud-event.ts";
import { LogPublisher, type LogPublisherOptions } from "../../host/publisher/log-publisher.ts";
import { ManualClock } from "../engine/manual-clock.ts";
import { outsideEventEntry } from "../journal/sample-entries.ts";
import { MemoryCluster, MemoryEventTopic } from "./memory-event-topic.ts";

const source = "urn:uuid:0190b7a2-0000-7000-8000-000000000001";

export type PublisherBench = {
  readonly journal: Journal;
  readonly clock: ManualClock;
  readonly cluster: MemoryCluster;
  readonly notices: readonly string[];
  /** Appends events, each an aggregate's of its own, and waits until they are durable. */
  append(count: number, payload?: Uint8Array): Promise<void>;
  open(options?: Partial<LogPublisherOptions>): LogPublisher;
  positions(): number[];
};

export async function makeBench(t: ExecutionContext): Promise<PublisherBench> {
  const journal = await openMemoryJournal({ disk: new MemoryDisk() });
  const cluster = new MemoryCluster();
  const clock = new ManualClock();
  const notices: string[] = [];
  let appended = 0;
  return {
    journal,
    clock,
    cluster,
    notices,
    async append(count, payload) {
      for (let index = 0; index < count; index++) {
        appended += 1;
        const change = payload === undefined ? {} : { payload };
        await journal.append([outsideEventEntry(`event-${appended}`, `savings:${appended}`, 1, change)]).durable;
      }
    },
    open(options = {}) {
      const publisher = new LogPublisher({
        journal,
        topic: new MemoryEventTopic({ cluster, source }),
        publicationOf: async (event) => publicationOf(event, { source, schema: { id: 1, uri: "urn:schema:1" } }),
        clock,
        onNotice: ({ code }) => notices.push(code),
        ...options,
      });
      t.teardown(() => publisher.close());
      return publisher;
    },
    positions: () => cluster.records.map(({ publication }) => publication.position),
  };
}
