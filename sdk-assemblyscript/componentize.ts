// A core module to a component of the contract's WIT.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { componentEmbed, componentNew } from "@bytecodealliance/jco";

import { EventoError, reasonOf } from "../host/errors.ts";

export type Export = "handle" | "aggregate" | "dispatch";

const wit = readFileSync(join(import.meta.dirname, "evento.wit"), "utf8");

/** The contract's worlds have one export each beside `describe`; a component may have several, so its world is put together of theirs. */
function worldOf(exports: readonly Export[]): string {
  const lines = exports.map((name) => {
    const line = new RegExp(`^  export ${name}: .*$`, "m").exec(wit)?.[0];
    if (line === undefined) throw new Error(`invariant broken: evento.wit has no export ${name}`);
    return line;
  });
  return `${wit}\nworld component {\n  import host;\n  use types.{outcome};\n  export describe: func() -> string;\n${lines.join("\n")}\n}\n`;
}

/** @throws EventoError BUILD_FAILED when the module imports or exports something else than the world says. */
export async function componentOf(core: Uint8Array, exports: readonly Export[]): Promise<Uint8Array> {
  try {
    const embedded = await componentEmbed({
      binary: core,
      witSource: worldOf(exports),
      world: "component",
      stringEncoding: "utf8",
    });
    return await componentNew(embedded, []);
  } catch (cause) {
    throw new EventoError("BUILD_FAILED", `the module does not fit evento.wit: ${reasonOf(cause)}`, {
      cause,
    });
  }
}
