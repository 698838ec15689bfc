import { testExample } from "./language-example.ts";

await testExample({
  language: "JavaScript",
  folder: "javascript",
  probe: "npx jco --version",
  clean: "rm -r build",
  // The engine is stored as it is after its start, and that takes something of the clock with it.
  isReproducible: false,
});
