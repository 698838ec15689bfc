/** How far a run over a whole data directory is: groups of the log, rows of the index, or events that are folded again. */
export type JournalProgress = {
  readonly stage: "log" | "index" | "events";
  readonly done: number;
  /** Undefined when nobody knows before the end. */
  readonly total: number | undefined;
};
