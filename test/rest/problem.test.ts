import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import test from "ava";

import { EventoError } from "../../host/errors.ts";
import { knownProblems, problemOf } from "../../host/rest/problem.ts";

const host = fileURLToPath(new URL("../../host", import.meta.url));

/** Codes that no request can meet, and why. */
const neverAnswered: ReadonlyMap<string, string> = new Map([
  ["CONFIG_INVALID", "before a host listens"],
  ["LISTEN_FAILED", "before a host listens"],
  ["DATA_NOT_EMPTY", "before a host listens"],
  ["DATA_UNKNOWN", "before a host listens"],
  ["DATA_FORMAT_UNKNOWN", "before a host listens"],
  ["DATA_INCOMPLETE", "before a host listens"],
  ["DATA_UNREADABLE", "before a host listens"],
  ["HEAD_DAMAGED", "before a host listens"],
  ["JOURNAL_LOCKED", "before a host listens"],
  ["LOG_TRUNCATED", "before a host listens"],
  ["RECOVERY_UNFINISHED", "before a host listens"],
  ["ISOLATION_INSUFFICIENT", "before a host listens"],
  ["TOKENS_INVALID", "at a start it ends the host, later the log has it"],
  ["TOKENS_BUSY", "on the command line only"],
  ["SNAPSHOTS_UNAVAILABLE", "nobody waits for a snapshot"],
  ["SNAPSHOT_DAMAGED", "a damaged snapshot is an absent one"],
  ["DRAFTS_INVALID", "a failed try of a function"],
  ["FRAME_INVALID", "a failed try of a function"],
  ["DIGEST_INVALID", "digests come from the log"],
]);

function codesIn(folder: string): ReadonlySet<string> {
  const files = readdirSync(join(host, folder), { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  return new Set(
    files.flatMap((file) =>
      [...readFileSync(join(host, folder, file), "utf8").matchAll(/(?:EventoError|refuse)\(\s*"([A-Z][A-Z_]+)"/g)].map(
        ([, code = ""]) => code,
      ),
    ),
  );
}

for (const folder of ["access", "domain", "engine", "functions", "journal", "rest", "schemas", "snapshots"])
  test(`every code of host/${folder} has a status, or a reason to need none`, (t) => {
    const known = new Set(knownProblems().map(({ code }) => code));
    const codes = codesIn(folder);
    t.true(codes.size > 0);
    t.deepEqual(
      [...codes].filter((code) => !known.has(code) && !neverAnswered.has(code)),
      [],
    );
  });

test("a problem tells the code, what was found, what to do and where", (t) => {
  const faults = [{ path: "payload.n", message: "is missing" }];
  t.deepEqual(problemOf(new EventoError("PAYLOAD_INVALID", "found none", { hint: "give one", faults })), {
    type: "urn:evento:error:PAYLOAD_INVALID",
    title: "The payload is off its schema",
    status: 422,
    detail: "found none",
    code: "PAYLOAD_INVALID",
    hint: "give one",
    errors: faults,
  });
});

test("what is no refusal, or a code without a status, is no known problem", (t) => {
  t.is(problemOf(new Error("inside")), undefined);
  t.is(problemOf(new EventoError("FRAME_INVALID", "inside")), undefined);
});
