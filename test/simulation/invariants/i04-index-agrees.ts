// I4, the other way: what the index answers is what the log says, no more and no less.
import type { EventFilter, Journal } from "../../../host/ports/journal.ts";
import { accountAfter } from "../bank-model.ts";
import type { LogRecord } from "../log-record.ts";
import { holds } from "../violation.ts";

/** Asks the journal for everything that the log has; nothing may be on its way. */
export async function requireIndexAgrees(journal: Journal, log: LogRecord): Promise<void> {
  await requireCommands(journal, log);
  for (const [aggregate, events] of log.streams) {
    const found = await journal.stream(aggregate, { after: 0, limit: events.length + 1 });
    same(
      `the stream of ${aggregate}`,
      found.map(({ position }) => position),
      events.map(({ position }) => position),
    );
    same(`the sequence of ${aggregate}`, await journal.sequence(aggregate), events.length);
  }
  for (const { id, position, entity, aggregate } of log.events) {
    same(`the event ${id}`, (await journal.event(id))?.position, position);
    if (entity !== aggregate) same(`the aggregate of ${entity}`, await journal.aggregateOf(entity), aggregate);
  }
  await requireReferrers(journal, log);
  await requireTrees(journal, log);
  await requirePages(journal, log);
}

async function requireCommands(journal: Journal, log: LogRecord): Promise<void> {
  const statuses = log.statuses();
  for (const [id, status] of statuses) same(`the command ${id}`, (await journal.command(id))?.status, status);
  for (const status of ["pending", "parked"] as const) {
    const found = await journal.commandsIn(status, { after: "", limit: statuses.size + 1 });
    const expected = [...statuses].filter(([, each]) => each === status).map(([id]) => id);
    same(`the commands that are ${status}`, found.map(({ command }) => command.id).toSorted(), expected.toSorted());
  }
}

async function requireReferrers(journal: Journal, log: LogRecord): Promise<void> {
  const referrers = new Map<string, string[]>();
  for (const [aggregate, events] of log.streams) {
    if (!aggregate.startsWith("account:")) continue;
    for (const payee of accountAfter(events, 0).payees) {
      if (!referrers.has(payee)) referrers.set(payee, []);
      if (payee !== aggregate) referrers.get(payee)?.push(aggregate);
    }
  }
  for (const [payee, expected] of referrers) {
    const found = (await journal.referrers(payee)).filter((referrer) => referrer !== payee);
    same(`those who refer to ${payee}`, found, expected.toSorted());
  }
}

async function requireTrees(journal: Journal, log: LogRecord): Promise<void> {
  const roots = new Set([...log.commands.values()].map(({ command }) => command.root_cause));
  for (const root of roots) {
    const expected = [...log.commands.values()]
      .filter(({ command }) => command.root_cause === root && command.depth > 0)
      .map(({ command }) => command.id);
    const found = await journal.commandsUnder(root, { limit: log.commands.size + 1 });
    same(
      `the commands under ${root}`,
      found.map(({ command }) => command.id),
      expected,
    );
  }
}

/** The log in pages, whole and through filters. */
async function requirePages(journal: Journal, log: LogRecord): Promise<void> {
  const filters: EventFilter[] = [{}, { event_type: "Sent" }, { aggregate_type: "Ledger" }, { aggregate: "account:a" }];
  for (const filter of filters) {
    const expected = log.events.filter((event) =>
      Object.entries(filter).every(([name, value]) => event[name as keyof EventFilter] === value),
    );
    const found: number[] = [];
    for (let after = 0; ;) {
      const page = await journal.events({ after, limit: 3, filter });
      found.push(...page.events.map(({ position }) => position));
      if (page.scannedTo === after) break;
      after = page.scannedTo;
    }
    same(
      `the log through ${JSON.stringify(filter)}`,
      found,
      expected.map(({ position }) => position),
    );
  }
}

function same(what: string, found: unknown, expected: unknown): void {
  const one = JSON.stringify(found);
  const other = JSON.stringify(expected);
  holds(one === other, "I4", () => `${what}: the index says ${one}, the log ${other}`);
}
