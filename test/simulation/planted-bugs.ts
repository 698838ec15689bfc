// Faults that a host could have, one at a time: the simulator must find each, as a breach of the invariant named.
// "alive" stands for the host's own assertions: it ends rather than do wrong.
import type { Change } from "./host-copy.ts";

export type PlantedBug = {
  readonly name: string;
  readonly invariant: string;
  /** "wide" for one that shows only while states stay in memory; else bounds are narrow. */
  readonly bounds?: "wide";
  readonly changes: readonly Change[];
};

const turns = "host/engine/turns.ts";
const dispatch = "host/engine/dispatch.ts";
const intake = "host/engine/intake.ts";
const admission = "host/journal/admission.ts";
const groupCommit = "host/journal/group-commit.ts";
const logPublisher = "host/publisher/log-publisher.ts";
const topicClaim = "host/publisher/kafka/kafka-topic-claim.ts";

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: "a group is acknowledged before it is on disk",
    invariant: "I1",
    changes: [
      {
        file: groupCommit,
        find: "await this.#log.put(number, value);",
        replace: "void this.#log.put(number, value).catch(() => {});",
      },
    ],
  },
  {
    name: "the outcome of a turn is told before it is on disk",
    invariant: "I1",
    changes: [
      {
        file: turns,
        find: "for (const { pending } of decided) pending.accepted = true;",
        replace: `for (const { pending, events } of decided) {
      pending.accepted = true;
      pending.settle({ kind: "done", events: events.map((event) => storedAt(event, appended.firstPosition, schema)) });
    }`,
      },
    ],
  },
  {
    name: "events and outcome are two appends",
    invariant: "I5",
    changes: [
      {
        file: turns,
        find: "const appended = journal.append(entries);\n    for (const { pending } of decided)",
        replace: `const appended = journal.append(entries.filter(({ kind }) => kind !== "outcome"));
    void appended.durable.then(() => journal.append(entries.filter(({ kind }) => kind === "outcome")));
    for (const { pending } of decided)`,
      },
      { file: admission, find: "entry.event_count <= eventCount,", replace: "true," },
    ],
  },
  {
    name: "a dispatcher's cursor is kept in memory",
    invariant: "I6",
    changes: [
      {
        file: dispatch,
        find: "...this.#entriesOf(turned), cursor]);",
        replace: "...this.#entriesOf(turned), ...(commands.length > 0 ? [] : [cursor])]);",
      },
    ],
  },
  {
    name: "a dispatcher's cursor is written before its commands",
    invariant: "I6",
    changes: [
      {
        file: dispatch,
        find: "const appended = journal.append([...commands.map(commandEntryOf), ...this.#entriesOf(turned), cursor]);",
        replace: `await journal.append([cursor]).durable;
    const appended = journal.append([...commands.map(commandEntryOf), ...this.#entriesOf(turned), cursor]);`,
      },
    ],
  },
  {
    name: "a dispatcher without a cursor begins at the end of the log",
    invariant: "I6",
    changes: [
      { file: dispatch, find: "this.#dispatcher()?.since ?? journal.head.position", replace: "journal.head.position" },
    ],
  },
  {
    name: "a known id is taken in a second time",
    invariant: "I2",
    changes: [
      {
        file: intake,
        find: "if (record === undefined) return undefined;",
        replace: "if (record !== null) return undefined;",
      },
      { file: admission, find: "invariant(isUnknown,", replace: "invariant(isUnknown || true," },
    ],
  },
  {
    name: "an id is taken for other content",
    invariant: "I7",
    changes: [{ file: intake, find: "if (same) return;", replace: 'if (same || id !== "") return;' }],
  },
  {
    name: "a position is left out between groups",
    invariant: "alive",
    changes: [
      {
        file: "host/journal/group.ts",
        find: "return this.firstPosition + this.eventCount - 1;",
        replace: "return this.firstPosition + this.eventCount - (this.eventCount > 2 ? 0 : 1);",
      },
      { file: groupCommit, find: "firstPosition === this.#head.position + 1,", replace: "true," },
      {
        file: groupCommit,
        find: "firstPosition,\n      time: this.#head.time,",
        replace: "firstPosition: this.#head.position + 1,\n      time: this.#head.time,",
      },
    ],
  },
  {
    name: "a sequence is given twice",
    invariant: "alive",
    changes: [
      { file: "host/engine/event-drafts.ts", find: "sequence: after + index + 1,", replace: "sequence: after + 1," },
    ],
  },
  {
    name: "a sequence is given twice, and the journal lets it pass",
    invariant: "I4",
    changes: [
      { file: "host/engine/event-drafts.ts", find: "sequence: after + index + 1,", replace: "sequence: after + 1," },
      { file: admission, find: "invariant(sequence === tip.sequence + 1,", replace: "invariant(true," },
      { file: admission, find: "invariant(sequence === last + 1,", replace: "invariant(true," },
      {
        file: "host/journal/projection.ts",
        find: "invariant(sequence === end.sequence + 1,",
        replace: "invariant(true,",
      },
    ],
  },
  {
    name: "the publisher takes an unknown end of a transaction for a good one",
    invariant: "I11",
    changes: [
      {
        file: logPublisher,
        find: 'if (!(error instanceof EventoError) || error.code !== "RECORD_TOO_LARGE") throw error;',
        replace: `if (!(error instanceof EventoError) || error.code === "TOPIC_UNAVAILABLE") return true;
      if (error.code !== "RECORD_TOO_LARGE") throw error;`,
      },
    ],
  },
  {
    name: "the publisher does not look for what is there already",
    invariant: "I10",
    changes: [
      {
        file: logPublisher,
        find: "|| claim.has({ key: event.aggregate, position: event.position })",
        replace: "",
      },
    ],
  },
  {
    name: "nobody looks whether readers of the topic come on",
    invariant: "I11",
    changes: [{ file: logPublisher, find: "this.#planLook();\n      position", replace: "position" }],
  },
  {
    name: "the topic's cursor runs ahead of its events",
    invariant: "I11",
    changes: [
      {
        file: topicClaim,
        find: "encodeCursor({ position, partitions, ends })",
        replace: "encodeCursor({ position: position + 1, partitions, ends })",
      },
    ],
  },
  {
    name: "what a refused step left is built upon",
    invariant: "I12",
    changes: [
      {
        file: "host/engine/decision.ts",
        find: 'if (decision.kind === "failed" && step.kind === "decided") break;',
        replace: "",
      },
    ],
  },
  {
    name: "commands of dispatchers that were pending are forgotten at a start",
    invariant: "I2",
    changes: [
      {
        file: "host/engine/engine.ts",
        find: "for (const command of pending) {",
        replace: 'for (const command of pending) {\n      if (command.command.cause.kind === "event") continue;',
      },
    ],
  },
  {
    name: "what a new version was to retry is forgotten at a start",
    invariant: "retries",
    changes: [
      { file: "host/engine/engine.ts", find: "await engine.#parking.retryAll(overdue.commands);", replace: "" },
      {
        file: "host/engine/engine.ts",
        find: "for (const dispatcher of overdue.dispatchers) engine.dispatching.retryParked(dispatcher);",
        replace: "",
      },
    ],
  },
  {
    name: "an expected sequence is looked at before the command's turn",
    invariant: "expected-sequence",
    changes: [
      {
        file: "host/engine/mailbox.ts",
        find: "if (commands.length > 0 && item.expectedSequence !== undefined) break;",
        replace: "",
      },
    ],
  },
  {
    name: "a command that expects a sequence is in the log before it is looked at",
    invariant: "expected-sequence",
    changes: [{ file: intake, find: "if (pending.expectedSequence === undefined) {", replace: "{" }],
  },
  {
    name: "the end of the log is not projected at a start",
    invariant: "I4",
    changes: [
      {
        file: "host/journal/level/index-build.ts",
        find: "if (number <= upTo) {",
        replace: "if (number <= upTo && from.group === 0) {",
      },
    ],
  },
  {
    name: "rows that are being written behind are not seen",
    invariant: "alive",
    changes: [
      {
        file: "host/journal/level/level-rows.ts",
        find: "return waiting === undefined ? this.#writing?.of(table).get(partition, order) : waiting;",
        replace: "return waiting;",
      },
    ],
  },
  {
    name: "a state of another aggregator is gone on with",
    invariant: "I8",
    bounds: "wide",
    changes: [
      {
        file: turns,
        find: "if (folded?.aggregator_digest === aggregator.fn.digest && folded.schema === aggregator.schema.fingerprint)",
        replace: "if (folded?.schema === aggregator.schema.fingerprint)",
      },
    ],
  },
  {
    name: "a kept state of another aggregator is gone on with",
    invariant: "I8",
    changes: [
      {
        file: "host/engine/folding.ts",
        find: "return kept.aggregator_digest === aggregator.fn.digest && kept.schema",
        replace: "return kept.schema",
      },
    ],
  },
  {
    name: "a command is retried twice at once",
    invariant: "alive",
    changes: [
      {
        file: "host/engine/parking.ts",
        find: 'if (record.status !== "parked" || this.#inFlight.get(id) !== undefined)',
        replace: 'if (record.status !== "parked")',
      },
    ],
  },
  {
    name: "a command that failed runs twice",
    invariant: "alive",
    changes: [
      {
        file: turns,
        find: "chance.fraction()), () => this.deliver(pending));",
        replace:
          "chance.fraction()), () => {\n        this.deliver(pending);\n        this.deliver(pending);\n      });",
      },
    ],
  },
  {
    name: "an entity is claimed after the look whose it is",
    invariant: "alive",
    changes: [{ file: "host/engine/memberships.ts", find: "this.#claims.set(entity, aggregate);", replace: "" }],
  },
  {
    name: "time begins anew with each start",
    invariant: "I17",
    changes: [{ file: "host/engine/engine.ts", find: "last: journal.head.time", replace: "last: 0" }],
  },
  {
    name: "a draft is not held against its schema",
    invariant: "I15",
    changes: [{ file: "host/engine/event-drafts.ts", find: "codec.check(draft.payload);", replace: "" }],
  },
  {
    name: "a refused event from outside is kept",
    invariant: "I14",
    changes: [
      {
        file: turns,
        find: 'refuse("EVENT_NOT_FOLDED", `${aggregator.fn.name} could not fold the event: ${answer.reason}`);',
        replace:
          'journal.append([{ kind: "event", event, schema: stored.schema }]);\n        refuse("EVENT_NOT_FOLDED", "");',
      },
    ],
  },
  {
    name: "a command is held to the sequence that it expects at its first try alone",
    invariant: "expected-sequence",
    changes: [
      {
        file: turns,
        find: "if (first === undefined || first.accepted ||",
        replace: "if (first === undefined || first.attempts > 0 ||",
      },
    ],
  },
];
