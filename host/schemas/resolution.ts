// Schema resolution: what a reader's type makes of bytes that another version of the type wrote, and why it can't.
// One walk answers both, so that what is called compatible is what can be resolved. It follows "Schema Resolution" of the Avro
// specification with two differences: bytes don't become text, since not all bytes are text, and a logical type must not change.
//
// avsc has resolvers too, but they break on schemas that we accept: a union of two records that is used in two fields fails as soon as
// its second branch is read, and values would go through JavaScript objects on the way.
import { EventoError } from "../errors.ts";
import type { ByteSource } from "./byte-source.ts";
import { encodeDefault } from "./default-value.ts";
import { listed } from "./format.ts";
import { FormatCompiler } from "./format-compiler.ts";
import { logicalReads, logicalText } from "./logical-types.ts";
import {
  isNamed,
  shortNameOf,
  type EnumShape,
  type FieldShape,
  type FixedShape,
  type NamedShape,
  type RecordShape,
  type Shape,
  type UnionShape,
} from "./shape.ts";
import {
  arrayTranscoder,
  mapTranscoder,
  recordTranscoder,
  type FieldPlan,
  type SkipPlan,
  type Transcoder,
} from "./transcoders.ts";

/** A place where a reader's schema can't read what a writer's wrote. */
export type Break = {
  /** Name of the type, without its namespace. */
  readonly type: string;
  /** The way from that type to the place, empty for the type as a whole. */
  readonly path: string;
  readonly reason: string;
};

type Place = { readonly type: string; readonly path: string };

function below(place: Place, step: string): Place {
  return { type: place.type, path: `${place.path}${place.path !== "" && !step.startsWith("[") ? "." : ""}${step}` };
}

/** A shape in words: its name alone would not tell an enum from a fixed that took its name. */
function shown(shape: Shape): string {
  return isNamed(shape) ? `${shape.kind} ${shape.name}` : shape.kind;
}

function namesMatch(reader: NamedShape, writer: NamedShape): boolean {
  return reader.name === writer.name || reader.aliases.includes(writer.name);
}

/** Kinds that a reader's kind may be read from besides itself. */
const promotions = new Map<string, readonly string[]>([
  ["long", ["int"]],
  ["float", ["int", "long"]],
  ["double", ["int", "long", "float"]],
  ["bytes", ["string"]],
]);

function promotes(reader: Shape, writer: Shape): boolean {
  return promotions.get(reader.kind)?.includes(writer.kind) ?? false;
}

function isSameKind(reader: Shape, writer: Shape): boolean {
  if (reader.kind !== writer.kind) return false;
  return isNamed(reader) && isNamed(writer) ? namesMatch(reader, writer) : true;
}

/** A writer's branch goes to the branch of its own kind, else to the first that it can be promoted to. */
function branchFor(reader: UnionShape, writer: Shape): number {
  const same = reader.branches.findIndex((branch) => isSameKind(branch, writer));
  return same === -1 ? reader.branches.findIndex((branch) => promotes(branch, writer)) : same;
}

/** The writer's field that a reader's field is read from: that of its name, else that of its first alias which is there. */
function sourceOf(field: FieldShape, writer: RecordShape): number {
  for (const name of [field.name, ...field.aliases]) {
    const index = writer.fields.findIndex((candidate) => candidate.name === name);
    if (index !== -1) return index;
  }
  return -1;
}

function unresolvable(): never {
  throw new EventoError(
    "SCHEMA_INCOMPATIBLE",
    "found bytes of an incompatible schema version, expected a compatible one",
  );
}

const noBytes = new Uint8Array(0);

export class ResolutionCompiler {
  readonly #breaks: Break[] = [];
  readonly #formats = new FormatCompiler();
  readonly #known = new Map<NamedShape, Map<NamedShape, Transcoder>>();

  get breaks(): readonly Break[] {
    return this.#breaks;
  }

  /** Compares two types and makes what turns one into the other; of no use when breaks are found. */
  compile(reader: Shape, writer: Shape, place: Place): Transcoder {
    if (writer.kind === "union") return this.#fromUnion(reader, writer, place);
    if (reader.kind === "union") return this.#intoUnion(reader, writer, place);
    if (!isSameKind(reader, writer)) return this.#promotion(reader, writer, place);
    if (isNamed(reader) && isNamed(writer)) return this.#named(reader, writer, place);
    if (reader.kind === "array" && writer.kind === "array")
      return arrayTranscoder(this.compile(reader.items, writer.items, below(place, "[]")));
    if (reader.kind === "map" && writer.kind === "map")
      return mapTranscoder(this.compile(reader.values, writer.values, below(place, "{}")));
    this.#compareLogical(reader, writer, place);
    return this.#copy(writer);
  }

  #break(place: Place, reason: string): Transcoder {
    this.#breaks.push({ ...place, reason });
    return unresolvable;
  }

  #compareLogical(reader: Shape, writer: Shape, place: Place): void {
    const now = "logical" in reader ? reader.logical : undefined;
    const then = "logical" in writer ? writer.logical : undefined;
    if (!logicalReads(now, then)) this.#break(place, `is ${logicalText(now)}, was ${logicalText(then)}`);
  }

  #copy(writer: Shape): Transcoder {
    const format = this.#formats.formatOf(writer);
    return (source, sink) => {
      const start = source.position;
      format.scan(source);
      sink.raw(source.since(start));
    };
  }

  #promotion(reader: Shape, writer: Shape, place: Place): Transcoder {
    if (!promotes(reader, writer)) return this.#break(place, `is ${shown(reader)}, was ${shown(writer)}`);
    this.#compareLogical(reader, writer, place);
    // An int and a long, and a string and bytes, are written alike.
    if (reader.kind === "long" || reader.kind === "bytes") return this.#copy(writer);
    const wide = reader.kind === "double";
    const read = (source: ByteSource): number => (writer.kind === "float" ? source.float() : Number(source.long()));
    return (source, sink) => (wide ? sink.double(read(source)) : sink.float(read(source)));
  }

  #fromUnion(reader: Shape, writer: UnionShape, place: Place): Transcoder {
    const transcoders = writer.branches.map((branch) => this.compile(reader, branch, place));
    return (source, sink) =>
      (transcoders[source.index(transcoders.length, "union branch")] ?? unresolvable)(source, sink);
  }

  #intoUnion(reader: UnionShape, writer: Shape, place: Place): Transcoder {
    const index = branchFor(reader, writer);
    const branch = reader.branches[index];
    if (branch === undefined)
      return this.#break(place, `is one of ${listed(reader.branches.map(shown))}, was ${shown(writer)}`);
    const transcode = this.compile(branch, writer, place);
    return (source, sink) => {
      sink.int(index);
      transcode(source, sink);
    };
  }

  #named(reader: NamedShape, writer: NamedShape, place: Place): Transcoder {
    const known = this.#known.get(reader)?.get(writer);
    if (known !== undefined) return known;
    const pairs = this.#known.get(reader) ?? new Map<NamedShape, Transcoder>();
    this.#known.set(reader, pairs);
    // A record that is part of itself finds this while it is being made.
    let made: Transcoder = unresolvable;
    pairs.set(writer, (source, sink) => made(source, sink));
    made = this.#newNamed(reader, writer, place);
    pairs.set(writer, made);
    return made;
  }

  #newNamed(reader: NamedShape, writer: NamedShape, place: Place): Transcoder {
    if (reader.kind === "record" && writer.kind === "record") return this.#record(reader, writer);
    if (reader.kind === "enum" && writer.kind === "enum") return this.#enum(reader, writer);
    if (reader.kind === "fixed" && writer.kind === "fixed") return this.#fixed(reader, writer);
    return this.#break(place, `is ${reader.kind}, was ${writer.kind}`);
  }

  #fixed(reader: FixedShape, writer: FixedShape): Transcoder {
    const place = { type: shortNameOf(reader.name), path: "" };
    if (reader.size !== writer.size) return this.#break(place, `has ${reader.size} bytes, had ${writer.size}`);
    this.#compareLogical(reader, writer, place);
    return this.#copy(writer);
  }

  #enum(reader: EnumShape, writer: EnumShape): Transcoder {
    const known = new Map(reader.symbols.map((symbol, index) => [symbol, index]));
    const fallback = reader.default === undefined ? -1 : (known.get(reader.default) ?? -1);
    const indices = writer.symbols.map((symbol) => known.get(symbol) ?? fallback);
    const missing = writer.symbols.filter((_, index) => indices[index] === -1);
    if (missing.length > 0)
      return this.#break(
        { type: shortNameOf(reader.name), path: "" },
        `has no symbol ${listed(missing)} any more and no default that stands for it`,
      );
    return (source, sink) => sink.int(indices[source.index(indices.length, "symbol")] ?? unresolvable());
  }

  #record(reader: RecordShape, writer: RecordShape): Transcoder {
    const place = { type: shortNameOf(reader.name), path: "" };
    const fields = reader.fields.map((field): FieldPlan => {
      const from = sourceOf(field, writer);
      const source = writer.fields[from];
      const at = below(place, field.name);
      const { name } = field;
      if (source !== undefined)
        return { name, from, transcode: this.compile(field.shape, source.shape, at), default: noBytes };
      const bytes = encodeDefault(field);
      if (bytes === undefined) this.#break(at, "is new and has no default");
      return { name, from, transcode: unresolvable, default: bytes ?? noBytes };
    });
    const skips = writer.fields.map(({ name, shape }): SkipPlan => ({ name, format: this.#formats.formatOf(shape) }));
    return recordTranscoder(fields, skips);
  }
}
