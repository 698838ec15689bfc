// Turns failures into problems on their way out; what nobody foresaw is logged once and shown as an id only.
import { randomUUID } from "node:crypto";

import type { Logger } from "../json-log.ts";
import { problemOf, unforeseen, type Problem } from "./problem.ts";

export class ProblemReport {
  readonly #logger: Logger;

  constructor({ logger }: { logger: Logger }) {
    this.#logger = logger;
  }

  of(error: unknown, method?: string): Problem {
    const known = problemOf(error, method);
    if (known !== undefined) return known;
    const id = randomUUID();
    this.#logger.log("error", "rest.failed", {
      id,
      reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    return unforeseen(id);
  }
}
