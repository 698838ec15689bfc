import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";

import test, { type ExecutionContext } from "ava";

import { runEvento, startEvento } from "./evento-run.ts";

/** Makes the launcher believe that it runs on a Node that can't replace its process, as Node 20 can't. */
const withoutExecve = ["--import", "data:text/javascript,delete process.execve"];

test("the launcher starts the program and passes its exit code on", async (t) => {
  const shown = await runEvento(["--version"]);
  t.is(shown.code, 0);
  t.regex(shown.stdout, /^\d+\.\d+\.\d+\n$/);
  t.is((await runEvento(["nonsense"])).code, 2);
});

test("a launcher that can't be replaced passes output and exit code on too", async (t) => {
  const shown = await runEvento(["--version"], { nodeArguments: withoutExecve });
  t.is(shown.code, 0);
  t.regex(shown.stdout, /^\d+\.\d+\.\d+\n$/);
  t.is((await runEvento(["nonsense"], { nodeArguments: withoutExecve })).code, 2);
});

test("the launcher gets to the pinned runtime from every Node that is installed", async (t) => {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const nodes = new Set(folders.map((folder) => join(folder, "node")).filter((file) => existsSync(file)));
  t.true(nodes.size > 0);
  for (const node of nodes) {
    const { code, stdout, stderr } = await runEvento(["--version"], { node });
    t.deepEqual({ code, stderr }, { code: 0, stderr: "" }, node);
    t.regex(stdout, /^\d+\.\d+\.\d+\n$/);
  }
});

test("the launcher says nothing of its own", async (t) => {
  t.is((await runEvento(["--version"])).stderr, "");
  t.is((await runEvento(["--version"], { nodeArguments: withoutExecve })).stderr, "");
});

test("a signal to the launcher ends the program, and the launcher ends by the same signal", async (t) => {
  const { url, arrived, gone } = await silentHost(t);
  const child = startEvento(t, ["events", "--follow", "--after", "0", "--host", url], { nodeArguments: withoutExecve });
  await arrived;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  t.deepEqual(await ended, [null, "SIGTERM"]);
  await gone;
  t.pass();
});

test("the program ends soon after a launcher that was killed outright", async (t) => {
  const { url, arrived, gone } = await silentHost(t);
  const child = startEvento(t, ["events", "--follow", "--after", "0", "--host", url], { nodeArguments: withoutExecve });
  await arrived;
  child.kill("SIGKILL");
  await gone;
  t.pass();
});

/** A server that takes requests and never answers: what asks it stays alive, and is seen to end. */
async function silentHost(
  t: ExecutionContext,
): Promise<{ url: string; arrived: Promise<unknown>; gone: Promise<unknown> }> {
  const server: Server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const arrived = once(server, "request");
  const gone = arrived.then(async ([request]) => once(request.socket, "close"));
  const { port }: AddressInfo = Object(server.address());
  return { url: `http://127.0.0.1:${port}`, arrived, gone };
}
