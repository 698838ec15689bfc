// Functions in other languages, as the page has them, on a real host. One after the other: the first of each language builds.
import test from "ava";

import { encodeCommand } from "../../host/domain/envelope-codec.ts";
import type { Json } from "../banking/bank-host.ts";
import { openFunctions } from "../fixtures/functions/process-fixture.ts";
import { HostHarness } from "../host-harness.ts";
import { buildAndDeploy, buildAnew, componentOf, examplesWithTools, type LanguageExample } from "./language-example.ts";

/** The first build in Rust compiles a hundred crates. */
const timeoutMs = 600_000;

const examples: readonly LanguageExample[] = [
  {
    language: "Rust",
    folder: "rust",
    // Without the standard library it can be compiled along, which has to be asked for.
    probe: 'test -n "$CARGO_UNSTABLE_BUILD_STD" || ls "$(rustc --print target-libdir --target wasm32-unknown-unknown)"',
    clean: "cargo clean --package thermostat --release --target wasm32-unknown-unknown; rm -f build/thermostat.wasm",
    isReproducible: true,
  },
  {
    language: "C",
    folder: "c",
    probe:
      "echo '#include <stdlib.h>' | clang --target=wasm32-wasi -mexec-model=reactor -xc - -o /dev/null && wasm-ld --version",
    clean: "rm -rf build",
    isReproducible: true,
  },
  {
    language: "JavaScript",
    folder: "javascript",
    probe: "npx jco --version",
    clean: "rm -rf build",
    // The engine is stored as it is after its start, which takes something of the moment with it.
    isReproducible: false,
  },
];
const here = await examplesWithTools(examples);

/** An Avro `evento.Command` to set the target to 21. */
const warmer = encodeCommand({
  id: "wärmer",
  command_type: "SetTarget",
  entity: "thermostat:hall",
  aggregate: "thermostat:hall",
  aggregate_type: "Thermostat",
  time: 1_700_000_000_000,
  cause: { kind: "external", id: "wärmer" },
  root_cause: "wärmer",
  depth: 0,
  payload: Uint8Array.of(42),
});

for (const example of examples) {
  const { language } = example;
  const declare = here.has(example) ? test.serial : test.serial.skip;

  declare(`the thermostat in ${language} that the page's commands deploy decides, refuses and remembers`, async (t) => {
    t.timeout(timeoutMs);
    const host = await HostHarness.start(t);
    await buildAndDeploy(example, host.url);

    t.deepEqual(await post(host, "SetTarget", { target: 21 }), ["TargetSet", { target: 21, heating: false }]);
    const reported = await post(host, "ReportTemperature", { celsius: 18.5 });
    t.deepEqual(reported, ["TemperatureReported", { celsius: 18.5, heating: true }]);
    const declined = { target: -300, reason: "a target lies between 5 and 30 degrees" };
    t.deepEqual(await post(host, "SetTarget", { target: -300 }), ["TargetDeclined", declined]);
    t.deepEqual(await stateOf(host), { target: 21, celsius: 18.5, heating: true });

    // What it knows is in the log and nowhere else.
    await host.restart("SIGKILL");
    t.deepEqual(await post(host, "SetTarget", { target: 18 }), ["TargetSet", { target: 18, heating: false }]);
    t.deepEqual(await stateOf(host), { target: 18, celsius: 18.5, heating: false });
    t.deepEqual(await stateOf(host, "?at_sequence=1"), { target: 21, celsius: null, heating: false });
  });

  declare(`the thermostat in ${language} folds 80 events in one call`, async (t) => {
    t.timeout(timeoutMs);
    const host = await HostHarness.start(t);
    t.is(await deploy(host, example), 201);
    const command = { entity: "thermostat:hall", command_type: "ReportTemperature" };
    const lines = Array.from({ length: 80 }, (_, index) =>
      JSON.stringify({ ...command, payload: { celsius: index / 4 } }),
    );
    const response = await fetch(`${host.url}/commands`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: `${lines.join("\n")}\n`,
    });
    t.is((await response.text()).match(/"TemperatureReported"/g)?.length, lines.length);
    t.deepEqual(await stateOf(host, "?at_sequence=79"), { target: 20, celsius: 19.5, heating: true });
    t.deepEqual(await stateOf(host), { target: 20, celsius: 19.75, heating: true });
  });

  declare(`the thermostat in ${language} says so, and lives on, when a command is cut off anywhere`, async (t) => {
    t.timeout(timeoutMs);
    const { functions, close } = await openFunctions();
    t.teardown(close);
    const { digest } = await functions.check(await componentOf(example));
    const fn = { name: "thermostat", digest };
    await functions.activate(fn);
    for (let length = 0; length < warmer.length; length++) {
      const answer = await functions.handle(fn, { command: warmer.subarray(0, length), state: null });
      t.regex(answer.kind === "failed" ? answer.reason : answer.kind, /^(?!trapped|ok)./, `${length} bytes`);
    }
    t.is((await functions.handle(fn, { command: warmer, state: null })).kind, "ok");
  });

  if (!example.isReproducible) continue;
  declare(`the thermostat in ${language} is made of the same bytes when it is built again`, async (t) => {
    t.timeout(timeoutMs);
    const first = await componentOf(example);
    t.true(first.equals(await buildAnew(example)));
  });
}

const declareForAll = here.size === examples.length ? test.serial : test.serial.skip;
declareForAll("a thermostat goes on where it was when its function is written anew in another language", async (t) => {
  t.timeout(timeoutMs);
  const host = await HostHarness.start(t);
  for (const [index, example] of examples.entries()) {
    t.is(await deploy(host, example), 201);
    const target = 20 + index;
    t.deepEqual(await post(host, "SetTarget", { target }), ["TargetSet", { target, heating: index > 0 }]);
    await post(host, "ReportTemperature", { celsius: target - 0.5 });
    t.deepEqual(await stateOf(host), { target, celsius: target - 0.5, heating: true });
  }
});

/** Deploys what was built; the answer's status. */
async function deploy(host: HostHarness, example: LanguageExample): Promise<number> {
  const { status } = await fetch(`${host.url}/functions/thermostat`, {
    method: "PUT",
    headers: { "content-type": "application/wasm" },
    body: Uint8Array.from(await componentOf(example)),
  });
  return status;
}

/** The type and payload of the one event that a command led to. */
async function post(host: HostHarness, command_type: string, payload: object): Promise<readonly unknown[]> {
  const response = await fetch(`${host.url}/commands`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ entity: "thermostat:hall", command_type, payload }),
  });
  const { events, last_error }: Json = await response.json();
  return events.length === 0 ? [last_error] : events.flatMap((event: Json) => [event.event_type, event.payload]);
}

async function stateOf(host: HostHarness, query = ""): Promise<Json> {
  const response = await fetch(`${host.url}/aggregates/thermostat:hall${query}`);
  const { state }: Json = await response.json();
  return state;
}
