// `evento deploy`: a folder, a component or rules to a running host.
import { readFile } from "node:fs/promises";
import { basename, dirname, extname } from "node:path";

import { EventoError, reasonOf } from "../../errors.ts";
import type { Context } from "../context.ts";
import { usageError } from "../exit-code.ts";
import type { FunctionBuild } from "../function-build.ts";
import { functionLine } from "../function-line.ts";
import { clientOf, withHostOptions, type HostOptions } from "../host-option.ts";
import { listField, numberField, textField } from "../../client/json-fields.ts";
import type { Terminal } from "../terminal.ts";

/** The gate compiles and tries a component before it answers. */
const deployWaitMs = 120_000;

type Options = HostOptions & { readonly name?: string };
type Deployable = {
  readonly name: string;
  readonly body: Uint8Array<ArrayBuffer> | string;
  readonly mediaType: "application/wasm" | "application/json";
  readonly build: FunctionBuild | undefined;
};

export function addDeploy({ program, terminal }: Context): void {
  const command = program
    .command("deploy")
    .description("build and deploy functions' folders, or deploy components and rules from files")
    .argument("<target...>", "folders, .wasm files of components, .json files of rules")
    .option("--name <name>", "the function's name (default: by evento.json, or the file's name)");
  withHostOptions(command)
    .addHelpText(
      "after",
      `
Examples:
  $ evento deploy functions/greeting
  $ evento deploy functions/banking                       all functions in it
  $ evento deploy greeting.wasm
  $ evento deploy rules.json --name atm
  $ evento deploy functions --host http://127.0.0.1:9090

What a host refuses leaves what it runs as it is.`,
    )
    .action(async (targets: readonly string[], options: Options) => {
      const deployables: Deployable[] = [];
      for (const target of targets) deployables.push(...(await deployablesOf(target, options.name, terminal)));
      if (options.name !== undefined && deployables.length !== 1)
        throw usageError(`found --name and ${deployables.length} functions, expected one`, "leave --name out");
      for (const deployable of deployables) await deploy(deployable, options, terminal);
    });
}

async function deploy(deployable: Deployable, options: Options, terminal: Terminal): Promise<void> {
  const client = clientOf(options);
  const before = await client.get(["functions"]);
  const answer = await client.json({
    method: "PUT",
    path: ["functions", deployable.name],
    headers: { "content-type": deployable.mediaType },
    body: deployable.body,
    waitMs: deployWaitMs,
  });
  if (!terminal.isForPerson(options)) {
    terminal.json(answer);
    return;
  }
  const version = numberField(answer, "version");
  const active = listField(before, "functions").find((row) => textField(row, "name") === deployable.name);
  const shown = {
    name: deployable.name,
    version,
    kinds: listField(answer, "kinds").map(String),
    aggregate: textField(answer, "aggregate") || null,
    events: listField(answer, "events").map(String),
    changed: numberField(active, "version") !== version,
  };
  terminal.result(functionLine(shown, deployable.build, { nameWidth: 0, terminal }));
}

async function deployablesOf(
  target: string,
  name: string | undefined,
  terminal: Terminal,
): Promise<readonly Deployable[]> {
  const { isDirectory } = await import("../function-targets.ts");
  if (await isDirectory(target)) return folderDeployables(target, name, terminal);
  const extension = extname(target);
  if (extension === ".wasm") {
    const body = new Uint8Array(await contentOf(target));
    return [{ name: name ?? basename(target, extension), body, mediaType: "application/wasm", build: undefined }];
  }
  if (extension !== ".json")
    throw usageError(`found ${target}, expected a folder, a .wasm or a .json file`, "see --help");
  const body = (await contentOf(target)).toString("utf8");
  return [{ name: name ?? (await nameBeside(target)), body, mediaType: "application/json", build: undefined }];
}

/** Builds what is in a folder, in the order in which it can be deployed. */
async function folderDeployables(
  folder: string,
  name: string | undefined,
  terminal: Terminal,
): Promise<readonly Deployable[]> {
  const { buildFunction } = await import("../../../sdk-assemblyscript/build-function.ts");
  const { buildErrorText } = await import("../build-error.ts");
  const { functionBuild } = await import("../function-build.ts");
  const { functionsUnder } = await import("../function-targets.ts");
  const builds: FunctionBuild[] = [];
  for (const directory of await functionsUnder([folder])) {
    try {
      builds.push(await functionBuild(directory, buildFunction));
    } catch (error) {
      terminal.note(buildErrorText(directory, error, terminal));
      throw new EventoError("BUILD_FAILED", `${directory} did not build, so nothing was deployed`, { cause: error });
    }
  }
  return builds
    .toSorted((one, other) => one.rank - other.rank)
    .map((build) =>
      build.kind === "rules"
        ? { name: name ?? build.name, body: JSON.stringify(build.rules), mediaType: "application/json", build }
        : { name: name ?? build.name, body: new Uint8Array(build.component), mediaType: "application/wasm", build },
    );
}

async function contentOf(file: string): Promise<Buffer<ArrayBuffer>> {
  try {
    return await readFile(file);
  } catch (error) {
    throw usageError(`${file} can't be read: ${reasonOf(error)}`, "name a file that is there");
  }
}

/** The name in the evento.json beside a file of rules. */
async function nameBeside(file: string): Promise<string> {
  try {
    const manifest: unknown = JSON.parse(await readFile(`${dirname(file)}/evento.json`, "utf8"));
    const name = textField(manifest, "name");
    if (name !== "") return name;
  } catch {
    // Then it has to be said.
  }
  throw usageError(`found no evento.json beside ${file} that names the function`, "name it with --name");
}
