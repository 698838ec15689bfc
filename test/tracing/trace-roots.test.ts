import test from "ava";

import type { CommandRecord, Journal } from "../../host/ports/journal.ts";
import { tracedRootsMax } from "../../host/limits.ts";
import { TraceRoots } from "../../host/tracing/trace-roots.ts";

const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const traceparent = `00-${trace}-00f067aa0ba902b7-01`;

/** A journal that has one command, the root of all, and counts who asks. */
function journalOf({ call }: { call: string }) {
  const asked: string[] = [];
  const journal: Pick<Journal, "command" | "event"> = {
    async command(id) {
      asked.push(id);
      if (id !== "root") return undefined;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of a record only this is looked at
      return { command: { cause: { kind: "external", id: call } } } as CommandRecord;
    },
    async event() {
      return undefined;
    },
  };
  return { journal, asked };
}

const deep = (root: string) => ({ cause: { kind: "event", id: "e" }, root_cause: root }) as const;

test("what followed from a call finds its trace in the log, and looks once", async (t) => {
  const { journal, asked } = journalOf({ call: traceparent });
  const roots = new TraceRoots({ journal, share: 1 });
  const [one, other] = await Promise.all([roots.of(deep("root")), roots.of(deep("root"))]);
  t.deepEqual(one, { trace, parent: "00f067aa0ba902b7", sampled: true });
  t.deepEqual(other, one);
  t.deepEqual(await roots.of(deep("root")), one);
  t.deepEqual(asked, ["root"]);
});

test("without a caller's trace a UUID is the trace's id, and another id has one of its own", async (t) => {
  const { journal } = journalOf({ call: "root" });
  const roots = new TraceRoots({ journal, share: 1 });
  const uuid = "0af76519-16cd-43dd-8448-eb211c80319c";
  t.is((await roots.of({ cause: { kind: "external", id: uuid }, root_cause: uuid })).trace, uuid.replaceAll("-", ""));
  const { trace: derived, parent } = await roots.of(deep("root"));
  t.regex(derived, /^[0-9a-f]{32}$/);
  t.is(parent, undefined);
  t.deepEqual(await new TraceRoots({ journal, share: 1 }).of(deep("root")), { trace: derived, parent, sampled: true });
});

test("the share of kept traces holds for those that begin here, and the caller decides about his", async (t) => {
  const { journal } = journalOf({ call: "root" });
  const roots = new TraceRoots({ journal, share: 0.25 });
  let kept = 0;
  for (let count = 0; count < 4_000; count++) {
    const id = crypto.randomUUID();
    if ((await roots.of({ cause: { kind: "external", id }, root_cause: id })).sampled) kept++;
  }
  t.true(kept > 800 && kept < 1_200, `${kept} of 4,000`);
  const none = new TraceRoots({ journal, share: 0 });
  t.true((await none.of({ cause: { kind: "external", id: traceparent }, root_cause: "a" })).sampled);
});

test("calls beyond those that are remembered are looked up again", async (t) => {
  const { journal, asked } = journalOf({ call: traceparent });
  const roots = new TraceRoots({ journal, share: 1 });
  const first = await roots.of(deep("root"));
  for (let count = 0; count < tracedRootsMax; count++)
    await roots.of({ cause: { kind: "external", id: traceparent }, root_cause: `${count}` });
  t.deepEqual(await roots.of(deep("root")), first);
  t.deepEqual(asked, ["root", "root"]);
});
