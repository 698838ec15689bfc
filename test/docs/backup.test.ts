// The page of backups, its commands run to the letter: a copy on disk and in S3, and back from there.
import { rm } from "node:fs/promises";
import { join } from "node:path";

import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";

import { deploy, greet, greetingComponent } from "../access/host-process.ts";
import { HostHarness } from "../host-harness.ts";
import { startS3 } from "../services/s3-server.ts";
import { serviceOrSkip, testsWith } from "../services/tests-with-service.ts";
import { followPage } from "./document-run.ts";
import { makeProject } from "./page-project.ts";

const withS3 = testsWith(await serviceOrSkip("S3", startS3));

withS3("the commands of the page copy a running host to a folder and to S3, and bring it back", async (t, s3) => {
  t.timeout(120_000);
  const { endpoint, credentials } = s3;
  const client = new S3Client({ endpoint, credentials, region: "us-east-1", forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: "bank-backup" }));
  client.destroy();
  const host = await HostHarness.start(t);
  await deploy(host.url, "greeting", await greetingComponent());
  t.is(await greet(host.url, "1"), 200);
  const project = await makeProject(t);
  const restored = join(project.directory, "restored");
  await followPage(t, "backup.md", {
    project,
    url: host.url,
    replaced: { "/mnt/backup": join(project.directory, "backup"), "/var/lib/evento": restored },
    environment: {
      EVENTO_S3_ENDPOINT: endpoint,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    async before({ text }) {
      // It has to be absent, as the page says.
      if (text.includes("--accept-loss")) await rm(restored, { recursive: true });
      return false;
    },
  });
  const again = await HostHarness.start(t, { environment: { EVENTO_DATA: restored } });
  t.true((await fetch(`${again.url}/aggregates/greeting:1`)).ok);
});
