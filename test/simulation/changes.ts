// Changes of what is deployed, while everything goes on.
import type { Deployment } from "../../host/engine/deployment.ts";
import { plainComponent } from "../../host/functions/memory-functions.ts";
import { auditorRules } from "./bank.ts";

export type Change = { readonly label: string; readonly make: (deployment: Deployment) => Promise<unknown> };

const component = (name: string, version: number): Change => ({
  label: `deploys version ${version} of ${name}`,
  make: (deployment) => deployment.component(name, plainComponent(`${name}-${version}`)),
});
const rules = (version: 1 | 2): Change => ({
  label: `deploys version ${version} of the auditor`,
  make: (deployment) => deployment.rules("auditor", auditorRules(version)),
});
const rollback = (name: string, version: number): Change => ({
  label: `rolls ${name} back to ${version}`,
  make: (deployment) => deployment.rollback(name, version),
});

const remove = (name: string): Change => ({
  label: `removes ${name}`,
  make: (deployment) => deployment.remove(name),
});
/** A function of which there is one version. */
const whole = (name: string): Change => ({
  label: `deploys ${name}`,
  make: (deployment) => deployment.component(name, plainComponent(name)),
});

/** What is deployed at the start. */
export const firstChanges: readonly Change[] = [
  component("accounts", 1),
  component("courier", 1),
  whole("ledger-handler"),
  whole("ledger-keeper"),
  rules(1),
];

/** What may come at any time. */
export const changes: readonly Change[] = [
  component("accounts", 1),
  // The two of one schema the most often: what one has folded looks to the other as if it were its own.
  ...[1, 2, 3].flatMap(() => [component("accounts", 2), component("accounts", 3)]),
  component("courier", 1),
  component("courier", 2),
  rules(1),
  rules(2),
  rollback("accounts", 1),
  rollback("courier", 1),
  remove("auditor"),
  remove("ledger-handler"),
  whole("ledger-handler"),
  remove("ledger-keeper"),
  whole("ledger-keeper"),
];

/** What puts everything right at the end. */
export const lastChanges: readonly Change[] = [
  whole("ledger-handler"),
  whole("ledger-keeper"),
  component("accounts", 3),
  // Once back and forth, so that it is a new one for sure: what a courier gave up is tried again by none else.
  component("courier", 1),
  component("courier", 2),
  rules(2),
];
