// A log in which every kind of entry occurs, a group an append.
import type { Journal } from "../../host/ports/journal.ts";
import { commandEntry, doneCommand, eventEntry, outcomeEntry, outsideEventEntry, startTime } from "./sample-entries.ts";

const streamLength = 30;
const numbers = Array.from({ length: streamLength }, (_, index) => index + 1);

/** Names that occur in the sample log, and some that don't. */
export const sampleNames = {
  commands: ["failed", "parked", "retried", "waiting", "child", "nobody", ...numbers.map((number) => `done${number}`)],
  events: ["outside", "child!0", "child!1", "nobody!0", "no", ...numbers.map((number) => `done${number}!0`)],
  aggregates: ["savings:ada", "savings:bob", "client:ada", "savings:nobody"],
  types: ["SavingsAccount", "Client", "Nothing"],
  entities: ["card:1", "card:2", "client:ada", "savings:ada"],
  dispatchers: ["interest", "removed", "nobody"],
};

export async function makeSampleLog(journal: Journal): Promise<void> {
  for (const number of numbers)
    await journal.append(doneCommand(`done${number}`, { aggregate: "savings:ada", after: number - 1 })).durable;
  const child = commandEntry("child", {
    aggregate: "client:ada",
    aggregate_type: "Client",
    cause: { kind: "event", id: "done1!0" },
    root_cause: "done1",
    depth: 2,
  });
  await journal.append([child]).durable;
  await journal.append([
    eventEntry(child.command, 1),
    eventEntry(child.command, 2, { index: 1, entity: "card:1" }),
    outcomeEntry("child", { event_count: 2 }),
    { kind: "references", aggregate: "savings:ada", added: ["client:ada", "card:2"], removed: [] },
    { kind: "cursor", dispatcher: "interest", position: 31 },
  ]).durable;
  for (const id of ["failed", "parked", "retried", "waiting"]) await journal.append([commandEntry(id)]).durable;
  await journal.append([
    { kind: "attempt", command_id: "failed", attempt: 1, reason: "trap", time: startTime + 50 },
    { kind: "parked", command_id: "parked", attempts: 5, reason: "always traps", time: startTime + 51 },
    { kind: "parked", command_id: "retried", attempts: 5, reason: "always traps", time: startTime + 52 },
    { kind: "cursor", dispatcher: "removed", position: 3 },
  ]).durable;
  await journal.append([
    { kind: "retried", command_id: "retried", time: startTime + 53 },
    { kind: "dispatch-parked", dispatcher: "interest", position: 4, reason: "no such account" },
    { kind: "dispatch-parked", dispatcher: "interest", position: 5, reason: "no such account" },
    { kind: "cursor-removed", dispatcher: "removed" },
  ]).durable;
  await journal.append([
    { kind: "dispatch-retried", dispatcher: "interest", position: 4 },
    { kind: "references", aggregate: "savings:ada", added: [], removed: ["card:2"] },
    outsideEventEntry("outside", "savings:bob", 1, { time: startTime + 60 }),
  ]).durable;
}
