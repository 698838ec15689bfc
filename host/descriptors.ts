// How the descriptors that a process may have are shared out: a flood of connections must leave LevelDB those that it needs.
import { readFileSync } from "node:fs";

import { connectionsMax, databaseFilesMax } from "./limits.ts";

/** For pipes to function processes, Kafka, S3 and what is opened for a moment. */
const othersMax = 256;
/** Where the system does not tell: what most give at least. */
const limitDefault = 1_024;
/** Databases of a data directory. */
const databaseCount = 2;

export type DescriptorShares = {
  /** Connections of clients at once. */
  readonly connections: number;
  /** Files that one database keeps open. */
  readonly filesPerDatabase: number;
};

/** @param limit - of the process; read from the system when left out. */
export function descriptorShares(limit: number = descriptorLimit()): DescriptorShares {
  const others = Math.min(othersMax, Math.floor(limit / 2));
  const connections = Math.min(connectionsMax, Math.floor((limit - others) / 2));
  const files = Math.floor((limit - others - connections) / databaseCount);
  return { connections, filesPerDatabase: Math.min(databaseFilesMax, files) };
}

function descriptorLimit(): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return limitDefault;
  }
}
