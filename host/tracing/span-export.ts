// What has ended waits here, within a bound, until it has gone to the collector in batches, one at a time. A collector that is away or
// slow costs spans, which are counted, and nothing else.
import type { Resource } from "@opentelemetry/resources";
import type { SpanExporter } from "@opentelemetry/sdk-trace";

import { spanGatherMs, spansPerExportMax, spansWaitingMax } from "../limits.ts";
import { readableSpanOf, type SpanDraft } from "./span.ts";

type ExportResult = Parameters<Parameters<SpanExporter["export"]>[1]>[0];

export type SpanCounts = { readonly exported: number; readonly dropped: number };

export class SpanExport {
  readonly #exporter: SpanExporter;
  readonly #resource: Resource;
  readonly #onAway: (reason: string) => void;
  readonly #waiting: SpanDraft[] = [];
  #exported = 0;
  #dropped = 0;
  #isAway = false;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  /** @param given - `onAway` is told why spans are lost, once until they go out again. */
  constructor(given: { exporter: SpanExporter; resource: Resource; onAway: (reason: string) => void }) {
    this.#exporter = given.exporter;
    this.#resource = given.resource;
    this.#onAway = given.onAway;
  }

  get counts(): SpanCounts {
    return { exported: this.#exported, dropped: this.#dropped };
  }

  add(span: SpanDraft): void {
    if (this.#closed || this.#waiting.length >= spansWaitingMax) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(span);
    if (this.#waiting.length >= spansPerExportMax) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), spanGatherMs).unref();
  }

  /** Sends what waits, unless the collector is away. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#start();
    await this.#running;
    await this.#exporter.shutdown();
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#closed && this.#isAway ? this.#waiting.length : spansPerExportMax);
      const reason = this.#closed && this.#isAway ? "away" : await this.#send(batch);
      if (reason === undefined) this.#exported += batch.length;
      else this.#dropped += batch.length;
      if (reason !== undefined && !this.#isAway) this.#onAway(reason);
      this.#isAway = reason !== undefined;
    }
  }

  /** @returns why it failed; undefined when it did not. */
  async #send(batch: readonly SpanDraft[]): Promise<string | undefined> {
    const spans = batch.map((span) => readableSpanOf(span, this.#resource));
    const { promise, resolve } = Promise.withResolvers<ExportResult>();
    this.#exporter.export(spans, resolve);
    const { code, error } = await promise;
    const result: number = code;
    // ExportResultCode.SUCCESS, of a package of the exporter's own.
    return result === 0 ? undefined : (error?.message ?? "no reason given");
  }
}
