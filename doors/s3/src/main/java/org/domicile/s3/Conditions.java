package org.domicile.s3;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;

/** The four conditions on what is read, in the order of RFC 9110, section 13.2.2. */
final class Conditions {
    /** What the conditions say. */
    enum Verdict {
        /** Go on. */
        GO,
        /** 304. */
        NOT_MODIFIED,
        /** 412. */
        FAILED
    }

    private Conditions() {}

    /** Judges; empty texts are conditions that were not sent, dates that are none are ignored. */
    static Verdict judge(
            String ifMatch,
            String ifUnmodifiedSince,
            String ifNoneMatch,
            String ifModifiedSince,
            Instant modified,
            Predicate<String> tagged) {
        if (!ifMatch.isEmpty()) {
            if (!lists(ifMatch, tagged, false)) {
                return Verdict.FAILED;
            }
        } else if (later(modified, ifUnmodifiedSince).orElse(false)) {
            return Verdict.FAILED;
        }
        if (!ifNoneMatch.isEmpty()) {
            if (lists(ifNoneMatch, tagged, true)) {
                return Verdict.NOT_MODIFIED;
            }
        } else if (!later(modified, ifModifiedSince).orElse(true)) {
            return Verdict.NOT_MODIFIED;
        }
        return Verdict.GO;
    }

    /** If-Range: whether the range still belongs to what is there. */
    static boolean sameRange(String ifRange, Instant modified, Predicate<String> tagged) {
        if (ifRange.isEmpty()) {
            return true;
        }
        if (ifRange.endsWith("\"")) {
            return ifRange.startsWith("\"") && tagged.test(bare(ifRange));
        }
        Optional<Instant> date = Dates.parse(ifRange);
        return date.isPresent()
                ? date.get().getEpochSecond() == modified.getEpochSecond()
                : tagged.test(ifRange);
    }

    /** Whether it was modified after a date; the wire's dates have seconds. */
    private static Optional<Boolean> later(Instant modified, String date) {
        if (date.isEmpty()) {
            return Optional.empty();
        }
        return Dates.parse(date).map(since -> modified.getEpochSecond() > since.getEpochSecond());
    }

    private static boolean lists(String list, Predicate<String> tagged, boolean weak) {
        int at = 0;
        while (at <= list.length()) {
            int comma = list.indexOf(',', at);
            int end = comma < 0 ? list.length() : comma;
            String one = list.substring(at, end).strip();
            if (one.equals("*")) {
                return true;
            }
            if (one.startsWith("W/")) {
                if (weak && tagged.test(bare(one.substring(2)))) {
                    return true;
                }
            } else if (tagged.test(bare(one))) {
                return true;
            }
            at = end + 1;
        }
        return false;
    }

    /** An ETag without its quotes; S3's clients send both. */
    static String bare(String etag) {
        int length = etag.length();
        return length >= 2 && etag.charAt(0) == '"' && etag.charAt(length - 1) == '"'
                ? etag.substring(1, length - 1)
                : etag;
    }
}
