import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chown, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import test, { type ExecutionContext } from "ava";
import { parse } from "yaml";

import { settings } from "../../host/config.ts";
import { deploy, greetingComponent } from "../access/host-process.ts";
import { OutputWatch } from "../cli/output-watch.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const nobody = 65_534;
/** A user without rights and without a way to get any, as in the image. */
const withoutRights = ["--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "--no-new-privs"];

test("the files that the image is made of are a host that shuts functions in, run by a user without any right", async (t) => {
  t.timeout(120_000);
  const image = await mkdtemp(join(tmpdir(), "evento-image-"));
  t.teardown(() => rm(image, { recursive: true, force: true }));
  for (const source of await copied())
    await cp(join(repository, source), join(image, source), { recursive: true, dereference: false });
  await symlink(join(repository, "node_modules"), join(image, "node_modules"));
  const data = join(image, "data");
  await mkdir(data, { mode: 0o700 });
  const isRoot = process.getuid?.() === 0;
  if (isRoot) for (const path of [image, data]) await chown(path, nobody, nobody);
  const entry = [process.execPath, join(image, "host", "cli", "evento.js"), "serve"];
  const [command = "", ...args] = isRoot ? ["setpriv", ...withoutRights, "--", ...entry] : entry;
  const host = spawn(command, args, {
    env: { PATH: "/usr/bin:/bin", EVENTO_LISTEN: "127.0.0.1:0", EVENTO_DATA: data, EVENTO_ISOLATION: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  t.teardown(() => host.kill("SIGKILL"));
  const [, url = ""] = await new OutputWatch(host.stdout).until(/listens on (http:\S+)/);
  t.is(await deploy(url, "greeting", await greetingComponent()), 201);
  t.like(await (await fetch(`${url}/readyz`)).json(), { isolation_level: 1 });
  const ended = once(host, "exit");
  host.kill("SIGTERM");
  t.deepEqual(await ended, [0, null]);
});

test("what the image is made of is there, and goes to the builder", async (t) => {
  const ignored = (await deployFile("Dockerfile.dockerignore")).split("\n");
  const letIn = ignored.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
  for (const source of await copied()) {
    t.true(existsSync(join(repository, source)), source);
    t.true(letIn.includes(source), `${source} is kept from the builder`);
  }
});

test("every variable of Evento in the files is a setting", async (t) => {
  for (const file of ["Dockerfile", "compose.yaml", "evento.service"])
    for (const [variable] of (await deployFile(file)).matchAll(/\bEVENTO_[A-Z0-9_]+/g))
      t.true(Object.hasOwn(settings, variable.slice("EVENTO_".length).toLowerCase()), `${variable} in ${file}`);
});

test("what services of the compose file wait for has a health check, and every volume is declared", async (t) => {
  const { services, volumes }: Compose = parse(await deployFile("compose.yaml"));
  t.deepEqual(Object.keys(services), ["evento", "kafka", "s3"]);
  for (const { depends_on = {}, volumes: mounted } of Object.values(services)) {
    for (const name of Object.keys(depends_on)) t.truthy(services[name]?.healthcheck, name);
    for (const mount of mounted) t.true(Object.hasOwn(volumes, mount.split(":")[0] ?? ""), mount);
  }
  const { context, dockerfile } = services["evento"]?.build ?? { context: "", dockerfile: "" };
  t.true(existsSync(join(repository, "docs", "deploy", context, dockerfile)));
});

test("systemd finds nothing wrong with the unit", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "evento-unit-"));
  t.teardown(() => rm(directory, { recursive: true }));
  const unit = join(directory, "evento.service");
  // It looks whether the program is there: any Node will do.
  await writeFile(unit, (await deployFile("evento.service")).replace("/usr/bin/node", process.execPath));
  const { error, status, stderr } = spawnSync("systemd-analyze", ["verify", unit], { encoding: "utf8" });
  if (error !== undefined) return skipped(t, "there is no systemd here");
  t.is(stderr, "");
  t.is(status, 0);
});

type Compose = {
  readonly services: {
    readonly [name: string]: {
      readonly build?: { readonly context: string; readonly dockerfile: string };
      readonly depends_on?: object;
      readonly healthcheck?: object;
      readonly volumes: readonly string[];
    };
  };
  readonly volumes: object;
};

/** What the Dockerfile copies of the repository. */
async function copied(): Promise<readonly string[]> {
  const lines = (await deployFile("Dockerfile")).split("\n");
  return lines
    .filter((line) => line.startsWith("COPY ") && !line.includes("--from="))
    .flatMap((line) => line.split(" ").slice(1, -1));
}

async function deployFile(name: string): Promise<string> {
  return readFile(join(repository, "docs", "deploy", name), "utf8");
}

function skipped(t: ExecutionContext, why: string): void {
  t.log(why);
  t.pass();
}
