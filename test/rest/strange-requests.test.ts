import test from "ava";
import * as fc from "fast-check";

import { RestUnderTest } from "./rest-under-test.ts";

const runs = 150;

/** Values near those that are right: the fields of drafts, with anything in them. */
const draft = fc.record(
  {
    entity: fc.oneof(fc.constantFrom("box:1", "item:1", "evento:host"), fc.string()),
    command_type: fc.oneof(
      fc.constantFrom("Add", "AddItem", "PointAt", "TouchItem", "toString", "__proto__"),
      fc.string(),
    ),
    event_type: fc.oneof(fc.constantFrom("Added", "ItemAdded", "constructor"), fc.string()),
    payload: fc.oneof(
      fc.record({ n: fc.oneof(fc.integer(), fc.double(), fc.string(), fc.bigInt().map(String)) }),
      fc.jsonValue(),
    ),
    id: fc.oneof(fc.constantFrom("a", "!", "a!0"), fc.string()),
    expected_sequence: fc.oneof(fc.nat(3), fc.double(), fc.constant(null)),
  },
  { requiredKeys: [] },
);
const rules = fc.record({
  rules: fc.array(
    fc.record(
      {
        on: fc.oneof(fc.constantFrom("*", "Box.Added"), fc.string()),
        when: fc.oneof(fc.constantFrom("true", "event.payload.n > 1", "1 +"), fc.string()),
        dispatch: fc.oneof(
          fc.array(fc.record({ entity: fc.string(), command_type: fc.string(), payload: fc.jsonValue() })),
          fc.jsonValue(),
        ),
      },
      { requiredKeys: [] },
    ),
  ),
});
const body = fc.oneof(fc.jsonValue({ maxDepth: 6 }), draft, rules).map((value) => JSON.stringify(value));

for (const [method, path] of [
  ["POST", "/commands"],
  ["POST", "/events"],
  ["PUT", "/functions/strange"],
  ["PUT", "/schemas/Strange"],
  ["POST", "/functions/boxes/rollback"],
  ["POST", "/commands/a/retry"],
] as const)
  test(`no body makes ${method} ${path} fail unforeseen`, async (t) => {
    const rest = await RestUnderTest.start(t, { waitMs: 100 });
    await fc.assert(
      fc.asyncProperty(fc.oneof(body, fc.string()), async (text) => {
        const { status } = await rest.call(method, path, {
          body: text,
          headers: { "content-type": "application/json" },
        });
        return status < 500;
      }),
      { numRuns: runs },
    );
    t.pass();
  });

test("no line makes NDJSON fail unforeseen, and each that is not blank has its answer", async (t) => {
  const rest = await RestUnderTest.start(t);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(body, fc.string({ unit: "grapheme-ascii" })), { maxLength: 30 }),
      async (lines) => {
        const answers = await rest.postLines("/commands", lines);
        const isFailure = (answer: unknown): boolean => /"status":5\d\d/.test(JSON.stringify(answer));
        return answers.length === lines.filter((line) => line.trim() !== "").length && !answers.some(isFailure);
      },
    ),
    { numRuns: 50 },
  );
  t.pass();
});

test("no path or query makes a read fail unforeseen", async (t) => {
  const rest = await RestUnderTest.start(t);
  await rest.post("/commands", { id: "a", entity: "box:1", command_type: "Add", payload: { n: 1 } });
  const segment = fc.oneof(
    fc.constantFrom("a", "box:1", "Box", "..", "%", "%00", "%2e%2e%2f", "evento:host"),
    fc.webSegment(),
  );
  const resource = fc.constantFrom(
    "commands",
    "events",
    "aggregates",
    "traces",
    "functions",
    "schemas",
    "registry/subjects",
  );
  const parameter = fc.tuple(
    fc.constantFrom(
      "after",
      "limit",
      "status",
      "aggregate",
      "aggregate_type",
      "event_type",
      "entity",
      "at_sequence",
      "at_time",
    ),
    fc.oneof(
      fc.constantFrom("1", "0", "-1", "parked", "Box", "box:1", "9007199254740993", "2026-01-01T00:00:00Z"),
      fc.string(),
    ),
  );
  await fc.assert(
    fc.asyncProperty(
      resource,
      fc.array(segment, { maxLength: 2 }),
      fc.array(parameter, { maxLength: 3 }),
      async (...parts) => {
        const [of, segments, parameters] = parts;
        const query = new URLSearchParams(parameters.map(([name, value]) => [name, value])).toString();
        const response = await fetch(`${rest.url}/${[of, ...segments].join("/")}${query === "" ? "" : `?${query}`}`);
        await response.text();
        return response.status < 500;
      },
    ),
    { numRuns: 600 },
  );
  t.pass();
});
