package org.domicile.iam;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.domicile.cedar.CedarException;
import org.domicile.cedar.Schema;

/**
 * The Cedar schema of compiled documents. A principal is named by its ARN and is in its account, in
 * its canonical user and in what else means it, so that every kind of {@code Principal} is a
 * membership; an object is in its bucket and has its tags; the context has an attribute for each
 * {@link ConditionKey} that the request has, and the answers to the {@link Question}s.
 */
public final class S3Schema {
    static final String PRINCIPAL = "S3::Principal";
    static final String ACCOUNT = "S3::Account";
    static final String CANONICAL_USER = "S3::CanonicalUser";
    static final String SERVICE = "S3::Service";
    static final String BUCKET = "S3::Bucket";
    static final String OBJECT = "S3::Object";
    static final String TAG_SET = "S3::TagSet";
    static final String ACTION = "S3::Action";
    static final String ANSWERS = "answers";

    private static final String TEXT = written();
    private static final Schema SCHEMA = parsed();

    private S3Schema() {}

    /** As text, for whoever decides with another engine. */
    public static String text() {
        return TEXT;
    }

    /** The same, parsed. */
    public static Schema schema() {
        return SCHEMA;
    }

    private static String written() {
        StringBuilder text =
                new StringBuilder(
                        """
                        // What a request of S3 is to a policy document of IAM.
                        namespace S3 {
                          entity Account, CanonicalUser;
                          entity Principal in [Principal, Account, CanonicalUser];
                          entity Service = { arn: String };
                          entity Bucket = { arn: String };
                          entity Object in [Bucket] = { arn: String } tags String;
                          entity TagSet tags String;

                          type Truth = { text: String, truth?: Bool };
                          type Number = { text: String, number?: Long };
                          type Moment = { text: String, number?: Long, moment?: datetime };
                          type Address = { text: String, address?: ipaddr };
                          type Facts = {
                            answers: Set<String>,
                        """);
        for (ConditionKey key : ConditionKey.values()) {
            if (key != ConditionKey.EXISTING_OBJECT_TAG) {
                text.append("    ")
                        .append(key.attribute())
                        .append("?: ")
                        .append(type(key.kind()))
                        .append(", // ")
                        .append(key.iamName())
                        .append('\n');
            }
        }
        text.append("  };\n");
        for (Map.Entry<S3Actions.Level, List<String>> level : S3Actions.byLevel().entrySet()) {
            String resource =
                    switch (level.getKey()) {
                        case SERVICE -> "Service";
                        case BUCKET -> "Bucket";
                        case OBJECT -> "Object";
                    };
            text.append(
                    level.getValue().stream().collect(Collectors.joining(", ", "\n  action ", "")));
            text.append("\n    appliesTo { principal: Principal, resource: ")
                    .append(resource)
                    .append(", context: Facts };\n");
        }
        return text.append("}\n").toString();
    }

    private static String type(ConditionKey.Kind kind) {
        return switch (kind) {
            case TEXT -> "String";
            case TRUTH -> "Truth";
            case NUMBER -> "Number";
            case MOMENT -> "Moment";
            case ADDRESS -> "Address";
            case TEXTS -> "Set<String>";
            case TAG -> "TagSet";
        };
    }

    private static Schema parsed() {
        try {
            return Schema.parse(TEXT);
        } catch (CedarException e) {
            throw new IllegalStateException("the schema of this module", e);
        }
    }
}
