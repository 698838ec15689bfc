// One function: how it does, its versions, and the way back to an earlier one.
import { html, nothing } from "../library/lit-html.js";
import { call } from "./api.js";
import { count, duration, statusView, timeView, traceLink } from "./links.js";
import { refresh } from "./refresh.js";

/** @import { Page, PageContext } from "./app.js" */
/** @import { FunctionLine, FunctionProcess, FunctionVersion, FunctionView } from "./shapes.d.ts" */

const refreshMs = 3_000;

/** @param {PageContext} context @returns {Page} */
export function functionPage({ place, signal, update, run }) {
  const name = place.segments[1] ?? "";
  const path = `/functions/${encodeURIComponent(name)}`;
  const state = {
    /** @type {FunctionView | undefined} */
    view: undefined,
    /** @type {readonly FunctionVersion[]} */
    versions: [],
    /** @type {readonly FunctionLine[]} */
    lines: [],
    said: "",
  };
  const load = () =>
    run(async () => {
      const [view, { versions }, { lines }] = await Promise.all([
        call(path, { signal }),
        call(`${path}/versions`, { signal }),
        call(`${path}/lines`, { signal }),
      ]);
      state.view = view;
      state.versions = versions;
      state.lines = lines;
    });
  void refresh(load, { everyMs: refreshMs, signal });

  const rollBack = (/** @type {number} */ version) =>
    run(async () => {
      if (!confirm(`Make version ${version} of ${name} active?`)) return;
      await call(`${path}/rollback`, { method: "POST", body: { version }, signal });
      state.said = `version ${version} is active`;
      update();
      await load();
    });

  return {
    title: name,
    view() {
      const { view, versions, lines, said } = state;
      if (view === undefined) return html``;
      return html`
        <p class="lead">${view.kinds.join(", ")}${view.aggregate === null ? nothing : html` of ${view.aggregate}`}</p>
        ${view.process === undefined ? html`<p>Rules: data that the host itself runs.</p>` : processView(view.process)}
        ${view.process === undefined ? nothing : linesView(lines)}
        <section class="panel">
          <h2>Versions</h2>
          <p role="status" aria-live="polite">${said}</p>
          ${versionTable(versions, { active: view.version, rollBack })}
        </section>
        ${
          view.events.length === 0
            ? nothing
            : html`<section class="panel">
                <h2>Takes</h2>
                <p>${view.lag === undefined ? nothing : html`${count(view.lag)} events are yet to be seen.`}</p>
                <ul class="plain-list">
                  ${view.events.map((event) => html`<li><code>${event}</code></li>`)}
                </ul>
              </section>`
        }
      `;
    },
  };
}

/** @param {FunctionProcess} process */
function processView(process) {
  return html`<section class="panel">
      <h2>Now ${statusView(process.state)}</h2>
      <dl class="facts wide">
        <div>
          <dt>Calls</dt>
          <dd>${count(process.calls)}</dd>
        </div>
        <div>
          <dt>Failures</dt>
          <dd>${count(process.failures)}</dd>
        </div>
        <div>
          <dt>Mean time</dt>
          <dd>${duration(process.latency_us.mean)}</dd>
        </div>
        <div>
          <dt>Longest time</dt>
          <dd>${duration(process.latency_us.max)}</dd>
        </div>
        <div>
          <dt>Restarts</dt>
          <dd>${count(process.restarts)}</dd>
        </div>
        ${process.processes.map(
          (one) =>
            html`<div>
              <dt>Process ${one.pid}</dt>
              <dd>up ${duration(one.up_ms * 1000)}, ${count(one.in_flight)} calls in flight</dd>
            </div>`,
        )}
      </dl>
    </section>
    <section class="panel">
      <h2>Last errors</h2>
      ${
        process.last_errors.length === 0
          ? html`<p class="empty">None since the host started.</p>`
          : html`<ul class="plain-list">
              ${process.last_errors.map(({ time, reason }) => html`<li>${timeView(time)} ${reason}</li>`)}
            </ul>`
      }
    </section>`;
}

/** The newest first: what was just logged is seen without scrolling. @param {readonly FunctionLine[]} lines */
function linesView(lines) {
  return html`<section class="panel">
    <h2>Log</h2>
    ${
      lines.length === 0
        ? html`<p class="empty">Nothing since the host started.</p>`
        : html`<ol class="plain-list log-lines" tabindex="0" role="region" aria-label="Log">
            ${lines.toReversed().map(
              ({ time, level, about, message }) =>
                html`<li>
                  ${timeView(time)} <span class=${`level ${level}`}>${level}</span> <code>${message}</code>
                  ${about === undefined ? nothing : traceLink(about)}
                </li>`,
            )}
          </ol>`
    }
  </section>`;
}

/** @param {readonly FunctionVersion[]} versions @param {{ active: number, rollBack: (version: number) => Promise<unknown> }} given */
function versionTable(versions, { active, rollBack }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Versions">
    <table class="narrow">
      <thead>
        <tr>
          <th scope="col" class="number">Version</th>
          <th scope="col">Deployed</th>
          <th scope="col">Digest</th>
          <th scope="col">Active</th>
        </tr>
      </thead>
      <tbody>
        ${versions.toReversed().map(
          ({ version, deployed_at, digest }) =>
            html`<tr>
              <td class="number">${version}</td>
              <td>${timeView(deployed_at)}</td>
              <td class="id" title=${digest}>${digest.slice(0, 12)}</td>
              <td>
                ${
                  version === active
                    ? html`<span class="status good">active</span>`
                    : html`<button aria-label=${`Roll back to version ${version}`} @click=${() => rollBack(version)}>
                        Roll back
                      </button>`
                }
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
