// What every command is given when it adds itself to the program.
import type { Command } from "commander";

import type { Terminal } from "./terminal.ts";

export type Context = { readonly program: Command; readonly terminal: Terminal };
