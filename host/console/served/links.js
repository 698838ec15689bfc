// Ids and times as they are shown everywhere: links to where more is, and texts that can be read.
import { html } from "../library/lit-html.js";
import { addressOf } from "./places.js";

// Made once: a formatter takes longer to make than a page of numbers and times to write.
const clockFormat = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hour12: false });
const dateFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const countFormat = new Intl.NumberFormat("en");

/** @param {string} entity @param {number} [at] - the state after the event with this sequence */
export function entityLink(entity, at) {
  return html`<a class="id" href=${addressOf(["aggregates", entity], { at })}>${entity}</a>`;
}

/** @param {string} id @param {string} [text] */
export function traceLink(id, text = id) {
  return html`<a class="id" href=${addressOf(["traces", id])}>${text}</a>`;
}

/** @param {string | number} time */
export function timeView(time) {
  const date = new Date(time);
  const isToday = date.toDateString() === new Date().toDateString();
  const clock = clockFormat.format(date);
  const text = isToday ? clock : `${dateFormat.format(date)} ${clock}`;
  return html`<time datetime=${date.toISOString()} title=${date.toISOString()}>${text}</time>`;
}

/** @param {number | undefined} value */
export function count(value) {
  return value === undefined ? "–" : countFormat.format(value).replaceAll(",", "\u202f");
}

/** @param {number} us - microseconds */
export function duration(us) {
  if (us < 1_000) return `${Math.round(us)} µs`;
  return us < 1_000_000 ? `${(us / 1_000).toFixed(1)} ms` : `${(us / 1_000_000).toFixed(1)} s`;
}

/** A state in words, and in colour. @param {string} status */
export function statusView(status) {
  const tones = new Map([
    ["done", "good"],
    ["ok", "good"],
    ["running", "good"],
    ["following", "good"],
    ["pending", "waiting"],
    ["starting", "waiting"],
    ["waiting", "waiting"],
    ["claiming", "waiting"],
    ["connecting", "waiting"],
    ["parked", "bad"],
    ["failing", "bad"],
    ["unavailable", "bad"],
  ]);
  return html`<span class="status ${tones.get(status) ?? "plain"}">${status}</span>`;
}
