// Unions. A JSON value goes to the one branch that it fits; where it fits none alone it has to say which branch it means, as an object
// with the branch's name as its only key. Written out, it is wrapped so exactly where it would have to be to come back.
import { describe, listed, type Format } from "./format.ts";
import { isJsonObject } from "./json-object.ts";

export type Branch = { readonly name: string; readonly format: Format };

export function unionFormat(branches: readonly Branch[]): Format {
  const indices = new Map(branches.map((branch, index) => [branch.name, index]));
  const nullIndex = indices.get("null") ?? -1;
  const valueIndices = [...branches.keys()].filter((index) => index !== nullIndex);
  /** The branch that every value but null goes to, when there is just one. */
  const onlyIndex = valueIndices.length === 1 ? valueIndices[0] : undefined;
  const names = listed(branches.map((branch) => branch.name));

  function branchAt(index: number): Branch {
    const branch = branches[index];
    if (branch === undefined) throw new Error(`union has no branch ${index}`);
    return branch;
  }

  /** The index of the branch that a value names, or -1 when it is not wrapped. */
  function wrappedIndexOf(value: unknown): number {
    if (!isJsonObject(value)) return -1;
    const [key, ...more] = Object.keys(value);
    return key === undefined || more.length > 0 ? -1 : (indices.get(key) ?? -1);
  }

  function fitting(value: unknown): number[] {
    return valueIndices.filter((index) => branchAt(index).format.fits(value));
  }

  return {
    scan(source) {
      branchAt(source.index(branches.length, "union branch")).format.scan(source);
    },

    read(source) {
      const index = source.index(branches.length, "union branch");
      const { name, format } = branchAt(index);
      const value = format.read(source);
      if (index === nullIndex) return null;
      const plain = wrappedIndexOf(value) === -1 && (index === onlyIndex || fitting(value).length === 1);
      return plain ? value : { [name]: value };
    },

    write(sink, value) {
      if (value === null && nullIndex !== -1) {
        sink.int(nullIndex);
        return;
      }
      const wrapped = wrappedIndexOf(value);
      if (wrapped !== -1 && isJsonObject(value)) {
        const { name, format } = branchAt(wrapped);
        sink.int(wrapped);
        format.write(sink, value[name]);
        return;
      }
      const fits = onlyIndex === undefined ? fitting(value) : [onlyIndex];
      const [index] = fits;
      if (index === undefined) sink.fault(`is ${describe(value)}, expected one of ${names}`);
      else if (fits.length > 1)
        sink.fault(
          `is ${describe(value)}, which fits several of ${listed(fits.map((at) => branchAt(at).name))}: ` +
            `expected it wrapped, such as {"${branchAt(index).name}": …}`,
        );
      else {
        sink.int(index);
        branchAt(index).format.write(sink, value);
      }
    },

    fits: () => true,
  };
}
