// Spans of an engine over a journal in memory: what fails, what waits, what leads to nothing.
import { emptyResource } from "@opentelemetry/resources";
import { InMemorySpanExporter } from "@opentelemetry/sdk-trace";
import test from "ava";

import type { Command, StoredEvent } from "../../host/domain/envelope.ts";
import { EngineSpans } from "../../host/tracing/engine-spans.ts";
import { SpanExport } from "../../host/tracing/span-export.ts";
import { TraceRoots } from "../../host/tracing/trace-roots.ts";

const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const fn = { name: "accounts", digest: "d".repeat(64) };
const usage = { duration_us: 50, memory_bytes: 65_536 };
const shared = { entity: "a:1", aggregate: "a:1", aggregate_type: "A", time: 0, depth: 0, payload: new Uint8Array(0) };
const command: Command = {
  ...shared,
  id: "c",
  command_type: "Do",
  cause: { kind: "external", id: `00-${trace}-00f067aa0ba902b7-01` },
  root_cause: "c",
};
const event: StoredEvent = {
  ...shared,
  id: "c!0",
  event_type: "Done",
  sequence: 1,
  position: 1,
  schema: "",
  cause: { kind: "command", id: "c" },
  root_cause: "c",
  depth: 1,
};

function observed() {
  const exporter = new InMemorySpanExporter();
  const spans = new SpanExport({ exporter, resource: emptyResource(), onAway() {} });
  const journal = { command: async () => undefined, event: async () => undefined };
  const roots = new TraceRoots({ journal, share: 1 });
  return {
    engine: new EngineSpans({ roots, spans }),
    /** Names, each with its parent's and why it failed. */
    told: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      const closing = spans.close();
      const all = exporter.getFinishedSpans();
      const nameOf = (id: string | undefined) => all.find((span) => span.spanContext().spanId === id)?.name;
      const lines = all.map(({ name, parentSpanContext, status }) =>
        [name, nameOf(parentSpanContext?.spanId) ?? "caller", status.message ?? "ok"].join(" < "),
      );
      await closing;
      return lines;
    },
  };
}

test("each try of a command is a span of it, with its reason when it failed", async (t) => {
  const { engine, told } = observed();
  const first = engine.turn(fn);
  first.called({ command, fn, part: "handler", usage, reason: "it trapped" });
  first.decided([{ command, attempt: 1, reason: "it trapped" }]);
  const second = engine.turn(fn);
  second.called({ command, fn, part: "handler", usage });
  second.called({ command, fn: { ...fn, name: "folds" }, part: "aggregator", usage });
  second.decided([{ command, attempt: 2 }]);
  second.durable();
  t.deepEqual(await told(), [
    "try 1 < A.Do < it trapped",
    "handler accounts < try 1 < it trapped",
    "try 2 < A.Do < ok",
    "handler accounts < try 2 < ok",
    "aggregator folds < try 2 < ok",
    "commit < A.Do < ok",
    "A.Do < caller < ok",
  ]);
});

test("a dispatch is a span of the event's command, also when it fails or leads to nothing", async (t) => {
  const { engine, told } = observed();
  engine.dispatch({ ...fn, name: "transfers" }, event)("no such account");
  engine.dispatch({ ...fn, name: "totals" }, event)([]);
  const made: Command = { ...command, id: "made", command_type: "Go", cause: { kind: "event", id: "c!0" }, depth: 2 };
  engine.dispatch({ ...fn, name: "transfers" }, event)([made]);
  const turn = engine.turn(fn);
  turn.decided([
    { command, attempt: 1 },
    { command: made, attempt: 1 },
  ]);
  turn.durable();
  const lines = await told();
  t.deepEqual(
    lines.filter((line) => line.startsWith("dispatch")),
    ["dispatch transfers < A.Do < no such account", "dispatch totals < A.Do < ok", "dispatch transfers < A.Do < ok"],
  );
  t.true(lines.includes("A.Go < dispatch transfers < ok"));
});

test("a command that was parked says so, and why", async (t) => {
  const { engine, told } = observed();
  engine.parked(command, { attempts: 5, reason: "it trapped" });
  t.deepEqual(await told(), ["A.Do < caller < it trapped"]);
});
