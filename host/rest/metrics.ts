// Prometheus metrics of a host: counted where requests end, and asked of the engine when somebody scrapes.
import { Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";

import type { Engine } from "../engine/engine.ts";
import type { Publisher } from "../ports/publisher.ts";

const secondsBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

export class HostMetrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<"method" | "route" | "status">;
  readonly #commands: Histogram<"outcome">;

  constructor({ engine, publisher }: { engine: Engine; publisher: Publisher | undefined }) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#requests = new Histogram({
      name: "evento_http_request_seconds",
      help: "Requests by route and status, with the time to the head of the answer.",
      labelNames: ["method", "route", "status"],
      buckets: secondsBuckets,
      registers,
    });
    this.#commands = new Histogram({
      name: "evento_command_seconds",
      help: "Commands that clients were answered by outcome, with the time to it.",
      labelNames: ["outcome"],
      buckets: secondsBuckets,
      registers,
    });
    this.#gauge("evento_commands_pending", "Commands between acceptance and end.", () => engine.pendingCount);
    this.#gauge("evento_journal_position", "Position of the last event.", () => engine.head.position);
    if (publisher !== undefined) {
      this.#gauge("evento_kafka_lag", "Events that are not known to be on the topic.", () => publisher.status().lag);
      this.#gauge(
        "evento_kafka_published",
        "Events published since the host started.",
        () => publisher.status().published,
      );
      this.#gauge(
        "evento_kafka_passed_over",
        "Events that the topic did not take.",
        () => publisher.status().passed_over,
      );
    }
    this.#gauges("evento_dispatcher_lag", "Events that a dispatcher has yet to see.", "dispatcher", () =>
      engine.deployments.dispatchers().map(({ name }) => [name, engine.dispatching.lag(name)]),
    );
    const components = (): readonly string[] =>
      [...engine.deployments.state.functions]
        .filter(([, { versions }]) => versions.some(({ rules }) => rules === null))
        .map(([name]) => name);
    for (const [name, help, of] of [
      ["evento_function_calls", "Calls of a function since the host started.", "calls"],
      ["evento_function_failures", "Calls that failed by the function's own guilt.", "failures"],
      ["evento_function_restarts", "Processes of a function that had to be replaced.", "restarts"],
    ] as const)
      this.#gauges(name, help, "function", () => components().map((fn) => [fn, engine.functions.status(fn)[of]]));
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** @param labels - the pattern of the route, never a path: ids must not become labels. */
  request(labels: { method: string; route: string; status: number }, seconds: number): void {
    this.#requests.observe(labels, seconds);
  }

  /** Counts a client's command. @param seconds - until it was answered */
  command(outcome: "done" | "parked" | "pending" | "refused", seconds: number): void {
    this.#commands.observe({ outcome }, seconds);
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #gauge(name: string, help: string, value: () => number): void {
    const gauge: Gauge = new Gauge({ name, help, registers: [], collect: () => gauge.set(value()) });
    this.#registry.registerMetric(gauge);
  }

  #gauges(name: string, help: string, label: string, values: () => readonly (readonly [string, number])[]): void {
    const gauge = new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [],
      collect() {
        gauge.reset();
        for (const [labelled, value] of values()) gauge.set({ [label]: labelled }, value);
      },
    });
    this.#registry.registerMetric(gauge);
  }
}
