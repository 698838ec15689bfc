// The disk fills up under load. As root a small file system of its own; elsewhere, and in turn, a limit on the size of files.
import { execFile } from "node:child_process";
import { mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { besiege, count, timesOf, type Phase, type PhaseRun } from "../phase.ts";
import type { Siege } from "../siege.ts";

const run = promisify(execFile);
const timesPerMinute = 0.6;
const diskBytes = 64 << 20;
/** What is left on the disk, and how long a file may become. */
const leftBytes = { min: 60_000, max: 400_000 };

export const fullDisk: Phase = {
  name: "full-disk",
  about: "the disk is full, or a file may not grow any further",
  proofs: ["ends with code 70", "untold"],
  async run(phase) {
    await besiege(phase, async (siege) => {
      for (let left = timesOf(phase, timesPerMinute); left > 0; left--) {
        const blocks = Math.ceil(phase.bench.dice.between(leftBytes.min, leftBytes.max) / 512);
        await fill(siege, phase, { shell: `ulimit -f ${blocks}` });
        count(phase.figures, "limits on files");
      }
    });
    const disk = await mountDisk(phase.bench.folder);
    if (disk === undefined) {
      count(phase.figures, "full disks", 0);
      return;
    }
    try {
      await besiege(phase, (siege) => fillDisk(siege, phase, disk), { data: join(disk, "data") });
    } finally {
      await run("umount", ["-l", disk]);
    }
  },
};

async function fillDisk(siege: Siege, phase: PhaseRun, disk: string): Promise<void> {
  const ballast = join(disk, "ballast");
  for (let left = timesOf(phase, timesPerMinute); left > 0; left--) {
    const { bavail, bsize } = await statfs(disk);
    const room = bavail * bsize - phase.bench.dice.between(leftBytes.min, leftBytes.max);
    await writeFile(ballast, Buffer.alloc(Math.max(0, room)));
    await fill(siege, phase, {});
    // It may be started on the full disk, by whoever watches over it, before anybody makes room.
    siege.launch();
    if (await siege.takeUp()) count(phase.figures, "starts on a full disk");
    await siege.end("SIGKILL");
    await rm(ballast);
    count(phase.figures, "full disks");
  }
}

async function fill(siege: Siege, { figures }: PhaseRun, start: { shell?: string }): Promise<void> {
  await siege.start(start);
  siege.serve();
  const { code, signal } = await siege.run.ownEnd();
  await siege.pause();
  if (code !== 70) throw new Error(`the host ended with ${code ?? signal}, expected 70: ${siege.run.log}`);
  count(figures, "ends with code 70");
}

/** Undefined where nothing may be mounted. */
async function mountDisk(folder: string): Promise<string | undefined> {
  const path = await mkdtemp(join(folder, "disk-"));
  return run("mount", ["-t", "tmpfs", "-o", `size=${diskBytes}`, "tmpfs", path]).then(
    () => path,
    () => undefined,
  );
}
