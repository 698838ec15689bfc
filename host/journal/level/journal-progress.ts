/** How far a run over a whole data directory is: groups of the log, or rows of the index. */
export type JournalProgress = {
  readonly stage: "log" | "index";
  readonly done: number;
  /** Undefined when nobody knows before the end. */
  readonly total: number | undefined;
};
