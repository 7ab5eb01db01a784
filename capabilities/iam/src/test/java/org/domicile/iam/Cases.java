package org.domicile.iam;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.domicile.cedar.Authorizer;
import org.domicile.cedar.CedarException;
import org.domicile.cedar.Decision;
import org.domicile.cedar.PolicySet;
import org.domicile.cedar.Validator;

/** Requests, and what compiled documents say to them. */
final class Cases {
    static final Attachment ON_LAKE = new Attachment.Bucket("lake");
    static final Actor NOBODY = new Actor.Anonymous();
    static final Actor ANNA =
            new Actor.Known("arn:aws:iam::water:user/anna", Set.of(), "water", "c0ffee");
    static final Actor BO = new Actor.Known("arn:aws:iam::city:user/bo", Set.of(), "city", "b0");
    static final Actor SESSION =
            new Actor.Known(
                    "arn:aws:iam::water:role/reader",
                    Set.of("arn:aws:sts::water:assumed-role/reader/night"),
                    "water",
                    "c0ffee");
    static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

    private Cases() {}

    /** What a document says: IAM's words for it. */
    enum Said {
        ALLOW,
        DENY,
        NOTHING
    }

    static Target.ObjectIn object(String key) {
        return new Target.ObjectIn("lake", key, Map.of());
    }

    static S3Request get(Actor actor, String key, Map<ConditionKey, String> values) {
        return new S3Request(actor, "GetObject", object(key), NOON, Map.of(), values);
    }

    static S3Request list(Actor actor, Map<ConditionKey, String> values) {
        return new S3Request(
                actor, "ListBucket", new Target.Bucket("lake"), NOON, Map.of(), values);
    }

    static Said said(Compiled compiled, S3Request request) {
        return said(compiled, compiled.policySet(), request);
    }

    static Said said(Compiled compiled, PolicySet policies, S3Request request) {
        S3Request.Asked asked = request.asked(compiled.questions());
        try {
            S3Schema.schema().check(asked.request());
        } catch (CedarException e) {
            throw new AssertionError(e);
        }
        Decision decision = Authorizer.decide(asked.request(), asked.entities(), policies);
        assertEquals(List.of(), decision.errors(), () -> compiled.policies().toString());
        if (decision.isAllowed()) {
            return Said.ALLOW;
        }
        return decision.reasons().isEmpty() ? Said.NOTHING : Said.DENY;
    }

    static Said said(String document, Attachment to, S3Request request) {
        return said(compiled(document, to), request);
    }

    /** That the compiled policies are valid by the schema. */
    static void assertValid(Compiled compiled) {
        assertEquals(
                List.of(),
                Validator.validate(compiled.policySet(), S3Schema.schema()).errors(),
                () -> String.join("\n", compiled.policies().values()));
    }

    static Compiled compiled(String document, Attachment to) {
        try {
            return Compiled.compile(document, to);
        } catch (IamException e) {
            throw new AssertionError(document, e);
        }
    }

    /** A bucket policy of one statement that allows everybody everything under a condition. */
    static String when(String condition) {
        return """
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*",
         "Action": "s3:*", "Resource": ["arn:aws:s3:::lake", "arn:aws:s3:::lake/*"],
         "Condition": %s}}\
        """
                .formatted(condition);
    }

    static Map<ConditionKey, String> values(Object... pairs) {
        Map<ConditionKey, String> values = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            values.put((ConditionKey) pairs[i], (String) pairs[i + 1]);
        }
        return values;
    }

    static Random random(String test) {
        long seed = Long.getLong("domicile.seed", System.nanoTime());
        System.out.println(test + ": -Ddomicile.seed=" + seed);
        return new Random(seed);
    }
}
