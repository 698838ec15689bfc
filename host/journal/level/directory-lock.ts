// One host a data directory. LevelDB's own lock is lost by merely reading its file, so this one lies beside it: a socket named by
// the directory's device and inode. On Linux and Windows its name is in no directory, and the kernel drops it with the process
// however that ends; elsewhere it is a file, which a killed process leaves behind and nobody answers at.
import { rm, stat } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";

import { EventoError } from "../../errors.ts";

/** A process that is being started holds the sockets of its parent until it runs its own program: so long a free name looks taken. */
const startMs = 500;
const attemptMs = 25;

export class DirectoryLock {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @throws EventoError JOURNAL_LOCKED when another process, or this one, holds the directory. */
  static async take(directory: string, platform: NodeJS.Platform = process.platform): Promise<DirectoryLock> {
    const { dev, ino } = await stat(directory, { bigint: true });
    const name = `evento-${dev}-${ino}`;
    try {
      if (platform === "linux") return new DirectoryLock(await listenSoon(`\0${name}`));
      if (platform === "win32") return new DirectoryLock(await listen(`\\\\.\\pipe\\${name}`));
      return new DirectoryLock(await listenAtFile(join(tmpdir(), `${name}.sock`)));
    } catch (cause) {
      throw new EventoError(
        "JOURNAL_LOCKED",
        `found another host on ${directory}, expected to be the only one (${codeOf(cause)})`,
        { cause, hint: "stop the other host, or give this one a directory of its own with EVENTO_DATA" },
      );
    }
  }

  async release(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    await promise;
  }
}

async function listenSoon(path: string): Promise<Server> {
  for (const deadline = performance.now() + startMs; performance.now() < deadline; await setTimeout(attemptMs)) {
    try {
      return await listen(path);
    } catch (error) {
      if (codeOf(error) !== "EADDRINUSE") throw error;
    }
  }
  return listen(path);
}

async function listenAtFile(path: string): Promise<Server> {
  try {
    return await listen(path);
  } catch (error) {
    if (await isAnswered(path)) throw error;
    await rm(path, { force: true });
    return listen(path);
  }
}

async function listen(path: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(path, resolve);
  await promise;
  server.unref();
  return server;
}

async function isAnswered(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(path);
  socket.once("connect", () => resolve(true));
  socket.once("error", () => resolve(false));
  const answered = await promise;
  socket.destroy();
  return answered;
}

/** Its message would bring the name's NUL into a log. */
function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "no code";
}
