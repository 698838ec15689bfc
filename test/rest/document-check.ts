// Answers held against the OpenAPI document of the host that gave them: status, media type and body.
import { faultsOf, isObject } from "./json-schema-check.ts";

type Tree = { readonly [name: string]: unknown };

export class DocumentCheck {
  readonly #paths: Tree;
  readonly #schemas: Tree;

  private constructor(paths: Tree, schemas: Tree) {
    this.#paths = paths;
    this.#schemas = schemas;
  }

  static async of(url: string): Promise<DocumentCheck> {
    const document: unknown = await (await fetch(`${url}/openapi.json`)).json();
    return new DocumentCheck(tree(document, "paths"), tree(document, "components", "schemas"));
  }

  /** @throws when the document does not describe the answer */
  answer({
    method,
    path,
    answer,
  }: {
    method: string;
    path: string;
    answer: { status: number; headers: Headers; body: unknown };
  }): void {
    const { status, body } = answer;
    const mediaType = (answer.headers.get("content-type") ?? "").split(";", 1)[0] ?? "";
    if (mediaType === "application/problem+json")
      return this.#require(body, this.#schemas["Problem"], `${method} ${path}`);
    const content = tree(this.#operation(method, path), "responses", String(status))["content"];
    if (content === undefined) {
      if (body !== "") throw new Error(`found a body for ${status} of ${method} ${path}, expected none`);
      return;
    }
    const { schema } = tree(content, mediaType);
    if (mediaType === "application/json") this.#require(body, schema, `${method} ${path}`);
  }

  /** An answer's line, as it is or a problem's. */
  line({ path, line }: { path: string; line: unknown }): unknown {
    const { schema } = tree(this.#operation("POST", path), "responses", "200", "content", "application/x-ndjson");
    const isProblem = isObject(line) && typeof line["status"] === "number";
    this.#require(line, isProblem ? this.#schemas["Problem"] : schema, `a line of ${path}`);
    return line;
  }

  #operation(method: string, path: string): Tree {
    const [bare = ""] = path.split("?", 1);
    // A fixed path comes before one with parameters.
    const patterns = Object.keys(this.#paths).toSorted((one, other) => one.split("{").length - other.split("{").length);
    const pattern = patterns.find((candidate) =>
      new RegExp(`^${candidate.replaceAll(/\{\w+\}/g, "[^/]+").replaceAll(".", "\\.")}$`).test(bare),
    );
    if (pattern === undefined) throw new Error(`found ${method} ${bare}, which the document does not know`);
    return tree(this.#paths, pattern, method.toLowerCase());
  }

  #require(value: unknown, schema: unknown, what: string): void {
    const faults = faultsOf(value, schema, this.#schemas);
    if (faults.length > 0)
      throw new Error(`${what} is off its description: ${faults.join("; ")}\n${JSON.stringify(value)}`);
  }
}

function tree(value: unknown, ...path: readonly string[]): Tree {
  let here: unknown = value;
  for (const name of path) here = isObject(here) ? here[name] : undefined;
  if (!isObject(here)) throw new Error(`found nothing at ${path.join("/")} of the document`);
  return here;
}
