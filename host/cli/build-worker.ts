// Runs in BuildThread's thread: a folder comes in, a build or what is wrong with it goes out.
import { on } from "node:events";
import { parentPort } from "node:worker_threads";

import { buildFunction } from "../../sdk-assemblyscript/build-function.ts";
import { EventoError, reasonOf } from "../errors.ts";
import type { BuildAnswer } from "./build-thread.ts";

if (parentPort === null) throw new Error("invariant broken: this file runs in a thread");
for await (const [directory] of on(parentPort, "message"))
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- there are no origins between threads
  parentPort.postMessage(await answerOf(String(directory)));

async function answerOf(directory: string): Promise<BuildAnswer> {
  try {
    const built = await buildFunction(directory);
    if (built.kind === "rules") return { kind: "built", built };
    const { kind, name, component } = built;
    return { kind: "built", built: { kind, name, component } };
  } catch (error) {
    if (error instanceof EventoError) {
      const { code, message, hint, faults } = error;
      return { kind: "failed", code, message, hint, faults };
    }
    return {
      kind: "failed",
      code: "BUILD_FAILED",
      message: `the compiler failed: ${reasonOf(error)}`,
      hint: undefined,
      faults: [],
    };
  }
}
