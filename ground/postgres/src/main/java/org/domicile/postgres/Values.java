package org.domicile.postgres;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** What is done with values of any type: comparing, casting, and finding a common type. */
final class Values {
    private static final Map<PgType, Integer> RANK =
            Map.of(
                    PgType.INT2, 1,
                    PgType.INT4, 2,
                    PgType.OID, 3,
                    PgType.INT8, 4,
                    PgType.NUMERIC, 5,
                    PgType.FLOAT4, 6,
                    PgType.FLOAT8, 7);

    private final World world;

    Values(World world) {
        this.world = world;
    }

    static boolean missing(Object value) {
        return value == Missing.NULL;
    }

    /** Less, same or more, of two that are there. */
    static int compare(Object left, Object right) {
        if (left instanceof Long one && right instanceof Long other) {
            return Long.compare(one, other);
        }
        if (left instanceof String one && right instanceof String other) {
            return one.compareTo(other);
        }
        if (left instanceof Reg || right instanceof Reg) {
            return Long.compareUnsigned(oid(left), oid(right));
        }
        if (left instanceof Number one && right instanceof Number other) {
            return one instanceof Double || other instanceof Double
                    ? Double.compare(one.doubleValue(), other.doubleValue())
                    : decimal(one).compareTo(decimal(other));
        }
        if (left instanceof List<?> one && right instanceof List<?> other) {
            return compareLists(one, other);
        }
        if (left instanceof Composite one && right instanceof Composite other) {
            return compareLists(one.values(), other.values());
        }
        if (left instanceof byte[] one && right instanceof byte[] other) {
            return java.util.Arrays.compareUnsigned(one, other);
        }
        if (left.getClass() == right.getClass() && left instanceof Comparable<?>) {
            @SuppressWarnings("unchecked") // of one class
            Comparable<Object> one = (Comparable<Object>) left;
            return one.compareTo(right);
        }
        throw new SqlError(
                "42883", "values of two types that do not fit each other cannot be compared");
    }

    private static int compareLists(List<?> one, List<?> other) {
        for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
            Object left = one.get(i);
            Object right = other.get(i);
            int order =
                    missing(left) || missing(right)
                            ? Boolean.compare(missing(left), missing(right))
                            : compare(left, right);
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(one.size(), other.size());
    }

    static long oid(Object value) {
        if (value instanceof Reg reg) {
            return reg.oid();
        }
        if (value instanceof Number number) {
            return number.longValue();
        }
        throw new SqlError("42883", "an oid cannot be compared with a text");
    }

    static BigDecimal decimal(Number number) {
        return number instanceof BigDecimal exact
                ? exact
                : number instanceof Long whole
                        ? BigDecimal.valueOf(whole)
                        : BigDecimal.valueOf(number.doubleValue());
    }

    /** What equal values have in common, for tables of them. */
    static Object key(Object value) {
        return switch (value) {
            case Reg reg -> reg.oid();
            case BigDecimal number -> {
                BigDecimal plain = number.stripTrailingZeros();
                yield plain.scale() <= 0 && plain.precision() <= 18
                        ? (Object) plain.longValue()
                        : plain;
            }
            case Double number ->
                    number == Math.rint(number) && Math.abs(number) < 1e15
                            ? (Object) (long) (double) number
                            : number;
            case byte[] bytes -> List.of(bytes.length, java.util.Arrays.hashCode(bytes));
            case List<?> list -> list.stream().map(Values::key).toList();
            case Composite row -> row.values().stream().map(Values::key).toList();
            default -> value;
        };
    }

    /** The type that both can be. */
    static PgType common(PgType one, PgType other) {
        if (one == other || other == PgType.UNKNOWN) {
            return one == PgType.UNKNOWN ? PgType.TEXT : one;
        }
        if (one == PgType.UNKNOWN) {
            return other;
        }
        Integer first = RANK.get(one);
        Integer second = RANK.get(other);
        if (first != null && second != null) {
            return first >= second ? one : other;
        }
        if (one == PgType.CHAR && other.isText()) {
            return other; // the others can become each other, and the first counts
        }
        if (one == PgType.DATE || other == PgType.TIMESTAMPTZ) {
            return other;
        }
        return one;
    }

    /** The same, in another type. @throws SqlError when there is no such cast */
    Object cast(Object value, PgType from, PgType to) {
        if (missing(value) || from == to) {
            return value;
        }
        if (to.isArray()) {
            return castArray(value, from, to);
        }
        if (to.isReg()) {
            return switch (value) {
                case Reg reg -> world.reg(to, reg.oid());
                case Number number -> world.reg(to, number.longValue());
                case String text ->
                        text.matches("\\d{1,10}")
                                ? world.reg(to, Long.parseLong(text))
                                : text.equals("-") ? new Reg(0, "") : world.reg(to, text);
                default -> throw none(from, to);
            };
        }
        if (to.isText()) {
            if (value instanceof Boolean truth && to != PgType.CHAR) {
                return truth ? "true" : "false";
            }
            String text = value instanceof String own ? own : world.format().write(from, value);
            return to == PgType.CHAR && text.length() > 1 ? text.substring(0, 1) : text;
        }
        if (value instanceof String text) {
            return world.format().read(to, text);
        }
        return switch (to) {
            case BOOL -> {
                if (value instanceof Long number) {
                    yield number != 0;
                }
                throw none(from, to);
            }
            case INT2, INT4, INT8, OID, XID -> whole(value, from, to);
            case NUMERIC -> {
                if (value instanceof Number number) {
                    yield decimal(number);
                }
                throw none(from, to);
            }
            case FLOAT4, FLOAT8 -> {
                if (value instanceof Number number) {
                    yield number.doubleValue();
                }
                throw none(from, to);
            }
            case DATE -> {
                if (value instanceof java.time.LocalDateTime moment) {
                    yield moment.toLocalDate();
                }
                if (value instanceof java.time.Instant instant) {
                    yield instant.atZone(world.format().zone()).toLocalDate();
                }
                throw none(from, to);
            }
            case TIMESTAMP -> {
                if (value instanceof java.time.LocalDate date) {
                    yield date.atStartOfDay();
                }
                if (value instanceof java.time.Instant instant) {
                    yield instant.atZone(world.format().zone()).toLocalDateTime();
                }
                throw none(from, to);
            }
            case TIMESTAMPTZ -> {
                if (value instanceof java.time.LocalDate date) {
                    yield date.atStartOfDay(world.format().zone()).toInstant();
                }
                if (value instanceof java.time.LocalDateTime moment) {
                    yield moment.atZone(world.format().zone()).toInstant();
                }
                throw none(from, to);
            }
            default -> throw none(from, to);
        };
    }

    private static Object whole(Object value, PgType from, PgType to) {
        return switch (value) {
            case Boolean truth when to == PgType.INT4 -> truth ? 1L : 0L;
            case Reg reg -> reg.oid();
            case Long number -> number;
            case BigDecimal number ->
                    number.setScale(0, java.math.RoundingMode.HALF_UP).longValue();
            case Double number -> Math.round(Math.rint(number));
            default -> throw none(from, to);
        };
    }

    private Object castArray(Object value, PgType from, PgType to) {
        if (value instanceof String text) {
            return world.format().read(to, text);
        }
        if (value instanceof List<?> list) {
            List<Object> all = new java.util.ArrayList<>(list.size());
            for (Object each : list) {
                all.add(
                        each instanceof List<?>
                                ? castArray(each, from, to)
                                : cast(each, from.element(), to.element()));
            }
            return all;
        }
        throw none(from, to);
    }

    private static SqlError none(PgType from, PgType to) {
        return new SqlError("42846", "cannot cast type " + from.title() + " to " + to.title());
    }
}
