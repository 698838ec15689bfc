// Turns failures into problems on their way out; what nobody foresaw is logged once and shown as an id only.
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

import { traceContextOf } from "../domain/trace-context.ts";
import type { Logger } from "../json-log.ts";
import { problemOf, unforeseen, type Problem } from "./problem.ts";

export class ProblemReport {
  readonly #logger: Logger;

  constructor({ logger }: { logger: Logger }) {
    this.#logger = logger;
  }

  of(error: unknown, request?: IncomingMessage): Problem {
    const known = problemOf(error, request?.method);
    if (known !== undefined) return known;
    const id = randomUUID();
    this.#logger.log("error", "rest.failed", {
      id,
      trace_id: traceContextOf(String(request?.headers["traceparent"]))?.trace,
      reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    return unforeseen(id);
  }
}
