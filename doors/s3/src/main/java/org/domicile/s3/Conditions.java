package org.domicile.s3;

import java.time.Instant;
import java.util.Optional;
import org.domicile.guard.Found;

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
            Found found) {
        String etag = found.attributes().etag();
        if (!ifMatch.isEmpty()) {
            if (!lists(ifMatch, etag, false)) {
                return Verdict.FAILED;
            }
        } else if (later(found, ifUnmodifiedSince).orElse(false)) {
            return Verdict.FAILED;
        }
        if (!ifNoneMatch.isEmpty()) {
            if (lists(ifNoneMatch, etag, true)) {
                return Verdict.NOT_MODIFIED;
            }
        } else if (!later(found, ifModifiedSince).orElse(true)) {
            return Verdict.NOT_MODIFIED;
        }
        return Verdict.GO;
    }

    /** If-Range: whether the range still belongs to what is there. */
    static boolean sameRange(String ifRange, Found found) {
        if (ifRange.isEmpty()) {
            return true;
        }
        if (ifRange.endsWith("\"")) {
            return ifRange.equals('"' + found.attributes().etag() + '"');
        }
        Optional<Instant> date = Dates.parse(ifRange);
        return date.isPresent()
                ? date.get().getEpochSecond() == found.modified().getEpochSecond()
                : ifRange.equals(found.attributes().etag());
    }

    /** Whether it was modified after a date; the wire's dates have seconds. */
    private static Optional<Boolean> later(Found found, String date) {
        if (date.isEmpty()) {
            return Optional.empty();
        }
        return Dates.parse(date)
                .map(since -> found.modified().getEpochSecond() > since.getEpochSecond());
    }

    private static boolean lists(String list, String etag, boolean weak) {
        int at = 0;
        while (at <= list.length()) {
            int comma = list.indexOf(',', at);
            int end = comma < 0 ? list.length() : comma;
            String one = list.substring(at, end).strip();
            if (one.equals("*")) {
                return true;
            }
            if (one.startsWith("W/")) {
                if (weak && bare(one.substring(2)).equals(etag)) {
                    return true;
                }
            } else if (bare(one).equals(etag)) {
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
