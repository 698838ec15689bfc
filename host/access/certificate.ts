// The host's certificate and key: read at the start, and again when one of the files changes. A pair that does not fit leaves the
// one before in use: the two files of a renewal are seldom written at once.
import { readFile } from "node:fs/promises";
import { createSecureContext, type SecureContextOptions } from "node:tls";

import { EventoError, reasonOf } from "../errors.ts";
import type { Logger } from "../json-log.ts";
import { WatchedFiles } from "./watched-files.ts";

/** How often the files are looked at. */
const lookMs = 1_000;

export type CertificatePaths = { readonly cert: string; readonly key: string };

export class Certificate {
  readonly #paths: CertificatePaths;
  readonly #logger: Logger;
  #options: SecureContextOptions;
  #onChange: (options: SecureContextOptions) => void = () => {};
  readonly #files: WatchedFiles;

  private constructor(given: { paths: CertificatePaths; logger: Logger; options: SecureContextOptions }) {
    this.#paths = given.paths;
    this.#logger = given.logger;
    this.#options = given.options;
    this.#files = new WatchedFiles({ paths: Object.values(given.paths), lookMs, readAgain: () => this.#readAgain() });
  }

  /** @throws EventoError CONFIG_INVALID when the files can't be read or do not fit each other */
  static async open({ paths, logger }: { paths: CertificatePaths; logger: Logger }): Promise<Certificate> {
    return new Certificate({ paths, logger, options: await optionsOf(paths) });
  }

  get options(): SecureContextOptions {
    return this.#options;
  }

  /** @param onChange - called with each pair that takes the place of the one before */
  follow(onChange: (options: SecureContextOptions) => void): void {
    this.#onChange = onChange;
  }

  close(): Promise<void> {
    return this.#files.close();
  }

  async #readAgain(): Promise<void> {
    try {
      this.#options = await optionsOf(this.#paths);
      this.#onChange(this.#options);
      this.#logger.log("info", "tls.certificate.read", { cert: this.#paths.cert });
    } catch (error) {
      this.#logger.log("warn", "tls.certificate.kept", { reason: reasonOf(error) });
    }
  }
}

async function optionsOf({ cert, key }: CertificatePaths): Promise<SecureContextOptions> {
  try {
    const options: SecureContextOptions = {
      cert: await readFile(cert),
      key: await readFile(key),
      minVersion: "TLSv1.2",
    };
    createSecureContext(options);
    return options;
  } catch (cause) {
    throw new EventoError(
      "CONFIG_INVALID",
      `found EVENTO_TLS_CERT and EVENTO_TLS_KEY unusable: ${reasonOf(cause)}, expected a certificate and its key in PEM`,
      { cause },
    );
  }
}
