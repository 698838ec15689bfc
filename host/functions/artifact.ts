// What a function process is sent to become a function: a header in JSON, the glue's text, the core modules, each with its length
// in front.
import { functionMemoriesMax, functionMemoryBytesMax, functionTableEntriesMax } from "../limits.ts";
import { EventoError } from "../errors.ts";
import { withCaps } from "./module-caps.ts";
import { part } from "./payload.ts";

/** Part of every artifact's file name: raise it when what is made of a component changes. */
export const artifactVersion = 1;

/**
 * Makes an artifact of the files that jco made.
 *
 * @throws EventoError FUNCTION_REFUSED when a core module wants more than it may have.
 */
export function artifactOf(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const modules = new Map<string, Uint8Array>();
  let memories = 0;
  let glue: string | undefined;
  for (const [name, bytes] of files) {
    if (name.endsWith(".js")) glue = scriptOf(Buffer.from(bytes).toString("utf8"));
    if (!name.endsWith(".wasm")) continue;
    const capped = withCaps(bytes, {
      memoryBytesMax: functionMemoryBytesMax,
      tableEntriesMax: functionTableEntriesMax,
    });
    memories += capped.memoryCount;
    modules.set(name, capped.module);
  }
  if (memories > functionMemoriesMax)
    throw new EventoError("FUNCTION_REFUSED", `found ${memories} memories, at most ${functionMemoriesMax} allowed`);
  if (glue === undefined) throw new Error("jco made no JavaScript");
  const header = Buffer.from(JSON.stringify({ modules: [...modules.keys()] }));
  const parts = [...part(header), ...part(Buffer.from(glue))];
  for (const module of modules.values()) parts.push(...part(module));
  return Buffer.concat(parts);
}

/** The glue as a script that sets `exports.instantiate`: starting the loader of ES modules would cost 8 ms a process. */
function scriptOf(module: string): string {
  const script = module
    .replace("export function instantiate(", "exports.instantiate = instantiate;\nfunction instantiate(")
    .replace("export const _util", "const _util");
  return `"use strict";\n${script}`;
}
