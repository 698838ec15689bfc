// The client bounds each request, and so each call of it in theory. A call that never ends all the same would hold publishing up
// for ever, so that each has a deadline of its own: what is late then can do no harm, since the next claim fences it off.
import { EventoError } from "../../errors.ts";

/** @throws EventoError TOPIC_UNAVAILABLE (retryable) when the call is late or the signal comes first; throw the client away then. */
export async function within<Result>(
  deadlineMs: number,
  what: string,
  call: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const early = Promise.withResolvers<never>();
  const giveUp = (why: string): void =>
    early.reject(new EventoError("TOPIC_UNAVAILABLE", `found ${why} in ${what}`, { retryable: true }));
  const timer = setTimeout(() => giveUp(`no end after ${deadlineMs} ms`), deadlineMs);
  const onAbort = (): void => giveUp("the topic closed");
  signal?.addEventListener("abort", onAbort);
  try {
    return await Promise.race([call(), early.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Longest wait for a client to let go of its connections: it waits for answers that may never come. */
const releaseDeadlineMs = 1_000;

/** Ends a client's work. What it still waits for ends with its requests' own deadlines; nothing depends on it any more. */
export async function letGo(disconnect: () => Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, releaseDeadlineMs);
  await Promise.race([disconnect().catch(() => undefined), promise]);
  clearTimeout(timer);
}
