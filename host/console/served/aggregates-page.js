// Aggregates by type, and the way to one by its id.
import { call } from "./api.js";
import { fieldsOf } from "./form-fields.js";
import { html, nothing } from "../library/lit-html.js";
import { count, entityLink } from "./links.js";
import { go } from "./navigation.js";
import { addressOf } from "./places.js";

/** @import { Page, PageContext } from "./app.js" */
/** @import { AggregatePage, Schema } from "./shapes.d.ts" */

const rowsMax = 100;

/** @param {PageContext} context @returns {Page} */
export function aggregatesPage({ place, signal, run }) {
  const state = {
    /** @type {readonly string[]} */
    types: [],
    type: place.query.get("type") ?? "",
    /** @type {AggregatePage | undefined} */
    page: undefined,
  };
  void run(async () => {
    /** @type {{ schemas: readonly Schema[] }} */
    const { schemas } = await call("/schemas", { signal });
    state.types = schemas.map(({ aggregate_type }) => aggregate_type);
    state.type ||= state.types.find((type) => type !== "evento") ?? state.types[0] ?? "";
    if (state.type === "") return;
    const query = { aggregate_type: state.type, after: place.query.get("after") ?? "", limit: String(rowsMax) };
    state.page = await call(`/aggregates?${new URLSearchParams(query)}`, { signal });
  });
  const find = (/** @type {SubmitEvent} */ submitted) => {
    submitted.preventDefault();
    const { entity = "" } = fieldsOf(submitted.target);
    if (entity !== "") go(addressOf(["aggregates", entity]));
  };
  return {
    title: "Aggregates",
    view: () => html`
      <form class="filter" role="search" aria-label="Aggregate" @submit=${find}>
        <label class="wide"
          >Entity <input name="entity" placeholder="type:id, of a root or a member" data-search
        /></label>
        <button>Show</button>
      </form>
      <nav class="tabs" aria-label="Types of aggregates">
        ${state.types.map(
          (type) =>
            html`<a href=${addressOf(["aggregates"], { type })} aria-current=${type === state.type ? "true" : nothing}
              >${type}</a
            >`,
        )}
      </nav>
      ${state.page === undefined ? nothing : pageView(state.page, state.type)}
    `,
  };
}

/** @param {AggregatePage} page @param {string} type */
function pageView({ aggregates, next }, type) {
  if (aggregates.length === 0) return html`<p class="empty">No ${type} here.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Aggregates">
      <table class="narrow">
        <caption class="visually-hidden">
          Aggregates of the type ${type}, by id
        </caption>
        <thead>
          <tr>
            <th scope="col">Aggregate</th>
            <th scope="col" class="number">Sequence</th>
          </tr>
        </thead>
        <tbody>
          ${aggregates.map(
            ({ aggregate, sequence }) =>
              html`<tr>
                <td>${entityLink(aggregate)}</td>
                <td class="number">${count(sequence)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${next === null ? nothing : html`<p><a class="button" href=${addressOf(["aggregates"], { type, after: next })}>Next ${rowsMax}</a></p>`}`;
}
