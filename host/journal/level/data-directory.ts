// What a data directory is: an identity file beside the log and the index. Made once, in an empty place; never by accident.
import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";

import { EventoError } from "../../errors.ts";

const format = 1;

export type Identity = {
  /** UUID of this host's log. */
  readonly id: string;
  readonly format: number;
  /** ISO 8601, UTC. */
  readonly created: string;
};

export type DataPaths = {
  readonly log: string;
  readonly index: string;
  readonly head: string;
  readonly identity: string;
};

export function pathsOf(directory: string): DataPaths {
  return {
    log: join(directory, "log"),
    index: join(directory, "index"),
    head: join(directory, "head"),
    identity: join(directory, "EVENTO"),
  };
}

/** Tells whether there is nothing at a place yet, so that a data directory may be made there. */
export async function isVacant(directory: string): Promise<boolean> {
  try {
    return (await readdir(directory)).length === 0;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return true;
    throw error;
  }
}

/** Writes the identity of a new data directory. @throws EventoError DATA_NOT_EMPTY */
export async function writeIdentity(directory: string): Promise<Identity> {
  if (!(await isVacant(directory)))
    throw new EventoError(
      "DATA_NOT_EMPTY",
      `found files in ${directory}, expected nothing where a new data directory is to be`,
    );
  await mkdir(directory, { recursive: true });
  const identity = { id: randomUUID(), format, created: new Date().toISOString() };
  const file = await open(pathsOf(directory).identity, "wx");
  await file.writeFile(`${JSON.stringify(identity)}\n`);
  await file.sync();
  await file.close();
  return identity;
}

/** Reads what a directory is. @throws EventoError DATA_UNKNOWN, DATA_FORMAT_UNKNOWN, DATA_INCOMPLETE */
export async function readIdentity(directory: string): Promise<Identity> {
  const paths = pathsOf(directory);
  let identity: unknown;
  try {
    identity = JSON.parse(await readFile(paths.identity, "utf8"));
  } catch (cause) {
    throw new EventoError(
      "DATA_UNKNOWN",
      `found no readable file EVENTO in ${directory}, expected a data directory of Evento`,
      {
        cause,
        hint: "check EVENTO_DATA; a new data directory is made only where there is nothing yet",
      },
    );
  }
  if (!isIdentity(identity) || identity.format !== format)
    throw new EventoError(
      "DATA_FORMAT_UNKNOWN",
      `found a data directory of another format in ${directory}, expected format ${format}`,
    );
  // LevelDB would make a new, empty database in place of one whose CURRENT is lost, and delete the old one's files.
  const missing = await stat(join(paths.log, "CURRENT")).then(
    () => false,
    () => true,
  );
  if (missing)
    throw new EventoError("DATA_INCOMPLETE", `found no log in ${directory}, expected ${join("log", "CURRENT")}`, {
      hint: "restore the data directory from a backup",
    });
  return identity;
}

function isIdentity(value: unknown): value is Identity {
  return (
    typeof value === "object" &&
    value !== null &&
    "id" in value &&
    typeof value.id === "string" &&
    "format" in value &&
    "created" in value
  );
}
