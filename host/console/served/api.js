// Calls of the host's API: with the token when there is one, and failures as the problems that the host tells.

/** @import { Event } from "./shapes.d.ts" */

const tokenKey = "evento-token";
const callDeadlineMs = 30_000;

/** A call that the host refused, or that did not get there. */
export class ApiProblem extends Error {
  /** @param {{ status: number, code: string, detail: string, hint?: string, errors?: readonly { path: string, message: string }[] }} given */
  constructor({ status, code, detail, hint = "", errors = [] }) {
    super(detail);
    this.status = status;
    this.code = code;
    this.hint = hint;
    this.errors = errors;
  }
}

/** @param {unknown} error */
export function reasonOf(error) {
  return error instanceof Error ? error.message : "it failed";
}

/** Whether the host does not let the caller do this, however often it is asked. @param {unknown} error */
export function isRefusal(error) {
  return error instanceof ApiProblem && (error.status === 401 || error.status === 403);
}

/** Tells `refused` when the host does not know the caller. */
export const access = new EventTarget();

export function token() {
  return sessionStorage.getItem(tokenKey) ?? "";
}

/** Kept until the browser's tab is closed. @param {string} value */
export function keepToken(value) {
  if (value === "") sessionStorage.removeItem(tokenKey);
  else sessionStorage.setItem(tokenKey, value);
}

/**
 * Calls the API and gives what it answers: parsed JSON, or text of another type.
 *
 * @param {string} path - with its query
 * @param {{ method?: string, body?: unknown, headers?: { [name: string]: string }, signal?: AbortSignal, statuses?: readonly number[] }} [options] -
 *   `statuses`: what is no failure besides 2xx
 * @returns {Promise<any>}
 */
export async function call(path, { method = "GET", body, headers = {}, signal, statuses = [] } = {}) {
  const deadline = AbortSignal.timeout(callDeadlineMs);
  const response = await send(path, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
  });
  if (!response.ok && !statuses.includes(response.status)) throw await problemOf(response);
  const isJson = (response.headers.get("content-type") ?? "").startsWith("application/json");
  return isJson ? response.json() : response.text();
}

/**
 * Follows the log: batches of events, as they come. Ends when the host lets go.
 *
 * @param {string} query - of `/events`
 * @param {{ signal: AbortSignal }} options
 * @returns {AsyncGenerator<Event[]>}
 */
export async function* followEvents(query, { signal }) {
  // An EventSource can't send a token: the stream is read by hand.
  const response = await send(`/events?${query}`, { headers: { accept: "text/event-stream" }, signal });
  if (!response.ok || response.body === null) throw await problemOf(response);
  let rest = "";
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + text).split("\n\n");
    rest = blocks.pop() ?? "";
    const events = blocks.flatMap((block) => {
      const line = block.split("\n").find((candidate) => candidate.startsWith("data: "));
      return line === undefined ? [] : [JSON.parse(line.slice("data: ".length))];
    });
    if (events.length > 0) yield events;
  }
}

/** @param {string} path @param {RequestInit} request */
async function send(path, request) {
  const bearer = token();
  const headers = new Headers(request.headers);
  if (bearer !== "") headers.set("authorization", `Bearer ${bearer}`);
  try {
    return await fetch(path, { ...request, headers });
  } catch (error) {
    if (request.signal?.aborted && request.signal.reason?.name === "AbortError") throw error;
    throw new ApiProblem({
      status: 0,
      code: "UNREACHABLE",
      detail: "the host does not answer",
      hint: "is it running?",
    });
  }
}

/** @param {Response} response */
async function problemOf(response) {
  if (response.status === 401) access.dispatchEvent(new Event("refused"));
  const { status } = response;
  const text = await response.text();
  try {
    const { code, detail, hint, errors } = JSON.parse(text);
    return new ApiProblem({ status, code, detail, hint, errors });
  } catch {
    return new ApiProblem({ status, code: String(status), detail: text.slice(0, 500) });
  }
}
