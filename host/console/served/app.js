// The console: which page is at which place, and that what fails is told.
import { access, isRefusal } from "./api.js";
import { aggregatePage } from "./aggregate-page.js";
import { aggregatesPage } from "./aggregates-page.js";
import { functionPage } from "./function-page.js";
import { functionsPage } from "./functions-page.js";
import { html, render } from "../library/lit-html.js";
import { livePage } from "./live-page.js";
import { followPlaces } from "./navigation.js";
import { operationsPage } from "./operations-page.js";
import { parkedPage } from "./parked-page.js";
import { placeOf } from "./places.js";
import { postPage } from "./post-page.js";
import { schemaPage } from "./schema-page.js";
import { schemasPage } from "./schemas-page.js";
import { listenForKeys, shellView } from "./shell.js";
import { applyTheme } from "./theme.js";
import { tracePage } from "./trace-page.js";

/** @import { Place } from "./places.js" */
/** @import { TemplateResult } from "../library/lit-html.js" */

/**
 * @typedef {object} Page
 * @property {string} title
 * @property {() => TemplateResult} view
 * @property {() => void} [drawn] - is told whenever it is on the screen anew
 * @property {(place: Place) => boolean} [move] - takes a new place of the same page; false when another page has to be made for it
 *
 * @typedef {object} PageContext
 * @property {Place} place
 * @property {AbortSignal} signal - aborts when the page is left
 * @property {() => void} update - shows the page anew, soon
 * @property {(work: () => Promise<void>) => Promise<boolean>} run - does work, and tells on the page when it fails; false when it was refused,
 *   and would be again
 */

/** @type {{ [name: string]: (context: PageContext) => Page }} */
const pages = {
  live: livePage,
  aggregates: (context) => (context.place.segments.length > 1 ? aggregatePage(context) : aggregatesPage(context)),
  traces: tracePage,
  parked: parkedPage,
  functions: (context) => (context.place.segments.length > 1 ? functionPage(context) : functionsPage(context)),
  schemas: (context) => (context.place.segments.length > 1 ? schemaPage(context) : schemasPage(context)),
  operations: operationsPage,
  post: postPage,
};

const state = {
  /** @type {Page} */
  page: { title: "Evento", view: () => html`` },
  name: "",
  leave: new AbortController(),
  /** @type {unknown} */
  problem: undefined,
  isRefused: false,
  isScheduled: false,
};

applyTheme();
document.body.replaceChildren();
access.addEventListener("refused", () => {
  state.isRefused = true;
  update();
});
listenForKeys();
followPlaces(open);

/** @param {Place} place */
function open(place) {
  const name = place.segments[0] ?? "live";
  if (name === state.name && state.page.move?.(place) === true) return update();
  state.leave.abort();
  state.leave = new AbortController();
  state.problem = undefined;
  const isFirst = state.name === "";
  state.name = name;
  const { signal } = state.leave;
  state.page = (pages[name] ?? nowherePage)({ place, signal, update, run: (work) => run(work, signal) });
  draw();
  document.title = `${state.page.title} · Evento`;
  scrollTo(0, 0);
  // On a narrow screen the way to other pages is wider than the screen.
  document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  // Who reads by ear or moves by keys starts at the new page's head.
  if (!isFirst) document.querySelector("h1")?.focus({ preventScroll: true });
}

/** @param {() => Promise<void>} work @param {AbortSignal} signal */
async function run(work, signal) {
  /** @type {unknown} */
  let problem;
  try {
    await work();
  } catch (error) {
    problem = error;
  }
  if (signal.aborted) return false;
  state.problem = problem;
  update();
  return !isRefusal(problem);
}

/** Many changes make one picture. */
function update() {
  if (state.isScheduled) return;
  state.isScheduled = true;
  requestAnimationFrame(() => {
    state.isScheduled = false;
    draw();
  });
}

function draw() {
  const { page, name, problem, isRefused } = state;
  render(shellView({ page, name, problem, isRefused, onToken, update }), document.body);
  page.drawn?.();
}

/** A new token: the page is opened anew with it. */
function onToken() {
  state.isRefused = false;
  state.name = "";
  open(placeOf(location));
}

/** @returns {Page} */
function nowherePage() {
  return {
    title: "Nothing here",
    view: () => html`<p>There is no page at this address. <a href="/">Live events</a> are at the start.</p>`,
  };
}
