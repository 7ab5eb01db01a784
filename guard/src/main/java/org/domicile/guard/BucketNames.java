package org.domicile.guard;

/**
 * S3 user guide, "General purpose bucket naming rules". One home for all doors, and for buckets
 * that an operator makes.
 */
public final class BucketNames {
    /** Streams are named as if they lay in a bucket of this name, for labels and policies. */
    static final String STREAMS = "streams";

    private static final int SHORTEST = 3;
    private static final int LONGEST = 63;

    private BucketNames() {}

    /** Whether a bucket can have this name. */
    public static boolean valid(String name) {
        int length = name.length();
        if (length < SHORTEST || length > LONGEST) {
            return false;
        }
        boolean onlyDigitsAndDots = true;
        int dots = 0;
        char before = '.';
        for (int i = 0; i < length; i++) {
            char c = name.charAt(i);
            boolean letter = c >= 'a' && c <= 'z';
            boolean digit = c >= '0' && c <= '9';
            if (c == '.') {
                dots++;
                if (before == '.' || before == '-') {
                    return false;
                }
            } else if (c == '-') {
                if (before == '.') {
                    return false;
                }
            } else if (!letter && !digit) {
                return false;
            }
            onlyDigitsAndDots &= digit || c == '.';
            before = c;
        }
        return before != '.' && before != '-' && !(onlyDigitsAndDots && dots == 3);
    }

    /** Ours, and beginnings and ends that S3 keeps for itself; no new bucket may have them. */
    public static boolean reserved(String name) {
        return name.equals(STREAMS)
                || name.startsWith("xn--")
                || name.startsWith("sthree-")
                || name.startsWith("amzn-s3-demo-")
                || name.endsWith("-s3alias")
                || name.endsWith("--ol-s3")
                || name.endsWith(".mrap")
                || name.endsWith("--x-s3")
                || name.endsWith("--table-s3");
    }
}
