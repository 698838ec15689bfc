// An outside schema registry in place of the host's own: schemas are registered there before the first payload goes out.
import { EventoError, reasonOf } from "../errors.ts";
import { bodyBytesMax } from "../limits.ts";
import type { PublishedSchema } from "../publisher/cloud-event.ts";
import type { CatalogEntry, CatalogRecord, SchemaCatalog } from "./schema-catalog.ts";
import type { RecordName, SchemaIds } from "./schema-ids.ts";

const callDeadlineMs = 5_000;

export class OutsideRegistry implements SchemaIds {
  readonly #catalog: SchemaCatalog;
  readonly #base: string;
  readonly #authorization: string | undefined;
  /** By the catalog's number; as many as the log has schemas. */
  readonly #known = new Map<number, PublishedSchema>();

  /** @param url - of the registry, with `user:password@` when it asks for them. @throws EventoError CONFIG_INVALID */
  constructor({ catalog, url }: { catalog: SchemaCatalog; url: string }) {
    if (!URL.canParse(url) || !/^https?:/.test(url))
      throw new EventoError("CONFIG_INVALID", "found EVENTO_REGISTRY that is no http or https URL");
    const { username, password, origin, pathname } = new URL(url);
    this.#catalog = catalog;
    this.#base = origin + pathname.replace(/\/+$/, "");
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    this.#authorization = username === "" ? undefined : `Basic ${Buffer.from(credentials).toString("base64")}`;
  }

  async schemaOf(name: RecordName): Promise<PublishedSchema> {
    return this.#publishedAs(await this.#catalog.entryOf(name));
  }

  /** Numbers are the registry's: those of the subject's versions are asked for until one is the wanted. */
  async recordOf(id: number, subject: string): Promise<CatalogRecord | undefined> {
    await this.#catalog.refresh();
    for (const entry of this.#catalog.versions(subject).toReversed())
      if ((await this.#publishedAs(entry)).id === id) return this.#catalog.record(entry.id);
    return undefined;
  }

  async #publishedAs(entry: CatalogEntry): Promise<PublishedSchema> {
    const known = this.#known.get(entry.id);
    if (known !== undefined) return known;
    const id = await this.#register(entry);
    const schema = { id, uri: `${this.#base}/schemas/ids/${id}` };
    this.#known.set(entry.id, schema);
    return schema;
  }

  /** Registering what is there already answers the number that it has. */
  async #register({ subject, schema }: CatalogEntry): Promise<number> {
    const answer = await this.#post(`/subjects/${encodeURIComponent(subject)}/versions`, {
      schema,
      schemaType: "AVRO",
    });
    const id: unknown = typeof answer === "object" && answer !== null && "id" in answer ? answer.id : undefined;
    if (typeof id === "number" && Number.isInteger(id) && id >= 0 && id <= 0x7fff_ffff) return id;
    throw unavailable(`an answer without an id for ${subject}`);
  }

  async #post(path: string, body: unknown): Promise<unknown> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(this.#base + path, {
        method: "POST",
        body: JSON.stringify(body),
        headers: {
          "content-type": "application/vnd.schemaregistry.v1+json",
          accept: "application/vnd.schemaregistry.v1+json, application/json",
          ...(this.#authorization === undefined ? {} : { authorization: this.#authorization }),
        },
        redirect: "error",
        signal: AbortSignal.timeout(callDeadlineMs),
      });
      text = await boundedText(response);
    } catch (cause) {
      throw unavailable(`the registry out of reach: ${reasonOf(cause)}`, cause);
    }
    if (response.ok) return jsonOf(text);
    const reason = `${response.status} ${text.slice(0, 500)}`;
    if (response.status >= 500 || response.status === 429) throw unavailable(`the registry answering ${reason}`);
    throw new EventoError("REGISTRY_REFUSED", `found the registry refusing ${path}: ${reason}`, {
      hint: "publishing waits until it takes the schema: see to the subject's compatibility level and the host's rights there",
    });
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > bodyBytesMax) throw new Error(`answer of more than ${bodyBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unavailable("the registry answering something else than JSON", cause);
  }
}

function unavailable(found: string, cause?: unknown): EventoError {
  return new EventoError("REGISTRY_UNAVAILABLE", `found ${found}`, {
    retryable: true,
    hint: "commands go on, and nothing is skipped when it is back; see to EVENTO_REGISTRY",
    cause,
  });
}
