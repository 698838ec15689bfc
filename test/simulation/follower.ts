// Somebody who follows the log, and goes on after what he has seen when the host is back.
import type { Queries } from "../../host/engine/queries.ts";
import { holds, toError } from "./violation.ts";
import type { Life } from "./world.ts";

export class Follower {
  /** Ids of the events so far: that at index i lies at position i + 1. */
  readonly ids: string[] = [];
  failure: Error | undefined;

  /** Follows one life of the host until it ends. */
  follow(life: Life, queries: Queries): void {
    this.#run(life, queries).catch((error: unknown) => {
      if (life.alive) this.failure ??= toError(error);
    });
  }

  async #run(life: Life, queries: Queries): Promise<void> {
    const { signal } = new AbortController();
    for await (const { events } of queries.follow({ after: this.ids.length, signal })) {
      if (!life.alive) return;
      for (const { position, id } of events) {
        holds(
          position === this.ids.length + 1,
          "follow",
          () => `who follows the log is shown position ${position} after ${this.ids.length}`,
        );
        this.ids.push(id);
      }
    }
  }
}
