package org.domicile.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * The rules of a bucket.
 *
 * @param rules in the order in which they were given
 * @param least from which size on objects would move between classes: kept and shown, without
 *     effect while there is one class
 */
public record Lifecycle(List<Rule> rules, Least least) {
    /** How long a day lasts, unless tests say otherwise. */
    public static final Duration DAY = Duration.ofDays(1);

    /** The most rules of a bucket. */
    public static final int MOST = 1_000;

    /** As S3 names it in {@code x-amz-transition-default-minimum-object-size}. */
    public enum Least {
        /** Nothing was said. */
        UNSAID,
        /** all_storage_classes_128K. */
        ALL,
        /** varies_by_storage_class. */
        VARIES
    }

    /** As they are now. */
    public Lifecycle {
        rules = List.copyOf(rules);
        if (rules.isEmpty() || rules.size() > MOST) {
            throw new IllegalArgumentException("a bucket has 1 to " + MOST + " rules");
        }
    }

    /** From its form. @throws org.domicile.bytes.StorageFailure when it has none */
    public static Lifecycle of(byte[] document) {
        return LifecycleForm.decode(document);
    }

    /** Its form. */
    public byte[] document() {
        return LifecycleForm.encode(this);
    }

    /** When a version ends. @param day how long a day lasts */
    public Expiry expiry(Subject subject, Duration day) {
        Expiry earliest = Expiry.NEVER;
        for (Rule rule : rules) {
            if (rule.state() == Rule.State.ENABLED && rule.filter().admits(subject)) {
                earliest = earliest.or(expiry(rule, subject, day));
            }
        }
        return earliest;
    }

    /** When an upload that was not finished ends. */
    public Expiry expiry(String name, Instant initiated, Duration day) {
        Expiry earliest = Expiry.NEVER;
        for (Rule rule : rules) {
            if (rule.state() == Rule.State.ENABLED
                    && rule.abortDays() > 0
                    && name.startsWith(rule.filter().prefix())) {
                earliest =
                        earliest.or(new Expiry(after(initiated, rule.abortDays(), day), rule.id()));
            }
        }
        return earliest;
    }

    private static Expiry expiry(Rule rule, Subject subject, Duration day) {
        return switch (subject.place()) {
            case NONCURRENT -> {
                Rule.Noncurrent noncurrent = rule.noncurrent();
                yield noncurrent.days() == 0 || subject.newer() < noncurrent.kept()
                        ? Expiry.NEVER
                        : new Expiry(after(subject.replaced(), noncurrent.days(), day), rule.id());
            }
            case ALONE, NEWEST ->
                    switch (subject.kind()) {
                        case OBJECT -> object(rule, subject, day);
                        case MARKER ->
                                subject.place() == Subject.Place.ALONE
                                        ? marker(rule, subject, day)
                                        : Expiry.NEVER;
                    };
        };
    }

    private static Expiry object(Rule rule, Subject subject, Duration day) {
        return switch (rule.expiration()) {
            case Rule.Expiration.Never(), Rule.Expiration.Marker() -> Expiry.NEVER;
            case Rule.Expiration.Days(int days) ->
                    new Expiry(after(subject.modified(), days, day), rule.id());
            case Rule.Expiration.On(Instant date) -> new Expiry(date, rule.id());
        };
    }

    private static Expiry marker(Rule rule, Subject subject, Duration day) {
        return switch (rule.expiration()) {
            case Rule.Expiration.Never() -> Expiry.NEVER;
            case Rule.Expiration.Marker() -> new Expiry(subject.modified(), rule.id());
            case Rule.Expiration.Days(int days) ->
                    new Expiry(after(subject.modified(), days, day), rule.id());
            case Rule.Expiration.On(Instant date) -> new Expiry(date, rule.id());
        };
    }

    private static Instant after(Instant from, int days, Duration day) {
        Instant over = from.plus(day.multipliedBy(days));
        Instant midnight = over.truncatedTo(ChronoUnit.DAYS);
        return !day.equals(DAY) || over.equals(midnight) ? over : midnight.plus(1, ChronoUnit.DAYS);
    }
}
