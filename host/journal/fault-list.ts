// What a check has found: all are counted, the first are kept.
import { EventoError, reasonOf } from "../errors.ts";
import { faultsMax } from "../limits.ts";

export type FoundFault = { readonly code: string; readonly message: string; readonly hint: string | undefined };

export class FaultList {
  readonly first: FoundFault[] = [];
  count = 0;

  add(error: unknown): void {
    this.count++;
    if (this.first.length >= faultsMax) return;
    const known = error instanceof EventoError;
    // What breaks off without a code says that the log holds what no host may append.
    const code = known ? error.code : "LOG_INCONSISTENT";
    this.first.push({ code, message: reasonOf(error), hint: known ? error.hint : undefined });
  }

  /** Does a step, whose failure is a fault. */
  async of<Result>(step: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await step();
    } catch (error) {
      this.add(error);
      return undefined;
    }
  }
}
