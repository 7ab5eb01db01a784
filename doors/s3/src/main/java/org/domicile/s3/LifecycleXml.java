package org.domicile.s3;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.domicile.lifecycle.Lifecycle;
import org.domicile.lifecycle.Rule;
import org.domicile.lifecycle.Rule.Expiration;
import org.domicile.lifecycle.Rule.Noncurrent;

/**
 * Lifecycle rules as S3 writes them, and what S3 demands of them (Amazon S3 User Guide, "Lifecycle
 * configuration elements"). Rules that move objects between storage classes are refused: there is
 * one class.
 */
final class LifecycleXml {
    private static final int LONGEST_ID = 255;
    private static final int MOST_KEPT = 100;
    private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");
    private static final Set<String> IN_FILTER =
            Set.of("Prefix", "Tag", "ObjectSizeGreaterThan", "ObjectSizeLessThan", "And");

    private LifecycleXml() {}

    // ---- reading ----------------------------------------------------------------------------

    /**
     * @throws Failure MALFORMED_XML, INVALID_ARGUMENT, INVALID_REQUEST, NOT_IMPLEMENTED
     */
    static Lifecycle parse(byte[] document, Lifecycle.Least least) {
        Xml asked = Xml.parse(document, "LifecycleConfiguration");
        List<Xml> elements =
                asked.children().stream().filter(each -> each.name().equals("Rule")).toList();
        if (elements.isEmpty() || elements.size() > Lifecycle.MOST) {
            throw Xml.malformed();
        }
        List<Rule> rules = new ArrayList<>(elements.size());
        Set<String> ids = new HashSet<>();
        for (Xml element : elements) {
            Rule rule = rule(element, rules.size());
            if (!ids.add(rule.id())) {
                throw argument(
                        "Rule ID must be unique. Found same ID for more than one rule: "
                                + rule.id());
            }
            rules.add(rule);
        }
        return new Lifecycle(rules, least);
    }

    private static Rule rule(Xml rule, int place) {
        String id = rule.child("ID");
        if (id.codePointCount(0, id.length()) > LONGEST_ID) {
            throw argument("ID length should not exceed allowed limit of 255");
        }
        Rule.State state =
                switch (rule.child("Status")) {
                    case "Enabled" -> Rule.State.ENABLED;
                    case "Disabled" -> Rule.State.DISABLED;
                    default -> throw Xml.malformed();
                };
        Rule.Filter filter = filter(rule);
        Expiration expiration =
                rule.first("Expiration")
                        .map(LifecycleXml::expiration)
                        .orElseGet(Expiration.Never::new);
        Noncurrent noncurrent =
                rule.first("NoncurrentVersionExpiration")
                        .map(LifecycleXml::noncurrent)
                        .orElse(Noncurrent.NEVER);
        int abort =
                rule.first("AbortIncompleteMultipartUpload")
                        .map(each ->
                                days(
                                        each.child("DaysAfterInitiation"),
                                        "'DaysAfterInitiation' for AbortIncompleteMultipartUpload"
                                                + " action"))
                        .orElse(0);
        boolean moves = transitions(rule);
        if (expiration instanceof Expiration.Never
                && noncurrent.equals(Noncurrent.NEVER)
                && abort == 0
                && !moves) {
            throw request("At least one action needs to be specified in a rule.");
        }
        if (filter.asksOfObjects() && expiration instanceof Expiration.Marker) {
            throw request("ExpiredObjectDeleteMarker cannot be specified with Tags or sizes.");
        }
        if (filter.asksOfObjects() && abort > 0) {
            throw request("AbortIncompleteMultipartUpload cannot be specified with Tags or sizes.");
        }
        if (moves) {
            throw new Failure(
                    ErrorCode.NOT_IMPLEMENTED,
                    "Transitions are not implemented: there is one storage class, STANDARD.");
        }
        return new Rule(
                id.isEmpty() ? made(rule, place) : id,
                state,
                filter,
                expiration,
                noncurrent,
                abort);
    }

    /** An id for a rule that came without: of what it says and where it stands. */
    private static String made(Xml rule, int place) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest((place + " " + rule).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 24);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static Rule.Filter filter(Xml rule) {
        Optional<Xml> prefix = rule.first("Prefix");
        Optional<Xml> filter = rule.first("Filter");
        if (prefix.isPresent() == filter.isPresent()) {
            throw Xml.malformed();
        }
        if (prefix.isPresent()) {
            String text = prefix(prefix.get().text());
            return new Rule.Filter(Rule.Form.PREFIX, text, Map.of(), -1, Long.MAX_VALUE);
        }
        List<Xml> said = filter.get().children();
        if (said.size() > 1 || !said.stream().allMatch(each -> IN_FILTER.contains(each.name()))) {
            throw Xml.malformed();
        }
        return filter.get()
                .first("And")
                .map(LifecycleXml::predicates)
                .orElseGet(() -> predicates(filter.get()));
    }

    private static Rule.Filter predicates(Xml all) {
        Map<String, String> tags = new LinkedHashMap<>();
        for (Xml each : all.children()) {
            if (each.name().equals("Tag")) {
                if (each.first("Key").isEmpty() || each.first("Value").isEmpty()) {
                    throw Xml.malformed();
                }
                Tags.add(tags, each.child("Key"), each.child("Value"));
            }
        }
        long over = size(all, "ObjectSizeGreaterThan", -1);
        long under = size(all, "ObjectSizeLessThan", Long.MAX_VALUE);
        if (under <= over + 1) {
            throw request(
                    "'ObjectSizeLessThan' has to be greater than 'ObjectSizeGreaterThan', with a"
                            + " size between them.");
        }
        return new Rule.Filter(Rule.Form.FILTER, prefix(all.child("Prefix")), tags, over, under);
    }

    private static String prefix(String text) {
        if (text.getBytes(StandardCharsets.UTF_8).length > Target.LONGEST_NAME) {
            throw argument("The maximum size of a prefix is " + Target.LONGEST_NAME + ".");
        }
        return text;
    }

    private static long size(Xml all, String name, long unsaid) {
        Optional<Xml> said = all.first(name);
        if (said.isEmpty()) {
            return unsaid;
        }
        long size = Numbers.parse(said.get().text().strip());
        if (size < 0) {
            throw argument("'" + name + "' is a number of bytes.");
        }
        return size;
    }

    private static Expiration expiration(Xml said) {
        List<String> given = new ArrayList<>();
        for (String each : List.of("Days", "Date", "ExpiredObjectDeleteMarker")) {
            said.first(each).ifPresent(_ -> given.add(each));
        }
        if (given.size() != 1) {
            throw Xml.malformed();
        }
        return switch (given.getFirst()) {
            case "Days" ->
                    new Expiration.Days(days(said.child("Days"), "'Days' for Expiration action"));
            case "Date" -> new Expiration.On(midnight(said.child("Date")));
            default ->
                    switch (said.child("ExpiredObjectDeleteMarker").strip()) {
                        case "true" -> new Expiration.Marker();
                        case "false" -> new Expiration.Never();
                        default -> throw Xml.malformed();
                    };
        };
    }

    private static Noncurrent noncurrent(Xml said) {
        if (said.first("NoncurrentDays").isEmpty()) {
            throw Xml.malformed();
        }
        int days =
                days(
                        said.child("NoncurrentDays"),
                        "'NoncurrentDays' for NoncurrentVersionExpiration action");
        Optional<Xml> kept = said.first("NewerNoncurrentVersions");
        if (kept.isEmpty()) {
            return new Noncurrent(days, 0);
        }
        long count = Numbers.parse(kept.get().text().strip());
        if (count < 1 || count > MOST_KEPT) {
            throw argument("'NewerNoncurrentVersions' is a number from 1 to 100");
        }
        return new Noncurrent(days, (int) count);
    }

    private static int days(String text, String what) {
        String stripped = text.strip();
        if (!stripped.matches("-?\\d{1,18}")) {
            throw Xml.malformed();
        }
        long days = Long.parseLong(stripped);
        if (days < 1) {
            throw argument(what + " must be a positive integer");
        }
        if (days > Rule.MOST_DAYS) {
            throw argument(what + " is at most " + Rule.MOST_DAYS);
        }
        return (int) days;
    }

    private static Instant midnight(String text) {
        Instant date = Dates.parse(text.strip()).orElseThrow(Xml::malformed);
        if (date.isAfter(LATEST) || !date.equals(date.truncatedTo(ChronoUnit.DAYS))) {
            throw argument("'Date' must be at midnight GMT");
        }
        return date;
    }

    /** Whether a rule moves objects; what is wrong with how it says so is said first. */
    private static boolean transitions(Xml rule) {
        boolean any = false;
        for (Xml each : rule.children()) {
            if (each.name().equals("Transition")
                    || each.name().equals("NoncurrentVersionTransition")) {
                each.first("Date").ifPresent(date -> midnight(date.text()));
                any = true;
            }
        }
        return any;
    }

    private static Failure argument(String sentence) {
        return new Failure(ErrorCode.INVALID_ARGUMENT, sentence);
    }

    private static Failure request(String sentence) {
        return new Failure(ErrorCode.INVALID_REQUEST, sentence);
    }

    // ---- writing ----------------------------------------------------------------------------

    static ByteBuffer document(Lifecycle lifecycle) {
        XmlOut out = XmlOut.document("LifecycleConfiguration", 512 * lifecycle.rules().size());
        lifecycle.rules().forEach(rule -> write(out, rule));
        return out.done("LifecycleConfiguration");
    }

    private static void write(XmlOut out, Rule rule) {
        out.open("Rule").element("ID", rule.id());
        write(out, rule.filter());
        out.element(
                "Status",
                switch (rule.state()) {
                    case ENABLED -> "Enabled";
                    case DISABLED -> "Disabled";
                });
        switch (rule.expiration()) {
            case Expiration.Never() -> {}
            case Expiration.Days(int days) ->
                    out.open("Expiration").element("Days", days).close("Expiration");
            case Expiration.On(Instant date) ->
                    out.open("Expiration").element("Date", Dates.iso(date)).close("Expiration");
            case Expiration.Marker() ->
                    out.open("Expiration")
                            .element("ExpiredObjectDeleteMarker", "true")
                            .close("Expiration");
        }
        Noncurrent noncurrent = rule.noncurrent();
        if (noncurrent.days() > 0) {
            out.open("NoncurrentVersionExpiration").element("NoncurrentDays", noncurrent.days());
            if (noncurrent.kept() > 0) {
                out.element("NewerNoncurrentVersions", noncurrent.kept());
            }
            out.close("NoncurrentVersionExpiration");
        }
        if (rule.abortDays() > 0) {
            out.open("AbortIncompleteMultipartUpload")
                    .element("DaysAfterInitiation", rule.abortDays())
                    .close("AbortIncompleteMultipartUpload");
        }
        out.close("Rule");
    }

    private static void write(XmlOut out, Rule.Filter filter) {
        if (filter.form() == Rule.Form.PREFIX) {
            out.element("Prefix", filter.prefix());
            return;
        }
        int said =
                (filter.prefix().isEmpty() ? 0 : 1)
                        + filter.tags().size()
                        + (filter.over() < 0 ? 0 : 1)
                        + (filter.under() == Long.MAX_VALUE ? 0 : 1);
        out.open("Filter");
        if (said > 1) {
            out.open("And");
        }
        if (said == 0 || !filter.prefix().isEmpty()) {
            out.element("Prefix", filter.prefix());
        }
        filter.tags()
                .forEach((key, value) ->
                        out.open("Tag").element("Key", key).element("Value", value).close("Tag"));
        if (filter.over() >= 0) {
            out.element("ObjectSizeGreaterThan", filter.over());
        }
        if (filter.under() < Long.MAX_VALUE) {
            out.element("ObjectSizeLessThan", filter.under());
        }
        if (said > 1) {
            out.close("And");
        }
        out.close("Filter");
    }
}
