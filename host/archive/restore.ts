// Makes a data directory of what an archive holds of a log. Components pass the gate again: an archive is not believed either.
import { EventoError } from "../errors.ts";
import type { StoredGroup } from "../journal/log-store.ts";
import { successorOf } from "../journal/level/data-directory.ts";
import { restoreJournal } from "../journal/level/restored-journal.ts";
import type { Journal, JournalHead } from "../ports/journal.ts";
import type { Functions } from "../ports/functions.ts";
import { archiveDamagedHint, type Archive } from "./archive.ts";
import { ComponentCopy } from "./component-copy.ts";
import { deployedComponents } from "./deployed-components.ts";
import { LogCopy } from "./log-copy.ts";

export type RestoreReport = {
  /** UUID of the log. */
  readonly log: string;
  /** UUID of the log that was copied, when the restored one is another. */
  readonly previous: string | undefined;
  readonly head: JournalHead;
  readonly components: number;
};

/**
 * Makes a data directory where there is nothing. Broken off, the place counts as empty and it can be started again.
 *
 * @param given - `log` says which, when the archive holds several; `openFunctions` makes the store of components in the directory;
 *   `markLoss` is given when what came after the copy is given up: the restored log then is one of its own, and is marked by it.
 * @throws EventoError ARCHIVE_EMPTY, ARCHIVE_DAMAGED, ARCHIVE_UNAVAILABLE, COMPONENT_DAMAGED, FUNCTION_REFUSED, DATA_NOT_EMPTY.
 */
export async function restore(given: {
  archive: Archive;
  log: string | undefined;
  directory: string;
  openFunctions: () => Promise<Pick<Functions, "check" | "close">>;
  markLoss?: (journal: Journal, previousLog: string) => Promise<void>;
  onGroup?: (group: number) => void;
}): Promise<RestoreReport> {
  const { archive, directory, openFunctions, markLoss, onGroup } = given;
  const copied = await identityIn(archive, given.log);
  const components = await ComponentCopy.of({ archive, log: copied.id });
  const copy = new LogCopy({ archive, log: copied.id });
  const identity = markLoss === undefined ? copied : successorOf(copied, (await copy.head()).position);
  const head = await restoreJournal(directory, {
    identity,
    prepare: () => restoreComponents(components, openFunctions),
    groups: checkedGroups({ copy, components, onGroup }),
    mark: markLoss && ((journal) => markLoss(journal, copied.id)),
  });
  const previous = markLoss === undefined ? undefined : copied.id;
  return { log: identity.id, previous, head, components: components.digests.size };
}

async function* checkedGroups(given: {
  copy: LogCopy;
  components: ComponentCopy;
  onGroup: ((group: number) => void) | undefined;
}): AsyncGenerator<StoredGroup> {
  const { copy, components, onGroup } = given;
  for await (const group of copy.groups()) {
    for (const digest of deployedComponents(group))
      if (!components.digests.has(digest)) throw damaged(`no component ${digest}, which group ${group.number} deploys`);
    onGroup?.(group.number);
    yield group;
  }
}

async function restoreComponents(
  components: ComponentCopy,
  openFunctions: () => Promise<Pick<Functions, "check" | "close">>,
): Promise<void> {
  const functions = await openFunctions();
  try {
    for (const digest of components.digests) {
      const component = await components.get(digest);
      if (component === undefined) throw damaged(`no component ${digest}`);
      await functions.check(component);
    }
  } finally {
    await functions.close();
  }
}

async function identityIn(archive: Archive, log: string | undefined): Promise<{ id: string; created: string }> {
  const logs = (await archive.list(log === undefined ? "" : `${log}/`))
    .filter((name) => name.endsWith("/EVENTO"))
    .map((name) => name.slice(0, -"/EVENTO".length));
  const [id] = logs;
  if (id === undefined)
    throw new EventoError("ARCHIVE_EMPTY", `found no copy of ${log === undefined ? "any log" : `the log ${log}`}`, {
      hint: "name the place that `evento backup` was given",
    });
  if (logs.length > 1)
    throw new EventoError("ARCHIVE_AMBIGUOUS", `found copies of ${logs.length} logs: ${logs.join(", ")}`, {
      hint: "say which with --log",
    });
  const identity: unknown = JSON.parse(Buffer.from((await archive.get(`${id}/EVENTO`)) ?? []).toString("utf8"));
  if (
    typeof identity === "object" &&
    identity !== null &&
    "id" in identity &&
    identity.id === id &&
    "created" in identity &&
    typeof identity.created === "string"
  )
    return { id, created: identity.created };
  throw damaged(`an identity of another log than ${id}`);
}

function damaged(what: string): EventoError {
  return new EventoError("ARCHIVE_DAMAGED", `found ${what}`, { hint: archiveDamagedHint });
}
