"use strict";
// The small process that forks function processes, seals them and hands their pipes to the host. Forking is cheap here and dear in
// a large host. When the host is gone, by whatever death, all of them are killed.
const { spawn } = require("node:child_process");
const { readFileSync } = require("node:fs");

const lastWordsBytesMax = 2_000;
const children = new Map();

function tell(message, handle) {
  if (process.connected) process.send(message, handle, { keepOpen: false }, () => {});
}

/** Lowers the limits of a running process: no file, socket or process can be opened from then on. */
function seal(child, { command, args, dataBytesMore, uid, gid }, done) {
  const ids = uid === undefined ? {} : { uid, gid };
  const limits = [...args, `--data=${dataBytesOf(child.pid) + dataBytesMore}`];
  const sealer = spawn(command, ["--pid", String(child.pid), ...limits], {
    stdio: "ignore",
    env: {},
    cwd: "/",
    ...ids,
  });
  sealer.on("error", () => done(false));
  sealer.on("exit", () => done(isSealed(child.pid)));
}

/** What the kernel counts as data: half a GiB, most of which V8 has reserved and never uses. */
function dataBytesOf(pid) {
  try {
    return Number(/^VmData:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) * 1_024;
  } catch {
    return 1 << 30;
  }
}

function isSealed(pid) {
  try {
    return /^Max open files +0 +0 /m.test(readFileSync(`/proc/${pid}/limits`, "utf8"));
  } catch {
    return false;
  }
}

function start({ id, command, args, uid, gid, sealing, startMsMax }) {
  const ids = uid === undefined ? {} : { uid, gid };
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe", "pipe"], env: {}, cwd: "/", ...ids });
  let lastWords = "";
  const late = setTimeout(() => child.kill("SIGKILL"), startMsMax);
  child.on("error", (error) => {
    clearTimeout(late);
    if (child.pid === undefined) tell({ kind: "gone", id, reason: error.message });
  });
  if (child.pid === undefined) return;
  children.set(id, child);
  child.stderr.setEncoding("utf8");
  child.stderr.on("data", (text) => {
    lastWords = (lastWords + text).slice(0, lastWordsBytesMax);
  });
  // After "close" all of its last words are here, but a grandchild could hold its stderr open: never wait for that.
  child.on("exit", (code, signal) => {
    clearTimeout(late);
    children.delete(id);
    setTimeout(() => tell({ kind: "gone", id, code, signal, lastWords }), 2);
  });
  const pipe = child.stdio[3];
  pipe.on("error", () => {});
  pipe.pause();
  // Its first frame says that everything it will ever need is loaded.
  pipe.once("readable", () => {
    if (pipe.read() === null) return; // the end: it died
    const up = (sealed) => {
      clearTimeout(late);
      tell({ kind: "up", id, pid: child.pid, sealed }, pipe);
    };
    if (sealing === null) up(false);
    else seal(child, sealing, up);
  });
}

process.on("message", (message) => {
  if (message.kind === "start") start(message);
  else if (message.kind === "kill") children.get(message.id)?.kill("SIGKILL");
});
/**
 * The host holds the other end of standard input, and sends nothing: its end is the host's end. The channel's own "disconnect" does
 * not come while Node waits for the receipt of a handle.
 */
process.stdin.resume().on("error", () => {});
process.stdin.on("close", () => {
  for (const child of children.values()) child.kill("SIGKILL");
  process.exit(0);
});
/** A terminal's or service manager's signal is for the host, which drains first. */
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => {});
