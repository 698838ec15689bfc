// The disk fills up under load. As root a small file system of its own; elsewhere, and in turn, a limit on the size of files.
import { execFile, execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { mkdtemp, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { besiege, count, timesOf, type Figures, type Phase, type PhaseRun } from "../phase.ts";
import { elapse, type Siege } from "../siege.ts";

const run = promisify(execFile);
const timesPerMinute = 1;
const diskBytes = 64 << 20;
/** How long a file may become. */
const fileBytes = { min: 60_000, max: 400_000 };
/** Some pages are left at most when somebody else fills the disk at once. */
const leftBytesMax = 12_000;
/** The host looks at its disk more often than this. */
const noticeMs = 1_500;
/** The least that it can be told to keep free, so that the disk may run full before the host refuses what is new. */
const environment = { EVENTO_DISK_FREE_MIB: "1" };
const answers = 15;

export const fullDisk: Phase = {
  name: "full-disk",
  about: "another process fills the disk, or a file may not grow any further",
  proofs: ["ends with code 70", "untold"],
  async run(phase) {
    await besiege(phase, async (siege) => {
      for (let left = timesOf(phase, timesPerMinute); left > 0; left--) await limitFiles(siege, phase);
    });
    const disk = await mountDisk(phase.bench.folder);
    count(phase.figures, "disks", disk === undefined ? 0 : 1);
    if (disk === undefined) return;
    const unmount = (): unknown => execFileSync("umount", ["-l", disk]);
    process.once("exit", unmount);
    try {
      const data = join(disk, "data");
      const work = async (siege: Siege): Promise<{ environment: typeof environment }> => {
        for (let left = timesOf(phase, timesPerMinute); left > 0; left--) await fillDisk(siege, phase, disk);
        return { environment };
      };
      await besiege(phase, work, { data });
    } finally {
      process.off("exit", unmount);
      unmount();
    }
  },
};

async function limitFiles(siege: Siege, { bench, figures }: PhaseRun): Promise<void> {
  const blocks = Math.ceil(bench.dice.between(fileBytes.min, fileBytes.max) / 512);
  siege.launch({ shell: `ulimit -f ${blocks}` });
  count(figures, "limits on files");
  // What was written before may not fit into the files that a start makes of it.
  if (!(await siege.takeUp())) {
    requireNoAlarm(siege);
    count(figures, "failed starts under a limit");
    await siege.start();
    await siege.load({ answers });
    await siege.end("SIGKILL");
    return;
  }
  siege.serve();
  await requireFatalEnd(siege, figures);
}

async function fillDisk(siege: Siege, { bench, figures }: PhaseRun, disk: string): Promise<void> {
  const ballast = join(disk, "ballast");
  await siege.start({ environment });
  await siege.load({ answers: bench.dice.between(1, answers) });
  const { bavail, bsize } = await statfs(disk);
  const left = bench.dice.between(0, leftBytesMax);
  takeRoom(ballast, bavail * bsize - left);
  await Promise.race([siege.run.ended, elapse(noticeMs)]);
  if (siege.run.hasEnded) {
    await requireFatalEnd(siege, figures);
    count(figures, "full disks");
    // It may be started on the full disk, by whoever watches over it, before anybody makes room.
    siege.launch({ environment });
    if (await siege.takeUp()) count(figures, "starts on a full disk");
    else {
      requireNoAlarm(siege);
      count(figures, "failed starts on a full disk");
    }
    await siege.end("SIGKILL");
    await rm(ballast);
    return;
  }
  await requireRefusal(siege);
  await rm(ballast);
  const got = await siege.load({ answers });
  if (got < answers) throw new Error(`the client got ${got} answers after there was room, expected ${answers}`);
  await siege.end("SIGKILL");
  count(figures, "refusals for want of room");
}

/** Takes so much at once, or what there is when the host was quicker: no look at the disk falls in between. */
function takeRoom(path: string, bytes: number): void {
  try {
    writeFileSync(path, Buffer.alloc(Math.max(0, bytes)));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
}

async function requireFatalEnd(siege: Siege, figures: Figures): Promise<void> {
  const { code, signal } = await siege.run.ownEnd();
  await siege.pause();
  if (code !== 70) throw new Error(`the host ended with ${code ?? signal}, expected 70: ${siege.run.log}`);
  count(figures, "ends with code 70");
}

/** Nothing is damaged where there only is no room, and nobody must be told to restore a backup. */
function requireNoAlarm({ run }: Siege): void {
  if (/UNREADABLE|DAMAGED|TRUNCATED/.test(run.log)) throw new Error(`want of room was taken for damage: ${run.log}`);
}

/** The host takes in nothing new, says why, and goes on answering what it is asked. */
async function requireRefusal(siege: Siege): Promise<void> {
  await siege.pause();
  const response = await fetch(`${siege.url}/commands`, {
    method: "POST",
    body: JSON.stringify({ entity: "checking:0", command_type: "ReceiveDeposit", payload: { amount: 1 } }),
    headers: { "content-type": "application/json" },
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  if (response.status !== 503 || !text.includes("DISK_LOW")) throw new Error(`a full disk answered ${text}`);
  await siege.audit.check(siege.url);
}

/** Undefined where nothing may be mounted. */
async function mountDisk(folder: string): Promise<string | undefined> {
  const path = await mkdtemp(join(folder, "disk-"));
  return run("mount", ["-t", "tmpfs", "-o", `size=${diskBytes}`, "tmpfs", path]).then(
    () => path,
    () => undefined,
  );
}
