// Tests that need a real service: run with one that was started for the file, or skipped with a word why. In continuous
// integration they are never skipped.
import test, { type ExecutionContext } from "ava";

type Service = { close(): Promise<void> };

/**
 * Starts a service, or tells the reader why not. To be awaited before the first test of a file is declared.
 *
 * @throws when the service can't be had and CI is `true`.
 */
export async function serviceOrSkip<Started>(
  name: string,
  start: () => Promise<Started>,
): Promise<Started | undefined> {
  try {
    return await start();
  } catch (error) {
    if (process.env["CI"] === "true") throw error;
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`\nSKIPPED: tests with ${name}, which could not be started: ${reason}\n`);
    return undefined;
  }
}

/** Declares tests that run with a service one after the other, since they disturb it on purpose. It is ended after the last. */
export function testsWith<Started extends Service>(
  service: Started | undefined,
): (title: string, body: (t: ExecutionContext, service: Started) => Promise<void>) => void {
  if (service === undefined) return (title) => test.skip(title, (t) => t.pass());
  test.after.always(() => service.close());
  return (title, body) => test.serial(title, (t) => body(t, service));
}
