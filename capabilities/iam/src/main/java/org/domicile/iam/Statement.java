package org.domicile.iam;

import java.util.List;
import java.util.stream.Stream;
import org.domicile.cedar.Effect;

/**
 * A statement of a document, checked.
 *
 * @param id its Sid, or {@code statementN} with its number from 1
 * @param actions names of {@link S3Actions}
 * @param resources patterns of ARNs
 */
record Statement(
        String id,
        Effect effect,
        Principals principals,
        Choice actionChoice,
        List<String> actions,
        Choice resourceChoice,
        List<Pattern> resources,
        List<Line> conditions) {
    /** Whether a list says what is meant or what is not. */
    enum Choice {
        THESE,
        ALL_BUT_THESE
    }

    /** Whom it concerns. */
    sealed interface Principals {
        /** Everybody, nobody known too; and of documents that do not name any. */
        record Everybody() implements Principals {}

        /** Who is in one of these entities, as Cedar writes them. */
        record In(List<String> groups) implements Principals {}

        /** Who is in none of them. */
        record Outside(List<String> groups) implements Principals {}
    }

    /** How the values of a request are counted. */
    enum Set {
        NONE,
        FOR_ANY_VALUE,
        FOR_ALL_VALUES
    }

    /** Whether a line holds when the request does not have the key. */
    enum Absence {
        HOLDS,
        FAILS
    }

    /** One operator and one key. */
    record Line(
            Set set,
            Operator operator,
            Absence absence,
            ConditionKey.Named key,
            List<Pattern> values) {}

    /** What it asks of a request, in its conditions and in variables of its texts. */
    Stream<ConditionKey> keys() {
        Stream<Pattern> texts =
                Stream.concat(
                        resources.stream(),
                        conditions.stream().flatMap(each -> each.values().stream()));
        return Stream.concat(
                conditions.stream().map(each -> each.key().key()),
                texts.flatMap(each -> each.pieces().stream())
                        .filter(Pattern.Piece.Variable.class::isInstance)
                        .map(each -> ((Pattern.Piece.Variable) each).key().key()));
    }
}
