// From place to place without loading the page anew: links, the back button, and what a page asks for.
import { isPlace, placeOf } from "./places.js";

/** @import { Place } from "./places.js" */

/** @type {((place: Place) => void) | undefined} */
let listener;

/** Tells of every place that is gone to, from now on. @param {(place: Place) => void} onPlace */
export function followPlaces(onPlace) {
  listener = onPlace;
  addEventListener("popstate", tell);
  document.addEventListener("click", (click) => {
    const anchor = click.target instanceof Element ? click.target.closest("a") : null;
    const isPlain = click.button === 0 && !click.metaKey && !click.ctrlKey && !click.shiftKey && !click.altKey;
    if (anchor === null || !isPlain || click.defaultPrevented) return;
    // A link within a picture has an href of another type.
    const url = new URL(anchor.getAttribute("href") ?? "", location.href);
    if (url.origin !== location.origin || !isPlace(url.pathname) || url.hash !== "") return;
    click.preventDefault();
    go(url.pathname + url.search);
  });
  tell();
}

/** @param {string} address */
export function go(address) {
  if (address !== location.pathname + location.search) history.pushState(null, "", address);
  tell();
}

/** Changes the address of where we are, with no way back to the one before. @param {string} address */
export function rename(address) {
  history.replaceState(null, "", address);
}

function tell() {
  listener?.(placeOf(location));
}
