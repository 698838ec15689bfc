// What the host and the SDK use of WebAssembly: TypeScript declares it for browsers only.
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  class RuntimeError extends Error {}
}
