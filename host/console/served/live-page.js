// Events as they happen, the newest first; or, from a position on, as they happened.
import { call, followEvents } from "./api.js";
import { eventTable } from "./event-table.js";
import { fieldsOf } from "./form-fields.js";
import { html, nothing } from "../library/lit-html.js";
import { headPosition } from "./log-head.js";
import { go } from "./navigation.js";
import { addressOf } from "./places.js";
import { pause } from "./refresh.js";

/** @import { Page, PageContext } from "./app.js" */
/** @import { Event, EventPage, Schema } from "./shapes.d.ts" */

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
