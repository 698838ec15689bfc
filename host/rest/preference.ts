// What a client prefers: to wait for so long, or not at all (RFC 7240, the header Prefer).
import type { IncomingMessage } from "node:http";

import { outcomeWaitMsMax } from "../limits.ts";

export type Preference = {
  /** `respond-async`: the answer only says where to look. */
  readonly isAsync: boolean;
  readonly waitMs: number;
  /** What the answer's Preference-Applied says. */
  readonly applied: string;
};

/** The preference of a request; what is not understood is passed over, as the RFC wants it. */
export function preferenceOf(request: IncomingMessage): Preference | undefined {
  const header = request.headers["prefer"];
  if (header === undefined) return undefined;
  const tokens = (Array.isArray(header) ? header.join(",") : header).toLowerCase().split(",");
  for (const token of tokens) {
    const preference = token.split(";", 1)[0]?.trim() ?? "";
    if (preference === "respond-async") return { isAsync: true, waitMs: 0, applied: "respond-async" };
    const seconds = /^wait\s*=\s*"?(\d{1,6})"?$/.exec(preference)?.[1];
    if (seconds === undefined) continue;
    const waitMs = Math.min(outcomeWaitMsMax, Number(seconds) * 1_000);
    return { isAsync: false, waitMs, applied: `wait=${waitMs / 1_000}` };
  }
  return undefined;
}
