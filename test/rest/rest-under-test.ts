// The API over real HTTP, with an engine over a journal in memory and plain functions. Every answer is held against the OpenAPI
// document of the very host that gave it.
import type { ExecutionContext } from "ava";

import { Access } from "../../host/access/access.ts";
import { systemChance, systemClock } from "../../host/clock.ts";
import { Engine } from "../../host/engine/engine.ts";
import type { EngineSettings } from "../../host/engine/settings.ts";
import { RecentLines } from "../../host/functions/recent-lines.ts";
import { MemoryFunctions, plainComponent, type PlainFunction } from "../../host/functions/memory-functions.ts";
import { MemoryDisk } from "../../host/journal/memory/memory-disk.ts";
import { openMemoryJournal } from "../../host/journal/memory/memory-journal.ts";
import type { LogFields, Logger, LogLevel } from "../../host/json-log.ts";
import { HostRegistry } from "../../host/registry/host-registry.ts";
import { SchemaCatalog } from "../../host/registry/schema-catalog.ts";
import { RestServer } from "../../host/rest/server.ts";
import type { Snapshots } from "../../host/ports/snapshots.ts";
import { boxes } from "../engine/boxes.ts";
import { DocumentCheck } from "./document-check.ts";

const noSnapshots: Snapshots = {
  async put() {},
  async latest() {
    return undefined;
  },
  async close() {},
};

export type RestStart = {
  readonly settings?: Partial<EngineSettings>;
  readonly waitMs?: number;
  /** Settles when a write is on the disk. */
  readonly sync?: () => Promise<void>;
  /** A file of tokens; nobody is asked for one when left out. */
  readonly tokens?: string;
  /** How many connections there may be at once. */
  readonly connections?: number;
  /** Longest silence on a connection. */
  readonly silenceMs?: number;
  /** An OpenID issuer whose tokens are taken. */
  readonly issuer?: { readonly issuer: string; readonly audience: string };
  /** Deployed under the name `boxes` at the start; null for nothing. */
  readonly boxes?: PlainFunction | null;
};

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON; undefined when there is none. */
  readonly body: unknown;
};

export type Call = {
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
};

export class RestUnderTest {
  readonly engine: Engine;
  readonly functions: MemoryFunctions;
  readonly server: RestServer;
  readonly access: Access;
  readonly logged: { level: LogLevel; event: string; fields: LogFields }[];
  readonly recentLines: RecentLines;
  readonly #check: DocumentCheck;

  private constructor(
    given: Pick<RestUnderTest, "engine" | "functions" | "server" | "access" | "logged" | "recentLines"> & {
      check: DocumentCheck;
    },
  ) {
    this.engine = given.engine;
    this.functions = given.functions;
    this.server = given.server;
    this.access = given.access;
    this.logged = given.logged;
    this.recentLines = given.recentLines;
    this.#check = given.check;
  }

  static async start(t: ExecutionContext, start: RestStart = {}): Promise<RestUnderTest> {
    const { settings = {}, waitMs = 10_000, sync } = start;
    const functions = new MemoryFunctions();
    const disk = new MemoryDisk(sync === undefined ? {} : { sync });
    const journal = await openMemoryJournal({ disk });
    const fail = (error: unknown): void => t.fail(`the engine failed: ${String(error)}`);
    const engine = await Engine.open(
      { journal, functions, snapshots: noSnapshots, clock: systemClock, chance: systemChance },
      { settings: { triesMax: 2, backoffMs: 1, ...settings }, onFatal: fail, onTrouble: (_, error) => fail(error) },
    );
    const logged: RestUnderTest["logged"] = [];
    const logger: Logger = { log: (level, event, fields = {}) => logged.push({ level, event, fields }) };
    const access = await Access.open({
      tokens: start.tokens ?? "",
      issuer: start.issuer,
      history: engine.access,
      logger,
    });
    const recentLines = new RecentLines({ now: () => systemClock.now() });
    const server: RestServer = await RestServer.listen({
      engine,
      access,
      logger,
      checks: {},
      log: { id: crypto.randomUUID(), created: new Date().toISOString(), store: disk },
      registry: new HostRegistry({ catalog: new SchemaCatalog({ journal }), url: () => server.url }),
      publisher: undefined,
      intake: undefined,
      recentLines,
      isolation: 0,
      address: { host: "127.0.0.1", port: 0 },
      certificate: undefined,
      connections: start.connections ?? 1_000,
      ...(start.silenceMs === undefined ? {} : { silenceMs: start.silenceMs }),
      waitMs,
    });
    t.teardown(async () => {
      server.stop();
      await engine.close();
      await server.close();
      await access.close();
      await journal.close();
    });
    const check = await DocumentCheck.of(server.url);
    const rest = new RestUnderTest({ engine, functions, server, access, logged, recentLines, check });
    if (start.boxes !== null) await rest.deploy("boxes", start.boxes ?? boxes());
    return rest;
  }

  get url(): string {
    return this.server.url;
  }

  /** Makes a function known under a component's bytes, without deploying it. */
  component(name: string, plain: PlainFunction): Uint8Array {
    this.functions.register(name, plain);
    return plainComponent(name);
  }

  async deploy(name: string, plain: PlainFunction): Promise<void> {
    await this.engine.deployment.component(name, this.component(`${name}-${Math.random()}`, plain));
  }

  /** A call whose answer is read whole and is as the document says. A body that is no text or bytes is sent as JSON. */
  async call(method: string, path: string, { body, headers = {} }: Call = {}): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: { ...(isRaw(body) || body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      ...(body === undefined ? {} : { body: isRaw(body) ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await response.text();
    const isJson = /\bjson\b/.test(response.headers.get("content-type") ?? "");
    const answer = { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
    this.#check.answer({ method, path, answer });
    return answer;
  }

  get(path: string): Promise<Answer> {
    return this.call("GET", path);
  }

  post(path: string, body: unknown, headers: { readonly [name: string]: string } = {}): Promise<Answer> {
    return this.call("POST", path, { body, headers });
  }

  /** Posts lines and gives the answers, parsed. */
  async postLines(path: string, lines: readonly unknown[]): Promise<readonly unknown[]> {
    const body = lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join("");
    const { status, body: text } = await this.post(path, body, { "content-type": "application/x-ndjson" });
    if (status !== 200) throw new Error(`found status ${status}, expected 200`);
    return linesOf(path, text).map((line) => this.#check.line({ path, line }));
  }
}

function linesOf(path: string, text: unknown): readonly unknown[] {
  if (typeof text !== "string") return [text];
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      try {
        return JSON.parse(line);
      } catch {
        throw new Error(`found the line ${line} of ${path}, expected JSON`);
      }
    });
}

function isRaw(body: unknown): body is string | Uint8Array<ArrayBuffer> {
  return typeof body === "string" || body instanceof Uint8Array;
}

/** A member of a parsed answer, by path. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const key of path) {
    if (typeof here !== "object" || here === null) return undefined;
    here = new Map<string, unknown>(Object.entries(here)).get(String(key));
  }
  return here;
}
