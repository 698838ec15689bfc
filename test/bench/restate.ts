// Restate as a peer: its server and a service with the bank's account, as children of this process.
//
//   restate.ts <data> <folder with its packages> [<partitions>]
import { fork, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { freePort } from "../services/service-process.ts";
import { until } from "../until.ts";

const [, , data = "", folder = "", partitions] = process.argv;
const ports = { ingress: await freePort(), admin: await freePort(), node: await freePort(), service: await freePort() };
const url = `http://127.0.0.1:${ports.ingress}`;
const admin = `http://127.0.0.1:${ports.admin}`;

const service = fork(
  fileURLToPath(new URL("restate-service.ts", import.meta.url)),
  [folder, String(ports.service)],
  // The SDK warns of every call that it is told of, unless it runs in production.
  {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: { ...process.env, NODE_ENV: "production", RESTATE_LOGGING: "ERROR" },
  },
);
const server = spawn(
  serverIn(folder),
  ["--no-logo", "--listen-mode", "tcp", "--bind-ip", "127.0.0.1", "--base-dir", data, "--node-name", "n1"].concat(
    "--bind-port",
    String(ports.node),
  ),
  {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...process.env,
      DO_NOT_TRACK: "1",
      RESTATE_DISABLE_TELEMETRY: "true",
      RESTATE_LOG_FILTER: "error,octocrab=off",
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ports.ingress}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${ports.admin}`,
      ...(partitions === undefined ? {} : { RESTATE_DEFAULT_NUM_PARTITIONS: partitions }),
    },
  },
);
process.once("exit", () => {
  server.kill("SIGKILL");
  service.kill("SIGKILL");
});
// This process ends after the server, whose data are deleted then.
for (const child of [server, service]) child.once("exit", () => process.exit(1));
for (const end of ["SIGTERM", "disconnect"]) process.once(end, () => server.kill("SIGKILL"));

const startMsMax = 60_000;
await until(() => answers(`${admin}/health`), startMsMax);
await until(() => answers(`${url}/restate/health`), startMsMax);
await until(() => answers(`${admin}/deployments`, { uri: `http://127.0.0.1:${ports.service}/` }), startMsMax);
await until(() => answers(`${url}/account/first/deposit`, { amount: 1 }), startMsMax);
process.send?.(url);

function serverIn(folder: string): string {
  const name = `@restatedev/restate-server-${process.platform}-${process.arch}`;
  const manifest = createRequire(join(folder, "package.json")).resolve(`${name}/package.json`);
  return join(dirname(manifest), "bin", "restate-server");
}

/** @param body - to post; a GET without one. */
async function answers(url: string, body?: object): Promise<boolean> {
  const headers = { "content-type": "application/json" };
  const call = body === undefined ? {} : { method: "POST", headers, body: JSON.stringify(body) };
  try {
    const answer = await fetch(url, { ...call, signal: AbortSignal.timeout(5_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    // It does not listen yet.
    return false;
  }
}
