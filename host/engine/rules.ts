// Rule-based dispatchers: data in place of a component, its expressions in CEL (https://cel.dev), which always ends.
import { createHash } from "node:crypto";

import { Environment, type ASTNode, type ParseResult } from "@marcbachmann/cel-js";

import type { StoredEvent } from "../domain/envelope.ts";
import { EventoError, reasonOf, type Fault } from "../errors.ts";
import { targetTypeOf, type CheckedCommandDraft } from "./command-drafts.ts";
import type { Deployments } from "./deployments.ts";
import { eventJsonOf } from "./views.ts";

/** Text of one expression. */
const expressionCharsMax = 2_000;
const rulesMax = 100;
/** Rule sets kept compiled. */
const compiledMax = 1_000;

/** Macros that visit a whole list: one inside another could take the square of a list's length, so they don't nest. */
const visitingMacros: ReadonlySet<string> = new Set(["map", "filter", "all", "exists", "exists_one"]);

type Expression = (variables: { event: unknown; referrers: readonly string[] }) => unknown;
type Template =
  | { readonly kind: "literal"; readonly value: unknown }
  | { readonly kind: "expression"; readonly text: string; readonly evaluate: Expression }
  | { readonly kind: "list"; readonly items: readonly Template[] }
  | { readonly kind: "record"; readonly fields: readonly (readonly [string, Template])[] };
type DispatchTemplate = {
  readonly entity: Template;
  readonly commandType: string;
  readonly payload: Template;
  readonly notBefore: Template | undefined;
};
type Rule = {
  readonly on: string;
  readonly when: Expression | undefined;
  readonly dispatch: readonly DispatchTemplate[];
};

/** A rule set as deployed: its canonical text, and what it listens to. */
export type RuleSet = {
  readonly text: string;
  readonly digest: string;
  readonly events: readonly string[];
  readonly rules: readonly Rule[];
};

const environment = new Environment({
  unlistedVariablesAreDyn: false,
  homogeneousAggregateLiterals: false,
  limits: { maxAstNodes: 1_000, maxDepth: 50, maxListElements: 1_000, maxMapEntries: 1_000, maxCallArguments: 16 },
})
  .registerVariable("event", "map")
  .registerVariable("referrers", "list<string>")
  // JSON has one kind of number, which CEL takes for a double: let literals of whole numbers go with it.
  .registerOperator("double + int", (one: number, other: bigint) => one + Number(other))
  .registerOperator("int + double", (one: bigint, other: number) => Number(one) + other)
  .registerOperator("double - int", (one: number, other: bigint) => one - Number(other))
  .registerOperator("int - double", (one: bigint, other: number) => Number(one) - other)
  .registerOperator("double * int", (one: number, other: bigint) => one * Number(other))
  .registerOperator("int * double", (one: bigint, other: number) => Number(one) * other)
  .registerOperator("double / int", (one: number, other: bigint) => one / Number(other))
  .registerOperator("int / double", (one: bigint, other: number) => Number(one) / other);

/**
 * Parses `{"rules": [{"on", "when", "dispatch": [{"entity", "command_type", "payload", "not_before"}]}]}`.
 *
 * Texts in `when`, `entity`, `payload` and `not_before` are CEL over `event` (the envelope in JSON form) and `referrers`;
 * numbers, booleans and null in a payload stand for themselves. An `entity` that gives a list makes one command each.
 *
 * @throws EventoError RULES_INVALID with faults.
 */
export function parseRuleSet(value: unknown): RuleSet {
  const faults: Fault[] = [];
  const rules = parseRules(value, faults);
  if (faults.length > 0)
    throw new EventoError(
      "RULES_INVALID",
      `found ${faults.length} faults in the rules, the first at ${faults[0]?.path}: ${faults[0]?.message}`,
      { faults },
    );
  const text = JSON.stringify(value);
  const digest = createHash("sha256").update(text).digest("hex");
  return { text, digest, events: [...new Set(rules.map((rule) => rule.on))], rules };
}

/** The compiled rule sets of a host. */
export class RuleSets {
  readonly #deployments: Deployments;
  readonly #compiled = new Map<string, RuleSet>();

  constructor({ deployments }: { deployments: Deployments }) {
    this.#deployments = deployments;
  }

  /** Applies rules to an event; the reason when it can't be done. */
  dispatch(text: string, event: StoredEvent, referrers: readonly string[]): readonly CheckedCommandDraft[] | string {
    const type = `${event.aggregate_type}.${event.event_type}`;
    const variables = { event: eventJsonOf(event, this.#deployments), referrers };
    const drafts: CheckedCommandDraft[] = [];
    for (const [index, rule] of this.#ruleSet(text).rules.entries()) {
      if (rule.on !== type && rule.on !== "*") continue;
      try {
        if (rule.when !== undefined && rule.when(variables) !== true) continue;
        for (const template of rule.dispatch) drafts.push(...this.#drafts(template, variables));
      } catch (error) {
        const details =
          error instanceof EventoError && error.faults.length > 0
            ? `: ${error.faults.map((fault) => `${fault.path} ${fault.message}`).join(", ")}`
            : "";
        return `rule ${index}: ${reasonOf(error)}${details}`;
      }
    }
    return drafts;
  }

  #ruleSet(text: string): RuleSet {
    const known = this.#compiled.get(text);
    if (known !== undefined) return known;
    const ruleSet = parseRuleSet(JSON.parse(text));
    if (this.#compiled.size >= compiledMax) this.#compiled.clear();
    this.#compiled.set(text, ruleSet);
    return ruleSet;
  }

  #drafts(template: DispatchTemplate, variables: Parameters<Expression>[0]): CheckedCommandDraft[] {
    const target = filled(template.entity, variables);
    const entities = Array.isArray(target) ? target : [target];
    return entities.map((entity: unknown) => {
      if (typeof entity !== "string")
        throw new EventoError(
          "DRAFTS_INVALID",
          `found ${JSON.stringify(entity)} as entity, expected an entity id or a list of them`,
        );
      const aggregateType = targetTypeOf(entity, this.#deployments, "a command");
      const schema =
        this.#deployments.handlerOf(aggregateType)?.schema ?? this.#deployments.latestSchema(aggregateType);
      const codec = schema?.commands.get(template.commandType);
      if (schema === undefined || codec === undefined)
        throw new EventoError(
          "DRAFTS_INVALID",
          `found command ${template.commandType} to ${entity}, expected one of ${aggregateType}`,
        );
      const payload = codec.fromJson(filled(template.payload, variables), "payload");
      const not_before = template.notBefore === undefined ? null : timeOf(filled(template.notBefore, variables));
      return { draft: { entity, command_type: template.commandType, payload, not_before }, schema };
    });
  }
}

function parseRules(value: unknown, faults: Fault[]): Rule[] {
  const rules = fieldsOf(value, "", ["rules"], faults)?.["rules"];
  if (!Array.isArray(rules) || rules.length === 0 || rules.length > rulesMax) {
    faults.push({ path: "rules", message: `is not a list of 1 to ${rulesMax} rules` });
    return [];
  }
  return rules.flatMap((rule: unknown, index) => parseRule(rule, `rules[${index}]`, faults) ?? []);
}

function parseRule(value: unknown, path: string, faults: Fault[]): Rule | undefined {
  const fields = fieldsOf(value, path, ["on", "when", "dispatch"], faults);
  if (fields === undefined) return undefined;
  const { on, when, dispatch } = fields;
  if (typeof on !== "string" || !/^(\*|[A-Za-z][A-Za-z0-9]*\.[A-Za-z_][A-Za-z0-9_]*)$/.test(on)) {
    faults.push({ path: `${path}.on`, message: "is not of the form Aggregate.Event, nor *" });
    return undefined;
  }
  if (!Array.isArray(dispatch) || dispatch.length === 0) {
    faults.push({ path: `${path}.dispatch`, message: "is not a list of at least one command" });
    return undefined;
  }
  const condition = when === undefined ? undefined : compiled(when, `${path}.when`, faults);
  const templates = dispatch.flatMap(
    (item: unknown, index) => parseDispatch(item, `${path}.dispatch[${index}]`, faults) ?? [],
  );
  return { on, when: condition, dispatch: templates };
}

function parseDispatch(value: unknown, path: string, faults: Fault[]): DispatchTemplate | undefined {
  const fields = fieldsOf(value, path, ["entity", "command_type", "payload", "not_before"], faults);
  if (fields === undefined) return undefined;
  if (typeof fields["command_type"] !== "string") {
    faults.push({ path: `${path}.command_type`, message: "is missing or not a text" });
    return undefined;
  }
  if (typeof fields["entity"] !== "string")
    faults.push({ path: `${path}.entity`, message: "is missing or not an expression" });
  return {
    entity: parseTemplate(fields["entity"], `${path}.entity`, faults),
    commandType: fields["command_type"],
    payload: parseTemplate(fields["payload"] ?? {}, `${path}.payload`, faults),
    notBefore:
      fields["not_before"] === undefined
        ? undefined
        : parseTemplate(fields["not_before"], `${path}.not_before`, faults),
  };
}

function parseTemplate(value: unknown, path: string, faults: Fault[]): Template {
  if (typeof value === "string") {
    const evaluate = compiled(value, path, faults);
    return evaluate === undefined ? { kind: "literal", value: null } : { kind: "expression", text: value, evaluate };
  }
  if (Array.isArray(value))
    return {
      kind: "list",
      items: value.map((item: unknown, index) => parseTemplate(item, `${path}[${index}]`, faults)),
    };
  if (typeof value === "object" && value !== null)
    return {
      kind: "record",
      fields: Object.entries(value).map(
        ([name, field]) => [name, parseTemplate(field, `${path}.${name}`, faults)] as const,
      ),
    };
  return { kind: "literal", value };
}

function compiled(text: unknown, path: string, faults: Fault[]): Expression | undefined {
  if (typeof text !== "string" || text.length > expressionCharsMax) {
    faults.push({ path, message: `is not an expression of at most ${expressionCharsMax} characters` });
    return undefined;
  }
  try {
    const parsed: ParseResult = environment.parse(text);
    const checked = parsed.check();
    if (!checked.valid) throw checked.error ?? new Error("does not type-check");
    if (macroDepthOf(parsed.ast) > 1) throw new Error("has a macro over a list inside another one");
    return (variables) => parsed(variables);
  } catch (error) {
    faults.push({
      path,
      message: `is not a CEL expression over event and referrers: ${reasonOf(error).split("\n")[0]}`,
    });
    return undefined;
  }
}

function macroDepthOf(node: unknown): number {
  if (Array.isArray(node)) return Math.max(0, ...node.map(macroDepthOf));
  if (!isNode(node)) return 0;
  const inner = macroDepthOf(node.args);
  const [method] = Array.isArray(node.args) ? node.args : [];
  return node.op === "rcall" && typeof method === "string" && visitingMacros.has(method) ? inner + 1 : inner;
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === "object" && value !== null && "op" in value && "args" in value;
}

/** The fields of an object, all of them known ones; undefined when it is none. */
function fieldsOf(
  value: unknown,
  path: string,
  known: readonly string[],
  faults: Fault[],
): { [name: string]: unknown } | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    faults.push({ path: path || "body", message: "is not an object" });
    return undefined;
  }
  for (const name of Object.keys(value))
    if (!known.includes(name))
      faults.push({
        path: path === "" ? name : `${path}.${name}`,
        message: `is unknown, expected ${known.join(", ")}`,
      });
  return { ...value };
}

function filled(template: Template, variables: Parameters<Expression>[0]): unknown {
  switch (template.kind) {
    case "literal":
      return template.value;
    case "expression":
      return jsonOf(template.evaluate(variables));
    case "list":
      return template.items.map((item) => filled(item, variables));
    case "record":
      return Object.fromEntries(template.fields.map(([name, field]) => [name, filled(field, variables)]));
  }
}

/** CEL's whole numbers are bigints; the JSON form takes a text of digits where a number would not be exact. */
function jsonOf(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (Array.isArray(value)) return value.map(jsonOf);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), jsonOf(item)]));
  if (value instanceof Date) return value.toISOString();
  return value;
}

function timeOf(value: unknown): number | null {
  if (value === null) return null;
  const time = typeof value === "string" ? Date.parse(value) : value;
  if (typeof time === "number" && Number.isSafeInteger(time)) return time;
  throw new EventoError("DRAFTS_INVALID", `found not_before ${JSON.stringify(value)}, expected a timestamp`);
}
