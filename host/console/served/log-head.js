// Where the log ends.
import { ApiProblem, call } from "./api.js";

/** @import { EventPage, Log } from "./shapes.d.ts" */

/** False once the host said so: a refusal is noted in its history, and once is enough. */
let mayAskForLog = true;

/** The last position of the log. @param {AbortSignal} signal */
export async function headPosition(signal) {
  if (!mayAskForLog) return searchedHead(signal);
  try {
    /** @type {Log} */
    const { position } = await call("/log", { signal });
    return position;
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 403) throw error;
    mayAskForLog = false;
    return searchedHead(signal);
  }
}

/** For who may read and not operate: `next` goes on from where one asks, until that is the log's end. @param {AbortSignal} signal */
async function searchedHead(signal) {
  const isBefore = async (/** @type {number} */ position) => {
    /** @type {EventPage} */
    const { next } = await call(`/events?after=${position}&limit=1`, { signal });
    return next > position;
  };
  let known = 0;
  let above = 1;
  while (await isBefore(above)) {
    known = above;
    above *= 4;
  }
  while (above - known > 1) {
    const middle = Math.floor((known + above) / 2);
    if (await isBefore(middle)) known = middle;
    else above = middle;
  }
  return above;
}
