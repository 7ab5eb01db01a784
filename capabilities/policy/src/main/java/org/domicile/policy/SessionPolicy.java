package org.domicile.policy;

import java.nio.charset.StandardCharsets;
import org.domicile.iam.IamException;

/**
 * A policy document of IAM that narrows one session, at most 2,048 characters (AWS STS API
 * Reference, AssumeRole, Policy).
 *
 * @param text empty for none
 */
public record SessionPolicy(String text) {
    /** A session that nothing narrows beyond its role. */
    public static final SessionPolicy NONE = new SessionPolicy("");

    /** Longest text, in characters. */
    public static final int LONGEST = 2_048;

    /** Most bytes that a text may take once it is compiled: some kilobytes of memory for each. */
    static final int LARGEST_COMPILED = 64 << 10;

    /** SHA-256 of the text in UTF-8, 64 hexadecimal digits; empty for none. */
    public String digest() {
        return text.isEmpty() ? "" : Sha256.of(text);
    }

    /** What is wrong with it. */
    public sealed interface Fault {
        /** Nothing. */
        record None() implements Fault {}

        /** It cannot be read, or asks for what cannot be known here: where and why. */
        record Malformed(String sentence) implements Fault {}

        /** It means too much. @param percent of what may be */
        record TooLarge(int percent) implements Fault {}
    }

    /** Reads it as a decision would. */
    public Fault fault() {
        if (text.isEmpty()) {
            return new Fault.None();
        }
        try {
            int percent = Bound.ofSession(text).percent();
            return percent > 100 ? new Fault.TooLarge(percent) : new Fault.None();
        } catch (IamException e) {
            return new Fault.Malformed(String.valueOf(e.getMessage()));
        }
    }

    /** How much of what a policy may take once it is compiled this one takes, in percent. */
    public int percent() {
        try {
            return text.isEmpty() ? 0 : Bound.ofSession(text).percent();
        } catch (IamException e) {
            throw new IllegalStateException("a faulty policy was taken", e);
        }
    }

    static int percent(Iterable<String> policies) {
        long bytes = 0;
        for (String each : policies) {
            bytes += each.getBytes(StandardCharsets.UTF_8).length;
        }
        return (int) Math.min((bytes * 100 + LARGEST_COMPILED - 1) / LARGEST_COMPILED, 10_000);
    }
}
