// Work that is done again and again while a page is open and seen.

/**
 * Runs `work` now and `everyMs` after each end, until the signal, or until it answers false. Rests while nobody looks.
 *
 * @param {() => Promise<boolean>} work
 * @param {{ everyMs: number, signal: AbortSignal }} options
 */
export async function refresh(work, { everyMs, signal }) {
  while (!signal.aborted) {
    if (!document.hidden && !(await work())) return;
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
