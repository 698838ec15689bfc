// A host in this process, from open to the signal that ends it.
import type { HostConfig } from "../config.ts";
import { Host } from "../host.ts";
import type { Logger } from "../json-log.ts";
import type { Terminal } from "./terminal.ts";

/** Longest time for what is under way to end. */
const closeDeadlineMs = 30_000;
/** A second signal is impatience only after this: one key press may arrive twice, by the terminal and by the launcher. */
const impatienceMs = 1_000;
/** EX_SOFTWARE: the host can't go on, and whoever runs it has to start it again. */
const fatalExitCode = 70;

export type HostRun = {
  readonly config: HostConfig;
  readonly logger: Logger;
  readonly terminal: Terminal;
  /** What is to be done before the host says that it listens; what it returns is called before the host closes. */
  readonly prepare?: (host: Host) => Promise<() => Promise<void>>;
};

/** Runs a host until SIGTERM or SIGINT, and ends the process: 0 when all is closed, 70 when the host could not go on. */
export async function runHost({ config, logger, terminal, prepare }: HostRun): Promise<void> {
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  const began = performance.now();
  let asked = Number.POSITIVE_INFINITY;
  const stop = (signal: string): void => {
    if (performance.now() - asked > impatienceMs) process.exit(130);
    asked = Math.min(asked, performance.now());
    end(signal);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGHUP", stop);
  const host = await Host.open({ config, logger, onFatal: () => process.exit(fatalExitCode) });
  const settle = await prepare?.(host);
  terminal.result(`evento listens on ${host.url}`);
  logger.log("info", "host.started", {
    url: host.url,
    data: config.data,
    start_ms: Math.round(performance.now() - began),
  });
  const signal = await ended;
  logger.log("info", "host.closing", { signal });
  const late = setTimeout(() => {
    logger.log("error", "host.close.late", { deadline_ms: closeDeadlineMs });
    process.exit(fatalExitCode);
  }, closeDeadlineMs);
  await settle?.();
  await host.close();
  clearTimeout(late);
  logger.log("info", "host.closed");
  process.exit(0);
}
