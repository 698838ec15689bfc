// Events as they happen, the newest first; or, from a position on, as they happened.
import { ApiProblem, call, followEvents } from "./api.js";
import { fieldsOf } from "./form-fields.js";
import { repeat } from "../library/directives/repeat.js";
import { html, nothing, render } from "../library/lit-html.js";
import { count, entityLink, timeView, traceLink } from "./links.js";
import { go } from "./navigation.js";
import { addressOf } from "./places.js";
import { pause } from "./refresh.js";
import { valueView } from "./value-view.js";

/** @import { Page, PageContext } from "./app.js" */
/** @import { Event, EventPage, Log, Schema } from "./shapes.d.ts" */

/** Rows that are kept: what came before them is still in the log. */
const rowsMax = 200;
/** Positions before the log's end where following starts: more of them when a filter matches few. */
const backlog = 100;
const filteredBacklog = 5_000;
const retryMs = 2_000;
/** How often the number of new events is said aloud. */
const announceMs = 5_000;
const filters = ["aggregate_type", "event_type", "aggregate", "entity"];

/** @param {PageContext} context @returns {Page} */
export function livePage({ place, signal, update, run }) {
  const filter = new URLSearchParams(
    filters.flatMap((name) => (place.query.get(name) ? [[name, place.query.get(name) ?? ""]] : [])),
  );
  const after = place.query.get("after");
  const state = {
    /** @type {Event[]} - the newest first */
    events: [],
    /** @type {Event[]} - what came while paused */
    held: [],
    isPaused: false,
    isConnected: false,
    /** @type {number | undefined} */
    next: undefined,
    announced: "",
    unannounced: 0,
    /** @type {readonly string[]} */
    aggregateTypes: [],
    /** @type {readonly string[]} */
    eventTypes: [],
  };

  /** @param {Event[]} events */
  const take = (events) => {
    state.unannounced += events.length;
    const target = state.isPaused ? state.held : state.events;
    target.unshift(...events.toReversed());
    target.length = Math.min(target.length, rowsMax);
    update();
  };

  const follow = async () => {
    const head = await headPosition(signal);
    let from = Math.max(0, head - (filter.size > 0 ? filteredBacklog : backlog));
    while (!signal.aborted) {
      const goesOn = await run(async () => {
        state.isConnected = true;
        update();
        for await (const events of followEvents(`${filter}&after=${from}`, { signal })) {
          take(events);
          from = events.at(-1)?.position ?? from;
        }
      });
      state.isConnected = false;
      update();
      if (!goesOn) return;
      await pause(retryMs, signal);
    }
  };

  const announce = async () => {
    while (!signal.aborted) {
      await pause(announceMs, signal);
      if (state.unannounced === 0) continue;
      state.announced = `${state.unannounced} new events, the last ${state.events[0]?.event_type ?? ""}`;
      state.unannounced = 0;
      update();
    }
  };

  const page = async () => {
    /** @type {EventPage} */
    const { events, next } = await call(`/events?${filter}&after=${after}&limit=${rowsMax}`, { signal });
    state.events = [...events];
    state.next = next > Number(after) ? next : undefined;
  };

  const names = async () => {
    /** @type {{ schemas: readonly Schema[] }} */
    const { schemas } = await call("/schemas", { signal });
    state.aggregateTypes = schemas.map(({ aggregate_type }) => aggregate_type);
    const records = schemas.flatMap(({ schema }) => schema);
    const events = records.filter(({ evento }) => evento === "event").map(({ name = "" }) => name);
    state.eventTypes = [...new Set(events)].toSorted();
    update();
  };

  if (after === null) {
    void run(follow);
    void announce();
  } else void run(page);
  // The names only help to fill in the filter: who may not see them can still look at events.
  void names().catch(() => {});

  const togglePause = () => {
    state.isPaused = !state.isPaused;
    if (!state.isPaused) {
      state.events = [...state.held, ...state.events].slice(0, rowsMax);
      state.held = [];
    }
    update();
  };
  const whole = Object.fromEntries(filter);

  return {
    title: after === null ? "Live events" : "Events",
    view: () => html`
      ${filterForm({ filter, after, aggregateTypes: state.aggregateTypes, eventTypes: state.eventTypes })}
      <div class="bar">
        ${
          after === null
            ? html`<button aria-pressed=${state.isPaused} @click=${togglePause}>
                  ${state.isPaused ? `Go on (${state.held.length}${state.held.length === rowsMax ? "+" : ""} waiting)` : "Pause"}
                </button>
                <span class=${state.isConnected ? "status good" : "status waiting"}>
                  ${state.isConnected ? (state.isPaused ? "paused" : "following") : "connecting"}
                </span>`
            : html`<a class="button" href=${addressOf(["live"], whole)}>Follow live</a> ${
                  Number(after) > 0
                    ? html`<a
                        class="button"
                        href=${addressOf(["live"], { ...whole, after: Math.max(0, Number(after) - rowsMax) })}
                        >Earlier</a
                      >`
                    : nothing
                }
                ${
                  state.next === undefined
                    ? nothing
                    : html`<a class="button" href=${addressOf(["live"], { ...whole, after: state.next })}>Later</a>`
                }`
        }
      </div>
      <p class="visually-hidden" role="status" aria-live="polite">${state.announced}</p>
      ${eventTable(state.events)}
      ${
        after === null && state.events.length > 0
          ? html`<p class="hint">
              The newest ${rowsMax} are kept here.
              <a
                href=${addressOf(["live"], { ...whole, after: Math.max(0, (state.events.at(-1)?.position ?? 1) - rowsMax - 1) })}
                >Look at earlier ones</a
              >
            </p>`
          : nothing
      }
    `,
  };
}

/** False once the host said so: a refusal is noted in its history, and once is enough. */
let mayAskForLog = true;

/** The last position of the log. @param {AbortSignal} signal */
async function headPosition(signal) {
  if (!mayAskForLog) return searchedHead(signal);
  try {
    /** @type {Log} */
    const { position } = await call("/log", { signal });
    return position;
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 403) throw error;
    mayAskForLog = false;
    return searchedHead(signal);
  }
}

/** For who may read and not operate: `next` goes on from where one asks, until that is the log's end. @param {AbortSignal} signal */
async function searchedHead(signal) {
  const isBefore = async (/** @type {number} */ position) => {
    /** @type {EventPage} */
    const { next } = await call(`/events?after=${position}&limit=1`, { signal });
    return next > position;
  };
  let known = 0;
  let above = 1;
  while (await isBefore(above)) {
    known = above;
    above *= 4;
  }
  while (above - known > 1) {
    const middle = Math.floor((known + above) / 2);
    if (await isBefore(middle)) known = middle;
    else above = middle;
  }
  return above;
}

/** @param {readonly Event[]} events */
export function eventTable(events) {
  if (events.length === 0) return html`<p class="empty">No events yet.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Events">
    <table>
      <thead>
        <tr>
          <th scope="col" class="number roomy">Position</th>
          <th scope="col">Time</th>
          <th scope="col">Event</th>
          <th scope="col">Entity</th>
          <th scope="col" class="number roomy">Sequence</th>
          <th scope="col">Payload</th>
        </tr>
      </thead>
      <tbody>
        ${repeat(
          events,
          ({ id }) => id,
          (event) =>
            html`<tr>
              <td class="number roomy">${count(event.position)}</td>
              <td>${timeView(event.time)}</td>
              <td>${traceLink(event.id, event.event_type)}<span class="type">${event.aggregate_type}</span></td>
              <td>${entityLink(event.entity)}</td>
              <td class="number roomy">${entityLinkAt(event)}</td>
              <td class="payload">${payloadView(event.payload)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** @param {Event} event */
function entityLinkAt({ aggregate, sequence }) {
  const label = `State of ${aggregate} after sequence ${sequence}`;
  return html`<a href=${addressOf(["aggregates", aggregate], { at: sequence })} aria-label=${label}
    >${count(sequence)}</a
  >`;
}

/** Most are never opened: what is inside is made when one is. @param {unknown} payload */
function payloadView(payload) {
  const text = JSON.stringify(payload);
  const short = text.length > 90 ? `${text.slice(0, 89)}…` : text;
  const show = (/** @type {ToggleEvent} */ { target }) => {
    const place = target instanceof HTMLDetailsElement ? target.lastElementChild : null;
    if (place instanceof HTMLElement) render(valueView(payload), place);
  };
  return html`<details @toggle=${show}>
    <summary>${short}</summary>
    <div></div>
  </details>`;
}

/**
 * @param {{ filter: URLSearchParams, after: string | null, aggregateTypes: readonly string[], eventTypes: readonly string[] }} given
 */
function filterForm({ filter, after, aggregateTypes, eventTypes }) {
  const submit = (/** @type {SubmitEvent} */ submitted) => {
    submitted.preventDefault();
    go(addressOf(["live"], fieldsOf(submitted.target)));
  };
  const value = (/** @type {string} */ name) => filter.get(name) ?? "";
  return html`<form class="filter" role="search" aria-label="Events" @submit=${submit}>
    <label
      >Aggregate type <input name="aggregate_type" list="aggregate-types" .value=${value("aggregate_type")}
    /></label>
    <label>Event type <input name="event_type" list="event-types" .value=${value("event_type")} /></label>
    <label>Aggregate <input name="aggregate" placeholder="type:id" data-search .value=${value("aggregate")} /></label>
    <label>Entity <input name="entity" placeholder="type:id" .value=${value("entity")} /></label>
    <label
      >After position <input name="after" inputmode="numeric" pattern="[0-9]*" placeholder="live" .value=${after ?? ""}
    /></label>
    <button>Filter</button>
    <datalist id="aggregate-types">${aggregateTypes.map((name) => html`<option value=${name}></option>`)}</datalist>
    <datalist id="event-types">${eventTypes.map((name) => html`<option value=${name}></option>`)}</datalist>
  </form>`;
}
