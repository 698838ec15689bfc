// What is around every page: the way to the others, the token, the theme, the keys, and what failed.
import { ApiProblem, keepToken, reasonOf, token } from "./api.js";
import { fieldsOf } from "./form-fields.js";
import { html, nothing } from "../library/lit-html.js";
import { go } from "./navigation.js";
import { addressOf } from "./places.js";
import { nextTheme, theme } from "./theme.js";

/** @import { Page } from "./app.js" */

const links = [
  { name: "live", text: "Live", key: "l" },
  { name: "aggregates", text: "Aggregates", key: "a" },
  { name: "traces", text: "Traces", key: "t" },
  { name: "parked", text: "Parked", key: "p" },
  { name: "functions", text: "Functions", key: "f" },
  { name: "schemas", text: "Schemas", key: "s" },
  { name: "operations", text: "Operations", key: "o" },
  { name: "post", text: "Post a command", key: "c" },
];

/** Time between the two keys of a chord. */
const chordMs = 1_500;

/**
 * @param {{ page: Page, name: string, problem: unknown, isRefused: boolean, onToken: () => void, update: () => void }} given
 */
export function shellView({ page, name, problem, isRefused, onToken, update }) {
  return html`
    <a class="skip" href="#main" @click=${skip}>Skip to the page</a>
    <header>
      <a class="brand" href="/">Evento</a>
      <nav aria-label="Pages">
        <ul>
          ${links.map(
            (link) =>
              html`<li>
                <a href=${hrefOf(link.name)} aria-current=${link.name === name ? "page" : nothing}>${link.text}</a>
              </li>`,
          )}
        </ul>
      </nav>
      <div class="tools">
        <button class="quiet" @click=${() => changeTheme(update)}>Theme: ${theme()}</button>
        <button class="quiet" @click=${() => dialog("token")?.showModal()}>
          ${token() === "" ? "Token" : "Token: kept"}
        </button>
        <button class="quiet" @click=${() => dialog("keys")?.showModal()}>Keys <kbd>?</kbd></button>
      </div>
    </header>
    <main id="main" tabindex="-1">
      <h1 tabindex="-1">${page.title}</h1>
      ${isRefused ? tokenNotice() : problemView(problem)} ${page.view()}
    </main>
    ${tokenDialog(onToken)} ${keysDialog()}
  `;
}

/** What failed, as the host tells it. @param {unknown} problem */
function problemView(problem) {
  if (problem === undefined) return nothing;
  if (!(problem instanceof ApiProblem))
    return html`<div class="problem" role="alert"><p>${reasonOf(problem)}</p></div>`;
  return html`<div class="problem" role="alert">
    <p><strong>${problem.code}</strong> ${problem.message}</p>
    ${
      problem.errors.length === 0
        ? nothing
        : html`<ul>
            ${problem.errors.map(({ path, message }) => html`<li><code>${path}</code> ${message}</li>`)}
          </ul>`
    }
    ${problem.hint === "" ? nothing : html`<p class="hint">${problem.hint}</p>`}
  </div>`;
}

/** Listens for keys that work on every page, while nobody writes. */
export function listenForKeys() {
  let chordUntil = 0;
  document.addEventListener("keydown", (press) => {
    const isWriting =
      press.target instanceof Element && press.target.closest("input, textarea, select, dialog") !== null;
    if (isWriting || press.ctrlKey || press.metaKey || press.altKey) return;
    const link = links.find(({ key }) => key === press.key);
    if (press.timeStamp < chordUntil && link !== undefined) go(hrefOf(link.name));
    else if (press.key === "?") dialog("keys")?.showModal();
    else if (press.key === "/") focusSearch();
    else if (press.key !== "g") return;
    chordUntil = press.key === "g" ? press.timeStamp + chordMs : 0;
    press.preventDefault();
  });
}

/** @param {string} name */
function hrefOf(name) {
  return name === "live" ? "/" : addressOf([name]);
}

function focusSearch() {
  const field = document.querySelector("main [data-search]");
  if (field instanceof HTMLInputElement) field.select();
}

/** @param {() => void} update */
function changeTheme(update) {
  nextTheme();
  update();
}

/** @param {MouseEvent} click */
function skip(click) {
  click.preventDefault();
  document.getElementById("main")?.focus();
}

function tokenNotice() {
  return html`<div class="problem" role="alert">
    <p><strong>This host asks for a token.</strong> It is kept in this tab and sent with every call.</p>
    <p><button @click=${() => dialog("token")?.showModal()}>Give a token</button></p>
  </div>`;
}

/** @param {() => void} onToken */
function tokenDialog(onToken) {
  const submit = (/** @type {SubmitEvent} */ submitted) => {
    keepToken(fieldsOf(submitted.target)["token"] ?? "");
    onToken();
  };
  return html`<dialog id="token" aria-labelledby="token-title">
    <form method="dialog" @submit=${submit}>
      <h2 id="token-title">Token</h2>
      <p>A host that asks for tokens shows its data to who has one. It is kept until this tab is closed.</p>
      <label>Token <input name="token" type="password" autocomplete="off" .value=${token()} /></label>
      <div class="actions">
        <button>Keep</button>
        <button type="button" class="quiet" @click=${() => dialog("token")?.close()}>Cancel</button>
      </div>
    </form>
  </dialog>`;
}

function keysDialog() {
  const keys = [
    ...links.map(({ key, text }) => ({ keys: ["g", key], text })),
    { keys: ["/"], text: "Search on this page" },
    { keys: ["←", "→"], text: "Earlier or later state; up and down a tree" },
    { keys: ["?"], text: "These keys" },
  ];
  return html`<dialog id="keys" aria-labelledby="keys-title">
    <form method="dialog">
      <h2 id="keys-title">Keys</h2>
      <dl class="keys">
        ${keys.map(
          (row) =>
            html`<div>
              <dt>${row.keys.map((key) => html`<kbd>${key}</kbd> `)}</dt>
              <dd>${row.text}</dd>
            </div>`,
        )}
      </dl>
      <div class="actions"><button>Close</button></div>
    </form>
  </dialog>`;
}

/** @param {string} id */
function dialog(id) {
  const found = document.getElementById(id);
  return found instanceof HTMLDialogElement ? found : undefined;
}
