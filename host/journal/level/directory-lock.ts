// One host a data directory. LevelDB's own lock is lost by merely reading its file, so this one lies beside it: an abstract Unix
// socket named by the directory's device and inode, which the kernel drops with the process however it ends.
import { stat } from "node:fs/promises";
import { createServer, type Server } from "node:net";

import { EventoError, reasonOf } from "../../errors.ts";

export class DirectoryLock {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @throws EventoError JOURNAL_LOCKED when another process, or this one, holds the directory. */
  static async take(directory: string): Promise<DirectoryLock> {
    const { dev, ino } = await stat(directory, { bigint: true });
    const server = createServer((socket) => socket.destroy());
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject);
    // Elsewhere than on Linux a leading NUL is no name; a Windows pipe and a loopback port have no counterpart that is as safe.
    server.listen(
      process.platform === "win32" ? `\\\\.\\pipe\\evento-${dev}-${ino}` : `\0evento-${dev}-${ino}`,
      resolve,
    );
    try {
      await promise;
    } catch (cause) {
      throw new EventoError(
        "JOURNAL_LOCKED",
        `found another host on ${directory}, expected to be the only one (${reasonOf(cause)})`,
        {
          cause,
          hint: "stop the other host, or give this one a directory of its own with EVENTO_DATA",
        },
      );
    }
    server.unref();
    return new DirectoryLock(server);
  }

  async release(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    await promise;
  }
}
