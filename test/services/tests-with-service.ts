// Tests that need a real service: run with one that is started for the file, or skipped with a word why. In continuous
// integration they are never skipped.
import test, { type ExecutionContext } from "ava";

export type ServiceTest<Service> = (
  title: string,
  body: (t: ExecutionContext, service: Service) => Promise<void>,
) => void;

/**
 * Starts a service for the tests of a file. They run one after the other, since they disturb the service on purpose.
 *
 * @throws when the service can't be had and CI is `true`.
 */
export async function testsWithService<Service extends { close(): Promise<void> }>(
  name: string,
  start: () => Promise<Service>,
): Promise<ServiceTest<Service>> {
  let service: Service;
  try {
    service = await start();
  } catch (error) {
    if (process.env["CI"] === "true") throw error;
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`\nSKIPPED: tests with ${name}, which could not be started: ${reason}\n`);
    return (title) => test.skip(title, (t) => t.pass());
  }
  test.after.always(() => service.close());
  return (title, body) => test.serial(title, (t) => body(t, service));
}
