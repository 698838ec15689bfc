// Configuration: the same names in flags, the environment and a file. A flag wins over the environment, which wins over the file.
import { readFileSync } from "node:fs";

import type { CertificatePaths } from "./access/certificate.ts";
import { EventoError, reasonOf } from "./errors.ts";
import type { IsolationLevel } from "./functions/isolation.ts";

export type HostConfig = {
  /** `address:port`; port 0 takes a free one. */
  readonly listen: string;
  /** The data directory. */
  readonly data: string;
  /** MiB that have to stay free on its disk: below them nothing new is taken in. */
  readonly disk_free_mib: number;
  /** `file:PATH` or `s3://bucket/prefix`; empty for files under the data directory. */
  readonly snapshots: string;
  readonly s3_endpoint: string;
  /** Events of an aggregate between two snapshots. */
  readonly snapshot_events: number;
  /** Comma-separated `host:port`; empty for no Kafka. */
  readonly kafka_brokers: string;
  /** Partitions of the topic when it is made. */
  readonly kafka_partitions: number;
  readonly kafka_tls: boolean;
  /** Mechanism and credentials as JSON text; empty for none. */
  readonly kafka_sasl: string;
  /** Take commands and outside events from the topic `kf-evento-commands`. */
  readonly kafka_intake: boolean;
  /** URL of an outside schema registry; empty for the host's own. */
  readonly registry: string;
  /** A file of tokens; empty for none. */
  readonly tokens: string;
  /** URL of an OpenID issuer whose tokens are taken, and whom they must be for; empty for none. */
  readonly oidc_issuer: string;
  readonly oidc_audience: string;
  /** Files of the certificate (with its chain) and its key, in PEM; empty for plain HTTP. */
  readonly tls_cert: string;
  readonly tls_key: string;
  /** Listen on other addresses than loopback although there are no tokens. */
  readonly insecure: boolean;
  /** Longest time of one call of a function. */
  readonly function_deadline_ms: number;
  /** A function without calls for so long gives its process back. */
  readonly function_idle_ms: number;
  /** The lowest level of isolation of function processes that will do. */
  readonly isolation: IsolationLevel;
  /** Base URL of an OpenTelemetry collector (OTLP over HTTP); empty for no traces. */
  readonly otlp_endpoint: string;
  /** Share of the traces that begin here which are kept; the others' callers decide. */
  readonly trace_share: number;
  /** Wait for a command's outcome when the client does not say. */
  readonly wait_ms: number;
  /** Tries of a command before it is parked. */
  readonly tries: number;
  /** Steps from the external cause past which a chain is parked. */
  readonly depth: number;
};

type Setting = { readonly about: string; readonly fallback: string; readonly kind: "text" | "flag" | "count" };

/** Every setting, by its name in the file; in the environment EVENTO_NAME, as a flag --name with dashes. */
export const settings: { readonly [Name in keyof HostConfig]: Setting } = {
  listen: { about: "address and port; port 0 takes a free one", fallback: "127.0.0.1:8080", kind: "text" },
  data: { about: "the data directory", fallback: "./data", kind: "text" },
  disk_free_mib: {
    about: "MiB that have to stay free on its disk: below them nothing new is taken in",
    fallback: "256",
    kind: "count",
  },
  snapshots: { about: "file:PATH or s3://bucket/prefix", fallback: "", kind: "text" },
  s3_endpoint: { about: "URL of an S3 server other than AWS", fallback: "", kind: "text" },
  snapshot_events: { about: "events of an aggregate between two snapshots", fallback: "100", kind: "count" },
  kafka_brokers: { about: "host:port of Kafka brokers, with commas between", fallback: "", kind: "text" },
  kafka_partitions: { about: "partitions of the topic when it is made", fallback: "12", kind: "count" },
  kafka_tls: { about: "reach the brokers by TLS", fallback: "false", kind: "flag" },
  kafka_sasl: {
    about: '{"mechanism": "plain" | "scram-sha-256" | "scram-sha-512", "username", "password"} as JSON',
    fallback: "",
    kind: "text",
  },
  kafka_intake: {
    about: "take commands and outside events from the topic kf-evento-commands",
    fallback: "false",
    kind: "flag",
  },
  registry: { about: "URL of a schema registry other than the host's own", fallback: "", kind: "text" },
  tokens: { about: "a file of tokens, made by `evento token`", fallback: "", kind: "text" },
  oidc_issuer: { about: "URL of an OpenID issuer whose tokens are taken", fallback: "", kind: "text" },
  oidc_audience: { about: "the audience that its tokens must be for", fallback: "", kind: "text" },
  tls_cert: {
    about: "a file of the certificate and its chain in PEM; with it HTTPS is spoken",
    fallback: "",
    kind: "text",
  },
  tls_key: { about: "a file of the certificate's key in PEM", fallback: "", kind: "text" },
  insecure: { about: "listen on other addresses than loopback without tokens", fallback: "false", kind: "flag" },
  function_deadline_ms: { about: "longest time of one call of a function", fallback: "1000", kind: "count" },
  function_idle_ms: {
    about: "a function without calls for so long gives its process back",
    fallback: "300000",
    kind: "count",
  },
  isolation: {
    about: "the lowest level of isolation of function processes that will do: 0, 1 or 2",
    fallback: "0",
    kind: "text",
  },
  otlp_endpoint: {
    about: "URL of an OpenTelemetry collector that takes traces as OTLP over HTTP; OTEL_EXPORTER_OTLP_ENDPOINT as well",
    fallback: "",
    kind: "text",
  },
  trace_share: {
    about: "share of the traces that are kept, 0 to 1, where the caller's traceparent does not say",
    fallback: "1",
    kind: "text",
  },
  wait_ms: { about: "wait for a command's outcome when the client does not say", fallback: "10000", kind: "count" },
  tries: { about: "tries of a command before it is parked", fallback: "5", kind: "count" },
  depth: { about: "steps from the external cause past which a chain is parked", fallback: "100", kind: "count" },
};

const prefix = "EVENTO_";
/** Variables of the environment that are not the host's: of the launcher and of the command line. */
const others: ReadonlySet<string> = new Set(["EVENTO_CONFIG", "EVENTO_URL", "EVENTO_TOKEN"]);

/**
 * Reads the configuration.
 *
 * @param flags - by setting name; what is undefined was not given.
 * @throws EventoError CONFIG_INVALID naming the setting, what was found and what was expected; a name that is unknown too.
 */
export function readConfig(given: {
  flags?: { readonly [name: string]: string | undefined };
  environment?: { readonly [name: string]: string | undefined };
}): HostConfig {
  const { flags = {}, environment = process.env } = given;
  for (const name of Object.keys(environment))
    if (name.startsWith(prefix) && !others.has(name) && !isName(name.slice(prefix.length).toLowerCase()))
      throw unknown(name, Object.keys(settings).map(variableOf));
  // A variable that is set to nothing is one that was not set: compose files and shells pass such on.
  const variable = (name: string): string | undefined => environment[name] || undefined;
  const path = flags["config"] ?? variable("EVENTO_CONFIG");
  const file = path === undefined ? {} : readFile(path);
  const value = (name: keyof HostConfig): string =>
    flags[name] ?? variable(variableOf(name)) ?? file[name] ?? settings[name].fallback;
  return {
    listen: value("listen"),
    data: value("data"),
    disk_free_mib: countOf("disk_free_mib", value("disk_free_mib")),
    snapshots: value("snapshots"),
    s3_endpoint: value("s3_endpoint"),
    snapshot_events: countOf("snapshot_events", value("snapshot_events")),
    kafka_brokers: value("kafka_brokers"),
    kafka_partitions: countOf("kafka_partitions", value("kafka_partitions")),
    kafka_tls: flagOf("kafka_tls", value("kafka_tls")),
    kafka_sasl: value("kafka_sasl"),
    kafka_intake: flagOf("kafka_intake", value("kafka_intake")),
    registry: value("registry"),
    tokens: value("tokens"),
    oidc_issuer: value("oidc_issuer"),
    oidc_audience: value("oidc_audience"),
    tls_cert: value("tls_cert"),
    tls_key: value("tls_key"),
    insecure: flagOf("insecure", value("insecure")),
    function_deadline_ms: countOf("function_deadline_ms", value("function_deadline_ms")),
    function_idle_ms: countOf("function_idle_ms", value("function_idle_ms")),
    isolation: isolationOf(value("isolation")),
    otlp_endpoint: endpointOf(value("otlp_endpoint") || (environment["OTEL_EXPORTER_OTLP_ENDPOINT"] ?? "")),
    trace_share: shareOf(value("trace_share")),
    wait_ms: countOf("wait_ms", value("wait_ms")),
    tries: countOf("tries", value("tries")),
    depth: countOf("depth", value("depth")),
  };
}

/** The address and port to listen on. @throws EventoError CONFIG_INVALID */
export function addressOf({ listen, tokens, oidc_issuer, insecure }: HostConfig): {
  readonly host: string;
  readonly port: number;
} {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(listen);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535)
    throw new EventoError(
      "CONFIG_INVALID",
      `found EVENTO_LISTEN ${JSON.stringify(listen)}, expected address:port such as 127.0.0.1:8080`,
    );
  if (!isLoopback(host) && tokens === "" && oidc_issuer === "" && !insecure)
    throw new EventoError("CONFIG_INVALID", `found EVENTO_LISTEN ${listen}, which others can reach, and no tokens`, {
      hint: "name a file of tokens in EVENTO_TOKENS, listen on 127.0.0.1, or set EVENTO_INSECURE=true when something in front keeps others out",
    });
  return { host, port };
}

/** Whose tokens are taken; undefined for no issuer's. @throws EventoError CONFIG_INVALID */
export function issuerOf(config: HostConfig): { readonly issuer: string; readonly audience: string } | undefined {
  const { oidc_issuer: issuer, oidc_audience: audience } = config;
  if (issuer === "" && audience === "") return undefined;
  if (issuer !== "" && audience !== "") return { issuer, audience };
  // An issuer makes tokens for others too: without an audience each of those would open this host.
  throw new EventoError(
    "CONFIG_INVALID",
    "found one of EVENTO_OIDC_ISSUER and EVENTO_OIDC_AUDIENCE, expected both or neither",
  );
}

/** Where the certificate is; undefined for plain HTTP. @throws EventoError CONFIG_INVALID */
export function certificateOf({ tls_cert, tls_key }: HostConfig): CertificatePaths | undefined {
  if (tls_cert === "" && tls_key === "") return undefined;
  if (tls_cert !== "" && tls_key !== "") return { cert: tls_cert, key: tls_key };
  throw new EventoError("CONFIG_INVALID", "found one of EVENTO_TLS_CERT and EVENTO_TLS_KEY, expected both or neither");
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function isName(name: string): name is keyof HostConfig {
  return Object.hasOwn(settings, name);
}

function variableOf(name: string): string {
  return prefix + name.toUpperCase();
}

function readFile(path: string): { readonly [name: string]: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new EventoError("CONFIG_INVALID", `found the configuration file ${path} unreadable: ${reasonOf(cause)}`, {
      cause,
    });
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new EventoError("CONFIG_INVALID", `found no JSON object in the configuration file ${path}`);
  const values: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (!isName(name)) throw unknown(name, Object.keys(settings));
    if (typeof value === "object" && !(Array.isArray(value) && name === "kafka_brokers"))
      throw new EventoError("CONFIG_INVALID", `found ${name} of another kind in ${path}, expected a text or a number`);
    values[name] = String(value);
  }
  return values;
}

function flagOf(name: string, text: string): boolean {
  if (text === "true" || text === "1") return true;
  if (text === "false" || text === "0" || text === "") return false;
  throw new EventoError("CONFIG_INVALID", `found ${variableOf(name)} ${JSON.stringify(text)}, expected true or false`);
}

function isolationOf(text: string): IsolationLevel {
  if (text === "0") return 0;
  if (text === "1") return 1;
  if (text === "2") return 2;
  throw new EventoError("CONFIG_INVALID", `found EVENTO_ISOLATION ${JSON.stringify(text)}, expected 0, 1 or 2`, {
    hint: "host/functions/README.md says what each level is",
  });
}

function endpointOf(text: string): string {
  if (text === "" || /^https?:$/.test(URL.parse(text)?.protocol ?? "")) return text;
  throw new EventoError(
    "CONFIG_INVALID",
    `found EVENTO_OTLP_ENDPOINT ${JSON.stringify(text)}, expected a URL such as http://127.0.0.1:4318`,
  );
}

function shareOf(text: string): number {
  if (/^(?:0|1|[01]?\.\d{1,9})$/.test(text) && Number(text) <= 1) return Number(text);
  throw new EventoError("CONFIG_INVALID", `found EVENTO_TRACE_SHARE ${JSON.stringify(text)}, expected 0 to 1`);
}

function countOf(name: string, text: string): number {
  const count = Number(text);
  if (/^\d{1,12}$/.test(text) && count > 0) return count;
  throw new EventoError(
    "CONFIG_INVALID",
    `found ${variableOf(name)} ${JSON.stringify(text)}, expected a whole number above zero`,
  );
}

function unknown(name: string, known: readonly string[]): EventoError {
  const nearest = known.toSorted((one, other) => distanceOf(name, one) - distanceOf(name, other))[0];
  return new EventoError("CONFIG_INVALID", `found the setting ${name}, which there is none of`, {
    hint: `did you mean ${nearest}?`,
  });
}

/** Edits from one text to another (Levenshtein). */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let at = 1; at <= one.length; at++) {
    const next = [at];
    for (let to = 1; to <= other.length; to++)
      next.push(
        Math.min(
          (row[to] ?? 0) + 1,
          (next[to - 1] ?? 0) + 1,
          (row[to - 1] ?? 0) + (one[at - 1] === other[to - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return row[other.length] ?? 0;
}
