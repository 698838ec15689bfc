import { MemoryFunctions, plainComponent } from "../../host/functions/memory-functions.ts";
import { plainPuppet } from "../fixtures/functions/plain-puppet.ts";
import { holdsFunctionsContract } from "./functions-contract.ts";

holdsFunctionsContract({
  open: async () => ({
    functions: new MemoryFunctions({ puppet: plainPuppet }),
    puppet: plainComponent("puppet"),
    close: async () => {},
  }),
});
