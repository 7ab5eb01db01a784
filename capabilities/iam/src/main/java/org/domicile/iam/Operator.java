package org.domicile.iam;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A condition operator without its prefix and suffix (IAM User Guide, "IAM JSON policy elements:
 * Condition operators").
 */
enum Operator {
    STRING_EQUALS("StringEquals", Family.TEXT),
    STRING_NOT_EQUALS("StringNotEquals", STRING_EQUALS),
    STRING_EQUALS_IGNORE_CASE("StringEqualsIgnoreCase", Family.TEXT),
    STRING_NOT_EQUALS_IGNORE_CASE("StringNotEqualsIgnoreCase", STRING_EQUALS_IGNORE_CASE),
    STRING_LIKE("StringLike", Family.TEXT),
    STRING_NOT_LIKE("StringNotLike", STRING_LIKE),
    NUMERIC_EQUALS("NumericEquals", Family.NUMBER, Order.EQUAL),
    NUMERIC_NOT_EQUALS("NumericNotEquals", NUMERIC_EQUALS),
    NUMERIC_LESS_THAN("NumericLessThan", Family.NUMBER, Order.LESS),
    NUMERIC_LESS_THAN_EQUALS("NumericLessThanEquals", Family.NUMBER, Order.LESS_OR_EQUAL),
    NUMERIC_GREATER_THAN("NumericGreaterThan", Family.NUMBER, Order.GREATER),
    NUMERIC_GREATER_THAN_EQUALS("NumericGreaterThanEquals", Family.NUMBER, Order.GREATER_OR_EQUAL),
    DATE_EQUALS("DateEquals", Family.MOMENT, Order.EQUAL),
    DATE_NOT_EQUALS("DateNotEquals", DATE_EQUALS),
    DATE_LESS_THAN("DateLessThan", Family.MOMENT, Order.LESS),
    DATE_LESS_THAN_EQUALS("DateLessThanEquals", Family.MOMENT, Order.LESS_OR_EQUAL),
    DATE_GREATER_THAN("DateGreaterThan", Family.MOMENT, Order.GREATER),
    DATE_GREATER_THAN_EQUALS("DateGreaterThanEquals", Family.MOMENT, Order.GREATER_OR_EQUAL),
    BOOL("Bool", Family.TRUTH),
    BINARY_EQUALS("BinaryEquals", Family.BINARY),
    IP_ADDRESS("IpAddress", Family.ADDRESS),
    NOT_IP_ADDRESS("NotIpAddress", IP_ADDRESS),
    ARN_EQUALS("ArnEquals", Family.ARN),
    ARN_NOT_EQUALS("ArnNotEquals", ARN_EQUALS),
    ARN_LIKE("ArnLike", Family.ARN),
    ARN_NOT_LIKE("ArnNotLike", ARN_LIKE),
    NULL("Null", Family.PRESENCE);

    /** What values it compares. */
    enum Family {
        TEXT,
        NUMBER,
        MOMENT,
        TRUTH,
        BINARY,
        ADDRESS,
        ARN,
        PRESENCE
    }

    /** Which order of a value found to the value wanted it asks for. */
    enum Order {
        NONE,
        EQUAL,
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL;

        /** Whether it is this one, as {@code compareTo} tells it. */
        boolean holds(int compared) {
            return switch (this) {
                case NONE -> throw new IllegalStateException("no order was asked for");
                case EQUAL -> compared == 0;
                case LESS -> compared < 0;
                case LESS_OR_EQUAL -> compared <= 0;
                case GREATER -> compared > 0;
                case GREATER_OR_EQUAL -> compared >= 0;
            };
        }
    }

    private static final Map<String, Operator> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toMap(each -> each.word, each -> each));

    private final String word;
    private final Family family;
    private final Order order;
    private final @Nullable Operator opposite;

    Operator(String word, Family family) {
        this(word, family, Order.NONE);
    }

    Operator(String word, Family family, Order order) {
        this.word = word;
        this.family = family;
        this.order = order;
        opposite = null;
    }

    Operator(String word, Operator opposite) {
        this.word = word;
        family = opposite.family;
        order = opposite.order;
        this.opposite = opposite;
    }

    static @Nullable Operator named(String word) {
        return BY_NAME.get(word);
    }

    String word() {
        return word;
    }

    Family family() {
        return family;
    }

    Order order() {
        return order;
    }

    /** Whether it holds when none of its values matches. */
    boolean isNegated() {
        return opposite != null;
    }

    /** The same without the negation. */
    Operator positive() {
        return opposite == null ? this : opposite;
    }

    /** Whether stars and question marks in its values are wildcards. */
    boolean isWild() {
        return family == Family.ARN || positive() == STRING_LIKE;
    }

    /** Whether variables in its values stand for what the request holds. */
    boolean takesVariables() {
        return family == Family.TEXT || family == Family.ARN;
    }

    /**
     * Whether a value of the request matches a value of the document; for those without a negation.
     * What the request holds and cannot be read matches nothing.
     */
    boolean matches(Pattern wanted, String found, Variables variables) {
        return switch (family) {
            case TEXT ->
                    this == STRING_EQUALS_IGNORE_CASE
                            ? wanted.matchesIgnoringCase(found, variables)
                            : wanted.matches(found, variables);
            case NUMBER -> Scalars.holds(order, Scalars.whole(found), wanted.text());
            case MOMENT -> {
                Long moment = Scalars.moment(found);
                Long bound = Scalars.moment(wanted.text());
                yield moment != null && bound != null && order.holds(Long.compare(moment, bound));
            }
            case TRUTH -> {
                Boolean truth = Scalars.truth(found);
                yield truth != null && truth.equals(Scalars.truth(wanted.text()));
            }
            case BINARY -> Scalars.sameBytes(found, wanted.text());
            case ADDRESS -> Scalars.isInRange(found, wanted.text());
            case ARN -> Arns.matches(wanted, found, variables);
            case PRESENCE -> throw new IllegalStateException("Null asks for no value");
        };
    }
}
