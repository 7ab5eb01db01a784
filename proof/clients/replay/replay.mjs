// Decides explained uses once more with cedar-wasm, and compares.
//   node replay.mjs CASES    one case a line, as './domicile policy explain --last 1h --json' prints
// Prints a line for each difference and one for the sum; ends with 1 when something differs.
// DOMICILE_CEDAR names the folder whose node_modules hold @cedar-policy/cedar-wasm.
import { createReadStream } from "node:fs";
import { createRequire } from "node:module";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { createInterface } from "node:readline";

const from = process.env.DOMICILE_CEDAR ?? import.meta.dirname;
const cedar = createRequire(join(from, "package.json"))("@cedar-policy/cedar-wasm/nodejs");

let cases = 0, replayed = 0, unexplained = 0, allowed = 0, refused = 0, erring = 0, different = 0;

function differs(line, what) {
    different++;
    console.log(`different: line ${line}: ${what}`);
}

// The digest that the use's entry names: the schema, then each policy's id and text, each after its
// length in four bytes.
function digest(one) {
    const sha = createHash("sha256");
    for (const text of [one.schema, ...Object.entries(one.policies).flat()]) {
        const bytes = Buffer.from(text, "utf8");
        const length = Buffer.alloc(4);
        length.writeUInt32BE(bytes.length);
        sha.update(length).update(bytes);
    }
    return sha.digest("hex");
}

// Whether a document that a session stays within lets the request through; "different" when it says
// something else than what is on record.
function permits(bound) {
    if (!bound.asked) {
        return bound.decision === "deny" ? false : "different";
    }
    const answer = cedar.isAuthorized({
        principal: bound.principal,
        action: bound.action,
        resource: bound.resource,
        context: bound.context,
        schema: bound.schema,
        validateRequest: true,
        policies: { staticPolicies: bound.policies },
        entities: bound.entities,
    });
    if (answer.type !== "success" || answer.response.decision !== bound.decision) {
        return "different";
    }
    const { decision, diagnostics } = answer.response;
    return decision === "allow" && diagnostics.errors.length === 0;
}

function replay(line, one) {
    if (digest(one) !== one.policy) {
        return differs(line, "these are not the policies that the entry names");
    }
    const answer = cedar.isAuthorized({
        principal: one.principal,
        action: one.action,
        resource: one.resource,
        context: one.context,
        schema: one.schema,
        validateRequest: true,
        policies: { staticPolicies: one.policies },
        entities: one.entities,
    });
    if (answer.type !== "success") {
        return differs(line, answer.errors.map((each) => each.message).join("; "));
    }
    const said = answer.response;
    const errors = said.diagnostics.errors.map((each) => each.policyId).sort();
    const reasons = [...said.diagnostics.reason].sort();
    const through = said.decision === "allow" && errors.length === 0;
    // What the owner of the data and a session's bounds permit passes, asked in their order.
    const bounds = through
        ? one.bounds.map((each) => [each.name, permits(each), each.reasons])
        : [];
    if (bounds.some(([, answer]) => answer === "different")) {
        return differs(line, "a bound answers something else");
    }
    const stopped = bounds.find(([, answer]) => !answer);
    const sure = through && !stopped;
    if (said.decision !== one.decision) {
        return differs(line, `decision ${said.decision}, on record ${one.decision}`);
    }
    if (String(reasons) !== String([...one.reasons].sort())) {
        return differs(line, `reasons ${reasons}, on record ${one.reasons}`);
    }
    if (String(errors) !== String(one.errors.map((each) => each.policy).sort())) {
        return differs(line, `errors ${errors}, on record ${JSON.stringify(one.errors)}`);
    }
    // The guard lets through what is allowed without an error, and nothing else.
    if ((one.use.verdict === "allowed") !== sure) {
        return differs(line, `the use was ${one.use.verdict}, and should not have been`);
    }
    const mayBeSaid = sure ? ["allowed"]
        : stopped && stopped[0] === "owner" ? [...stopped[2], "policy-error"]
        : stopped ? [`${stopped[0]}-not-permitted`]
        : said.decision === "deny" && reasons.length > 0 ? reasons
        : [errors.length > 0 ? "policy-error" : "not-permitted"];
    if (!mayBeSaid.includes(one.use.reason)) {
        return differs(line, `the reason on record is ${one.use.reason}, not one of ${mayBeSaid}`);
    }
    replayed++;
    sure ? allowed++ : refused++;
    errors.length > 0 && erring++;
}

for await (const text of createInterface({ input: createReadStream(process.argv[2]) })) {
    if (text.trim() === "") {
        continue;
    }
    cases++;
    const one = JSON.parse(text);
    if (one.unexplained) {
        unexplained++;
    } else {
        replay(cases, one);
    }
}
console.log(JSON.stringify({ cases, replayed, unexplained, allowed, refused, erring, different }));
process.exitCode = different > 0 || replayed === 0 ? 1 : 0;
