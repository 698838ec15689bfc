// What two values, or two texts, differ in.

/** Lines beyond which texts are not compared line by line. */
const linesMax = 3_000;

/** @typedef {{ readonly kind: "same" | "added" | "removed", readonly text: string }} DiffLine */

/** Whether two JSON values are the same. @param {unknown} one @param {unknown} other @returns {boolean} */
export function isSame(one, other) {
  if (one === other) return true;
  if (!isContainer(one) || !isContainer(other) || Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name]));
}

/** @param {unknown} value @returns {value is { readonly [name: string]: unknown }} */
export function isContainer(value) {
  return typeof value === "object" && value !== null;
}

/**
 * Lines of both texts in their order, by the longest common subsequence.
 *
 * @param {string} before @param {string} after @returns {DiffLine[]}
 */
export function differenceOf(before, after) {
  const old = before.split("\n");
  const young = after.split("\n");
  if (old.length > linesMax || young.length > linesMax)
    return [...old.map((text) => line("removed", text)), ...young.map((text) => line("added", text))];
  const lengths = commonLengths(old, young);
  const lengthAt = (/** @type {number} */ i, /** @type {number} */ j) => lengths[i * (young.length + 1) + j] ?? 0;
  const lines = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < young.length) {
    if (i < old.length && j < young.length && old[i] === young[j]) {
      lines.push(line("same", old[i] ?? ""));
      i++;
      j++;
    } else if (j >= young.length || (i < old.length && lengthAt(i + 1, j) >= lengthAt(i, j + 1))) {
      lines.push(line("removed", old[i++] ?? ""));
    } else lines.push(line("added", young[j++] ?? ""));
  }
  return lines;
}

/** Lengths of the longest common subsequences of the texts' ends. @param {readonly string[]} old @param {readonly string[]} young */
function commonLengths(old, young) {
  const width = young.length + 1;
  const lengths = new Uint16Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = young.length - 1; j >= 0; j--) {
      const below = lengths[(i + 1) * width + j] ?? 0;
      const right = lengths[i * width + j + 1] ?? 0;
      const diagonal = lengths[(i + 1) * width + j + 1] ?? 0;
      lengths[i * width + j] = old[i] === young[j] ? diagonal + 1 : Math.max(below, right);
    }
  return lengths;
}

/** @param {DiffLine["kind"]} kind @param {string} text @returns {DiffLine} */
function line(kind, text) {
  return { kind, text };
}
