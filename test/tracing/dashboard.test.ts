// The dashboard against what a host really measures, and against Prometheus' own grammar.
import { readFile } from "node:fs/promises";

import { parser } from "@prometheus-io/lezer-promql";
import test from "ava";

import { BankHost } from "../banking/bank-host.ts";

type Panel = {
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
};

const file = new URL("../../docs/grafana-dashboard.json", import.meta.url);
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a file of ours
const { panels } = JSON.parse(await readFile(file, "utf8")) as { readonly panels: readonly Panel[] };
const queries = panels.flatMap(({ title, targets = [] }) => targets.map((target) => ({ title, ...target })));

/** Labels that Prometheus itself adds to each series. */
const ownLabels = ["instance", "le"];

test("every query of the dashboard is PromQL", (t) => {
  t.true(queries.length > 20);
  for (const { title, expr } of queries) t.deepEqual(faultsIn(expr), [], `${title}: ${expr}`);
  t.not(faultsIn("sum(rate(up[5m])").length, 0, "a broken query is told");
});

test("a host measures everything that the dashboard shows, by the labels that it asks for", async (t) => {
  t.timeout(120_000);
  // None of these answers: what there is to measure does not depend on it.
  const away = {
    EVENTO_KAFKA_BROKERS: "127.0.0.1:9",
    EVENTO_KAFKA_INTAKE: "true",
    EVENTO_OTLP_ENDPOINT: "http://127.0.0.1:9",
  };
  const bank = await BankHost.start(t, { environment: away });
  await bank.post({
    entity: "client:1",
    command_type: "RegisterClient",
    payload: { born: "1970-12-13", district: 18 },
  });
  const measured = labelsByMetric(await (await fetch(`${bank.host.url}/metrics`)).text());
  for (const { title, expr, legendFormat } of queries) {
    const metrics = namesIn(expr, "Identifier");
    t.true(metrics.length > 0, title);
    for (const metric of metrics) t.true(measured.has(metric), `${title}: a host has ${metric}`);
    const known = new Set([...ownLabels, ...metrics.flatMap((metric) => [...(measured.get(metric) ?? [])])]);
    const shown = Array.from(legendFormat.matchAll(/\{\{(\w+)\}\}/g), ([, label = ""]) => label);
    for (const label of [...namesIn(expr, "LabelName"), ...shown])
      t.true(known.has(label), `${title}: ${label} of ${metrics.join()}`);
  }
});

test("no panel lies on another", (t) => {
  for (const [index, { title, gridPos: one }] of panels.entries())
    for (const { gridPos: other } of panels.slice(index + 1))
      t.false(
        one.x < other.x + other.w && other.x < one.x + one.w && one.y < other.y + other.h && other.y < one.y + one.h,
        title,
      );
});

/** A query as Grafana sends it. */
function sentOf(expr: string): string {
  return expr.replaceAll("$__rate_interval", "1m").replaceAll("$instance", ".*");
}

function faultsIn(expr: string): readonly number[] {
  const faults: number[] = [];
  parser.parse(sentOf(expr)).iterate({
    enter(node) {
      if (node.type.isError) faults.push(node.from);
    },
  });
  return faults;
}

function namesIn(expr: string, kind: "Identifier" | "LabelName"): readonly string[] {
  const sent = sentOf(expr);
  const names = new Set<string>();
  parser.parse(sent).iterate({
    enter(node) {
      if (node.name === kind) names.add(sent.slice(node.from, node.to));
    },
  });
  return [...names];
}

/** Labels of each series of Prometheus' text form; a metric without series yet has its name and no labels. */
function labelsByMetric(text: string): Map<string, Set<string>> {
  const metrics = new Map<string, Set<string>>();
  for (const line of text.split("\n")) {
    const name = /^(?:# TYPE )?([a-zA-Z_:][\w:]*)/.exec(line)?.[1];
    if (name === undefined) continue;
    const labels = metrics.get(name) ?? new Set();
    metrics.set(name, labels);
    for (const [, label = ""] of line.matchAll(/[{,](\w+)="/g)) labels.add(label);
  }
  return metrics;
}
