import test, { type ExecutionContext } from "ava";

import { EventoError } from "../../host/errors.ts";
import { buildFunction } from "../../sdk-assemblyscript/build-function.ts";
import { dispatcherUnderTest } from "../../sdk-assemblyscript/testing.ts";
import { functionFolder, type Files } from "./function-folder.ts";

/** Two aggregates that have the event `Sent` and the command `Receive`, and an event of their own each. */
function schemaOf(aggregate: string, entity: string, own: string): unknown {
  return [
    { type: "record", name: `${aggregate}Root`, evento: "root", entity, fields: [] },
    { type: "record", name: "Receive", evento: "command", fields: [{ name: "from", type: "string" }] },
    { type: "record", name: "Sent", evento: "event", fields: [{ name: "to", type: "string" }] },
    { type: "record", name: own, evento: "event", fields: [] },
  ].map((node) => ({ namespace: aggregate, ...node }));
}

/** `Event` is a name that the SDK has for itself as well. */
const schemas: Files = {
  "Event.avsc": schemaOf("Event", "party", "Command"),
  "Savings.avsc": schemaOf("Savings", "savings", "Closed"),
};

const head = `import { Commands, Event as Envelope } from "evento";
import * as parties from "./generated/event";
import * as savings from "./generated/savings";
`;

const sent = (name: string, from: string): string =>
  `export function ${name}(event: ${from}.Sent, context: Envelope): Commands {
  return Commands.to(event.to, new savings.Receive("${name} " + context.entity));
}
`;

function filesOf(events: readonly string[], dispatcher: string): Files {
  return {
    ...schemas,
    "evento.json": { name: "sender", events, schemas: ["Event.avsc", "Savings.avsc"] },
    "dispatcher.ts": head + dispatcher,
  };
}

async function faultsOf(t: ExecutionContext, files: Files): Promise<readonly string[]> {
  const error = await t.throwsAsync(buildFunction(await functionFolder(t, files)), { instanceOf: EventoError });
  t.is(error?.code, "BUILD_FAILED");
  return error?.faults.map(({ path, message }) => `${path} ${message}`) ?? [];
}

test("events of one name in two aggregates go to the function of their aggregate", async (t) => {
  const dispatcher = await dispatcherUnderTest(
    await functionFolder(
      t,
      filesOf(["Event.Sent", "Savings.Sent"], sent("eventSent", "parties") + sent("savingsSent", "savings")),
    ),
  );
  for (const [type, entity, from] of [
    ["Event.Sent", "party:1", "eventSent party:1"],
    ["Savings.Sent", "savings:1", "savingsSent savings:1"],
  ] as const) {
    const { commands } = dispatcher.when({ type, entity, payload: { to: "savings:2" } });
    t.deepEqual(commands, [{ entity: "savings:2", command_type: "Receive", payload: { from } }]);
  }
});

test("an event whose name no other has goes to the function of that name", async (t) => {
  const text = "export function closed(event: savings.Closed): Commands { return Commands.none(); }";
  const dispatcher = await dispatcherUnderTest(
    await functionFolder(t, filesOf(["Savings.Closed", "Savings.Sent"], text + sent("sent", "savings"))),
  );
  t.deepEqual(dispatcher.when({ type: "Savings.Closed", entity: "savings:1" }).commands, []);
  t.is(dispatcher.when({ type: "Savings.Sent", entity: "savings:1", payload: { to: "savings:2" } }).commands.length, 1);
});

test("what has no function of its own goes to anyEvent", async (t) => {
  const text =
    sent("sent", "savings") +
    `export function anyEvent(context: Envelope, referrers: string[]): Commands {
  return Commands.to("savings:9", new savings.Receive(context.type + " " + referrers.length.toString()));
}`;
  const dispatcher = await dispatcherUnderTest(await functionFolder(t, filesOf(["Savings.Sent", "*"], text)));
  const { commands } = dispatcher.when({ type: "Event.Command", entity: "party:1", referrers: ["savings:1"] });
  t.deepEqual(commands, [{ entity: "savings:9", command_type: "Receive", payload: { from: "Command 1" } }]);
  const own = dispatcher.when({ type: "Savings.Sent", entity: "savings:1", payload: { to: "savings:2" } });
  t.like(own.commands, [{ entity: "savings:2", payload: { from: "sent savings:1" } }]);
});

test("who leaves the aggregate out of a shared name is told the names", async (t) => {
  const text = sent("sent", "parties");
  t.deepEqual(await faultsOf(t, filesOf(["Event.Sent", "Savings.Sent"], text)), [
    "dispatcher.ts:4:17 exports sent, which is no event of the schema; expected eventSent, savingsSent. A helper is to be without `export`, or in a file of its own",
    "dispatcher.ts has no function for the event Event.Sent; expected `eventSent(event: Sent): Commands`, which may also take `context: Event` and `referrers: Array<string>`",
    "dispatcher.ts has no function for the event Savings.Sent; expected `savingsSent(event: Sent): Commands`, which may also take `context: Event` and `referrers: Array<string>`",
  ]);
});

test("who takes the event of the other aggregate is told so at the function", async (t) => {
  const text = sent("eventSent", "savings") + sent("savingsSent", "savings");
  t.deepEqual(await faultsOf(t, filesOf(["Event.Sent", "Savings.Sent"], text)), [
    "dispatcher.ts:4:17 Type 'event/Sent' is not assignable to type 'savings/Sent'.",
  ]);
});

test("an event that no schema has is a fault of the manifest", async (t) => {
  t.deepEqual(await faultsOf(t, filesOf(["Savings.Sent", "Savings.Lost"], sent("sent", "savings"))), [
    "evento.json names the event Savings.Lost, which none of its schemas has",
  ]);
});
