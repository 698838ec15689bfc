// What followed from what: the tree of a command or event, and what each of its nodes says.
import { call } from "./api.js";
import { fieldsOf } from "./form-fields.js";
import { html, nothing } from "../library/lit-html.js";
import { count, entityLink, statusView, timeView } from "./links.js";
import { go } from "./navigation.js";
import { addressOf } from "./places.js";
import { boxesOf, showSelected, traceView } from "./trace-picture.js";
import { valueView } from "./value-view.js";

/** @import { Page, PageContext } from "./app.js" */
/** @import { Trace, TraceNode } from "./shapes.d.ts" */
/** @import { Box } from "./trace-picture.js" */

/** @param {PageContext} context @returns {Page} */
export function tracePage({ place, signal, run }) {
  const state = {
    id: place.segments[1] ?? "",
    /** @type {Trace | undefined} */
    trace: undefined,
    /** @type {{ boxes: Box[], left: number } | undefined} */
    picture: undefined,
    /** Id of the box that was brought into sight. */
    sought: "",
  };
  const load = () =>
    run(async () => {
      /** @type {Trace} */
      const trace = await call(`/traces/${encodeURIComponent(state.id)}`, { signal });
      state.trace = trace;
      state.picture = boxesOf(trace);
    });
  if (state.id !== "") void load();

  const find = (/** @type {SubmitEvent} */ submitted) => {
    submitted.preventDefault();
    const { id = "" } = fieldsOf(submitted.target);
    if (id !== "") go(addressOf(["traces", id]));
  };

  return {
    title: "Traces",
    drawn() {
      if (state.picture === undefined || state.sought === state.id) return;
      state.sought = state.id;
      showSelected();
    },
    move(next) {
      const id = next.segments[1] ?? "";
      if (!state.picture?.boxes.some((box) => box.id === id)) return false;
      state.id = id;
      return true;
    },
    view: () => html`
      <form class="filter" role="search" aria-label="Trace" @submit=${find}>
        <label class="wide">Command or event <input name="id" placeholder="id" data-search .value=${state.id} /></label>
        <button>Show</button>
      </form>
      ${
        state.id === ""
          ? html`<p class="empty">Each event in <a href="/">Live</a> links to its tree of causes.</p>`
          : nothing
      }
      ${state.picture === undefined ? nothing : pictureView(state.picture, state.id, { isWhole: state.trace?.truncated !== true, load })}
    `,
  };
}

/** @param {{ boxes: Box[], left: number }} picture @param {string} id @param {{ isWhole: boolean, load: () => Promise<unknown> }} given */
function pictureView({ boxes, left }, id, { isWhole, load }) {
  const selected =
    boxes.find((box) => box.id === id && box.node !== undefined) ?? boxes.find(({ node }) => node !== undefined);
  const counted = (/** @type {(box: Box) => boolean} */ test) => count(boxes.filter(test).length);
  const isCut = left > 0 || !isWhole;
  return html`
    <div class="bar">
      <p class="hint">
        ${counted(({ kind }) => kind === "command")} commands, ${counted(({ kind }) => kind === "event")} events,
        ${counted(({ status }) => status === "pending")} pending, ${counted(({ status }) => status === "parked")}
        parked${isCut ? "; there is more than is shown" : ""}.
      </p>
      <button class="quiet" @click=${load}>Look again</button>
    </div>
    ${traceView(boxes, selected?.id ?? "")} ${selected?.node === undefined ? nothing : nodeView(selected.node)}
  `;
}

/** @param {TraceNode} node */
function nodeView(node) {
  const isEvent = node.kind === "event";
  const envelope = isEvent ? node.event : node.command;
  return html`<section class="panel" aria-live="polite">
    <h2>${isEvent ? node.event.event_type : node.command.command_type}</h2>
    <div class="columns">
      <dl class="facts">
        <div>
          <dt>What</dt>
          <dd>${isEvent ? "event" : html`command, ${statusView(node.status)}`}</dd>
        </div>
        <div>
          <dt>Id</dt>
          <dd class="id">${envelope.id}</dd>
        </div>
        <div>
          <dt>Entity</dt>
          <dd>${entityLink(envelope.entity)}</dd>
        </div>
        <div>
          <dt>Aggregate</dt>
          <dd>${entityLink(envelope.aggregate)} <span class="type">${envelope.aggregate_type}</span></dd>
        </div>
        <div>
          <dt>Time</dt>
          <dd>${timeView(envelope.time)}</dd>
        </div>
        ${
          isEvent
            ? html`<div>
                  <dt>State</dt>
                  <dd>
                    <a href=${addressOf(["aggregates", node.event.aggregate], { at: node.event.sequence })}
                      >after sequence ${count(node.event.sequence)}</a
                    >
                  </dd>
                </div>
                <div>
                  <dt>Position</dt>
                  <dd>${count(node.event.position)}</dd>
                </div>`
            : html`<div>
                  <dt>Failed tries</dt>
                  <dd>${count(node.attempts)}</dd>
                </div>
                ${
                  node.last_error === null
                    ? nothing
                    : html`<div>
                        <dt>Why</dt>
                        <dd>${node.last_error}</dd>
                      </div>`
                }`
        }
      </dl>
      <div>
        <h3>Payload</h3>
        ${valueView(envelope.payload)}
      </div>
    </div>
  </section>`;
}
