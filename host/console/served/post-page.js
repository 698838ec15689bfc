// A command to an entity: what its schema knows, a payload to begin with, and the events that came of it.
import { call, reasonOf } from "./api.js";
import { html, nothing } from "../library/lit-html.js";
import { statusView, traceLink } from "./links.js";
import { eventTable } from "./event-table.js";
import { payloadSample } from "./payload-sample.js";

/** @import { Page, PageContext } from "./app.js" */
/** @import { AvroObject, CommandView, Schema } from "./shapes.d.ts" */

/** @param {PageContext} context @returns {Page} */
export function postPage({ place, signal, update, run }) {
  const state = {
    entity: place.query.get("entity") ?? "",
    commandType: "",
    payload: "{}",
    /** @type {readonly Schema[]} */
    schemas: [],
    /** @type {CommandView | undefined} */
    outcome: undefined,
    fault: "",
    isPosting: false,
  };
  void run(async () => {
    ({ schemas: state.schemas } = await call("/schemas", { signal }));
    chooseEntity(state.entity);
  });

  const schemaOf = (/** @type {string} */ entity) => {
    const type = entity.split(":", 1)[0];
    return state.schemas.find(({ schema }) => schema.some((record) => type !== undefined && record.entity === type));
  };
  const commandsOf = (/** @type {string} */ entity) =>
    schemaOf(entity)?.schema.filter(({ evento }) => evento === "command") ?? [];

  /** @param {string} entity */
  function chooseEntity(entity) {
    state.entity = entity;
    const commands = commandsOf(entity);
    if (!commands.some(({ name }) => name === state.commandType)) chooseCommand(commands[0]);
    update();
  }
  /** @param {AvroObject | undefined} command */
  function chooseCommand(command) {
    state.commandType = command?.name ?? "";
    const types = schemaOf(state.entity)?.schema ?? [];
    state.payload = command === undefined ? "{}" : JSON.stringify(payloadSample(command, types), null, 2);
    update();
  }

  const submit = async (/** @type {SubmitEvent} */ submitted) => {
    submitted.preventDefault();
    if (state.isPosting) return;
    state.fault = "";
    state.outcome = undefined;
    /** @type {unknown} */
    let payload;
    try {
      payload = JSON.parse(state.payload);
    } catch (error) {
      state.fault = `The payload is not JSON: ${reasonOf(error)}`;
      update();
      return;
    }
    state.isPosting = true;
    update();
    await run(async () => {
      const body = { entity: state.entity.trim(), command_type: state.commandType, payload };
      state.outcome = await call("/commands", { method: "POST", body, signal });
    });
    state.isPosting = false;
    update();
  };

  return {
    title: "Post a command",
    view() {
      const commands = commandsOf(state.entity);
      const chosen = commands.find(({ name }) => name === state.commandType);
      const roots = state.schemas.flatMap(({ schema }) =>
        schema.flatMap(({ entity }) => (entity === undefined ? [] : [entity])),
      );
      return html`
        <form class="post panel" @submit=${submit}>
          <label>
            Entity
            <input
              name="entity"
              required
              placeholder="type:id"
              list="entity-types"
              data-search
              .value=${state.entity}
              @input=${(/** @type {Event} */ input) => chooseEntity(valueOf(input))}
            />
          </label>
          <datalist id="entity-types">${roots.map((type) => html`<option value=${`${type}:`}></option>`)}</datalist>
          <label>
            Command
            <select
              name="command_type"
              ?disabled=${commands.length === 0}
              @change=${(/** @type {Event} */ change) => chooseCommand(commands.find(({ name }) => name === valueOf(change)))}
            >
              ${commands.map(({ name }) => html`<option value=${name ?? ""} ?selected=${name === state.commandType}>${name}</option>`)}
            </select>
          </label>
          ${chosen?.doc === undefined ? nothing : html`<p class="hint">${chosen.doc}</p>`}
          <label>
            Payload
            <textarea
              name="payload"
              rows="10"
              spellcheck="false"
              .value=${state.payload}
              @input=${(/** @type {Event} */ input) => {
                state.payload = valueOf(input);
              }}
            ></textarea>
          </label>
          <div class="bar">
            <button class="primary" ?disabled=${state.isPosting || state.commandType === ""}>
              ${state.isPosting ? "Waiting for its outcome" : "Post"}
            </button>
          </div>
        </form>
        <div role="status" aria-live="polite">
          ${state.fault === "" ? nothing : html`<p class="problem">${state.fault}</p>`}
          ${state.outcome === undefined ? nothing : outcomeView(state.outcome)}
        </div>
      `;
    },
  };
}

/** @param {CommandView} outcome */
function outcomeView({ command, status, last_error, events }) {
  return html`<section>
    <h2>Outcome ${statusView(status)}</h2>
    <p>${traceLink(command.id, "What followed")}${last_error === null ? nothing : html`: ${last_error}`}</p>
    ${events.length === 0 ? nothing : eventTable(events)}
  </section>`;
}

/** @param {Event} event */
function valueOf({ target }) {
  const isField =
    target instanceof HTMLInputElement || target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;
  return isField ? target.value : "";
}
