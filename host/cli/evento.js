#!/usr/bin/env node
// Starts the command line on the pinned runtime. Plain JavaScript: whatever Node is installed gets here first, and only the
// pinned one goes further. Where the runtime can take this process's place it does; else it is a child, and signals, exit
// code and the end of this process pass on to it.
import { spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import module from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// LevelDB syncs on libuv's pool: with the default of 4 threads concurrent syncs wait for each other.
const threadsMin = 32;
const threadsDefault = 64;
const launcherPidVariable = "EVENTO_LAUNCHER_PID";
const parentCheckIntervalMs = 1_000;
const passedSignals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR2"];

const launcherPid = process.env[launcherPidVariable];
// A signal to npx or `npm start` ends its shell, which passes none on: what it started has to notice.
const isUnderNpm = ["npx", "start"].includes(process.env.npm_lifecycle_event ?? "");
const runtime = findRuntime();

if (runtime === undefined) {
  process.stderr.write(
    "error: the pinned Node runtime is not installed, expected it in node_modules/node\n" +
      "hint: run `npm ci` (`npm install` for the package); where install scripts are blocked, run `npm rebuild node` too\n",
  );
  process.exitCode = 1;
} else if (launcherPid !== undefined || (isRunning(runtime) && threadCount() >= threadsMin)) {
  delete process.env[launcherPidVariable];
  if (Number(launcherPid) === process.ppid || isUnderNpm) endWithParent();
  // Halves the time to the first line. Not in the temporary folder, where others could put code in.
  module.enableCompileCache(fileURLToPath(new URL("../../node_modules/.cache/evento-compiled", import.meta.url)));
  // Node strips no types of what lies under node_modules: the package has the sources as JavaScript.
  const sources = new URL("main.ts", import.meta.url);
  const packaged = new URL("../../build/package/host/cli/main.js", import.meta.url);
  const { main } = await import(existsSync(sources) ? sources.href : packaged.href);
  await main(process.argv.slice(2));
} else {
  launch(runtime);
}

function findRuntime() {
  const { platform, arch, versions } = process;
  const file = platform === "win32" ? "node.exe" : "node";
  const system = platform === "win32" ? "win" : platform;
  const require = module.createRequire(import.meta.url);
  for (const name of ["node", `node-${system}-${arch}`, `node-bin-${system}-${arch}`]) {
    try {
      const path = join(dirname(require.resolve(`${name}/package.json`)), "bin", file);
      if (existsSync(path)) return path;
    } catch {
      // This one is not installed: the next may be.
    }
  }
  return Number.parseInt(versions.node, 10) >= 26 ? process.execPath : undefined;
}

function isRunning(path) {
  return realpathSync(process.execPath) === realpathSync(path);
}

function threadCount() {
  return Number(process.env.UV_THREADPOOL_SIZE ?? 0);
}

function launch(path) {
  // kafkajs sets timers for moments that have passed. They fire at once, as they always did; Node warns of it since lately.
  const quiet = "--disable-warning=TimeoutNegativeWarning";
  const args = [quiet, ...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  const threads = threadCount() >= threadsMin ? threadCount() : threadsDefault;
  const env = { ...process.env, UV_THREADPOOL_SIZE: String(threads), [launcherPidVariable]: String(process.pid) };
  if (process.execve !== undefined && process.platform !== "win32") {
    // An experimental call: its warning would be the first thing that every user reads.
    process.removeAllListeners("warning");
    process.execve(path, [path, ...args], env);
  }
  const child = spawn(path, args, { stdio: "inherit", env });
  for (const signal of passedSignals) process.on(signal, () => child.kill(signal));
  if (isUnderNpm) endWithParent();
  child.on("error", (error) => {
    process.stderr.write(`error: the pinned Node runtime does not start: ${error.message}\nhint: run \`npm ci\`\n`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    // Ends in the same way, so that a shell sees what happened.
    for (const passed of passedSignals) process.removeAllListeners(passed);
    process.kill(process.pid, signal);
    setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 100);
  });
}

// A launcher or a shell that is killed outright can't pass that on: the host must not stay behind without anybody knowing.
function endWithParent() {
  const parent = process.ppid;
  const check = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(check);
    process.kill(process.pid, "SIGTERM");
  }, parentCheckIntervalMs);
  check.unref();
}
