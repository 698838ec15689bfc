export function eventArrayOf(given: {
  readonly command: Uint8Array;
  readonly drafts: Uint8Array;
  /** Of the last event before them. */
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly countMax: number;
}): { readonly count: number; readonly bytes: Uint8Array };
