// The REST API, from the OpenAPI document that a host serves.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { readConfig } from "../../../host/config.ts";
import { Host } from "../../../host/host.ts";
import { codeOf, tableOf } from "./markdown.ts";

type Schema = {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly properties?: { readonly [name: string]: Schema };
  readonly additionalProperties?: boolean | Schema;
  readonly oneOf?: readonly Schema[];
};
type Content = { readonly [mediaType: string]: { readonly schema: Schema } };
type Parameter = {
  readonly name: string;
  readonly in: string;
  readonly description: string;
  readonly schema: Schema;
};
type Operation = {
  readonly summary: string;
  readonly description?: string;
  readonly security: readonly { readonly bearer: readonly string[] }[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: { readonly [status: string]: { readonly description: string; readonly content?: Content } };
};
type Document = {
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
  readonly components: { readonly schemas: { readonly [name: string]: Schema } };
};

/** Calls and bodies, in the document's order. */
export async function restSection(): Promise<string> {
  const { paths, components } = await openapiDocument();
  const calls = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => callText(method, path, operation)),
  );
  const bodies = Object.entries(components.schemas).map(([name, schema]) => `### ${name}\n\n${bodyText(schema)}`);
  return ["## Calls", ...calls, "## Bodies", ...bodies].join("\n\n");
}

async function openapiDocument(): Promise<Document> {
  const directory = await mkdtemp(join(tmpdir(), "evento-reference-"));
  const environment = { EVENTO_LISTEN: "127.0.0.1:0", EVENTO_DATA: join(directory, "data") };
  const host = await Host.open({
    config: readConfig({ environment }),
    logger: { log: () => undefined },
    onFatal: (error) => {
      throw error;
    },
  });
  try {
    const response = await fetch(`${host.url}/openapi.json`);
    return (await response.json()) as Document;
  } finally {
    await host.close();
    await rm(directory, { recursive: true });
  }
}

function callText(method: string, path: string, operation: Operation): string {
  const { summary, description, security, parameters = [], requestBody, responses } = operation;
  const scopes = security.flatMap(({ bearer }) => bearer).map(codeOf);
  const parts = [
    `### ${method.toUpperCase()} ${path}`,
    `${sentence(summary)} ${sentence(description ?? "")}`.trim(),
    `Scope: ${scopes.length === 0 ? "none, it is open" : scopes.join(" or ")}.`,
  ];
  if (parameters.length > 0)
    parts.push(
      tableOf(
        ["parameter", "in", "type", "what it is"],
        parameters.map((given) => [codeOf(given.name), given.in, typeText(given.schema), given.description]),
      ),
    );
  if (requestBody !== undefined) parts.push(`Takes ${contentText(requestBody.content)}.`);
  const answers = Object.entries(responses)
    .filter(([status]) => status !== "default")
    .map(([status, { description, content }]) => [
      status,
      description,
      content === undefined ? "" : contentText(content),
    ]);
  parts.push(tableOf(["status", "what it means", "body"], answers));
  return parts.join("\n\n");
}

function contentText(content: Content): string {
  return Object.entries(content)
    .map(([mediaType, { schema }]) => `${codeOf(mediaType)}: ${typeText(schema)}`)
    .join("; ");
}

function bodyText(schema: Schema): string {
  const { oneOf, properties = {} } = schema;
  if (oneOf !== undefined) return oneOf.map(bodyText).join("\n\nor\n\n");
  return tableOf(["field", "", "type", "what it is"], rowsOf(schema, properties, ""));
}

/** A row a field, and those of objects within it, under their path. */
function rowsOf(
  { required = [] }: Schema,
  properties: { readonly [name: string]: Schema },
  above: string,
): readonly (readonly string[])[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const path = `${above}${name}`;
    const own = [
      codeOf(path),
      required.includes(name) ? "always" : "optional",
      rowTypeText(schema),
      sentence(schema.description ?? ""),
    ];
    const { inner, suffix } = innerOf(schema);
    return [own, ...rowsOf(inner, inner.properties ?? {}, `${path}${suffix}.`)];
  });
}

/** Fields of an object have rows of their own. */
function rowTypeText(schema: Schema): string {
  if (schema.properties !== undefined) return "object";
  return schema.items?.properties === undefined ? typeText(schema) : "array of objects";
}

function innerOf(schema: Schema): { inner: Schema; suffix: string } {
  return schema.items === undefined ? { inner: schema, suffix: "" } : { inner: schema.items, suffix: "[]" };
}

function typeText(schema: Schema): string {
  const { $ref, type, format, items, additionalProperties, oneOf } = schema;
  if ($ref !== undefined) {
    const name = $ref.slice($ref.lastIndexOf("/") + 1);
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (schema.enum !== undefined) return schema.enum.map((value) => codeOf(JSON.stringify(value))).join(", ");
  if (schema.const !== undefined) return codeOf(JSON.stringify(schema.const));
  if (oneOf !== undefined) return oneOf.map(typeText).join(" or ");
  if (items !== undefined) return `array of ${typeText(items)}`;
  if (typeof additionalProperties === "object") return `object of ${typeText(additionalProperties)}`;
  if (schema.properties !== undefined) {
    const fields = Object.entries(schema.properties).map(([name, field]) => `${codeOf(name)}: ${typeText(field)}`);
    return `object (${fields.join(", ")})`;
  }
  const names = [type ?? "anything"].flat().join(" or ");
  const fallback = schema.default === undefined ? "" : `, default ${JSON.stringify(schema.default)}`;
  return `${names}${format === undefined ? "" : ` (${format})`}${fallback}`;
}

function sentence(text: string): string {
  if (text === "") return "";
  const begun = (text[0] ?? "").toUpperCase() + text.slice(1);
  return /[.:?]$/.test(begun) ? begun : `${begun}.`;
}
