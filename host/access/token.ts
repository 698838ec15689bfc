// A token: 256 random bits behind a prefix that scanners of leaked secrets can look for. What is kept of it is its SHA-256. A slow
// hash protects what people choose; nobody guesses 256 random bits, so a plain one is enough, and quick enough for every request.
import { hash, randomBytes } from "node:crypto";

const prefix = "evento_";

export function newToken(): string {
  return prefix + randomBytes(32).toString("base64url");
}

export function isToken(text: string): boolean {
  return text.startsWith(prefix);
}

/** SHA-256 in hex. Tokens are looked up by it, so the time of a look-up tells nothing about any token. */
export function hashOf(token: string): string {
  return hash("sha256", token);
}
