// The codec of one record of an aggregate: the root's state, or the payload of an event or command.
import { EventoError } from "../errors.ts";
import { ByteSink } from "./byte-sink.ts";
import { ByteSource } from "./byte-source.ts";
import { canonicalText, namedShapesIn } from "./canonical-text.ts";
import type { Declarations } from "./declarations.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { Format } from "./format.ts";
import type { FormatCompiler } from "./format-compiler.ts";
import { inlineSchema } from "./inline-schema.ts";
import { ResolutionCompiler } from "./resolution.ts";
import { shortNameOf, type RecordShape } from "./shape.ts";
import type { Transcoder } from "./transcoders.ts";

export interface RecordCodec {
  /** Without its namespace. */
  readonly name: string;
  /** The Avro schema of this record alone: all that it uses is declared where it is first used. */
  readonly schema: unknown;
  /** 16 hex digits over the canonical text of the record and all that it uses. */
  readonly fingerprint: string;
  readonly shape: RecordShape;

  /**
   * The JSON form to Avro binary.
   *
   * @param path - what the paths of faults begin with, such as `payload`.
   * @throws EventoError PAYLOAD_INVALID with the faults, at most `faultsMax`.
   */
  fromJson(value: unknown, path?: string): Uint8Array;

  /** Avro binary to the JSON form. @throws EventoError AVRO_INVALID */
  toJson(bytes: Uint8Array): unknown;

  /**
   * Goes over bytes that are not to be trusted, before anything else sees them: lengths, counts, ranges, UTF-8, what logical types allow,
   * numbers in their shortest form, keys once, and nothing after the end. Arrays and maps may come in several blocks.
   *
   * @throws EventoError AVRO_INVALID naming the path and the byte.
   */
  check(bytes: Uint8Array): void;

  /**
   * Bytes that another version of this record wrote, in this version. The same bytes when the versions don't differ.
   *
   * @throws EventoError SCHEMA_INCOMPATIBLE when this version can't read the other, AVRO_INVALID on damaged bytes.
   */
  resolve(bytes: Uint8Array, writer: RecordCodec): Uint8Array;
}

// Used by all codecs in turn: every call begins by starting them over, and none calls another.
const source = new ByteSource();
const sink = new ByteSink();

type Identity = { readonly schema: unknown; readonly fingerprint: string };

/** Made when first asked for: most records are never published or compared. */
function identityOf(shape: RecordShape, declarations: Declarations): () => Identity {
  let identity: Identity | undefined;
  return () => {
    identity ??= {
      schema: inlineSchema(shape.name, declarations),
      fingerprint: fingerprintOf(canonicalText(namedShapesIn(shape))),
    };
    return identity;
  };
}

class SchemaRecordCodec implements RecordCodec {
  readonly name: string;
  readonly shape: RecordShape;
  readonly #format: Format;
  readonly #identity: () => Identity;
  readonly #transcoders = new WeakMap<RecordCodec, Transcoder | "same">();

  constructor({ shape, format, identity }: { shape: RecordShape; format: Format; identity: () => Identity }) {
    this.name = shortNameOf(shape.name);
    this.shape = shape;
    this.#format = format;
    this.#identity = identity;
  }

  get schema(): unknown {
    return this.#identity().schema;
  }

  get fingerprint(): string {
    return this.#identity().fingerprint;
  }

  fromJson(value: unknown, path = ""): Uint8Array {
    sink.open(path);
    this.#format.write(sink, value);
    if (sink.faults.count > 0)
      throw new EventoError("PAYLOAD_INVALID", `${this.shape.name}: ${sink.faults.summary()}`, {
        hint: "send what the schema says",
        faults: sink.faults.faults,
      });
    return sink.finish();
  }

  toJson(bytes: Uint8Array): unknown {
    source.open(bytes, "");
    const value = this.#format.read(source);
    source.end();
    source.close();
    return value;
  }

  check(bytes: Uint8Array): void {
    source.open(bytes, "");
    this.#format.scan(source);
    source.end();
    source.close();
  }

  resolve(bytes: Uint8Array, writer: RecordCodec): Uint8Array {
    if (writer === this) return bytes;
    let transcode = this.#transcoders.get(writer);
    if (transcode === undefined) {
      transcode = writer.fingerprint === this.fingerprint ? "same" : this.#transcoder(writer);
      this.#transcoders.set(writer, transcode);
    }
    if (transcode === "same") return bytes;
    source.open(bytes, "");
    sink.open("");
    transcode(source, sink);
    source.end();
    source.close();
    return sink.finish();
  }

  #transcoder(writer: RecordCodec): Transcoder {
    const compiler = new ResolutionCompiler();
    const transcode = compiler.compile(this.shape, writer.shape, { type: this.name, path: "" });
    const [first] = compiler.breaks;
    if (first === undefined) return transcode;
    const found = `${first.type}${first.path === "" ? "" : `.${first.path}`} ${first.reason}`;
    throw new EventoError("SCHEMA_INCOMPATIBLE", `${this.shape.name} can't read what another version wrote: ${found}`, {
      faults: compiler.breaks.map(({ path, reason }) => ({ path, message: reason })),
    });
  }
}

/** Makes the codec of a record. */
export function recordCodec(
  shape: RecordShape,
  { formats, declarations }: { formats: FormatCompiler; declarations: Declarations },
): RecordCodec {
  return new SchemaRecordCodec({ shape, format: formats.formatOf(shape), identity: identityOf(shape, declarations) });
}
