import { openFunctions } from "../fixtures/functions/process-fixture.ts";
import { puppetComponent } from "../fixtures/functions/component-fixture.ts";
import { holdsFunctionsContract } from "./functions-contract.ts";

holdsFunctionsContract({
  open: async () => {
    const puppet = await puppetComponent();
    const { functions, close } = await openFunctions();
    return { functions, puppet, close };
  },
});
