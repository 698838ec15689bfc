// What the commands that work with a copy of a log have in common.
import { Option, type Command } from "commander";

export type ArchiveOptions = { readonly s3Endpoint: string };

/** Adds the place of the copy as an argument, and how S3 is reached. */
export function withArchive(command: Command, about: string): Command {
  return command.argument("<location>", `${about}: file:PATH or s3://bucket/prefix`).addOption(s3EndpointOption());
}

/** How S3 is reached, as the host is told. */
export function s3EndpointOption(): Option {
  return new Option("--s3-endpoint <url>", "an S3 server other than Amazon's").env("EVENTO_S3_ENDPOINT").default("");
}
