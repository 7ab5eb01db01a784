package org.domicile.iam;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Something that a document asks of a request and that Cedar has no words for: a pattern with
 * {@code ?} or with variables, a comparison without regard to case, a pattern over each of several
 * values. The compiled policy asks whether {@code context.answers} contains its name; {@link
 * S3Request#asked} answers. The name says all of it, so that whoever has the request can check the
 * answer with the eye:
 *
 * <pre>
 * resource StringLike ["arn:aws:s3:::home/${aws:username}/*"]
 * s3:prefix StringEqualsIgnoreCase ["Reports/", "Charts/"]
 * each s3:RequestObjectTagKeys StringLike ["cost-*"]
 * </pre>
 *
 * <p>It holds when a value that the request has under the key matches one of the values; with
 * {@code each}, when every one of them does. Wildcards that are none stand as {@code ${*}} and
 * {@code ${?}}.
 */
public final class Question {
    /** How many of the request's values have to match. */
    enum Quantifier {
        ANY,
        EACH
    }

    private final Quantifier quantifier;
    private final ConditionKey.@Nullable Named key;
    private final Operator operator;
    private final List<Pattern> values;
    private final String name;

    /**
     * @param key what is asked; null for the ARN of the resource
     * @param operator one without a negation
     */
    Question(
            Quantifier quantifier,
            ConditionKey.@Nullable Named key,
            Operator operator,
            List<Pattern> values) {
        this.quantifier = quantifier;
        this.key = key;
        this.operator = operator;
        this.values = List.copyOf(values);
        name =
                (quantifier == Quantifier.EACH ? "each " : "")
                        + (key == null ? "resource" : key.iamName())
                        + " "
                        + operator.word()
                        + values.stream()
                                .map(value -> CedarText.quoted(value.canonical()))
                                .collect(Collectors.joining(", ", " [", "]"));
    }

    /** All of it, in one line. */
    public String name() {
        return name;
    }

    boolean holds(S3Request request) {
        Collection<String> found = key == null ? List.of(request.target().arn()) : request.all(key);
        return switch (quantifier) {
            case ANY -> found.stream().anyMatch(each -> matches(each, request));
            case EACH -> found.stream().allMatch(each -> matches(each, request));
        };
    }

    private boolean matches(String found, S3Request request) {
        return values.stream().anyMatch(value -> operator.matches(value, found, request::value));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Question question && name.equals(question.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
