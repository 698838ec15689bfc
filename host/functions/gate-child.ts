// The throw-away process of the deploy gate: reads a component from standard input, checks it against evento.wit and transpiles it.
// jco never recovers from a panic of its own, and a component may be made to cause one; so this ends after one component.
// Writes `u32 length | JSON`, then the artifact: {"kinds"} when it passed, {"refused", "hint"} when not.
import { buffer } from "node:stream/consumers";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { transpileBytes } from "@bytecodealliance/jco-transpile";
import { componentEmbed, componentNew, componentWit } from "@bytecodealliance/jco-transpile/wasm-tools";

import { EventoError, reasonOf } from "../errors.ts";
import { artifactOf } from "./artifact.ts";
import { part } from "./payload.ts";
import { checkInterfaces, kindsOf, wholeWorldOf } from "./world-check.ts";

const wit = readFileSync(join(import.meta.dirname, "..", "..", "sdk-assemblyscript", "evento.wit"), "utf8");

async function transpiled(component: Uint8Array): Promise<Map<string, Uint8Array>> {
  const { files, imports } = await transpileBytes(component, {
    name: "component",
    instantiation: "sync",
    wasiShim: false,
    base64Cutoff: 0,
    // Half the text to read, to send and for V8 to hash each time a process becomes the function.
    minify: true,
    noComponentErrorWrapping: false,
  });
  const others = imports.filter((name) => name !== "evento:functions/host");
  if (others.length > 0)
    throw new EventoError("FUNCTION_REFUSED", `found the imports ${others.join(", ")}, expected evento:functions/host`);
  return new Map(Object.entries(files));
}

function interfacesOf(files: ReadonlyMap<string, Uint8Array>): Map<string, string> {
  const found = [...files].filter(([name]) => name.startsWith("interfaces/"));
  return new Map(found.map(([name, bytes]) => [name, Buffer.from(bytes).toString("utf8")]));
}

async function checked(component: Uint8Array): Promise<{ answer: object; artifact: Uint8Array }> {
  const embedded = await componentEmbed({ witSource: wholeWorldOf(wit), world: "whole", dummy: true });
  const contract = await componentNew(embedded, []);
  const kinds = kindsOf(await componentWit(component), await componentWit(contract));
  const files = await transpiled(component);
  checkInterfaces(interfacesOf(files), interfacesOf(await transpiled(contract)));
  const artifact = artifactOf(files);
  return { answer: { kinds }, artifact };
}

function refusal(error: unknown): object {
  if (error instanceof EventoError) return { refused: error.message, hint: error.hint };
  return { refused: `found no valid component: ${reasonOf(error).slice(0, 500)}` };
}

const component = await buffer(process.stdin);
const { answer, artifact } = await checked(component).catch((error: unknown) => ({
  answer: refusal(error),
  artifact: new Uint8Array(0),
}));
process.stdout.end(Buffer.concat([...part(Buffer.from(JSON.stringify(answer))), artifact]), () => process.exit(0));
