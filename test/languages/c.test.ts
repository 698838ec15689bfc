import { testExample } from "./language-example.ts";

await testExample({
  language: "C",
  folder: "c",
  probe:
    "echo 'void *malloc(unsigned long); void *f(void) { return malloc(1); }' | clang --target=wasm32-wasi -mexec-model=reactor -xc - -o /dev/null",
  clean: "rm -r build",
  isReproducible: true,
});
