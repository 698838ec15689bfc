// Addresses of the console's pages: every place has one, so that it can be kept and sent.

/** A place: the segments of its path after `/console`, and its query. */
/** @typedef {{ readonly segments: readonly string[], readonly query: URLSearchParams }} Place */

/** @param {Location | URL} location @returns {Place} */
export function placeOf({ pathname, search }) {
  const segments = pathname
    .replace(/^\/console/, "")
    .split("/")
    .filter((segment) => segment !== "");
  return { segments: segments.map(decoded), query: new URLSearchParams(search) };
}

/** @param {string} pathname */
export function isPlace(pathname) {
  return pathname === "/" || (pathname.startsWith("/console/") && !pathname.startsWith("/console/assets/"));
}

/**
 * @param {readonly string[]} segments
 * @param {{ readonly [name: string]: string | number | undefined }} [query] - what is undefined or empty is left out
 */
export function addressOf(segments, query = {}) {
  const path = ["/console", ...segments.map(encodeURIComponent)].join("/");
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

/** @param {string} segment */
function decoded(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
