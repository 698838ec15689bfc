// An example of docs/languages.md, built and deployed by the commands of its page, and what there is to say of it in any language.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import test from "ava";

import { blocksOf } from "../docs/document-run.ts";
import type { Json } from "../banking/bank-host.ts";
import { HostHarness } from "../host-harness.ts";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("../..", import.meta.url));
const buildDeadlineMs = 400_000;

export type LanguageExample = {
  readonly language: string;
  /** Its folder under docs/languages. */
  readonly folder: string;
  /** A command that fails where the language's tools are missing. */
  readonly probe: string;
  /** Takes away what was built of the example, in its folder. */
  readonly clean: string;
  /** Whether the same sources make the same bytes. */
  readonly isReproducible: boolean;
};

/** Declares the tests of an example, or says why they are skipped: in continuous integration its tools have to be there. */
export async function testExample(example: LanguageExample): Promise<void> {
  const { language, folder, clean, isReproducible } = example;
  const declare = (await hasTools(example)) ? test.serial : test.serial.skip;
  const component = new URL(`../../docs/languages/${folder}/build/thermostat.wasm`, import.meta.url);

  declare(`the thermostat in ${language} that the page's commands deploy decides, refuses and remembers`, async (t) => {
    t.timeout(buildDeadlineMs);
    const host = await HostHarness.start(t);
    await shell(await commandsOf(folder), host.url);

    t.deepEqual(await post(host, "SetTarget", { target: 21 }), ["TargetSet", { target: 21, heating: false }]);
    t.deepEqual(await post(host, "ReportTemperature", { celsius: 18.5 }), [
      "TemperatureReported",
      { celsius: 18.5, heating: true },
    ]);
    const declined = { target: -300, reason: "a target lies between 5 and 30 degrees" };
    t.deepEqual(await post(host, "SetTarget", { target: -300 }), ["TargetDeclined", declined]);
    t.deepEqual(await stateOf(host), { target: 21, celsius: 18.5, heating: true });

    // What it knows is in the log and nowhere else.
    await host.restart("SIGKILL");
    t.deepEqual(await post(host, "SetTarget", { target: 18 }), ["TargetSet", { target: 18, heating: false }]);
    t.deepEqual(await stateOf(host), { target: 18, celsius: 18.5, heating: false });
    t.deepEqual(await stateOf(host, "?at_sequence=1"), { target: 21, celsius: null, heating: false });
  });

  const declareReproducible = isReproducible ? declare : () => {};
  declareReproducible(`the thermostat in ${language} is made of the same bytes when it is built again`, async (t) => {
    t.timeout(buildDeadlineMs);
    const build = (await commandsOf(folder)).replace(/^npx evento deploy .*\n/m, "");
    await shell(build);
    const first = await readFile(component);
    await shell(`cd docs/languages/${folder}\n${clean}`);
    await t.throwsAsync(readFile(component), { code: "ENOENT" });
    await shell(build);
    t.true(first.equals(await readFile(component)));
  });

  declare(`the thermostat in ${language} folds many events in one call`, async (t) => {
    t.timeout(buildDeadlineMs);
    const host = await HostHarness.start(t);
    await shell(await commandsOf(folder), host.url);
    const commands = Array.from({ length: 150 }, (_, index) => ({
      entity: "thermostat:hall",
      command_type: "ReportTemperature",
      payload: { celsius: index / 4 },
    }));
    const response = await fetch(`${host.url}/commands`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: commands.map((command) => `${JSON.stringify(command)}\n`).join(""),
    });
    t.is((await response.text()).match(/"TemperatureReported"/g)?.length, commands.length);
    t.deepEqual(await stateOf(host, "?at_sequence=80"), { target: 20, celsius: 19.75, heating: true });
    t.deepEqual(await stateOf(host), { target: 20, celsius: 37.25, heating: false });
  });
}

async function hasTools({ language, probe }: LanguageExample): Promise<boolean> {
  try {
    await shell(probe);
    return true;
  } catch (error) {
    if (process.env["CI"] === "true") throw error;
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`\nSKIPPED: functions in ${language}, whose tools are not all here: ${reason}\n`);
    return false;
  }
}

/** What the page says to do in an example's folder. */
async function commandsOf(folder: string): Promise<string> {
  const blocks = await blocksOf("languages.md");
  const block = blocks.find(({ text }) => text.startsWith(`cd docs/languages/${folder}\n`));
  if (block === undefined) throw new Error(`found no block of commands in docs/languages/${folder} on the page`);
  return block.text;
}

async function shell(commands: string, hostUrl = ""): Promise<void> {
  await run("bash", ["-e", "-c", commands], {
    cwd: repository,
    env: { ...process.env, EVENTO_URL: hostUrl },
    timeout: buildDeadlineMs,
    maxBuffer: 16 << 20,
  });
}

/** The type and payload of the one event that a command led to. */
async function post(host: HostHarness, command_type: string, payload: object): Promise<readonly unknown[]> {
  const response = await fetch(`${host.url}/commands`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ entity: "thermostat:hall", command_type, payload }),
  });
  const { events }: Json = await response.json();
  return events.flatMap((event: Json) => [event.event_type, event.payload]);
}

async function stateOf(host: HostHarness, query = ""): Promise<Json> {
  const response = await fetch(`${host.url}/aggregates/thermostat:hall${query}`);
  const { state }: Json = await response.json();
  return state;
}
