// One aggregate through time: its state after each event, what the event changed, and a slider to move along.
import { call } from "./api.js";
import { AggregateEvents } from "./aggregate-events.js";
import { html, nothing } from "../library/lit-html.js";
import { count, entityLink, timeView, traceLink } from "./links.js";
import { rename } from "./navigation.js";
import { addressOf } from "./places.js";
import { changedValueView, valueView } from "./value-view.js";

/** @import { Page, PageContext } from "./app.js" */
/** @import { Aggregate, Event } from "./shapes.d.ts" */

/** States that are kept, so that going back and forth asks the host once. */
const statesMax = 100;

/** @param {PageContext} context @returns {Page} */
export function aggregatePage({ place, signal, update, run }) {
  const entity = place.segments[1] ?? "";
  const state = {
    /** @type {Aggregate | undefined} - as it is now */
    newest: undefined,
    at: Number(place.query.get("at") ?? Number.NaN),
    /** @type {{ sequence: number, state: unknown, before: unknown, event: Event | undefined } | undefined} */
    shown: undefined,
  };
  /** @type {Map<number, unknown>} */
  const states = new Map();
  /** @type {AggregateEvents | undefined} */
  let events;
  let isLoading = false;

  const stateAt = async (/** @type {number} */ sequence) => {
    if (sequence < 1) return null;
    if (!states.has(sequence)) {
      /** @type {Aggregate} */
      const { state } = await call(`/aggregates/${encodeURIComponent(entity)}?at_sequence=${sequence}`, { signal });
      states.set(sequence, state);
      for (const oldest of states.keys()) if (states.size > statesMax) states.delete(oldest);
    }
    return states.get(sequence);
  };

  /** Shows where the slider stands. It may have moved on meanwhile: then that is shown next, and nothing between. */
  const show = () =>
    run(async () => {
      if (isLoading) return;
      isLoading = true;
      try {
        while (state.shown?.sequence !== state.at && !signal.aborted) {
          const sequence = state.at;
          const [now, before, event] = await Promise.all([
            stateAt(sequence),
            stateAt(sequence - 1),
            events?.at(sequence, signal),
          ]);
          state.shown = { sequence, state: now, before, event };
          update();
        }
      } finally {
        isLoading = false;
      }
    });

  const moveTo = (/** @type {number} */ sequence) => {
    state.at = clamped(sequence, state.newest?.sequence ?? 1);
    rename(addressOf(["aggregates", entity], { at: state.at }));
    update();
    void show();
  };

  const load = async () => {
    /** @type {Aggregate} */
    const newest = await call(`/aggregates/${encodeURIComponent(entity)}`, { signal });
    events ??= new AggregateEvents(newest.aggregate);
    state.newest = newest;
    state.at = clamped(Number.isNaN(state.at) ? newest.sequence : state.at, newest.sequence);
    await show();
  };
  void run(load);

  const toNow = () =>
    run(async () => {
      state.at = Number.NaN;
      await load();
      moveTo(state.at);
    });

  return {
    title: entity,
    move(next) {
      if (next.segments[1] !== entity || next.segments.length !== 2) return false;
      const at = next.query.get("at");
      if (at === null) void toNow();
      else moveTo(Number(at));
      return true;
    },
    view() {
      const { newest, at, shown } = state;
      if (newest === undefined) return html``;
      return html`
        <p class="lead">
          ${newest.aggregate_type}
          ${newest.aggregate === entity ? nothing : html`, a member of ${entityLink(newest.aggregate)}`}
        </p>
        <div class="bar">
          <a class="button" href=${addressOf(["live"], { aggregate: newest.aggregate })}>Its events</a>
          <a class="button" href=${addressOf(["post"], { entity })}>Post a command</a>
        </div>
        <section class="panel slider" aria-label="Time">
          <label for="sequence">State after sequence <output>${count(at)}</output> of ${count(newest.sequence)}</label>
          <input
            id="sequence"
            type="range"
            min="1"
            max=${newest.sequence}
            .value=${String(at)}
            aria-valuetext=${`sequence ${at} of ${newest.sequence}`}
            data-search
            @input=${(/** @type {InputEvent} */ input) => moveTo(Number(valueOf(input)))}
          />
          <div class="bar">
            <button ?disabled=${at <= 1} @click=${() => moveTo(1)}>First</button>
            <button ?disabled=${at <= 1} @click=${() => moveTo(at - 1)}>Earlier</button>
            <button ?disabled=${at >= newest.sequence} @click=${() => moveTo(at + 1)}>Later</button>
            <button @click=${toNow}>Now</button>
          </div>
        </section>
        ${
          shown === undefined
            ? nothing
            : html`<div class="columns" aria-busy=${shown.sequence !== at}>
                <section class="panel">
                  <h2>State</h2>
                  ${changedValueView(shown.state, shown.before ?? {})}
                </section>
                <section class="panel">
                  <h2>Event ${count(shown.sequence)}</h2>
                  ${shown.event === undefined ? html`<p class="empty">It can't be shown.</p>` : eventView(shown.event)}
                </section>
              </div>`
        }
      `;
    },
  };
}

/** @param {Event} event */
function eventView(event) {
  return html`<dl class="facts">
      <div>
        <dt>Event</dt>
        <dd>${traceLink(event.id, event.event_type)}</dd>
      </div>
      <div>
        <dt>Entity</dt>
        <dd>${entityLink(event.entity)}</dd>
      </div>
      <div>
        <dt>Time</dt>
        <dd>${timeView(event.time)}</dd>
      </div>
      <div>
        <dt>Position</dt>
        <dd>${count(event.position)}</dd>
      </div>
      <div>
        <dt>Cause</dt>
        <dd>
          ${event.cause.kind} ${traceLink(event.cause.kind === "external" ? event.id : event.cause.id, event.cause.id)}
        </dd>
      </div>
    </dl>
    <h3>Payload</h3>
    ${valueView(event.payload)}`;
}

/** @param {number} sequence @param {number} last */
function clamped(sequence, last) {
  return Math.min(Math.max(1, Math.trunc(sequence) || 1), last);
}

/** @param {InputEvent} input */
function valueOf({ target }) {
  return target instanceof HTMLInputElement ? target.value : "";
}
