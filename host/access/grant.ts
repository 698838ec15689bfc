// What a caller was given: a name, scopes, and an end.
import { everything, type ScopeSet } from "./scope.ts";

export interface Grant {
  /** Of the token, or of the issuer's subject; for the log, never a secret. */
  readonly name: string;
  readonly scopes: ScopeSet;
  /** False once it was revoked or has expired. Asked again while something goes on under it. */
  isLive(): boolean;
}

/** What everybody has where no tokens are asked for. */
export const openGrant: Grant = { name: "", scopes: everything, isLive: () => true };
