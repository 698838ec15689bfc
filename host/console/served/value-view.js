// JSON values to be read: nested, with what changed marked. Everything is text, never markup.
import { isContainer, isSame } from "./difference.js";
import { html, nothing } from "../library/lit-html.js";

/** @import { TemplateResult } from "../library/lit-html.js" */

/** Members shown of one object or list, and of a whole value: a browser has to stay quick whatever is stored. */
const membersMax = 200;
const rowsMax = 2_000;
/** Stands for "there was nothing before": a value may well be null. */
const absent = Symbol("absent");

/** @param {unknown} value */
export function valueView(value) {
  return html`<div class="value">${rowsOf(value, { before: value, left: { rows: rowsMax } })}</div>`;
}

/**
 * A value, with what is not as before marked and what it was beside it.
 *
 * @param {unknown} value @param {unknown} before - undefined when there was none
 */
export function changedValueView(value, before) {
  const budget = { before: before === undefined ? absent : before, left: { rows: rowsMax } };
  return html`<div class="value">${rowsOf(value, budget)}</div>`;
}

/**
 * @param {unknown} value
 * @param {{ before: unknown, left: { rows: number } }} context
 * @returns {TemplateResult}
 */
function rowsOf(value, { before, left }) {
  if (!isContainer(value)) return html`<span class=${scalarClass(value)}>${scalarText(value)}</span>`;
  const entries = Object.entries(value);
  if (entries.length === 0) return html`<span class="none">${Array.isArray(value) ? "empty list" : "empty"}</span>`;
  const shown = entries.slice(0, Math.min(membersMax, left.rows));
  left.rows -= shown.length;
  const earlier = isContainer(before) ? before : undefined;
  const gone = Object.keys(earlier ?? {}).filter((name) => !Object.hasOwn(value, name));
  return html`<ul>
    ${shown.map(([name, member]) => {
      const was = earlier !== undefined && Object.hasOwn(earlier, name) ? earlier[name] : absent;
      const isChanged = !isSame(member, was);
      const inner = isContainer(member) ? rowsOf(member, { before: was, left }) : changedScalar(member, was);
      return html`<li class=${isChanged ? "changed" : ""}><span class="name">${name}</span> ${inner}</li>`;
    })}
    ${gone.slice(0, membersMax).map((name) => html`<li class="changed"><span class="name">${name}</span> <del>gone</del></li>`)}
    ${shown.length < entries.length ? html`<li class="none">and ${entries.length - shown.length} more</li>` : nothing}
  </ul>`;
}

/** @param {unknown} value @param {unknown} was */
function changedScalar(value, was) {
  const text = html`<span class=${scalarClass(value)}>${scalarText(value)}</span>`;
  if (isSame(value, was)) return text;
  if (was === absent || isContainer(was)) return html`<ins>${text}</ins>`;
  return html`<del><span class="visually-hidden">was </span>${scalarText(was)}</del>
    <ins><span class="visually-hidden">is now </span>${text}</ins>`;
}

/** @param {unknown} value */
function scalarText(value) {
  if (typeof value === "string") return value === "" ? "empty text" : value;
  return JSON.stringify(value);
}

/** @param {unknown} value */
function scalarClass(value) {
  return value === null || value === "" ? "scalar none" : `scalar ${typeof value}`;
}
