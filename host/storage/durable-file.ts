// Files that are there whole after a power loss, or not at all: synced before they get their name, and the folder after.
import { open } from "node:fs/promises";

/** Writes a new file of some parts and syncs it. */
export async function writeDurable(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const file = await open(path, "wx", 0o644);
  try {
    for (const part of parts) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes renames and new files in a directory survive power loss. */
export async function syncDirectory(directory: string): Promise<void> {
  // Windows can't open a directory to sync it, and keeps its entries by other means.
  if (process.platform === "win32") return;
  const file = await open(directory, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Tells whether a call failed since there is no such file or directory. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
