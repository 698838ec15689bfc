// What a client was told, written down and synced before it asks for anything more. From outside, this is all there is to go by.
import type { Draft } from "./request.ts";

export type Receipt = {
  readonly draft: Draft;
  /** HTTP status of the answer; of a line that was refused, that of its problem. */
  readonly status: number;
  /** The parsed answer. */
  readonly answer: unknown;
};
