package org.domicile.iam;

import org.domicile.cedar.IpAddress;
import org.jspecify.annotations.Nullable;

/** IPv4 and IPv6 addresses (RFC 4291, section 2.2) and ranges of them (RFC 4632). */
final class Addresses {
    private static final int GROUPS = 8;

    private Addresses() {}

    /** One address; null if it is none. */
    static @Nullable IpAddress single(String text) {
        return text.indexOf('/') < 0 ? range(text) : null;
    }

    /** An address or a range; null if it is neither. */
    static @Nullable IpAddress range(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        boolean four = address.indexOf(':') < 0;
        int bits = four ? 32 : 128;
        int prefix = slash < 0 ? bits : decimal(text.substring(slash + 1), bits);
        if (prefix < 0) {
            return null;
        }
        if (four) {
            long value = four(address);
            return value < 0 ? null : new IpAddress(IpAddress.Family.V4, 0, value, prefix);
        }
        return six(address, prefix);
    }

    /** Digits without a leading zero, up to a bound; -1 if it is something else. */
    private static int decimal(String digits, int most) {
        if (digits.isEmpty()
                || digits.length() > 3
                || (digits.length() > 1 && digits.charAt(0) == '0')) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + c - '0';
        }
        return value <= most ? value : -1;
    }

    private static long four(String address) {
        String[] parts = address.split("\\.", -1);
        if (parts.length != 4) {
            return -1;
        }
        long value = 0;
        for (String part : parts) {
            int octet = decimal(part, 255);
            if (octet < 0) {
                return -1;
            }
            value = value << 8 | octet;
        }
        return value;
    }

    private static @Nullable IpAddress six(String address, int prefix) {
        int gap = address.indexOf("::");
        int[] groups = new int[GROUPS];
        if (gap < 0) {
            if (groups(address, groups) != GROUPS) {
                return null;
            }
        } else {
            int[] tail = new int[GROUPS];
            int before = groups(address.substring(0, gap), groups);
            int after = groups(address.substring(gap + 2), tail);
            if (before < 0 || after < 0 || before + after >= GROUPS) {
                return null;
            }
            for (int i = before; i < GROUPS; i++) {
                groups[i] = 0;
            }
            System.arraycopy(tail, 0, groups, GROUPS - after, after);
        }
        long high = 0;
        long low = 0;
        for (int i = 0; i < 4; i++) {
            high = high << 16 | groups[i];
            low = low << 16 | groups[i + 4];
        }
        return new IpAddress(IpAddress.Family.V6, high, low, prefix);
    }

    /**
     * How many groups; the last two may be written as an IPv4 address. -1 if something is wrong.
     */
    private static int groups(String part, int[] into) {
        if (part.isEmpty()) {
            return 0;
        }
        String[] groups = part.split(":", -1);
        int count = 0;
        for (int i = 0; i < groups.length; i++) {
            String group = groups[i];
            if (i == groups.length - 1 && group.indexOf('.') >= 0) {
                long four = four(group);
                if (four < 0 || count > GROUPS - 2) {
                    return -1;
                }
                into[count++] = (int) (four >>> 16);
                into[count++] = (int) (four & 0xffff);
            } else {
                if (count == GROUPS || group.isEmpty() || group.length() > 4) {
                    return -1;
                }
                int value = 0;
                for (int j = 0; j < group.length(); j++) {
                    char c = group.charAt(j);
                    int digit = c < 0x80 ? Character.digit(c, 16) : -1;
                    if (digit < 0) {
                        return -1;
                    }
                    value = value << 4 | digit;
                }
                into[count++] = value;
            }
        }
        return count;
    }

    static boolean isInRange(IpAddress address, IpAddress range) {
        if (address.family() != range.family() || address.prefix() < range.prefix()) {
            return false;
        }
        int bits = range.prefix() + (range.family() == IpAddress.Family.V4 ? 96 : 0);
        return ((address.high() ^ range.high()) & mask(Math.min(bits, 64))) == 0
                && ((address.low() ^ range.low()) & mask(Math.max(bits - 64, 0))) == 0;
    }

    private static long mask(int bits) {
        return bits == 0 ? 0 : -1L << (64 - bits);
    }
}
