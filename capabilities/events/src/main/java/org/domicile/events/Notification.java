package org.domicile.events;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a bucket tells, and to whom.
 *
 * @param rules in the order in which they were given; no two want the same event
 * @param purpose full name of the purpose that it was asked under, and under which it is told
 */
public record Notification(List<Rule> rules, String purpose) {
    /** The most rules of a bucket (Amazon S3 User Guide, "Amazon S3 quotas"). */
    public static final int MOST = 100;

    /** The most names of events in a rule: all that there are, more than once. */
    public static final int MOST_EVENTS = 64;

    /** The longest id of a rule. */
    public static final int LONGEST_ID = 255;

    /** The longest prefix or suffix, in characters. */
    public static final int LONGEST_PART = 1_024;

    /**
     * One rule.
     *
     * @param id unique in its bucket
     * @param to who is told
     * @param events names of events as they were given, at least one; each means something
     * @param prefix how names begin; empty for any
     * @param suffix how names end; empty for any
     */
    public record Rule(
            String id, Destination to, List<String> events, String prefix, String suffix) {
        /** As they are now. */
        public Rule {
            events = List.copyOf(events);
            if (events.isEmpty()
                    || events.size() > MOST_EVENTS
                    || events.stream().anyMatch(each -> EventType.named(each).isEmpty())
                    || id.isEmpty()
                    || id.length() > LONGEST_ID
                    || prefix.length() > LONGEST_PART
                    || suffix.length() > LONGEST_PART) {
                throw new IllegalArgumentException("no rule of a notification");
            }
        }

        boolean wants(EventType type, String name) {
            return name.startsWith(prefix)
                    && name.endsWith(suffix)
                    && events.stream().anyMatch(each -> EventType.named(each).contains(type));
        }

        private Set<EventType> types() {
            return events.stream()
                    .flatMap(each -> EventType.named(each).stream())
                    .collect(Collectors.toSet());
        }

        /** Whether some event is wanted by both, as S3 sees it: whatever names there really are. */
        private boolean overlaps(Rule other) {
            Set<EventType> both = types();
            both.retainAll(other.types());
            return !both.isEmpty()
                    && (prefix.startsWith(other.prefix) || other.prefix.startsWith(prefix))
                    && (suffix.endsWith(other.suffix) || other.suffix.endsWith(suffix));
        }
    }

    /** As they are now. */
    public Notification {
        rules = List.copyOf(rules);
        if (rules.size() > MOST || overlap(rules) || sameId(rules)) {
            throw new IllegalArgumentException("no rules of a notification");
        }
    }

    /** Whether two rules want the same event. */
    public static boolean overlap(List<Rule> rules) {
        for (int i = 0; i < rules.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (rules.get(i).overlaps(rules.get(j))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether two rules have the same id. */
    public static boolean sameId(List<Rule> rules) {
        Set<String> ids = new HashSet<>();
        return !rules.stream().map(Rule::id).allMatch(ids::add);
    }

    /** From its form. @throws org.domicile.bytes.StorageFailure when it has none */
    public static Notification of(byte[] document) {
        return EventForm.notification(document);
    }

    /** Its form. */
    public byte[] document() {
        return EventForm.encode(this);
    }

    /** The same, asked under another purpose. */
    public Notification under(String other) {
        return new Notification(rules, other);
    }

    /** The rule that wants an event. */
    public Optional<Rule> rule(EventType type, String name) {
        return rules.stream().filter(each -> each.wants(type, name)).findFirst();
    }
}
