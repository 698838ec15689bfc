// A tree of causes as a picture: time goes to the right, each row ends in a leaf.
import { html, nothing, svg } from "../library/lit-html.js";
import { addressOf } from "./places.js";

/** @import { Trace, TraceNode } from "./shapes.d.ts" */

/**
 * @typedef {object} Box
 * @property {string} id
 * @property {"external" | "command" | "event"} kind
 * @property {string} name - the type of the command or event
 * @property {string} subject - its entity
 * @property {string} status - in words, when there is something to say
 * @property {TraceNode | undefined} node
 * @property {number} column
 * @property {number} row
 * @property {Box | undefined} parent
 * @property {Box[]} children
 */

/** Boxes of one picture: more can't be looked at, and make a browser slow. */
const boxesMax = 600;
const box = { width: 170, height: 46, gapX: 26, gapY: 14, nameCharsMax: 18, subjectCharsMax: 22 };

/**
 * Lays a tree out.
 *
 * @param {Trace} trace
 * @returns {{ boxes: Box[], left: number }} `left`: what found no place
 */
export function boxesOf(trace) {
  /** @type {Box[]} */
  const boxes = [];
  let rows = 0;
  let left = 0;
  /** @param {Omit<Box, "row" | "children">} given @param {readonly TraceNode[]} nodes @returns {Box | undefined} */
  const place = (given, nodes) => {
    if (boxes.length >= boxesMax) {
      left++;
      return undefined;
    }
    /** @type {Box} */
    const placed = { ...given, row: 0, children: [] };
    boxes.push(placed);
    for (const node of nodes) {
      const child = place({ ...factsOf(node), column: given.column + 1, parent: placed }, node.children);
      if (child !== undefined) placed.children.push(child);
    }
    placed.row = placed.children[0]?.row ?? rows++;
    return placed;
  };
  const call = { id: trace.id, kind: /** @type {const} */ ("external"), name: "Call from outside", status: "" };
  place({ ...call, subject: trace.id, node: undefined, column: 0, parent: undefined }, trace.children);
  return { boxes, left };
}

/** @param {TraceNode} node */
function factsOf(node) {
  if (node.kind === "event") {
    const { id, event_type: name, aggregate, sequence } = node.event;
    return { id, kind: node.kind, name, subject: `${aggregate} at ${sequence}`, status: "", node };
  }
  const { id, command_type: name, entity } = node.command;
  return { id, kind: node.kind, name, subject: entity, status: node.status === "done" ? "" : node.status, node };
}

/** @param {readonly Box[]} boxes @param {string} selected - id */
export function traceView(boxes, selected) {
  const columns = Math.max(...boxes.map(({ column }) => column)) + 1;
  const rows = Math.max(...boxes.map(({ row }) => row)) + 1;
  const width = columns * (box.width + box.gapX) - box.gapX + 4;
  const height = rows * (box.height + box.gapY) - box.gapY + 4;
  return html`<div class="picture scroll" @keydown=${(/** @type {KeyboardEvent} */ press) => moveFocus(press, boxes)}>
    <svg width=${width} height=${height} viewBox=${`-2 -2 ${width} ${height}`} role="group" aria-label="Tree of causes">
      ${boxes.map((one) => (one.parent === undefined ? nothing : edgeView(one.parent, one)))}
      ${boxes.map((one) => boxView(one, one.id === selected && one.kind !== "external"))}
    </svg>
  </div>`;
}

/** @param {Box} from @param {Box} to */
function edgeView(from, to) {
  const x = xOf(from) + box.width;
  const y = yOf(from) + box.height / 2;
  const endX = xOf(to);
  const endY = yOf(to) + box.height / 2;
  const middle = x + box.gapX / 2;
  return svg`<path class="edge" d=${`M${x} ${y}H${middle}V${endY}H${endX}`} />`;
}

/** @param {Box} one @param {boolean} isSelected */
function boxView(one, isSelected) {
  const subject = one.status === "" ? one.subject : `${one.status}: ${one.subject}`;
  const about = `${one.name} ${subject}, ${one.kind}`;
  const tone = one.status === "" ? one.kind : `${one.kind} ${one.status}`;
  const inside = svg`
    <rect class=${`box ${tone}`} width=${box.width} height=${box.height} rx=${one.kind === "command" ? 4 : 12} />
    <text class="box-name" x="12" y="19">${cut(one.name, box.nameCharsMax)}</text>
    <text class="box-subject" x="12" y="36">${cut(subject, box.subjectCharsMax)}</text>`;
  const at = `translate(${xOf(one)} ${yOf(one)})`;
  if (one.kind === "external") return svg`<g transform=${at}><title>${about}</title>${inside}</g>`;
  return svg`<a transform=${at} href=${addressOf(["traces", one.id])} data-box=${one.id} aria-label=${about}
    aria-current=${isSelected ? "true" : nothing}><title>${about}</title>${inside}</a>`;
}

/** Brings the selected box into sight, in a picture larger than its place. */
export function showSelected() {
  document.querySelector(".picture [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/**
 * Arrows go along the tree: to the cause, to the first effect, to what stands above and below.
 *
 * @param {KeyboardEvent} press @param {readonly Box[]} boxes
 */
function moveFocus(press, boxes) {
  const focused = press.target instanceof Element ? press.target.closest("[data-box]")?.getAttribute("data-box") : null;
  const from = boxes.find(({ id, kind }) => id === focused && kind !== "external");
  if (from === undefined) return;
  const beside = boxes.filter(({ column }) => column === from.column);
  const place = beside.indexOf(from);
  const targets = new Map([
    ["ArrowLeft", from.parent],
    ["ArrowRight", from.children[0]],
    ["ArrowUp", beside[place - 1]],
    ["ArrowDown", beside[place + 1]],
  ]);
  const to = targets.get(press.key);
  if (to === undefined || to.kind === "external") return;
  press.preventDefault();
  const found = document.querySelector(`[data-box="${CSS.escape(to.id)}"]`);
  if (found instanceof SVGElement) found.focus();
}

/** @param {Box} one */
function xOf({ column }) {
  return column * (box.width + box.gapX);
}

/** @param {Box} one */
function yOf({ row }) {
  return row * (box.height + box.gapY);
}

/** @param {string} text @param {number} charsMax */
function cut(text, charsMax) {
  return text.length > charsMax ? `${text.slice(0, charsMax - 1)}…` : text;
}
