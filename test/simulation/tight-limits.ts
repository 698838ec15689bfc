// Bounds so narrow that a short history reaches them: what is evicted, split or refused in a host that is full.
import type { Change } from "./host-copy.ts";

const bounds: readonly (readonly [name: string, value: string, narrow: string])[] = [
  ["commandsPerMailboxMax", "1_024", "5"],
  ["turnCommandsMax", "32", "3"],
  ["heavyTurnEvents", "128", "2"],
  ["commandsPendingMax", "100_000", "20"],
  ["aggregatesCachedMax", "100_000", "1"],
  ["groupBytesMax", "512 << 10", "600"],
  ["groupEntriesMax", "2_048", "4"],
  ["groupBytesCachedMax", "32 << 20", "2_000"],
  ["journalPendingBytesMax", "32 << 20", "500"],
  ["indexRowsMax", "20_000", "20"],
  ["sequencesCachedMax", "100_000", "2"],
  ["unknownCommandsMax", "10_000", "2"],
  ["eventsScannedMax", "10_000", "7"],
  ["publishEventsMax", "1_000", "3"],
];

export const tightLimits: readonly Change[] = [
  ...bounds.map(([name, value, narrow]) => ({
    file: "host/limits.ts",
    find: `export const ${name} = ${value};`,
    replace: `export const ${name} = ${narrow};`,
  })),
  // Pages and strides that are no bounds of the host's, but ends all the same.
  { file: "host/engine/dispatch.ts", find: "const eventsPerRead = 256;", replace: "const eventsPerRead = 4;" },
  { file: "host/engine/dispatch.ts", find: "const eventsPerBatch = 128;", replace: "const eventsPerBatch = 2;" },
  { file: "host/engine/dispatch.ts", find: "const cursorStride = 10_000;", replace: "const cursorStride = 6;" },
  { file: "host/engine/dispatch.ts", find: "const outstandingMax = 10_000;", replace: "const outstandingMax = 2;" },
  {
    file: "host/engine/command-records.ts",
    find: "const recordsPerPage = 500;",
    replace: "const recordsPerPage = 2;",
  },
  { file: "host/engine/turns.ts", find: "const unavailableTriesMax = 50;", replace: "const unavailableTriesMax = 2;" },
  { file: "host/engine/turns.ts", find: "const membersKnownMax = 10_000;", replace: "const membersKnownMax = 1;" },
  { file: "host/engine/folding.ts", find: "const eventsPerCall = 500;", replace: "const eventsPerCall = 2;" },
  { file: "host/journal/tables.ts", find: "export const chunkEvents = 32;", replace: "export const chunkEvents = 4;" },
  { file: "host/journal/event-views.ts", find: "const groupsAtOnce = 16;", replace: "const groupsAtOnce = 2;" },
  { file: "host/journal/event-views.ts", find: "const pageEndsMax = 256;", replace: "const pageEndsMax = 2;" },
  { file: "host/publisher/log-publisher.ts", find: "const pageEventsMax = 100;", replace: "const pageEventsMax = 2;" },
  {
    file: "host/journal/level/level-rows.ts",
    find: "const rowsReadAtOnce = 1_000;",
    replace: "const rowsReadAtOnce = 2;",
  },
];
