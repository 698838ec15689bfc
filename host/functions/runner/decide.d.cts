import type { Answer, Usage } from "../../ports/functions.ts";

export type Decided = {
  readonly kind: "decided";
  readonly drafts: Uint8Array;
  readonly state: Uint8Array;
  /** Of the last of its events. */
  readonly sequence: number;
  readonly usage: Usage;
};

export type Failed = { readonly kind: "failed"; readonly reason: string; readonly usage: Usage };

export function decide(
  functions: {
    readonly handle: (command: Uint8Array, state: Uint8Array | null) => Answer;
    readonly aggregate: (state: Uint8Array | null, events: Uint8Array) => Answer;
    readonly eventsMax: number;
    readonly stateBytesMax: number;
  },
  given: {
    readonly command: Uint8Array;
    readonly state: Uint8Array | null;
    readonly sequence: number;
    readonly time: number;
  },
): Decided | Failed;
