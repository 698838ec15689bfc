// What an aggregate, its events and its commands look like, in any version.
import { call } from "./api.js";
import { fieldsOf } from "./form-fields.js";
import { html, nothing } from "../library/lit-html.js";
import { go } from "./navigation.js";
import { addressOf } from "./places.js";
import { differenceView } from "./schema-difference.js";

/** @import { Page, PageContext } from "./app.js" */
/** @import { AvroField, AvroObject, AvroType, Schema } from "./shapes.d.ts" */

const groups = [
  { evento: "root", title: "Aggregate root" },
  { evento: "entity", title: "Entities within" },
  { evento: "command", title: "Commands" },
  { evento: "event", title: "Events" },
  { evento: undefined, title: "Values" },
];

/** @param {PageContext} context @returns {Page} */
export function schemaPage({ place, signal, run }) {
  const of = place.segments[1] ?? "";
  const path = `/schemas/${encodeURIComponent(of)}`;
  const state = {
    /** @type {Schema | undefined} */
    schema: undefined,
    /** @type {Schema | undefined} - the one it is compared with */
    other: undefined,
  };
  const versionOf = (/** @type {Schema} */ newest, /** @type {string | null} */ version) => {
    const fingerprint = newest.versions[Number(version) - 1];
    return fingerprint === undefined ? undefined : call(`${path}/${fingerprint}`, { signal });
  };
  void run(async () => {
    /** @type {Schema} */
    const newest = await call(path, { signal });
    state.schema = (await versionOf(newest, place.query.get("version"))) ?? newest;
    state.other = await versionOf(newest, place.query.get("compare"));
  });
  return {
    title: of,
    view() {
      const { schema, other } = state;
      if (schema === undefined) return html``;
      return html`
        ${versionForm(of, schema, other?.version)}
        ${other === undefined ? typesView(schema) : differenceView(other, schema)}
      `;
    },
  };
}

/** @param {string} of @param {Schema} schema @param {number | undefined} compared */
function versionForm(of, { version, versions, fingerprint }, compared) {
  const submit = (/** @type {Event} */ changed) => {
    changed.preventDefault();
    go(addressOf(["schemas", of], fieldsOf(changed.currentTarget)));
  };
  const options = (/** @type {number | undefined} */ chosen) =>
    versions.map(
      (_, index) => html`<option value=${index + 1} ?selected=${index + 1 === chosen}>${index + 1}</option>`,
    );
  return html`<form class="filter" aria-label="Versions" @submit=${submit} @change=${submit}>
    <label
      >Version
      <select name="version">
        ${options(version)}
      </select></label
    >
    ${
      versions.length < 2
        ? nothing
        : html`<label>
            Compared with
            <select name="compare">
              <option value="">nothing</option>
              ${options(compared)}
            </select>
          </label>`
    }
    <span class="hint">Fingerprint <span class="id">${fingerprint}</span></span>
  </form>`;
}

/** @param {Schema} schema */
function typesView({ schema }) {
  return groups.map(({ evento, title }) => {
    const types = schema.filter((type) => type.evento === evento);
    if (types.length === 0) return nothing;
    return html`<section>
      <h2>${title}</h2>
      ${types.map((type) => typeView(type))}
    </section>`;
  });
}

/** @param {AvroObject} type */
function typeView({ name = "", entity, doc, fields, symbols }) {
  return html`<section class="panel">
    <h3>${name}${entity === undefined ? nothing : html` <span class="type">${entity}:id</span>`}</h3>
    ${doc === undefined ? nothing : html`<p>${doc}</p>`}
    ${symbols === undefined ? nothing : html`<p><code>${symbols.join(" | ")}</code></p>`}
    ${
      fields === undefined
        ? nothing
        : fields.length === 0
          ? html`<p class="empty">No fields.</p>`
          : html`<div class="scroll" tabindex="0" role="region" aria-label=${`Fields of ${name}`}>
              <table class="narrow">
                <caption class="visually-hidden">
                  Fields of ${name}
                </caption>
                <thead>
                  <tr>
                    <th scope="col">Field</th>
                    <th scope="col">Type</th>
                    <th scope="col">About</th>
                  </tr>
                </thead>
                <tbody>
                  ${fields.map(fieldView)}
                </tbody>
              </table>
            </div>`
    }
  </section>`;
}

/** @param {AvroField} field */
function fieldView({ name, type, doc = "", references, ...rest }) {
  return html`<tr>
    <th scope="row"><code>${name}</code></th>
    <td>
      <code>${typeText(type)}</code
      >${"default" in rest ? html` <span class="type">default ${JSON.stringify(rest.default)}</span>` : nothing}
    </td>
    <td>
      ${doc}
      ${references === undefined ? nothing : html`References <a href=${addressOf(["schemas", references])}>${references}</a>.`}
    </td>
  </tr>`;
}

/** @param {AvroType} type @returns {string} */
function typeText(type) {
  if (typeof type === "string") return type;
  if (isUnion(type)) return type.map(typeText).join(" | ");
  if (type.logicalType !== undefined) return type.logicalType;
  if (type.type === "array" && type.items !== undefined) return `list of ${typeText(type.items)}`;
  if (type.type === "map" && type.values !== undefined) return `map of ${typeText(type.values)}`;
  return type.name ?? typeText(type.type);
}

/** @param {AvroType} type @returns {type is readonly AvroType[]} */
function isUnion(type) {
  return Array.isArray(type);
}
