// The how-to of consumers, followed to the letter with a real broker; what it installs is fetched once and kept.
import { symlink } from "node:fs/promises";
import { join } from "node:path";

import { startKafka } from "../services/kafka-broker.ts";
import { fetchOnce, pythonPackage, run } from "../services/service-cache.ts";
import { serviceOrSkip, testsWith } from "../services/tests-with-service.ts";
import { followPage, makeProject } from "./document-run.ts";

const consumers = new URL("../../docs/how-to/consumers/", import.meta.url).pathname;
const mavenDeadlineMs = 600_000;

const testWithConsumers = testsWith(
  await serviceOrSkip("Kafka and clients in Python and Java", async () => {
    const python = await pythonPackage("confluent-kafka[avro,schemaregistry]", "2.16.1");
    const java = await fetchOnce("consumer-java-1", async (path) => {
      const goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", `-DoutputDirectory=${path}`];
      await run("mvn", ["-q", "-f", join(consumers, "java/pom.xml"), ...goal], { timeout: mavenDeadlineMs });
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
      if (text.includes("pip install")) await symlink(kafka.python, join(libraries, "python/lib"));
      else if (text.includes("mvn ")) await symlink(kafka.java, join(libraries, "java/lib"));
      else if (!text.includes("npm install")) return false;
      return true;
    },
  });
});
