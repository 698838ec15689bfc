// The client bounds each request, and so each call of it in theory. A call that never ends all the same would hold publishing up
// for ever, so that each has a deadline of its own: what is late then can do no harm, since the next claim fences it off.
import { EventoError } from "../../errors.ts";

/** @throws EventoError TOPIC_UNAVAILABLE (retryable) when the call is late; the caller has to throw its client away then. */
export async function within<Result>(deadlineMs: number, what: string, call: () => Promise<Result>): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(
      new EventoError("TOPIC_UNAVAILABLE", `found no end of ${what} after ${deadlineMs} ms`, { retryable: true }),
    );
  }, deadlineMs);
  try {
    return await Promise.race([call(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
