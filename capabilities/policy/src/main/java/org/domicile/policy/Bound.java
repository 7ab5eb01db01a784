package org.domicile.policy;

import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.domicile.cedar.Authorizer;
import org.domicile.cedar.CedarException;
import org.domicile.cedar.PolicySet;
import org.domicile.iam.Actor;
import org.domicile.iam.Attachment;
import org.domicile.iam.Compiled;
import org.domicile.iam.ConditionKey;
import org.domicile.iam.IamException;
import org.domicile.iam.S3Actions;
import org.domicile.iam.S3Request;
import org.domicile.iam.S3Schema;
import org.domicile.iam.Target;
import org.domicile.request.Request;

/**
 * What a session stays within: a document that must permit each of its requests, beside everything
 * that judges all requests. The role's permissions are one, the session's own policy another; each
 * is asked on its own, so a request passes only what all of them permit. Compiled and immutable.
 *
 * <p>A document of IAM is compiled to Cedar and asked by IAM's schema. It may ask only for what is
 * known here of every request ({@code SUPPLIED}): a prohibition on what nobody can say would never
 * hold. An action that is none of S3's is not in its words, hence not permitted.
 *
 * @param kind which of the two, as reasons name it
 * @param texts its policies by id
 * @param document the compiled document; empty where the text is Cedar by our own schema
 */
record Bound(
        Kind kind, Map<String, String> texts, PolicySet policies, Optional<Compiled> document) {
    /** The keys that a document may ask for. */
    private static final Set<ConditionKey> SUPPLIED =
            Set.of(
                    ConditionKey.CURRENT_TIME,
                    ConditionKey.EPOCH_TIME,
                    ConditionKey.PRINCIPAL_ARN,
                    ConditionKey.PRINCIPAL_ACCOUNT,
                    ConditionKey.PRINCIPAL_TYPE,
                    ConditionKey.SOURCE_IP,
                    ConditionKey.RESOURCE_ACCOUNT,
                    ConditionKey.S3_RESOURCE_ACCOUNT);

    private static final String SERVICE = "s3:";

    /** Of a session whose policy is lost: nothing is permitted. */
    static final Bound NOTHING = new Bound(Kind.SESSION, Map.of(), empty(), Optional.empty());

    /** Which document. */
    enum Kind {
        ROLE,
        SESSION;

        /** The code of a refusal. */
        String reason() {
            return prefix() + "-not-permitted";
        }

        /** Before the ids of its policies. */
        String prefix() {
            return this == ROLE ? "role" : "session";
        }
    }

    /** What Cedar is asked. */
    record Question(org.domicile.cedar.Request request, org.domicile.cedar.Entities entities) {}

    /** A role's permissions. @throws IamException or CedarException where they cannot be read */
    static Bound of(Permissions permissions) throws IamException, CedarException {
        return switch (permissions.language()) {
            case IAM -> of(Kind.ROLE, permissions.text(), new Attachment.Identity());
            case CEDAR -> {
                Map<String, String> texts = new LinkedHashMap<>();
                ProgramPolicies.byId("", permissions.text())
                        .forEach((id, each) -> texts.put(id, each.text()));
                yield new Bound(
                        Kind.ROLE,
                        Collections.unmodifiableMap(texts),
                        PolicySet.parse(texts),
                        Optional.empty());
            }
        };
    }

    /** A session's policy. @throws IamException where it cannot be read */
    static Bound ofSession(String text) throws IamException {
        return of(Kind.SESSION, text, new Attachment.Session());
    }

    private static Bound of(Kind kind, String text, Attachment to) throws IamException {
        Compiled compiled = Compiled.compile(text, to);
        Set<String> unknown = new TreeSet<>();
        for (ConditionKey each : compiled.keys()) {
            if (!SUPPLIED.contains(each)) {
                unknown.add(each.iamName());
            }
        }
        if (!unknown.isEmpty()) {
            throw new IamException(
                    1,
                    1,
                    "in the policy of a role or a session, nothing is known here of "
                            + String.join(", ", unknown));
        }
        return new Bound(kind, compiled.policies(), compiled.policySet(), Optional.of(compiled));
    }

    private static PolicySet empty() {
        try {
            return PolicySet.parse(Map.of());
        } catch (CedarException e) {
            throw new IllegalStateException("nothing is to be read", e);
        }
    }

    /** How much of what a session's policy may take it takes. */
    int percent() {
        return SessionPolicy.percent(texts.values());
    }

    /** The schema that its policies are valid by. */
    String schema() {
        return document.isPresent() ? S3Schema.text() : ProgramPolicies.SCHEMA_TEXT;
    }

    org.domicile.cedar.Decision decide(Question question) {
        return Authorizer.decide(question.request(), question.entities(), policies);
    }

    /**
     * What it is asked about a request; empty when it has no words for that.
     *
     * @param main what judges all requests is asked
     */
    Optional<Question> question(
            Request request,
            String role,
            String action,
            Resource resource,
            Deciding.Question main) {
        if (document.isEmpty()) {
            return Optional.of(new Question(main.request(), main.entities()));
        }
        String name = action.startsWith(SERVICE) ? action.substring(SERVICE.length()) : "";
        Optional<Target> target = target(resource);
        if (target.isEmpty() || !S3Actions.concerns(name, target.get())) {
            return Optional.empty();
        }
        S3Request.Asked asked =
                new S3Request(
                                actor(role),
                                name,
                                target.get(),
                                Instant.ofEpochMilli(request.at().toEpochMilli()),
                                Map.of(),
                                values(request, resource))
                        .asked(document.get().questions());
        return Optional.of(new Question(asked.request(), asked.entities()));
    }

    private static Actor actor(String role) {
        List<String> parts = List.of(role.split("/", 2));
        String account = parts.getFirst();
        return new Actor.Known(
                "arn:aws:iam::" + account + ":role/" + parts.getLast(), Set.of(), account, "");
    }

    private static Optional<Target> target(Resource resource) {
        return switch (resource) {
            case Resource.Data data when data.name().isEmpty() ->
                    Optional.of(new Target.Bucket(data.bucket()));
            case Resource.Data data ->
                    Optional.of(new Target.ObjectIn(data.bucket(), data.name(), Map.of()));
            case Resource.Own own -> Optional.of(new Target.Service());
            case Resource.Assumed assumed -> Optional.empty();
            case Resource.Installation installation -> Optional.empty();
        };
    }

    private static Map<ConditionKey, String> values(Request request, Resource resource) {
        Map<ConditionKey, String> values = new HashMap<>();
        values.put(ConditionKey.PRINCIPAL_TYPE, "AssumedRole");
        if (!request.address().isEmpty()) {
            values.put(ConditionKey.SOURCE_IP, request.address());
        }
        if (resource instanceof Resource.Data data) {
            values.put(ConditionKey.RESOURCE_ACCOUNT, data.organisation());
            values.put(ConditionKey.S3_RESOURCE_ACCOUNT, data.organisation());
        }
        return values;
    }
}
