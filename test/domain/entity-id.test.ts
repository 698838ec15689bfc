import test from "ava";

import { entityTypeOf, isEntityId } from "../../host/domain/entity-id.ts";

for (const entity of ["savings:12345-09", "a:b", "creditCard:A._~-9", `a:${"x".repeat(128)}`])
  test(`${entity.slice(0, 30)} is an entity id`, (t) => {
    t.true(isEntityId(entity));
    t.is(entityTypeOf(entity), entity.slice(0, entity.indexOf(":")));
  });

for (const entity of [
  "savings",
  "savings:",
  ":1",
  "Savings:1",
  "savings:1:2",
  "savings:.",
  "savings:..",
  "savings:a/b",
  "savings:a b",
  "savings:ü",
  `a:${"x".repeat(129)}`,
  "savings:1\n",
  "savings:\ud800",
])
  test(`${JSON.stringify(entity.slice(0, 30))} is refused as an entity id`, (t) => {
    t.false(isEntityId(entity));
    const error = t.throws(() => entityTypeOf(entity));
    t.like(error, { code: "ENTITY_ID_INVALID" });
  });
