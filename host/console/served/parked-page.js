// Commands that ended without an event, why, and the way to try them again; and those that wait for their turn.
import { call } from "./api.js";
import { html, nothing } from "../library/lit-html.js";
import { count, entityLink, statusView, timeView, traceLink } from "./links.js";
import { addressOf } from "./places.js";

/** @import { Page, PageContext } from "./app.js" */
/** @import { CommandPage, CommandView } from "./shapes.d.ts" */

const rowsMax = 50;
/** Commands tried again between two looks at the signal. */
const sweepRows = 100;

/** @param {PageContext} context @returns {Page} */
export function parkedPage({ place, signal, update, run }) {
  const status = place.query.get("status") === "pending" ? "pending" : "parked";
  const state = {
    /** @type {CommandPage | undefined} */
    page: undefined,
    /** @type {Map<string, string>} - what became of those tried again, by id */
    results: new Map(),
    /** @type {number | undefined} - how many were tried again, while all are */
    swept: undefined,
    said: "",
  };
  const pageOf = (/** @type {string} */ after, /** @type {number} */ limit) =>
    call(`/commands?${new URLSearchParams({ status, after, limit: String(limit) })}`, { signal });
  const load = async () => {
    state.page = await pageOf(place.query.get("after") ?? "", rowsMax);
    update();
  };
  void run(load);

  const retry = (/** @type {string} */ id) =>
    run(async () => {
      state.results.set(id, "trying");
      update();
      try {
        /** @type {CommandView} */
        const view = await call(`/commands/${encodeURIComponent(id)}/retry`, {
          method: "POST",
          headers: { prefer: "wait=5" },
          signal,
        });
        state.results.set(id, view.status);
        state.said =
          view.status === "done" ? `done: ${view.events.map(({ event_type }) => event_type).join(", ")}` : view.status;
        if (view.status === "parked") await load();
      } catch (error) {
        state.results.delete(id);
        throw error;
      }
    });

  const retryAll = () =>
    run(async () => {
      state.swept = 0;
      try {
        /** @type {string | null} */
        let after = "";
        // In the order of ids, each once: what is parked again at once does not come twice.
        while (after !== null && !signal.aborted) {
          /** @type {CommandPage} */
          const { commands, next } = await pageOf(after, sweepRows);
          for (const { command } of commands) {
            const path = `/commands/${encodeURIComponent(command.id)}/retry`;
            // One that somebody else retried is no longer parked.
            await call(path, { method: "POST", headers: { prefer: "respond-async" }, statuses: [409], signal });
            state.swept++;
            update();
          }
          after = next;
        }
        state.said = `${state.swept} commands are tried again`;
      } finally {
        state.swept = undefined;
      }
      state.results.clear();
      await load();
    });

  return {
    title: status === "parked" ? "Parked commands" : "Pending commands",
    view: () => html`
      <nav class="tabs" aria-label="Commands">
        <a href=${addressOf(["parked"])} aria-current=${status === "parked" ? "true" : nothing}>Parked</a>
        <a href=${addressOf(["parked"], { status: "pending" })} aria-current=${status === "pending" ? "true" : nothing}
          >Pending</a
        >
      </nav>
      <div class="bar">
        ${
          status === "parked" && (state.page?.commands.length ?? 0) > 0
            ? html`<button ?disabled=${state.swept !== undefined} @click=${retryAll}>
                ${state.swept === undefined ? "Retry all" : `Retrying: ${count(state.swept)}`}
              </button>`
            : nothing
        }
        <button class="quiet" @click=${() => run(load)}>Look again</button>
        <span role="status" aria-live="polite">${state.said}</span>
      </div>
      ${state.page === undefined ? nothing : commandTable(state.page, { status, results: state.results, retry })}
    `,
  };
}

/** @param {CommandPage} page @param {{ status: string, results: Map<string, string>, retry: (id: string) => Promise<unknown> }} given */
function commandTable({ commands, next }, { status, results, retry }) {
  if (commands.length === 0) return html`<p class="empty">No command is ${status}.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Commands">
      <table>
        <thead>
          <tr>
            <th scope="col">Command</th>
            <th scope="col" class="roomy">Time</th>
            <th scope="col" class="number roomy">Tries</th>
            <th scope="col">Why</th>
            <th scope="col" class="roomy">Status</th>
            ${status === "parked" ? html`<th scope="col">Again</th>` : nothing}
          </tr>
        </thead>
        <tbody>
          ${commands.map(({ command, attempts, last_error }) => {
            const result = results.get(command.id) ?? status;
            return html`<tr>
              <td>
                ${traceLink(command.id, command.command_type)}<span class="type">${entityLink(command.entity)}</span>
              </td>
              <td class="roomy">${timeView(command.time)}</td>
              <td class="number roomy">${count(attempts)}</td>
              <td class="reason">${last_error ?? "–"}</td>
              <td class="roomy">${statusView(result)}</td>
              ${
                status === "parked"
                  ? html`<td>
                      <button
                        ?disabled=${result !== "parked"}
                        aria-label=${`Retry ${command.command_type} of ${command.entity}`}
                        @click=${() => retry(command.id)}
                      >
                        Retry
                      </button>
                    </td>`
                  : nothing
              }
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
    ${
      next === null
        ? nothing
        : html`<p><a class="button" href=${addressOf(["parked"], { status, after: next })}>Next ${rowsMax}</a></p>`
    }`;
}
