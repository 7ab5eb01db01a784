package org.domicile.policy;

import java.time.Instant;

/**
 * One version of a policy set of an organisation: Cedar text under a name.
 *
 * @param organisation whose requests it judges
 * @param name unique in its organisation, a DNS label; public
 * @param version from 1, without gaps; a removal is a version too
 * @param digest SHA-256 of the text in UTF-8, 64 hexadecimal digits; of the program's own policies,
 *     the digest by which entries name the deciding set that they make alone
 * @param text Cedar; may name people, so it lies sealed and stands in no entry; empty when removed
 * @param created when it was put
 * @param removed true when this version says that the set is no more
 */
public record PolicyText(
        String organisation,
        String name,
        int version,
        String digest,
        String text,
        Instant created,
        boolean removed) {
    /** Longest text, in bytes of UTF-8. */
    public static final int LONGEST = 64 << 10;

    /** Most sets that an organisation may have at a time. */
    public static final int MOST_SETS = 16;

    /** Most policies in one text. */
    public static final int MOST_POLICIES = 64;

    /** Its full name: "organisation/name". */
    public String id() {
        return organisation + "/" + name;
    }
}
