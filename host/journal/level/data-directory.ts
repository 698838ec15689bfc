// What a data directory is: an identity file beside the log, the index and the head file. Made once, in an empty place; never by
// accident, since LevelDB would make a new, empty database in place of one whose CURRENT is lost, and delete the old one's files.
//
//   EVENTO   identity (JSON)      log/    LevelDB, the truth
//   head     how far it reached   index/  LevelDB, follows from the log
import { hash, randomUUID } from "node:crypto";
import { open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

import { EventoError } from "../../errors.ts";
import { isMissing, syncDirectory } from "../../storage/durable-file.ts";

const format = 1;

export type Identity = {
  /** UUID of this host's log. */
  readonly id: string;
  readonly format: number;
  /** ISO 8601, UTC. */
  readonly created: string;
  /** Logs that this one is the rest of, the newest first: each lost its end, and that was accepted. */
  readonly predecessors?: readonly Predecessor[];
};

export type Predecessor = {
  readonly id: string;
  /** Position of the last event that was taken over from it. */
  readonly position: number;
};

/** The identity of a log that goes on from what another one has up to a position. */
export function successorOf(log: Omit<Identity, "format">, position: number): Omit<Identity, "format"> {
  const predecessors = [{ id: log.id, position }, ...(log.predecessors ?? [])];
  return { id: randomUUID(), created: new Date().toISOString(), predecessors };
}

export type DataPaths = {
  readonly identity: string;
  /** The identity while the rest is being made: what lies beside it was never used. */
  readonly unfinished: string;
  readonly log: string;
  readonly index: string;
  /** An index that is being made, and one whose place another takes. */
  readonly newIndex: string;
  readonly oldIndex: string;
  readonly head: string;
  /** A directory in this one that holds all that takes its place, and the same while it is made. */
  readonly recovered: string;
  readonly newRecovered: string;
};

export function pathsOf(directory: string): DataPaths {
  return {
    identity: join(directory, "EVENTO"),
    unfinished: join(directory, "EVENTO.unfinished"),
    log: join(directory, "log"),
    index: join(directory, "index"),
    newIndex: join(directory, "index.new"),
    oldIndex: join(directory, "index.old"),
    head: join(directory, "head"),
    recovered: join(directory, "recovered"),
    newRecovered: join(directory, "recovered.new"),
  };
}

/** Tells whether there is nothing yet at a place, or no more than an init that did not end left behind. */
export async function isVacant(directory: string): Promise<boolean> {
  const paths = pathsOf(directory);
  try {
    const names = await readdir(directory);
    return names.length === 0 || ((await isThere(paths.unfinished)) && !(await isThere(paths.identity)));
  } catch (error) {
    if (isMissing(error)) return true;
    throw error;
  }
}

/**
 * Begins a new data directory in a vacant place.
 *
 * @param of - the log that it is for; a new one when left out.
 * @throws EventoError DATA_NOT_EMPTY
 */
export async function beginDirectory(
  directory: string,
  of: Omit<Identity, "format"> = { id: randomUUID(), created: new Date().toISOString() },
): Promise<void> {
  if (!(await isVacant(directory)))
    throw new EventoError(
      "DATA_NOT_EMPTY",
      `found files in ${directory}, expected nothing where a new data directory is to be`,
      { hint: "name another directory, or open this one when it holds Evento's data" },
    );
  const paths = pathsOf(directory);
  for (const leftOver of [paths.log, paths.index, paths.head]) await rm(leftOver, { recursive: true, force: true });
  const identity: Identity = { ...of, format };
  const file = await open(paths.unfinished, "w");
  try {
    await file.writeFile(`${JSON.stringify({ ...identity, checksum: checksumOf(identity) })}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Ends the making of a data directory: from here on it is one. */
export async function finishDirectory(directory: string): Promise<void> {
  const paths = pathsOf(directory);
  await syncDirectory(directory);
  await rename(paths.unfinished, paths.identity);
  await syncDirectory(directory);
}

/**
 * Reads what a directory is.
 *
 * @throws EventoError DATA_UNKNOWN, DATA_FORMAT_UNKNOWN, DATA_INCOMPLETE; RECOVERY_UNFINISHED when a recovery has made all that
 *   takes the place of what is there, and was broken off before it had.
 */
export async function readIdentity(directory: string): Promise<Identity> {
  const paths = pathsOf(directory);
  if (await isThere(paths.recovered))
    throw new EventoError(
      "RECOVERY_UNFINISHED",
      `found a recovery in ${directory} that was broken off, expected one that has ended`,
      { hint: "run `evento recover --accept-loss` again: it ends what it began" },
    );
  const identity = await identityIn(directory);
  if (!(await isThere(join(paths.log, "CURRENT"))))
    throw new EventoError("DATA_INCOMPLETE", `found no log in ${directory}, expected ${join("log", "CURRENT")}`, {
      hint: "restore the data directory from a backup: the log is the truth and can't be made from anything else",
    });
  return identity;
}

/** Reads the identity file alone. @throws EventoError DATA_UNKNOWN, DATA_FORMAT_UNKNOWN */
export async function identityIn(directory: string): Promise<Identity> {
  const paths = pathsOf(directory);
  let identity: unknown;
  try {
    identity = JSON.parse(await readFile(paths.identity, "utf8"));
  } catch (cause) {
    throw new EventoError(
      "DATA_UNKNOWN",
      `found no readable file EVENTO in ${directory}, expected a data directory of Evento`,
      { cause, hint: "check EVENTO_DATA; a new data directory is made only where there is nothing yet" },
    );
  }
  if (!isIdentity(identity) || identity.format !== format)
    throw new EventoError(
      "DATA_FORMAT_UNKNOWN",
      `found a data directory of another format in ${directory}, expected format ${format}`,
      { hint: "use the version of Evento that wrote it" },
    );
  // Another identity is another log: its snapshots would not be found, and a topic would get all of it again.
  if ("checksum" in identity && identity.checksum !== checksumOf(identity))
    throw new EventoError(
      "DATA_UNKNOWN",
      `found an identity with a checksum that does not fit in the file EVENTO of ${directory}`,
      { hint: "put the file back from a backup" },
    );
  return identity;
}

function checksumOf({ id, created, predecessors = [] }: Identity): string {
  return hash("sha256", JSON.stringify([id, format, created, predecessors])).slice(0, 16);
}

export async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function isIdentity(value: unknown): value is Identity {
  return (
    typeof value === "object" &&
    value !== null &&
    "id" in value &&
    typeof value.id === "string" &&
    "format" in value &&
    "created" in value &&
    typeof value.created === "string"
  );
}
