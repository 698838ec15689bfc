// A certificate that signs itself, for 127.0.0.1, made by openssl: Node makes none.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { run } from "./service-cache.ts";

export type Certificate = { readonly certificate: string; readonly key: string };

/** Both in PEM, the key as PKCS #8. @param name - of its subject, to tell one from another. */
export async function makeCertificate(name = "localhost"): Promise<Certificate> {
  const directory = await mkdtemp(join(tmpdir(), "evento-certificate-"));
  const [keyPath, path] = [join(directory, "key.pem"), join(directory, "cert.pem")];
  const made = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const subject = ["-subj", `/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"];
  try {
    await run("openssl", ["req", ...made, "-keyout", keyPath, "-out", path, ...subject]);
    return { certificate: await readFile(path, "utf8"), key: await readFile(keyPath, "utf8") };
  } finally {
    await rm(directory, { recursive: true });
  }
}
