// Makes a topic anew, and waits until the cluster is ready with it.
import { setTimeout as delay } from "node:timers/promises";

import type { Admin } from "kafkajs";

const readyDeadlineMs = 30_000;

export async function remakeTopic(
  admin: Admin,
  { topic, partitions }: { topic: string; partitions: number },
): Promise<void> {
  await admin.deleteTopics({ topics: [topic] });
  const end = Date.now() + readyDeadlineMs;
  while (!(await isReady(admin, topic, partitions))) {
    if (Date.now() > end) throw new Error(`${topic} was not ready in time`);
    await delay(100);
  }
}

/** The cluster forgets a topic after it has said so: until then it refuses to make one of that name, or knows no leaders. */
async function isReady(admin: Admin, topic: string, partitions: number): Promise<boolean> {
  try {
    await admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: false });
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions.every(({ leader }) => leader >= 0) === true;
  } catch {
    return false;
  }
}
