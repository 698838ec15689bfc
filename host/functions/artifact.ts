// What a function process is sent to become a function, each part with its length in front:
//
//   code cache    what V8 compiled of the glue in another process of the same function; empty when there is none
//   header        JSON: the names of the core modules
//   glue          text
//   core modules
//
// The code cache is bytes that V8 believes once it has found its own version, flags and processor in them. What made it has run the
// function, so it goes to processes of that function and nowhere else; the host carries it and never looks inside.
import { bufferOver } from "../domain/buffer-view.ts";
import { functionMemoriesMax, functionMemoryBytesMax, functionTableEntriesMax } from "../limits.ts";
import { EventoError } from "../errors.ts";
import { withCaps } from "./module-caps.ts";
import { part } from "./payload.ts";

/** Part of every artifact's file name: raise it when what is made of a component changes. */
export const artifactVersion = 2;

const lengthBytes = 4;

/**
 * Makes an artifact without a code cache of the files that jco made.
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
  const parts = [...part(new Uint8Array(0)), ...part(header), ...part(Buffer.from(glue))];
  for (const module of modules.values()) parts.push(...part(module));
  return Buffer.concat(parts);
}

/** The artifact with another code cache. */
export function withCodeCache(artifact: Uint8Array, codeCache: Uint8Array): Uint8Array {
  const before = bufferOver(artifact).readUInt32LE(0);
  return Buffer.concat([...part(codeCache), artifact.subarray(lengthBytes + before)]);
}

/**
 * The glue as a script whose value is a function that sets `exports.instantiate`: starting the loader of ES modules would cost 8 ms
 * a process, and only of a script does V8 give out what it has compiled after it ran.
 */
function scriptOf(module: string): string {
  const script = module
    .replace("export function instantiate(", "exports.instantiate = instantiate;\nfunction instantiate(")
    .replace("export const _util", "const _util");
  return `"use strict";\n(function (exports) {\n${script}\n})`;
}
