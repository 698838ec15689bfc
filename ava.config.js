// AVA runs the .ts files as they are: Node strips the types.
export default {
  extensions: ["ts"],
  files: ["test/**/*.test.ts", "functions/**/*.test.ts"],
  concurrency: 2,
  timeout: "10m",
};
