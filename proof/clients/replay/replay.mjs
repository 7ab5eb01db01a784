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
let granted = 0, denied = 0, bounded = 0, strangers = 0, tagged = 0, setting = 0;

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

// Whether an entity has tags.
function tags(share, uid) {
    return share.entities.some((each) => each.uid.type === uid.type && each.uid.id === uid.id
        && Object.keys(each.tags ?? {}).length > 0);
}

// What a bucket's policy and ACLs say of a request: whether it is granted, and whether it is denied.
// "different" when one says something else than what is on record.
function shared(shares) {
    let granted = false, denied = false;
    for (const share of shares) {
        const answer = cedar.isAuthorized({
            principal: share.principal,
            action: share.action,
            resource: share.resource,
            context: share.context,
            schema: share.schema,
            validateRequest: true,
            policies: { staticPolicies: share.policies },
            entities: share.entities,
        });
        if (answer.type !== "success" || answer.response.decision !== share.decision) {
            return "different";
        }
        const { decision, diagnostics } = answer.response;
        if (String([...diagnostics.reason].sort()) !== String([...share.reasons].sort())) {
            return "different";
        }
        // A list of grants denies nobody; a policy that errs may have been to forbid.
        denied ||= share.name === "bucket-policy"
            && (decision === "deny" && diagnostics.reason.length > 0
                || diagnostics.errors.length > 0);
        granted ||= share.counts && decision === "allow";
    }
    return { granted: granted && !denied, denied };
}

function replay(line, one) {
    if (digest(one) !== one.policy) {
        return differs(line, "these are not the policies that the entry names");
    }
    const said = shared(one.shares);
    if (said === "different") {
        return differs(line, "what the bucket is shared by answers something else");
    }
    if (said.granted !== (one.context.granted === true)
        || said.denied !== (one.context.denied === true)) {
        return differs(line, `the bucket's policy and lists say ${JSON.stringify(said)}`);
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
    const response = answer.response;
    const errors = response.diagnostics.errors.map((each) => each.policyId).sort();
    const reasons = [...response.diagnostics.reason].sort();
    const through = response.decision === "allow" && errors.length === 0;
    // What the owner of the data and a session's bounds permit passes, asked in their order.
    const bounds = through
        ? one.bounds.map((each) => [each.name, permits(each), each.reasons])
        : [];
    if (bounds.some(([, answer]) => answer === "different")) {
        return differs(line, "a bound answers something else");
    }
    const stopped = bounds.find(([, answer]) => !answer);
    const sure = through && !stopped;
    if (response.decision !== one.decision) {
        return differs(line, `decision ${response.decision}, on record ${one.decision}`);
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
        : response.decision === "deny" && reasons.length > 0 ? reasons
        : [errors.length > 0 ? "policy-error" : "not-permitted"];
    if (!mayBeSaid.includes(one.use.reason)) {
        return differs(line, `the reason on record is ${one.use.reason}, not one of ${mayBeSaid}`);
    }
    replayed++;
    sure ? allowed++ : refused++;
    errors.length > 0 && erring++;
    said.granted && granted++;
    said.denied && denied++;
    one.bounds.some((each) => each.name === "session") && bounded++;
    one.use.principal === "anonymous" && strangers++;
    // Those of the object, and those that the request sets, as far as the bucket's policy reads them.
    one.shares.some((share) => tags(share, share.resource)) && tagged++;
    one.shares.some((share) => tags(share, { type: "S3::TagSet", id: "request" })) && setting++;
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
console.log(JSON.stringify({
    cases, replayed, unexplained, allowed, refused, erring, different,
    granted, denied, bounded, strangers, tagged, setting,
}));
process.exitCode = different > 0 || replayed === 0 ? 1 : 0;
