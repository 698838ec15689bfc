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

/** What is deployed at the start. */
export const firstChanges: readonly Change[] = [
  component("accounts", 1),
  component("courier", 1),
  {
    label: "deploys ledger-handler",
    make: (deployment) => deployment.component("ledger-handler", plainComponent("ledger-handler")),
  },
  {
    label: "deploys ledger-keeper",
    make: (deployment) => deployment.component("ledger-keeper", plainComponent("ledger-keeper")),
  },
  rules(1),
];

/** What may come at any time. */
export const changes: readonly Change[] = [
  component("accounts", 1),
  component("accounts", 2),
  component("accounts", 3),
  component("courier", 1),
  component("courier", 2),
  rules(1),
  rules(2),
  rollback("accounts", 1),
  rollback("courier", 1),
  { label: "removes the auditor", make: (deployment) => deployment.remove("auditor") },
];

/** What puts everything right at the end. */
export const lastChanges: readonly Change[] = [
  component("accounts", 3),
  // Once back and forth, so that it is a new one for sure: what a courier gave up is tried again by none else.
  component("courier", 1),
  component("courier", 2),
  rules(2),
];
