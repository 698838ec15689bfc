import { emptyResource } from "@opentelemetry/resources";
import type { SpanExporter } from "@opentelemetry/sdk-trace";
import test from "ava";

import { spansPerExportMax, spansWaitingMax } from "../../host/limits.ts";
import { SpanExport } from "../../host/tracing/span-export.ts";
import type { SpanDraft } from "../../host/tracing/span.ts";

const span: SpanDraft = {
  trace: "4bf92f3577b34da6a3ce929d0e0e4736",
  span: "00f067aa0ba902b7",
  parent: undefined,
  name: "x",
  start: 2,
  end: 1,
  attributes: {},
};

/** An exporter whose answers are given by hand, in the order of its batches. */
function heldExporter() {
  const batches: { readonly count: number; readonly answer: (failure?: string) => void }[] = [];
  const ends: bigint[] = [];
  const exporter: SpanExporter = {
    export(spans, answer) {
      batches.push({
        count: spans.length,
        answer(failure) {
          // 0 is success, of an enum of a package of the exporter's own.
          // oxlint-disable-next-line typescript/no-unsafe-enum-assignment
          answer(failure === undefined ? { code: 0 } : { code: 1, error: new Error(failure) });
        },
      });
      for (const { duration } of spans) ends.push(BigInt(duration[0]) + BigInt(duration[1]));
    },
    async shutdown() {},
  };
  const told: string[] = [];
  const spans = new SpanExport({ exporter, resource: emptyResource(), onAway: (reason) => told.push(reason) });
  return { spans, batches, told, ends };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a collector that is slow gets one batch at a time, and what does not fit is dropped and counted", async (t) => {
  const { spans, batches, told } = heldExporter();
  const more = 10;
  for (let count = 0; count < spansPerExportMax + spansWaitingMax + more; count++) spans.add(span);
  t.is(batches.length, 1);
  t.deepEqual(spans.counts, { exported: 0, dropped: more });
  batches[0]?.answer();
  await turn();
  t.is(batches.length, 2);
  t.is(spans.counts.exported, spansPerExportMax);
  t.deepEqual(told, []);
});

test("a collector that is away is told of once, and once more when it was there between", async (t) => {
  const { spans, batches, told } = heldExporter();
  for (const failure of ["refused", "refused", undefined, "refused"]) {
    for (let count = 0; count < spansPerExportMax; count++) spans.add(span);
    await turn();
    batches.at(-1)?.answer(failure);
    await turn();
  }
  t.deepEqual(told, ["refused", "refused"]);
  t.deepEqual(spans.counts, { exported: spansPerExportMax, dropped: 3 * spansPerExportMax });
});

test("a close does not wait for each batch of a collector that is away", async (t) => {
  const { spans, batches } = heldExporter();
  for (let count = 0; count < spansPerExportMax * 4; count++) spans.add(span);
  const closed = spans.close();
  batches[0]?.answer("refused");
  await closed;
  t.is(batches.length, 1);
  t.deepEqual(spans.counts, { exported: 0, dropped: spansPerExportMax * 4 });
});

test("a clock that was set back makes no span that ends before it begins", async (t) => {
  const { spans, ends, batches } = heldExporter();
  spans.add(span);
  const closed = spans.close();
  batches[0]?.answer();
  await closed;
  t.deepEqual(ends, [0n]);
});
