// A host: the adapters behind their ports, the engine between them, REST in front. Opened from what others need to what needs
// others, closed the other way round.
import { join } from "node:path";

import { systemChance, systemClock } from "./clock.ts";
import { addressOf, type HostConfig } from "./config.ts";
import { Engine } from "./engine/engine.ts";
import { reasonOf } from "./errors.ts";
import { ProcessFunctions } from "./functions/process-functions.ts";
import { initJournal, isVacant, openJournal } from "./journal/level/level-journal.ts";
import type { Logger } from "./json-log.ts";
import { RestServer } from "./rest/server.ts";
import { openSnapshots } from "./snapshots/snapshots-location.ts";

export type HostOptions = {
  readonly config: HostConfig;
  readonly logger: Logger;
  /** Called once when the host can't go on; the process has to end. */
  readonly onFatal: (error: unknown) => void;
};

export class Host {
  readonly engine: Engine;
  readonly #rest: RestServer;
  readonly #resources: AsyncDisposableStack;
  #closing: Promise<void> | undefined;

  private constructor(engine: Engine, rest: RestServer, resources: AsyncDisposableStack) {
    this.engine = engine;
    this.#rest = rest;
    this.#resources = resources;
  }

  /** Opens the data directory, making it where there is nothing, and listens. @throws EventoError as the adapters do */
  static async open({ config, logger, onFatal }: HostOptions): Promise<Host> {
    const address = addressOf(config);
    let failed = "";
    const fatal = (error: unknown): void => {
      if (failed !== "") return;
      failed = reasonOf(error);
      logger.log("error", "host.failed", { reason: failed });
      onFatal(error);
    };
    await using closing = new AsyncDisposableStack();
    if (await isVacant(config.data)) await initJournal(config.data);
    const { journal } = await openJournal({ directory: config.data, onFatal: fatal });
    closing.defer(() => journal.close());
    const snapshots = await openSnapshots(config);
    closing.defer(() => snapshots.close());
    const functions = await ProcessFunctions.open({
      directory: join(config.data, "components"),
      logger,
      deadlineMs: config.function_deadline_ms,
      idleMs: config.function_idle_ms,
    });
    closing.defer(() => functions.close());
    const engine = await Engine.open(
      { journal, functions, snapshots, clock: systemClock, chance: systemChance },
      {
        settings: { triesMax: config.tries, depthMax: config.depth },
        onFatal: fatal,
        onTrouble: (event, error) => logger.log("warn", event, { reason: reasonOf(error) }),
      },
    );
    closing.defer(() => engine.close());
    const checks = { journal: () => failed };
    const rest = await RestServer.listen({ engine, logger, checks, address, waitMs: config.wait_ms });
    closing.defer(() => rest.close());
    return new Host(engine, rest, closing.move());
  }

  get url(): string {
    return this.#rest.url;
  }

  /** Takes nothing new, ends what is under way, keeps what the next start can use. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#resources.disposeAsync();
    return this.#closing;
  }
}
