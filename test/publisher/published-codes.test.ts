import { readdirSync, readFileSync } from "node:fs";

import test from "ava";

test("every code of Kafka, the registry and snapshots is listed with what to do", (t) => {
  const listed = readFileSync(new URL("../../host/publisher/README.md", import.meta.url), "utf8");
  let count = 0;
  for (const folder of ["publisher", "registry", "snapshots"]) {
    const url = new URL(`../../host/${folder}/`, import.meta.url);
    for (const path of readdirSync(url, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts")))
      for (const [, code = ""] of readFileSync(new URL(path, url), "utf8").matchAll(/EventoError\(\s*"([A-Z_]+)"/g)) {
        count += 1;
        if (code === "CONFIG_INVALID" || code === "AVRO_INVALID") continue;
        // The formatter pads columns.
        t.regex(listed, new RegExp(`^\\| \`${code}\` +\\|`, "m"), `${code} of ${path} is listed`);
      }
  }
  t.true(count > 20);
});
