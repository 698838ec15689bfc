// Where a log is copied to, beside its data directory: objects with names, each written once and whole. Implemented on a folder and
// on S3; both run one contract suite.
//
//   <log>/EVENTO                                    identity of the log
//   <log>/log/<first group>-<last group>.groups     the groups of the log, in segments that follow each other
//   <log>/components/<digest>.wasm                  every component that the log says was deployed
export interface Archive {
  /** Writes an object; one of that name is replaced, as by a run that did not come to its end. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  get(name: string): Promise<Uint8Array | undefined>;
  /** Names that begin with a folder's, which ends in a slash, in their order; those of all objects for "". */
  list(folder: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** What an object that is missing or wrong is told as. */
export const archiveDamagedHint = "take the copy from another place, or begin a new one with `evento backup`";
