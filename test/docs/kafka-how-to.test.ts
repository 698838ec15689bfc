// The how-to of consumers, followed to the letter with a real broker; what it installs is fetched once and kept.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { symlink } from "node:fs/promises";
import { join } from "node:path";

import { startKafka } from "../services/kafka-broker.ts";
import { fetchOnce, pythonPackage, run } from "../services/service-cache.ts";
import { serviceOrSkip, testsWith } from "../services/tests-with-service.ts";
import { followPage } from "./document-run.ts";
import { makeProject } from "./page-project.ts";

const consumers = new URL("../../docs/how-to/consumers/", import.meta.url).pathname;
const pythonClient = { name: "confluent-kafka[avro,schemaregistry]", version: "2.16.1" };
const mavenDeadlineMs = 600_000;

/** The versions that the page installs are those of this project. */
const { dependencies }: { dependencies: { readonly [name: string]: string } } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
);

const testWithConsumers = testsWith(
  await serviceOrSkip("Kafka and clients in Python and Java", async () => {
    const python = await pythonPackage(pythonClient.name, pythonClient.version);
    const pom = join(consumers, "java/pom.xml");
    const version = createHash("sha256").update(readFileSync(pom)).digest("hex").slice(0, 16);
    const java = await fetchOnce(`consumer-java-${version}`, async (path) => {
      const goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", `-DoutputDirectory=${path}`];
      await run("mvn", ["-q", "-f", pom, ...goal], { timeout: mavenDeadlineMs });
    });
    return { ...(await startKafka()), python, java };
  }),
);

testWithConsumers("consumers in Python, Node and Java print what the how-to says", async (t, kafka) => {
  t.timeout(180_000);
  const project = await makeProject(t, ["functions/greeting", "schemas/greeting", "docs/how-to/consumers"]);
  await followPage(t, "how-to/kafka-consumer.md", {
    project,
    replaced: { "localhost:9092": kafka.address },
    async before({ text }) {
      const libraries = join(project.directory, "consumers");
      if (text.includes("pip install")) {
        t.true(text.includes(`'${pythonClient.name}==${pythonClient.version}'`));
        await symlink(kafka.python, join(libraries, "python/lib"));
      } else if (text.includes("mvn ")) await symlink(kafka.java, join(libraries, "java/lib"));
      else if (text.includes("npm install")) {
        for (const [, name = "", version] of text.matchAll(/ (\w+)@(\S+)/g)) t.is(dependencies[name], version);
      } else return false;
      return true;
    },
  });
});
