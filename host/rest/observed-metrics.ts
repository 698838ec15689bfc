// What the engine and the publisher know anyway, as metrics that are read when somebody asks: they cost nothing until then.
import { Counter, Gauge, type Registry } from "prom-client";

import type { DiskSpace } from "../disk-space.ts";
import type { Engine } from "../engine/engine.ts";
import type { FunctionStatus } from "../ports/functions.ts";
import type { Publisher } from "../ports/publisher.ts";
import type { KafkaIntake } from "../publisher/kafka/kafka-intake.ts";
import type { Tracing } from "../tracing/tracing.ts";

/** One value; with a label's value where the metric has a label. */
type Sample = { readonly of?: string; readonly value: number };

export type Observed = {
  readonly engine: Engine;
  readonly publisher: Publisher | undefined;
  readonly intake: Pick<KafkaIntake, "status"> | undefined;
  readonly disk?: Pick<DiskSpace, "room"> | undefined;
  readonly tracing?: Pick<Tracing, "counts"> | undefined;
};

type Metric = {
  /** A counter grows from 0 at the start of the host; a gauge goes up and down. */
  readonly kind: "counter" | "gauge";
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  readonly samples: () => readonly Sample[];
};

/** Adds everything that is observed to a registry. */
export function observe(registry: Registry, { engine, publisher, intake, disk, tracing }: Observed): void {
  const observed = [
    ...engineMetrics(engine),
    ...functionMetrics(engine),
    ...(publisher === undefined ? [] : publisherMetrics(publisher)),
    ...(intake === undefined ? [] : intakeMetrics(intake)),
    ...(disk === undefined ? [] : diskMetrics(disk)),
    ...(tracing === undefined ? [] : tracingMetrics(tracing)),
  ];
  for (const metric of observed) register(registry, metric);
}

function engineMetrics(engine: Engine): readonly Metric[] {
  return [
    {
      kind: "counter",
      name: "evento_commands_ended_total",
      help: "Commands that ended, those that dispatchers made as well.",
      label: "outcome",
      samples: () => Object.entries(engine.ended).map(([outcome, value]) => ({ of: outcome, value })),
    },
    gauge("evento_commands_pending", "Commands between acceptance and end.", () => engine.pendingCount),
    gauge("evento_journal_position", "Position of the last event.", () => engine.head.position),
    gauge("evento_journal_group", "Groups of entries in the log.", () => engine.head.group),
    {
      kind: "gauge",
      name: "evento_dispatcher_lag",
      help: "Events that a dispatcher has yet to see.",
      label: "dispatcher",
      samples: () =>
        engine.deployments.dispatchers().map(({ name }) => ({ of: name, value: engine.dispatching.lag(name) })),
    },
  ];
}

function functionMetrics({ deployments, functions }: Engine): readonly Metric[] {
  const ofEach = (value: (status: FunctionStatus) => number) => (): readonly Sample[] =>
    [...deployments.state.functions.keys()]
      // Rules run in the engine and have no process.
      .filter((name) => deployments.active(name).rules === null)
      .map((name) => ({ of: name, value: value(functions.status(name)) }));
  return [
    {
      kind: "counter",
      name: "evento_function_calls_total",
      help: "Calls of a function.",
      label: "function",
      samples: ofEach(({ calls }) => calls),
    },
    {
      kind: "counter",
      name: "evento_function_failures_total",
      help: "Calls that failed by the function's own guilt.",
      label: "function",
      samples: ofEach(({ failures }) => failures),
    },
    {
      kind: "counter",
      name: "evento_function_restarts_total",
      help: "Processes of a function that had to be replaced.",
      label: "function",
      samples: ofEach(({ restarts }) => restarts),
    },
    {
      kind: "gauge",
      name: "evento_function_processes",
      help: "Processes of a function that run now.",
      label: "function",
      samples: ofEach(({ processes }) => processes.length),
    },
    {
      kind: "gauge",
      name: "evento_function_failing",
      help: "1 while a function dies again and again, and nobody is kept waiting for it.",
      label: "function",
      samples: ofEach(({ state }) => (state === "failing" ? 1 : 0)),
    },
    {
      kind: "gauge",
      name: "evento_function_call_seconds_mean",
      help: "Mean time of a call.",
      label: "function",
      samples: ofEach(({ latency_us }) => latency_us.mean / 1e6),
    },
  ];
}

function publisherMetrics(publisher: Publisher): readonly Metric[] {
  return [
    gauge("evento_kafka_lag", "Events that are not known to be on the topic.", () => publisher.status().lag),
    {
      kind: "counter",
      name: "evento_kafka_published_total",
      help: "Events published.",
      samples: () => [{ value: publisher.status().published }],
    },
    {
      kind: "counter",
      name: "evento_kafka_passed_over_total",
      help: "Events that the topic did not take.",
      samples: () => [{ value: publisher.status().passed_over }],
    },
  ];
}

function intakeMetrics(intake: Pick<KafkaIntake, "status">): readonly Metric[] {
  return [
    gauge("evento_kafka_intake_lag", "Records that were not read yet.", () => intake.status().lag),
    {
      kind: "counter",
      name: "evento_kafka_intake_taken_total",
      help: "Records taken in.",
      samples: () => [{ value: intake.status().taken }],
    },
    {
      kind: "counter",
      name: "evento_kafka_intake_refused_total",
      help: "Records that went to the dead letters.",
      samples: () => [{ value: intake.status().refused }],
    },
  ];
}

function diskMetrics(disk: Pick<DiskSpace, "room">): readonly Metric[] {
  return [
    gauge("evento_disk_free_bytes", "Free room of the data directory's disk.", () => disk.room.freeBytes),
    gauge("evento_disk_floor_bytes", "Free room below which nothing new is taken in.", () => disk.room.floorBytes),
  ];
}

function tracingMetrics(tracing: Pick<Tracing, "counts">): readonly Metric[] {
  return [
    {
      kind: "counter",
      name: "evento_trace_spans_exported_total",
      help: "Spans that the collector of traces took.",
      samples: () => [{ value: tracing.counts.exported }],
    },
    {
      kind: "counter",
      name: "evento_trace_spans_dropped_total",
      help: "Spans that were lost, since the collector was away or too slow.",
      samples: () => [{ value: tracing.counts.dropped }],
    },
  ];
}

function gauge(name: string, help: string, value: () => number): Metric {
  return { kind: "gauge", name, help, samples: () => [{ value: value() }] };
}

function register(registry: Registry, { kind, name, help, label, samples }: Metric): void {
  const labelNames = label === undefined ? [] : [label];
  const options = { name, help, labelNames, registers: [] };
  const collect = (metric: Gauge | Counter): void => {
    metric.reset();
    for (const { of, value } of samples())
      metric.inc(label === undefined || of === undefined ? {} : { [label]: of }, value);
  };
  if (kind === "gauge") {
    const metric: Gauge = new Gauge({ ...options, collect: () => collect(metric) });
    registry.registerMetric(metric);
    return;
  }
  const metric: Counter = new Counter({ ...options, collect: () => collect(metric) });
  registry.registerMetric(metric);
}
