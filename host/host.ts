// A host: the adapters behind their ports, the engine between them, REST in front. Opened from what others need to what needs
// others, closed the other way round.
import { join } from "node:path";

import { systemChance, systemClock } from "./clock.ts";
import { Access } from "./access/access.ts";
import { Certificate } from "./access/certificate.ts";
import { addressOf, certificateOf, isLoopback, issuerOf, type HostConfig } from "./config.ts";
import { descriptorShares } from "./descriptors.ts";
import { DiskSpace, freeBytesAt } from "./disk-space.ts";
import { Engine } from "./engine/engine.ts";
import { reasonOf } from "./errors.ts";
import { FailureLog } from "./failure-log.ts";
import type { LogLine } from "./functions/log-lines.ts";
import { RecentLines } from "./functions/recent-lines.ts";
import { ProcessFunctions } from "./functions/process-functions.ts";
import { isVacant } from "./journal/level/data-directory.ts";
import { initJournal, openJournal } from "./journal/level/level-journal.ts";
import type { Logger } from "./json-log.ts";
import type { KafkaIntake } from "./publisher/kafka/kafka-intake.ts";
import { kafkaOf } from "./kafka.ts";
import { RestServer } from "./rest/server.ts";
import { openSnapshots } from "./snapshots/open-snapshots.ts";
import { TraceRoots } from "./tracing/trace-roots.ts";
import type { Tracing } from "./tracing/tracing.ts";

export type HostOptions = {
  readonly config: HostConfig;
  readonly logger: Logger;
  /** Called once when the host can't go on: nothing more is acknowledged, and the process has to end. */
  readonly onFatal: (error: unknown) => void;
};

export class Host {
  readonly engine: Engine;
  readonly #rest: RestServer;
  readonly #intake: KafkaIntake | undefined;
  /** Everything else that was opened. */
  readonly #resources: AsyncDisposableStack;
  #closing: Promise<void> | undefined;

  private constructor(given: {
    engine: Engine;
    rest: RestServer;
    intake: KafkaIntake | undefined;
    resources: AsyncDisposableStack;
  }) {
    this.engine = given.engine;
    this.#rest = given.rest;
    this.#intake = given.intake;
    this.#resources = given.resources;
  }

  /** Opens the data directory, making it where there is nothing, and listens. @throws EventoError as the adapters do */
  static async open({ config, logger, onFatal }: HostOptions): Promise<Host> {
    const address = addressOf(config);
    const paths = certificateOf(config);
    const issuer = issuerOf(config);
    const failure = new Failure({ logger, onFatal });
    await using resources = new AsyncDisposableStack();
    if (await isVacant(config.data)) await initJournal(config.data);
    const { journal, identity, store } = await openJournal({ directory: config.data, onFatal: failure.raise });
    resources.defer(() => journal.close());
    const snapshots = await openSnapshots({
      location: config.snapshots,
      endpoint: config.s3_endpoint,
      data: config.data,
      log: identity.id,
      onFailure: (error) => logger.log("warn", "snapshots.away", { reason: error.message }),
    });
    resources.defer(() => snapshots.close());
    const recentLines = new RecentLines({ now: () => systemClock.now() });
    const functions = await ProcessFunctions.open({
      directory: join(config.data, "components"),
      logger(line) {
        logLine(logger, line);
        recentLines.put(line);
      },
      onNotice: (notice) => logger.log("info", "functions.notice", { notice }),
      deadlineMs: config.function_deadline_ms,
      idleMs: config.function_idle_ms,
      isolationMin: config.isolation,
    });
    resources.defer(() => functions.close());
    const disk = await DiskSpace.open({
      floorBytes: config.disk_free_mib * 2 ** 20,
      measure: () => freeBytesAt(config.data),
      clock: systemClock,
      onChange: ({ low, freeBytes }) =>
        logger.log(low ? "warn" : "info", low ? "disk.low" : "disk.recovered", { free_bytes: freeBytes }),
      onFailure: (error) => logger.log("warn", "disk.unknown", { reason: reasonOf(error) }),
    });
    resources.defer(() => disk.close());
    const roots = new TraceRoots({ journal, share: config.trace_share });
    const failures = new FailureLog({
      logger,
      roots,
      isTraced: config.otlp_endpoint !== "",
      now: () => performance.now(),
    });
    const tracing = await openTracing(config, { roots, log: identity.id, logger });
    resources.defer(async () => tracing?.close());
    const engine = await Engine.open(
      { journal, functions, snapshots, disk, clock: systemClock, chance: systemChance, observer: tracing?.engine },
      {
        settings: {
          triesMax: config.tries,
          depthMax: config.depth,
          snapshotEventCount: config.snapshot_events,
        },
        onFatal: failure.raise,
        onTrouble: (event, error) => logger.log("warn", event, { reason: reasonOf(error) }),
        onFailure: (failure) => failures.put(failure),
      },
    );
    resources.defer(() => engine.close());
    const access = await Access.open({ tokens: config.tokens, issuer, history: engine.access, logger });
    resources.defer(() => access.close());
    if (!access.isAsked)
      logger.log(isLoopback(address.host) ? "info" : "warn", "access.open", {
        listen: config.listen,
        hint: "whoever reaches this address may do everything; EVENTO_TOKENS asks for tokens",
      });
    const certificate = paths === undefined ? undefined : await Certificate.open({ paths, logger });
    resources.defer(async () => certificate?.close());
    if (certificate === undefined && !isLoopback(address.host))
      logger.log("warn", "tls.none", {
        hint: "tokens go over the network as they are: set EVENTO_TLS_CERT and EVENTO_TLS_KEY, or encrypt in front",
      });
    const checks = { journal: () => failure.reason, disk: () => disk.reason };
    const url = (): string => rest.url;
    const log = { ...identity, store };
    const { publisher, intake, registry } = kafkaOf({
      config,
      journal,
      log: log.id,
      door: engine,
      logger,
      url,
      observer: tracing?.publisher,
    });
    const rest: RestServer = await RestServer.listen({
      engine,
      access,
      logger,
      checks,
      log,
      registry,
      publisher,
      intake,
      recentLines,
      tracing,
      disk,
      isolation: functions.isolationLevel,
      address,
      certificate,
      connections: descriptorShares().connections,
      waitMs: config.wait_ms,
    });
    publisher?.start();
    resources.defer(async () => publisher?.close());
    intake?.start();
    return new Host({ engine, rest, intake, resources: resources.move() });
  }

  get url(): string {
    return this.#rest.url;
  }

  /** Takes nothing new, ends what is under way, keeps what the next start can use. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#rest.stop();
    await this.#intake?.close();
    // Who waits for an outcome gets it as long as outcomes come, and reads what became of the rest while the journal is open.
    await this.engine.close();
    await this.#rest.close();
    await this.#resources.disposeAsync();
  }
}

/** The first reason for which the host can't go on. */
class Failure {
  reason = "";
  readonly #logger: Logger;
  readonly #onFatal: (error: unknown) => void;

  constructor({ logger, onFatal }: { logger: Logger; onFatal: (error: unknown) => void }) {
    this.#logger = logger;
    this.#onFatal = onFatal;
  }

  readonly raise = (error: unknown): void => {
    if (this.reason !== "") return;
    this.reason = reasonOf(error) || "unknown";
    this.#logger.log("error", "host.failed", { reason: this.reason });
    this.#onFatal(error);
  };
}

async function openTracing(
  { otlp_endpoint: endpoint }: HostConfig,
  given: { roots: TraceRoots; log: string; logger: Logger },
): Promise<Tracing | undefined> {
  if (endpoint === "") return undefined;
  // Its libraries are loaded only by who traces.
  const { Tracing } = await import("./tracing/tracing.ts");
  return Tracing.open({ endpoint, ...given });
}

/** What a function logs is its text, bounded and cleaned, and no payload of the host's. */
function logLine(logger: Logger, { name, digest, level, about, message }: LogLine): void {
  logger.log(level === "trace" ? "debug" : level, "function.log", { function: name, digest, about, message });
}
