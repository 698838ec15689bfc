// What two versions of a schema differ in, line by line.
import { html, nothing } from "../library/lit-html.js";
import { differenceOf } from "./difference.js";

/** @import { Schema } from "./shapes.d.ts" */
/** @import { DiffLine } from "./difference.js" */

/** Unchanged lines shown around what changed. */
const contextLines = 3;

/** @param {Schema} one @param {Schema} other */
export function differenceView(one, other) {
  const [before, after] = one.version < other.version ? [one, other] : [other, one];
  const lines = differenceOf(JSON.stringify(before.schema, null, 2), JSON.stringify(after.schema, null, 2));
  const isShown = lines.map((_, index) =>
    lines.slice(Math.max(0, index - contextLines), index + contextLines + 1).some(({ kind }) => kind !== "same"),
  );
  return html`<section class="panel">
    <h2>From version ${before.version} to ${after.version}</h2>
    ${
      isShown.includes(true)
        ? html`<pre class="difference" tabindex="0" aria-label="Differences">
${lines.map((line, index) =>
  isShown[index] ? lineView(line) : isShown[index - 1] === true ? html`<span class="gap">⋯</span>` : nothing,
)}</pre>`
        : html`<p class="empty">They are the same.</p>`
    }
  </section>`;
}

/** @param {DiffLine} line */
function lineView({ kind, text }) {
  if (kind === "added") return html`<ins>+ ${text}</ins>`;
  return kind === "removed" ? html`<del>- ${text}</del>` : html`<span> ${text}</span>`;
}
