package org.domicile.iam;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.Matcher;
import org.domicile.cedar.IpAddress;
import org.jspecify.annotations.Nullable;

/** Numbers, moments, booleans, bytes and addresses as documents and requests write them. */
final class Scalars {
    private static final java.util.regex.Pattern WHOLE =
            java.util.regex.Pattern.compile("-?[0-9]{1,18}");
    private static final java.util.regex.Pattern NUMBER =
            java.util.regex.Pattern.compile("-?[0-9]{1,18}(\\.[0-9]{1,9})?");
    private static final java.util.regex.Pattern EPOCH =
            java.util.regex.Pattern.compile("[0-9]{1,3}|[0-9]{5,12}");
    private static final java.util.regex.Pattern ISO =
            java.util.regex.Pattern.compile(
                    "([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:T([0-9]{2}):([0-9]{2})"
                            + "(?::([0-9]{2})(?:\\.([0-9]{1,3}))?)?"
                            + "(?:Z|([+-])([0-9]{2}):?([0-9]{2})))?)?)?");

    private static final DateTimeFormatter WRITTEN =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT);

    private Scalars() {}

    /** A number of a request is a whole one of at most 18 digits. */
    static @Nullable Long whole(String text) {
        return WHOLE.matcher(text).matches() ? Long.valueOf(text) : null;
    }

    /** A number of a document may have decimals. */
    static @Nullable BigDecimal number(String text) {
        return NUMBER.matcher(text).matches() ? new BigDecimal(text) : null;
    }

    /** Whether the number found stands in this order to the number wanted. */
    static boolean holds(Operator.Order order, @Nullable Long found, String wanted) {
        BigDecimal bound = number(wanted);
        return found != null
                && bound != null
                && order.holds(BigDecimal.valueOf(found).compareTo(bound));
    }

    /**
     * The same comparison with a whole number, as an expression of Cedar: {@code x < 2.5} is {@code
     * x < 3}.
     */
    static String comparison(Operator.Order order, String left, String wanted) {
        BigDecimal bound = number(wanted);
        if (bound == null) {
            throw new IllegalStateException(wanted + " was checked");
        }
        long floor = bound.setScale(0, RoundingMode.FLOOR).longValueExact();
        long ceiling = bound.setScale(0, RoundingMode.CEILING).longValueExact();
        return switch (order) {
            case NONE -> throw new IllegalStateException("no order was asked for");
            case EQUAL -> floor == ceiling ? left + " == " + floor : "false";
            case LESS -> left + " < " + ceiling;
            case LESS_OR_EQUAL -> left + " <= " + floor;
            case GREATER -> left + " > " + floor;
            case GREATER_OR_EQUAL -> left + " >= " + ceiling;
        };
    }

    /**
     * Milliseconds since 1970 of a moment in the forms of W3C's "Date and Time Formats" or in
     * seconds since 1970; four digits are a year. Years are 0 to 9999.
     */
    static @Nullable Long moment(String text) {
        if (EPOCH.matcher(text).matches()) {
            return within(Long.parseLong(text) * 1000);
        }
        Matcher parts = ISO.matcher(text);
        if (!parts.matches()) {
            return null;
        }
        try {
            LocalDateTime local =
                    LocalDateTime.of(
                            part(parts, 1, 0),
                            part(parts, 2, 1),
                            part(parts, 3, 1),
                            part(parts, 4, 0),
                            part(parts, 5, 0),
                            part(parts, 6, 0));
            String fraction = parts.group(7);
            long millis =
                    local.toEpochSecond(ZoneOffset.UTC) * 1000
                            + (fraction == null
                                    ? 0
                                    : Long.parseLong((fraction + "00").substring(0, 3)));
            int hours = part(parts, 9, 0);
            int minutes = part(parts, 10, 0);
            if (hours > 23 || minutes > 59) {
                return null;
            }
            long offset = (hours * 60L + minutes) * 60_000;
            return within("-".equals(parts.group(8)) ? millis + offset : millis - offset);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** A moment as {@link #moment} and Cedar read it. */
    static String iso(long millis) {
        return WRITTEN.format(
                LocalDateTime.ofEpochSecond(
                        Math.floorDiv(millis, 1000),
                        Math.floorMod(millis, 1000) * 1_000_000,
                        ZoneOffset.UTC));
    }

    private static int part(Matcher parts, int group, int otherwise) {
        String part = parts.group(group);
        return part == null ? otherwise : Integer.parseInt(part);
    }

    private static final long FIRST =
            LocalDateTime.of(0, 1, 1, 0, 0).toEpochSecond(ZoneOffset.UTC) * 1000;
    private static final long END =
            LocalDateTime.of(10_000, 1, 1, 0, 0).toEpochSecond(ZoneOffset.UTC) * 1000;

    private static @Nullable Long within(long millis) {
        return millis >= FIRST && millis < END ? millis : null;
    }

    /** {@code true} or {@code false} in any case. */
    static @Nullable Boolean truth(String text) {
        if (text.equalsIgnoreCase("true")) {
            return Boolean.TRUE;
        }
        return text.equalsIgnoreCase("false") ? Boolean.FALSE : null;
    }

    static byte @Nullable [] bytes(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    static boolean sameBytes(String found, String wanted) {
        byte[] one = bytes(found);
        byte[] other = bytes(wanted);
        return one != null && other != null && Arrays.equals(one, other);
    }

    static boolean isInRange(String found, String wanted) {
        IpAddress address = Addresses.single(found);
        IpAddress range = Addresses.range(wanted);
        return address != null && range != null && Addresses.isInRange(address, range);
    }
}
