import { testExample } from "./language-example.ts";

await testExample({
  language: "Rust",
  folder: "rust",
  probe: 'test -n "$CARGO_UNSTABLE_BUILD_STD" || ls "$(rustc --print target-libdir --target wasm32-unknown-unknown)"',
  clean: "cargo clean --package thermostat --release --target wasm32-unknown-unknown && rm build/thermostat.wasm",
  isReproducible: true,
});
