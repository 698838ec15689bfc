// One request to a host, and what was told before the connection broke.
import type { Receipt } from "./receipt.ts";
import type { Draft, Request } from "./request.ts";

const answerDeadlineMs = 30_000;

/**
 * Asks a host.
 *
 * @returns receipts of what was answered; less than was asked when the connection broke.
 */
export async function ask(url: string, request: Request): Promise<readonly Receipt[]> {
  return request.kind === "lines" ? askLines(url, request.drafts) : askOne(url, request.draft, request.kind);
}

async function askOne(url: string, draft: Draft, kind: "command" | "async" | "event"): Promise<readonly Receipt[]> {
  try {
    const response = await fetch(`${url}/${kind === "event" ? "events" : "commands"}`, {
      method: "POST",
      body: JSON.stringify(draft),
      headers: { "content-type": "application/json", ...(kind === "async" ? { prefer: "respond-async" } : {}) },
      signal: AbortSignal.timeout(answerDeadlineMs),
    });
    const answer: unknown = await response.json();
    return [{ draft, status: response.status, answer }];
  } catch {
    return [];
  }
}

async function askLines(url: string, drafts: readonly Draft[]): Promise<readonly Receipt[]> {
  let text = "";
  try {
    const response = await fetch(`${url}/commands`, {
      method: "POST",
      body: drafts.map((draft) => `${JSON.stringify(draft)}\n`).join(""),
      headers: { "content-type": "application/x-ndjson" },
      signal: AbortSignal.timeout(answerDeadlineMs),
    });
    const decoder = new TextDecoder();
    if (response.body !== null)
      for await (const chunk of response.body) text += decoder.decode(chunk, { stream: true });
  } catch {
    // What came before is told all the same.
  }
  const lines = text.split("\n").slice(0, -1);
  return lines.flatMap((line, index) => {
    const draft = drafts[index];
    const answer = JSON.parse(line);
    return draft === undefined ? [] : [{ draft, status: statusOf(answer), answer }];
  });
}

/** A line's answer is what the same command alone is answered: the outcome, that it is taken in, or a problem. */
function statusOf({ status }: { readonly status: number | string }): number {
  if (typeof status === "number") return status;
  return status === "done" ? 200 : 202;
}

/**
 * Whether the host said that it can't say now: the same again later. So it is too when a process was killed twice under the same
 * event, which the host then takes for what killed it.
 */
export function isAway({ status, answer }: Receipt): boolean {
  return status === 503 || (status === 422 && JSON.stringify(answer).includes("killed its process"));
}
