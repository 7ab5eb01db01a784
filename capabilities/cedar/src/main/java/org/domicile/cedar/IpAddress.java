package org.domicile.cedar;

import java.util.Optional;

/**
 * An IPv4 or IPv6 address with a prefix length; a single address has the full length.
 *
 * @param high the upper 64 bits of an IPv6 address
 * @param low the lower 64 bits, or the 32 bits of an IPv4 address
 */
public record IpAddress(Family family, long high, long low, int prefix) implements Value {
    /** Which protocol. */
    public enum Family {
        V4(32),
        V6(128);

        private final int bits;

        Family(int bits) {
            this.bits = bits;
        }
    }

    private static final int LONGEST = 43;

    /** The address or range of a text; empty when it is none. */
    public static Optional<IpAddress> read(String text) {
        try {
            return Optional.of(parse(text));
        } catch (EvaluationFailure e) {
            return Optional.empty();
        }
    }

    static IpAddress parse(String text) throws EvaluationFailure {
        if (text.length() > LONGEST) {
            throw wrong(text);
        }
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        Family family = address.indexOf(':') >= 0 ? Family.V6 : Family.V4;
        int prefix = slash < 0 ? family.bits : prefix(text, slash + 1, family);
        return family == Family.V4
                ? new IpAddress(family, 0, v4(address, text), prefix)
                : v6(address, text, prefix);
    }

    private static int prefix(String text, int from, Family family) {
        int digits = text.length() - from;
        if (digits > (family == Family.V4 ? 2 : 3)
                || !Decimal.isDigits(text, from, text.length())
                || (digits > 1 && text.charAt(from) == '0')) {
            throw wrong(text);
        }
        int prefix = Integer.parseInt(text, from, text.length(), 10);
        if (prefix > family.bits) {
            throw wrong(text);
        }
        return prefix;
    }

    private static long v4(String address, String text) {
        long value = 0;
        int from = 0;
        for (int part = 0; part < 4; part++) {
            int to = part < 3 ? address.indexOf('.', from) : address.length();
            if (to < 0
                    || to - from > 3
                    || !Decimal.isDigits(address, from, to)
                    || (to - from > 1 && address.charAt(from) == '0')) {
                throw wrong(text);
            }
            int octet = Integer.parseInt(address, from, to, 10);
            if (octet > 255) {
                throw wrong(text);
            }
            value = value << 8 | octet;
            from = to + 1;
        }
        return value;
    }

    private static IpAddress v6(String address, String text, int prefix) {
        int[] groups = new int[8];
        int gap = address.indexOf("::");
        if (gap < 0) {
            if (groups(address, groups, 0, text) != 8) {
                throw wrong(text);
            }
        } else {
            int[] tail = new int[8];
            int before = groups(address.substring(0, gap), groups, 0, text);
            int after = groups(address.substring(gap + 2), tail, 0, text);
            if (before + after > 7) {
                throw wrong(text);
            }
            System.arraycopy(tail, 0, groups, 8 - after, after);
        }
        long high = 0;
        long low = 0;
        for (int i = 0; i < 4; i++) {
            high = high << 16 | groups[i];
            low = low << 16 | groups[i + 4];
        }
        return new IpAddress(Family.V6, high, low, prefix);
    }

    private static int groups(String part, int[] into, int from, String text) {
        int count = from;
        if (part.isEmpty()) {
            return count;
        }
        for (String group : part.split(":", -1)) {
            if (count == 8 || group.isEmpty() || group.length() > 4 || !isHex(group)) {
                throw wrong(text);
            }
            into[count++] = Integer.parseInt(group, 16);
        }
        return count;
    }

    private static boolean isHex(String group) {
        for (int i = 0; i < group.length(); i++) {
            if (group.charAt(i) >= 0x80 || Character.digit(group.charAt(i), 16) < 0) {
                return false;
            }
        }
        return true;
    }

    private static EvaluationFailure wrong(String text) {
        return new EvaluationFailure(
                Escapes.quoted(text)
                        + " is not an address or a range, which look like 10.0.0.1, 10.0.0.0/8 or"
                        + " ffee::/64");
    }

    boolean isLoopback() {
        return family == Family.V4
                ? low >>> 24 == 127 && prefix >= 8
                : high == 0 && low == 1 && prefix == family.bits;
    }

    boolean isMulticast() {
        return family == Family.V4
                ? low >>> 28 == 0xe && prefix >= 4
                : high >>> 56 == 0xff && prefix >= 8;
    }

    /** Whether the whole of this range lies in the other. */
    boolean isInRange(IpAddress other) {
        if (family != other.family || prefix < other.prefix) {
            return false;
        }
        int bits = other.prefix + (family == Family.V4 ? 96 : 0);
        return ((high ^ other.high) & mask(Math.min(bits, 64))) == 0
                && ((low ^ other.low) & mask(Math.max(bits - 64, 0))) == 0;
    }

    private static long mask(int bits) {
        return bits == 0 ? 0 : -1L << (64 - bits);
    }

    @Override
    public String typeName() {
        return "ipaddr";
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("ip(\"");
        if (family == Family.V4) {
            for (int shift = 24; shift >= 0; shift -= 8) {
                text.append(low >>> shift & 0xff).append(shift > 0 ? "." : "");
            }
        } else {
            for (int i = 0; i < 8; i++) {
                long half = i < 4 ? high : low;
                text.append(Long.toHexString(half >>> (48 - 16 * (i % 4)) & 0xffff))
                        .append(i < 7 ? ":" : "");
            }
        }
        return text.append('/').append(prefix).append("\")").toString();
    }
}
