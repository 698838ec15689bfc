// Everything that a journal of a sample log can be asked, so that two of them can be compared.
import type { Journal, PayloadReader } from "../../host/ports/journal.ts";
import { schema } from "./sample-entries.ts";
import { sampleNames } from "./sample-log.ts";

/** What a journal is asked about. */
export type JournalNames = { readonly [Kind in keyof typeof sampleNames]: readonly string[] };

/** Leaves payloads as they are, but for a sign of their version. */
const reader: PayloadReader = {
  schema,
  resolve: (_, payload, written) => Buffer.concat([Buffer.from(written), payload]),
};

const all = { after: "", limit: 1_000 };

/** Asks a journal everything, each question on its own. Folded states are left out: they may be lost at any time. */
export async function allAnswers(
  journal: Journal,
  names: JournalNames = sampleNames,
): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {};
  for (const [question, ask] of questionsTo(journal, names)) answers[question] = await ask();
  return answers;
}

/** The questions by name. */
export function questionsTo(
  journal: Journal,
  { commands, events, aggregates, types, entities, dispatchers }: JournalNames = sampleNames,
): ReadonlyMap<string, () => unknown> {
  const questions = new Map<string, () => unknown>();
  questions.set("head", () => ({ ...journal.head, hash: Buffer.from(journal.head.hash) }));
  questions.set("events", () => journal.events({ after: 0, limit: 1_000 }));
  for (const status of ["pending", "parked"] as const) questions.set(status, () => journal.commandsIn(status, all));
  for (const id of commands) {
    questions.set(`command ${id}`, () => journal.command(id));
    questions.set(`under ${id}`, () => journal.commandsUnder(id, { limit: 1_000 }));
  }
  for (const id of events) questions.set(`event ${id}`, () => journal.event(id));
  for (const id of aggregates) {
    questions.set(`stream ${id}`, () => journal.stream(id, { after: 0, limit: 1_000 }));
    questions.set(`encoded stream ${id}`, () => journal.encodedStream(id, { after: 0, limit: 1_000, reader }));
    questions.set(`sequence ${id}`, () => journal.sequence(id));
  }
  for (const type of types) questions.set(`aggregates ${type}`, () => journal.aggregates(type, all));
  for (const id of entities) {
    questions.set(`owner ${id}`, () => journal.aggregateOf(id));
    questions.set(`referrers ${id}`, () => journal.referrers(id));
  }
  for (const name of dispatchers) {
    questions.set(`cursor ${name}`, () => journal.cursor(name));
    questions.set(`parked of ${name}`, () => journal.parkedDispatches(name, { after: 0, limit: 1_000 }));
  }
  return questions;
}
