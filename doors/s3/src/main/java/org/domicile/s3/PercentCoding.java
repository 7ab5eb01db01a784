package org.domicile.s3;

/**
 * The one spelling of a path or query that a signature is over (S3 API reference, "Create a
 * canonical request"): every byte but RFC 3986's unreserved ones as {@code %XX}. Clients put other
 * spellings of it on the wire, so what arrives is decoded and encoded again, once. Most requests
 * arrive canonical and are taken as they are.
 */
final class PercentCoding {
    private static final String HEX = "0123456789ABCDEF";

    /** Where the text stands: a slash separates in a path; a plus is a space in a query. */
    enum Place {
        PATH,
        QUERY
    }

    private PercentCoding() {}

    /**
     * The canonical spelling.
     *
     * @throws Failure INVALID_URI when a percent sign is not followed by two hexadecimal digits
     */
    static String canonical(String raw, Place place) {
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (!plain(c, place)) {
                if (c != '%' || !canonicalEscape(raw, i, place)) {
                    return encoded(raw, i, place);
                }
                i += 2;
            }
        }
        return raw;
    }

    private static boolean plain(int c, Place place) {
        return Percent.unreserved(c) || c == '/' && place == Place.PATH;
    }

    private static boolean canonicalEscape(String raw, int at, Place place) {
        if (at + 2 >= raw.length()) {
            return false;
        }
        int high = HEX.indexOf(raw.charAt(at + 1));
        int low = HEX.indexOf(raw.charAt(at + 2));
        return high >= 0 && low >= 0 && !plain(high << 4 | low, place);
    }

    private static String encoded(String raw, int from, Place place) {
        StringBuilder out = new StringBuilder(raw.length() + 16).append(raw, 0, from);
        for (int i = from; i < raw.length(); i++) {
            int c = raw.charAt(i) & 0xff;
            if (c == '%') {
                c = Percent.escaped(raw, i);
                i += 2;
            } else if (c == '+' && place == Place.QUERY) {
                c = ' ';
            }
            if (plain(c, place)) {
                out.append((char) c);
            } else {
                out.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
            }
        }
        return out.toString();
    }

    /** What a canonical text says, a char a byte. */
    static String decoded(String canonical) {
        if (canonical.indexOf('%') < 0) {
            return canonical;
        }
        StringBuilder out = new StringBuilder(canonical.length());
        for (int i = 0; i < canonical.length(); i++) {
            char c = canonical.charAt(i);
            if (c == '%') {
                c = (char) Percent.escaped(canonical, i);
                i += 2;
            }
            out.append(c);
        }
        return out.toString();
    }
}
