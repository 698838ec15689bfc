import test from "ava";

import { parseRuleSet } from "../../host/engine/rules.ts";

const rule = { on: "Box.Added", dispatch: [{ entity: "event.entity", command_type: "Add", payload: { n: 1 } }] };

test("a rule set listens to what its rules are on", (t) => {
  const { events } = parseRuleSet({ rules: [rule, { ...rule, on: "Box.Removed" }, rule] });
  t.deepEqual(events, ["Box.Added", "Box.Removed"]);
});

for (const [what, value, path] of [
  ["that is no object", [], "body"],
  ["without rules", { rules: [] }, "rules"],
  ["with an unknown field", { rules: [rule], rule: 1 }, "rule"],
  ["on something that is no event", { rules: [{ ...rule, on: "Added" }] }, "rules[0].on"],
  ["without a command", { rules: [{ ...rule, dispatch: [] }] }, "rules[0].dispatch"],
  ["with a typo in an expression", { rules: [{ ...rule, when: "event.payload.n >" }] }, "rules[0].when"],
  ["that uses an unknown variable", { rules: [{ ...rule, when: "evnt.payload.n > 1" }] }, "rules[0].when"],
  [
    "with a macro inside a macro",
    { rules: [{ ...rule, when: "referrers.exists(r, referrers.exists(s, s == r))" }] },
    "rules[0].when",
  ],
  [
    "with a field off in a command",
    { rules: [{ ...rule, dispatch: [{ command_type: "Add" }] }] },
    "rules[0].dispatch[0].entity",
  ],
  [
    "with a bad expression in a payload",
    { rules: [{ ...rule, dispatch: [{ entity: "event.entity", command_type: "Add", payload: { n: "1 +" } }] }] },
    "rules[0].dispatch[0].payload.n",
  ],
] as const)
  test(`a rule set ${what} is refused, naming ${path}`, (t) => {
    const error = t.throws(() => parseRuleSet(value));
    t.like(error, { code: "RULES_INVALID" });
    t.true(
      "faults" in error &&
        Array.isArray(error.faults) &&
        error.faults.some((fault: { path: string }) => fault.path === path),
    );
  });
