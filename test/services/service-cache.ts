// Where real services are kept once they were fetched: outside the repository, so that a second run needs neither network nor tools.
import { execFile } from "node:child_process";
import { access, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

export const run = promisify(execFile);

/** TEST_SERVICES, else a folder in the user's cache. */
const cacheDirectory =
  process.env["TEST_SERVICES"] ?? join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "evento-services");

const fetchDeadlineMs = 900_000;

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Makes something in the cache unless it is there. Test files run side by side: one fetches, the others wait for it. */
export async function fetchOnce(name: string, fetch: (path: string) => Promise<void>): Promise<string> {
  const path = join(cacheDirectory, name);
  const done = `${path}.done`;
  const lock = `${path}.lock`;
  await mkdir(join(path, ".."), { recursive: true });
  for (const end = Date.now() + fetchDeadlineMs; !(await exists(done)); await delay(200)) {
    if (Date.now() > end) throw new Error(`${name} was not fetched by the process that began it`);
    if (!(await take(lock))) continue;
    try {
      if (!(await exists(done))) {
        await fetch(path);
        await writeFile(done, "");
      }
    } finally {
      await rm(lock, { force: true });
    }
  }
  return path;
}

/** Takes a lock file; one whose owner is gone counts as free. */
async function take(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    const owner = Number(await readFile(lock, "utf8").catch(() => ""));
    if (owner > 0 && !isRunning(owner)) await rm(lock, { force: true });
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A program built by `go install`. */
export async function goProgram(source: string, version: string, name: string): Promise<string> {
  return fetchOnce(join("bin", `${name}-${version}`), async (path) => {
    const built = `${path}.build`;
    await run("go", ["install", `${source}@${version}`], {
      env: { ...process.env, GOBIN: built, CGO_ENABLED: "0" },
      maxBuffer: 16 << 20,
      timeout: fetchDeadlineMs,
    });
    await rename(join(built, source.slice(source.lastIndexOf("/") + 1)), path);
    await rm(built, { recursive: true });
  });
}

/** A folder for PYTHONPATH with a package in it. */
export async function pythonPackage(name: string, version: string): Promise<string> {
  return fetchOnce(`python-${name.replaceAll(/[^a-z0-9-]/g, "_")}-${version}`, async (path) => {
    await run("python3", ["-m", "pip", "install", "--quiet", "--target", path, `${name}==${version}`], {
      timeout: fetchDeadlineMs,
    });
  });
}
