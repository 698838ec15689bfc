// How the sources become one file: schemas are JSON, and the host's interface is there when the component runs.
export default {
  input: "component.js",
  external: ["evento:functions/host@1.0.0"],
  moduleTypes: { ".avsc": "json" },
  output: { file: "build/bundle.js" },
};
