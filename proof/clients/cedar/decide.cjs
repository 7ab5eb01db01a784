// Cedar's own engine, asked over a pipe: a case of JSON a line comes in, a line of what it says goes
// out, in the same order: the policies with errors of validation, then for each request the decision,
// its reasons and the policies that erred, with tabs between. `refused` stands for what is malformed.
// Usage: node decide.cjs FOLDER, where FOLDER holds node_modules.
"use strict";

const path = require("node:path");
const readline = require("node:readline");
const { createRequire } = require("node:module");

const from = createRequire(path.join(path.resolve(process.argv[2]), "package.json"));
const cedar = from("@cedar-policy/cedar-wasm/nodejs");

const sorted = (ids) => "[" + [...new Set(ids)].sort().join(",") + "]";

function decided(asked, entities) {
  const answer = cedar.statefulIsAuthorized({
    ...asked,
    preparsedPolicySetId: "set",
    preparsedSchemaName: "schema",
    validateRequest: true,
    entities,
  });
  if (answer.type !== "success") {
    return "refused";
  }
  const { decision, diagnostics } = answer.response;
  return `${decision} ${sorted(diagnostics.reason)} ${sorted(diagnostics.errors.map((e) => e.policyId))}`;
}

let schema;

function said(one) {
  if (one.schema !== schema) {
    schema = undefined;
    if (cedar.preparseSchema("schema", one.schema).type !== "success") {
      return "refused";
    }
    schema = one.schema;
  }
  if (cedar.preparsePolicySet("set", one.policies).type !== "success") {
    return "refused";
  }
  const checked = cedar.validate({
    schema: one.schema,
    policies: one.policies,
    validationSettings: { mode: "strict" },
  });
  if (checked.type !== "success") {
    return "refused";
  }
  const parts = ["invalid " + sorted(checked.validationErrors.map((e) => e.policyId))];
  for (const asked of one.requests) {
    parts.push(decided(asked, one.entities));
  }
  return parts.join("\t");
}

readline
  .createInterface({ input: process.stdin, crlfDelay: Infinity })
  .on("line", (line) => process.stdout.write(said(JSON.parse(line)) + "\n"));
