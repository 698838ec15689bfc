// Work that is done again and again while a page is open and seen.

/**
 * Runs `work` now and `everyMs` after each end, until the signal. Rests while nobody looks.
 *
 * @param {() => Promise<void>} work
 * @param {{ everyMs: number, signal: AbortSignal }} options
 */
export async function refresh(work, { everyMs, signal }) {
  while (!signal.aborted) {
    if (!document.hidden) await work();
    await pause(everyMs, signal);
  }
}

/** @param {number} ms @param {AbortSignal} signal @returns {Promise<void>} */
export function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
