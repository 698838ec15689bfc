// The class of a union that is more than "null or one other": a tag, and one maker, question and getter a branch.
import { branchNameOf } from "../host/schemas/shape.ts";
import { indented } from "./code-lines.ts";
import { readingOf, type CodePlace } from "./reading-code.ts";
import { firstSymbolOf, isValue, type BranchName, type TypeNames, type UnionName } from "./type-names.ts";
import { writingOf } from "./writing-code.ts";

/** The lines of a union's class. */
export function unionClass({ name, branches }: UnionName, names: TypeNames): readonly string[] {
  const place: CodePlace = { names, at: name, level: 0 };
  const held = branches.filter(({ shape }) => shape.kind !== "null");
  return [
    `/** One of ${branches.map(({ shape }) => branchNameOf(shape)).join(", ")}. */`,
    "@final",
    `export class ${name} {`,
    "  private constructor(readonly tag: i32) {}",
    "",
    ...indented(held.map((branch) => slot(branch, place))),
    "",
    ...indented(branches.flatMap((branch) => maker(name, branch, place))),
    ...indented(branches.flatMap(question)),
    ...indented(held.flatMap((branch) => getter(name, branch, place))),
    ...indented(reading(name, branches, place)),
    "",
    ...indented(writing(held, place)),
    "}",
    "",
  ];
}

function slot({ shape, part }: BranchName, place: CodePlace): string {
  const type = place.names.typeOf(shape, place.at);
  return `private v_${part}: ${isValue(shape) ? `${type} = ${emptySlot({ shape, part }, place)}` : `${type} | null = null`};`;
}

function emptySlot({ shape }: Pick<BranchName, "shape" | "part">, { names }: CodePlace): string {
  if (shape.kind === "enum") return `${names.classOf(shape)}.${names.symbolOf(shape, firstSymbolOf(shape))}`;
  return shape.kind === "boolean" ? "false" : "0";
}

function maker(name: string, { tag, shape, part }: BranchName, place: CodePlace): readonly string[] {
  if (shape.kind === "null") return [`static of${part}(): ${name} {`, `  return new ${name}(${tag});`, "}", ""];
  return [
    `static of${part}(value: ${place.names.typeOf(shape, place.at)}): ${name} {`,
    `  const union = new ${name}(${tag});`,
    `  union.v_${part} = value;`,
    "  return union;",
    "}",
    "",
  ];
}

function question({ tag, part }: BranchName): readonly string[] {
  return [`get is${part}(): bool {`, `  return this.tag == ${tag};`, "}", ""];
}

function getter(name: string, { tag, shape, part }: BranchName, place: CodePlace): readonly string[] {
  const type = place.names.typeOf(shape, place.at);
  return [
    `get as${part}(): ${type} {`,
    `  if (this.tag != ${tag}) throw new Error("${name} does not hold ${part}");`,
    `  return ${isValue(shape) ? `this.v_${part}` : `this.v_${part} as ${type}`};`,
    "}",
    "",
  ];
}

function reading(name: string, branches: readonly BranchName[], place: CodePlace): readonly string[] {
  const cases = branches
    .filter(({ shape }) => shape.kind !== "null")
    .flatMap(({ tag, shape, part }) => [
      `case ${tag}: {`,
      `  let value: ${place.names.typeOf(shape, place.at)};`,
      ...indented(readingOf(shape, "value", place)),
      `  union.v_${part} = value;`,
      "  break;",
      "}",
    ]);
  return [
    `static read(reader: Reader): ${name} {`,
    `  const union = new ${name}(reader.readBranch(${branches.length}));`,
    "  switch (union.tag) {",
    ...indented(indented(cases)),
    "  }",
    "  return union;",
    "}",
  ];
}

function writing(held: readonly BranchName[], place: CodePlace): readonly string[] {
  const cases = held.flatMap(({ tag, shape, part }) => [
    `case ${tag}: {`,
    `  const value = this.as${part};`,
    ...indented(writingOf(shape, "value", place)),
    "  break;",
    "}",
  ]);
  return [
    "write(writer: Writer): void {",
    "  writer.writeLong(this.tag);",
    "  switch (this.tag) {",
    ...indented(indented(cases)),
    "  }",
    "}",
  ];
}
