// The example bank on a real host, for tests from outside.
import type { ExecutionContext } from "ava";

import { buildFunction, type BuiltFunction } from "../../sdk-assemblyscript/build-function.ts";
import { functionFolders } from "../../sdk-assemblyscript/function-folders.ts";
import { HostHarness, type HostHarnessOptions } from "../host-harness.ts";

const functionsFolder = new URL("../../functions/banking", import.meta.url).pathname;

let built: Promise<readonly BuiltFunction[]> | undefined;

/** The bank's functions, built once a test process: rules last, since they have no schemas of their own. */
function bankFunctions(): Promise<readonly BuiltFunction[]> {
  built ??= (async () => {
    const functions: BuiltFunction[] = [];
    for (const directory of await functionFolders(functionsFolder)) functions.push(await buildFunction(directory));
    return functions.toSorted((one, other) => Number(one.kind === "rules") - Number(other.kind === "rules"));
  })();
  return built;
}

/** What an answer is in these tests: JSON whose shape the assertions check. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any;

export class BankHost {
  readonly host: HostHarness;

  private constructor(host: HostHarness) {
    this.host = host;
  }

  static async start(t: ExecutionContext, options: HostHarnessOptions = {}): Promise<BankHost> {
    const bank = new BankHost(await HostHarness.start(t, options));
    for (const fn of await bankFunctions()) {
      const isRules = fn.kind === "rules";
      const body = isRules ? JSON.stringify(fn.rules) : Buffer.from(fn.component);
      const type = isRules ? "application/json" : "application/wasm";
      const response = await fetch(`${bank.host.url}/functions/${fn.name}`, {
        method: "PUT",
        body,
        headers: { "content-type": type },
      });
      if (!response.ok) throw new Error(`${fn.name} was not deployed: ${await response.text()}`);
    }
    return bank;
  }

  async get(path: string): Promise<Json> {
    const response = await fetch(this.host.url + path);
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  async post(command: object): Promise<Json> {
    const response = await fetch(`${this.host.url}/commands`, {
      method: "POST",
      body: JSON.stringify(command),
      headers: { "content-type": "application/json" },
    });
    return response.json();
  }

  /** Posts commands as NDJSON, and answers the lines. */
  async import(commands: readonly object[]): Promise<readonly string[]> {
    const response = await fetch(`${this.host.url}/commands`, {
      method: "POST",
      body: commands.map((command) => `${JSON.stringify(command)}\n`).join(""),
      headers: { "content-type": "application/x-ndjson" },
    });
    return (await response.text()).trim().split("\n");
  }

  async balance(entity: string): Promise<string> {
    return (await this.get(`/aggregates/${entity}`)).state.balance;
  }

  /** Waits until nothing is pending and dispatchers have seen everything. */
  async quiet(): Promise<void> {
    for (let quietCount = 0; quietCount < 3;) {
      const { commands } = await this.get("/commands?status=pending");
      const { functions } = await this.get("/functions");
      const lag = functions.reduce((sum: number, fn: { lag?: number }) => sum + (fn.lag ?? 0), 0);
      quietCount = commands.length === 0 && lag === 0 ? quietCount + 1 : 0;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
