// What is deployed, and how it does.
import { call } from "./api.js";
import { html, nothing } from "../library/lit-html.js";
import { count, duration, statusView } from "./links.js";
import { addressOf } from "./places.js";
import { refresh } from "./refresh.js";

/** @import { Page, PageContext } from "./app.js" */
/** @import { FunctionProcess, FunctionView } from "./shapes.d.ts" */

const refreshMs = 3_000;

/** @param {PageContext} context @returns {Page} */
export function functionsPage({ signal, run }) {
  /** @type {readonly FunctionView[] | undefined} */
  let functions;
  const load = () =>
    run(async () => {
      ({ functions } = await call("/functions", { signal }));
    });
  void refresh(load, { everyMs: refreshMs, signal });
  return {
    title: "Functions",
    view: () => (functions === undefined ? html`` : functionTable(functions)),
  };
}

/** @param {readonly FunctionView[]} functions */
function functionTable(functions) {
  if (functions.length === 0)
    return html`<p class="empty">
      Nothing is deployed: <code>evento deploy</code> does, or <code>PUT /functions/{name}</code>.
    </p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Functions">
    <table>
      <thead>
        <tr>
          <th scope="col">Function</th>
          <th scope="col">Does</th>
          <th scope="col" class="number">Version</th>
          <th scope="col">State</th>
          <th scope="col" class="number">Processes</th>
          <th scope="col" class="number">Calls</th>
          <th scope="col" class="number">Failures</th>
          <th scope="col" class="number">Mean</th>
          <th scope="col" class="number">Longest</th>
          <th scope="col" class="number">Restarts</th>
          <th scope="col" class="number">Lag</th>
        </tr>
      </thead>
      <tbody>
        ${functions.map(
          (fn) =>
            html`<tr>
              <th scope="row"><a href=${addressOf(["functions", fn.name])}>${fn.name}</a></th>
              <td>
                ${fn.kinds.join(", ")}${fn.aggregate === null ? nothing : html`<span class="type">${fn.aggregate}</span>`}
              </td>
              <td class="number">${fn.version}</td>
              ${processCells(fn.process)}
              <td class="number">${count(fn.lag)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** @param {FunctionProcess | undefined} process */
function processCells(process) {
  if (process === undefined)
    return html`<td>rules</td>
      ${["", "", "", "", "", ""].map(() => html`<td class="number">–</td>`)}`;
  return html`<td>${statusView(process.state)}</td>
    <td class="number">${process.processes.length}</td>
    <td class="number">${count(process.calls)}</td>
    <td class="number">${count(process.failures)}</td>
    <td class="number">${process.calls === 0 ? "–" : duration(process.latency_us.mean)}</td>
    <td class="number">${process.calls === 0 ? "–" : duration(process.latency_us.max)}</td>
    <td class="number">${count(process.restarts)}</td>`;
}
