// What the host and the SDK use of WebAssembly: TypeScript declares it for browsers only.
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  class Module {
    constructor(bytes: Uint8Array);
    static imports(module: Module): readonly { readonly module: string; readonly name: string }[];
  }
  class RuntimeError extends Error {}
}
