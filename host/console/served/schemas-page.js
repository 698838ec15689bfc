// The newest schema of each aggregate.
import { html } from "../library/lit-html.js";
import { call } from "./api.js";
import { addressOf } from "./places.js";

/** @import { Page, PageContext } from "./app.js" */
/** @import { Schema } from "./shapes.d.ts" */

/** @param {PageContext} context @returns {Page} */
export function schemasPage({ signal, run }) {
  /** @type {readonly Schema[] | undefined} */
  let schemas;
  void run(async () => {
    ({ schemas } = await call("/schemas", { signal }));
  });
  const countOf = (/** @type {Schema} */ { schema }, /** @type {string} */ kind) =>
    schema.filter(({ evento }) => evento === kind).length;
  return {
    title: "Schemas",
    view: () =>
      schemas === undefined
        ? html``
        : html`<div class="scroll" tabindex="0" role="region" aria-label="Schemas">
            <table class="narrow">
              <caption class="visually-hidden">
                The newest schema of each aggregate
              </caption>
              <thead>
                <tr>
                  <th scope="col">Aggregate</th>
                  <th scope="col" class="number">Version</th>
                  <th scope="col" class="number">Commands</th>
                  <th scope="col" class="number">Events</th>
                  <th scope="col">Fingerprint</th>
                </tr>
              </thead>
              <tbody>
                ${schemas.map(
                  (schema) =>
                    html`<tr>
                      <th scope="row">
                        <a href=${addressOf(["schemas", schema.aggregate_type])}>${schema.aggregate_type}</a>
                      </th>
                      <td class="number">${schema.version}</td>
                      <td class="number">${countOf(schema, "command")}</td>
                      <td class="number">${countOf(schema, "event")}</td>
                      <td class="id">${schema.fingerprint}</td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`,
  };
}
