// What an operator asks: is it ready, how far is it, what waits.
import { call } from "./api.js";
import { html, nothing } from "../library/lit-html.js";
import { count, statusView, timeView } from "./links.js";
import { addressOf } from "./places.js";
import { refresh } from "./refresh.js";

/** @import { Page, PageContext } from "./app.js" */
/** @import { Health, KafkaStatus, Log } from "./shapes.d.ts" */

const refreshMs = 2_000;

/** @param {PageContext} context @returns {Page} */
export function operationsPage({ signal, update, run }) {
  const state = {
    /** @type {Health | undefined} */
    health: undefined,
    /** @type {Log | undefined} */
    log: undefined,
    /** @type {Map<string, number>} */
    metrics: new Map(),
  };
  const load = () =>
    run(async () => {
      state.health = await call("/readyz", { signal, statuses: [503] });
      update();
      state.log = await call("/log", { signal });
      state.metrics = metricsOf(await call("/metrics", { signal }));
    });
  void refresh(load, { everyMs: refreshMs, signal });
  return {
    title: "Operations",
    view() {
      const { health, log, metrics } = state;
      return html`
        <div class="columns">
          ${health === undefined ? nothing : healthView(health)} ${log === undefined ? nothing : logView(log, metrics)}
          ${health === undefined ? nothing : kafkaView("Kafka", health.kafka, metrics.get("evento_kafka_lag"))}
          ${
            health?.kafka_intake === undefined
              ? nothing
              : kafkaView("Intake from Kafka", health.kafka_intake, metrics.get("evento_kafka_intake_lag"))
          }
        </div>
        <p class="hint">
          Everything measured is at <a href="/metrics">/metrics</a>. What was deployed, parked and refused is in
          <a href=${addressOf(["live"], { aggregate: "evento:host" })}>the host's own history</a>. The API is described
          at <a href="/openapi.json">/openapi.json</a>.
        </p>
      `;
    },
  };
}

/** @param {Health} health */
function healthView({ status, checks }) {
  return html`<section class="panel">
    <h2>Ready ${statusView(status)}</h2>
    <dl class="facts">
      ${Object.entries(checks).map(
        ([check, result]) =>
          html`<div>
            <dt>${check}</dt>
            <dd>${result === "ok" ? statusView("ok") : html`<span class="status bad">${result}</span>`}</dd>
          </div>`,
      )}
    </dl>
  </section>`;
}

/** @param {Log} log @param {Map<string, number>} metrics */
function logView({ id, created, groups, position }, metrics) {
  const memory = metrics.get("process_resident_memory_bytes");
  return html`<section class="panel">
    <h2>Log</h2>
    <dl class="facts">
      <div>
        <dt>Events</dt>
        <dd>${count(position)}</dd>
      </div>
      <div>
        <dt>Group commits</dt>
        <dd>${count(groups)}</dd>
      </div>
      <div>
        <dt>Pending</dt>
        <dd>
          <a href=${addressOf(["parked"], { status: "pending" })}>${count(metrics.get("evento_commands_pending"))}</a>
        </dd>
      </div>
      <div>
        <dt>Memory</dt>
        <dd>${memory === undefined ? "–" : `${Math.round(memory / 2 ** 20)} MiB`}</dd>
      </div>
      <div>
        <dt>Id</dt>
        <dd class="id">${id}</dd>
      </div>
      <div>
        <dt>Begun</dt>
        <dd>${timeView(created)}</dd>
      </div>
    </dl>
  </section>`;
}

/** @param {string} title @param {KafkaStatus | undefined} kafka @param {number | undefined} measuredLag */
function kafkaView(title, kafka, measuredLag) {
  // On a host with tokens the state is told to nobody, but who may see metrics sees the lag.
  if (kafka === undefined)
    return html`<section class="panel">
      <h2>${title}</h2>
      ${
        measuredLag === undefined
          ? html`<p class="empty">No brokers are named: nothing is published.</p>`
          : html`<dl class="facts">
              <div>
                <dt>Lag</dt>
                <dd>${count(measuredLag)}</dd>
              </div>
            </dl>`
      }
    </section>`;
  const { state, lag, position, published, taken, refused, last_error } = kafka;
  return html`<section class="panel">
    <h2>${title} ${statusView(state)}</h2>
    <dl class="facts">
      <div>
        <dt>Lag</dt>
        <dd>${count(lag)}</dd>
      </div>
      ${fact("Position", position)} ${fact("Published", published)} ${fact("Taken in", taken)}
      ${fact("Refused", refused)}
      ${
        last_error === undefined
          ? nothing
          : html`<div>
              <dt>Last error</dt>
              <dd>${timeView(last_error.time)} ${last_error.code}: ${last_error.message}</dd>
            </div>`
      }
    </dl>
  </section>`;
}

/** @param {string} name @param {number | undefined} value */
function fact(name, value) {
  return value === undefined
    ? nothing
    : html`<div>
        <dt>${name}</dt>
        <dd>${count(value)}</dd>
      </div>`;
}

/** Metrics without labels, by name. @param {string} text - in Prometheus' form */
function metricsOf(text) {
  const lines = text.matchAll(/^([a-zA-Z_:][\w:]*) (\S+)$/gm);
  return new Map([...lines].map(([, name = "", value]) => [name, Number(value)]));
}
