// Events as a table, each row with the ways on: to its trace, its entity, and the state after it.
import { repeat } from "../library/directives/repeat.js";
import { html, render } from "../library/lit-html.js";
import { count, entityLink, timeView, traceLink } from "./links.js";
import { addressOf } from "./places.js";
import { valueView } from "./value-view.js";

/** @import { Event } from "./shapes.d.ts" */

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
