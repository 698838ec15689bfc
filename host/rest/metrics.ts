// Prometheus metrics of a host: measured where requests end, and read from what knows them when somebody scrapes.
import { Histogram, Registry, collectDefaultMetrics } from "prom-client";

import { observe, type Observed } from "./observed-metrics.ts";

const secondsBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

export class HostMetrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<"method" | "route" | "status">;
  readonly #commands: Histogram<"outcome">;

  constructor(observed: Observed) {
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
    observe(this.#registry, observed);
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
}
