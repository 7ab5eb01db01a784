package org.domicile.s3;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.domicile.events.Destination;
import org.domicile.events.EventType;
import org.domicile.events.Notification;

/**
 * Notifications as S3 writes them, and what S3 demands of them (Amazon S3 API Reference,
 * PutBucketNotificationConfiguration; Amazon S3 User Guide, "Configuring event notifications using
 * object key name filtering").
 */
final class NotificationXml {
    private static final String ROOT = "NotificationConfiguration";
    private static final String TOPIC = "TopicConfiguration";

    /** What S3 names and what never happens here. */
    private static final List<String> NEVER =
            List.of(
                    "s3:IntelligentTiering",
                    "s3:LifecycleTransition",
                    "s3:ObjectRestore:",
                    "s3:ReducedRedundancyLostObject",
                    "s3:Replication:");

    private NotificationXml() {}

    /**
     * @throws Failure MALFORMED_XML, INVALID_ARGUMENT, NOT_IMPLEMENTED
     */
    static Notification parse(byte[] document) {
        List<Notification.Rule> rules = new ArrayList<>();
        for (Xml each : Xml.parse(document, ROOT).children()) {
            switch (each.name()) {
                case TOPIC -> rules.add(rule(each));
                case "QueueConfiguration" -> throw noDestination(each.child("Queue"));
                case "CloudFunctionConfiguration" ->
                        throw noDestination(each.child("CloudFunction"));
                case "EventBridgeConfiguration" ->
                        throw new Failure(
                                ErrorCode.NOT_IMPLEMENTED,
                                "There is no EventBridge here: name a topic,"
                                        + " arn:aws:sns:ZONE:ORGANISATION:TARGET.");
                default -> throw Xml.malformed();
            }
            if (rules.size() > Notification.MOST) {
                throw argument("The notification configuration has more than 100 configurations.");
            }
        }
        if (Notification.sameId(rules)) {
            throw argument("Same ID used for multiple configurations. IDs must be unique");
        }
        if (Notification.overlap(rules)) {
            boolean filtered =
                    rules.stream().anyMatch(each -> !(each.prefix() + each.suffix()).isEmpty());
            throw argument(
                    filtered
                            ? "Configuration is ambiguously defined. Cannot have overlapping"
                                    + " suffixes in two rules if the prefixes are overlapping for"
                                    + " the same event type."
                            : "Configurations overlap. Configurations on the same bucket cannot"
                                    + " share a common event type.");
        }
        return new Notification(rules, "");
    }

    private static Notification.Rule rule(Xml said) {
        String arn = said.child("Topic").strip();
        Destination to = Destination.of(arn).orElseThrow(() -> noDestination(arn));
        List<String> events = new ArrayList<>();
        for (Xml each : said.children()) {
            switch (each.name()) {
                case "Event" -> events.add(event(each.text().strip()));
                case "Id", "Topic", "Filter" -> {}
                default -> throw Xml.malformed();
            }
        }
        if (events.isEmpty() || events.size() > Notification.MOST_EVENTS) {
            throw Xml.malformed();
        }
        Optional<Xml> key = said.first("Filter").flatMap(each -> each.first("S3Key"));
        String prefix = filter(key, "prefix");
        String suffix = filter(key, "suffix");
        String id = said.child("Id");
        if (id.length() > Notification.LONGEST_ID) {
            throw argument("The ID of a configuration has at most 255 characters.");
        }
        return new Notification.Rule(
                id.isEmpty() ? made(arn, events, prefix, suffix) : id, to, events, prefix, suffix);
    }

    /** S3 names a configuration that has no name; two that are the same are refused anyway. */
    private static String made(String arn, List<String> events, String prefix, String suffix) {
        String all = String.join("\n", arn, String.join(",", events), prefix, suffix);
        return UUID.nameUUIDFromBytes(all.getBytes(StandardCharsets.UTF_8)).toString();
    }

    private static String event(String name) {
        if (!EventType.named(name).isEmpty()) {
            return name;
        }
        if (NEVER.stream().anyMatch(name::startsWith)) {
            throw new Failure(
                    ErrorCode.NOT_IMPLEMENTED,
                    "The event "
                            + name
                            + " never happens here, so nobody can be told of it. Leave it out.");
        }
        throw new Failure(
                ErrorCode.INVALID_ARGUMENT,
                "A specified event is not supported for notifications.",
                Map.of("ArgumentName", "Event", "ArgumentValue", name));
    }

    /** The value of a filter's rule; empty for none. */
    private static String filter(Optional<Xml> key, String wanted) {
        List<String> found =
                key.map(Xml::children)
                        .map(List::stream)
                        .orElseGet(Stream::empty)
                        .map(NotificationXml::checked)
                        .filter(each ->
                                each.child("Name").strip().toLowerCase(Locale.ROOT).equals(wanted))
                        .map(each -> each.child("Value"))
                        .toList();
        if (found.size() > 1) {
            throw argument("Cannot specify more than one " + wanted + " rule in a filter.");
        }
        String value = found.isEmpty() ? "" : found.getFirst();
        if (value.length() > Notification.LONGEST_PART) {
            throw argument("A filter's value has at most 1024 characters.");
        }
        return value;
    }

    private static Xml checked(Xml rule) {
        if (!rule.name().equals("FilterRule")) {
            throw Xml.malformed();
        }
        String name = rule.child("Name").strip().toLowerCase(Locale.ROOT);
        if (!name.equals("prefix") && !name.equals("suffix")) {
            throw argument("filter rule name must be either prefix or suffix");
        }
        return rule;
    }

    private static Failure noDestination(String arn) {
        return argument(
                "Unable to validate the following destination configurations: "
                        + (arn.length() > 256 ? arn.substring(0, 256) : arn)
                        + ": a destination is a topic, arn:aws:sns:ZONE:ORGANISATION:TARGET, and"
                        + " its target is registered; or a stream,"
                        + " arn:aws:kafka:ZONE:ORGANISATION:topic/STREAM.");
    }

    private static Failure argument(String sentence) {
        return new Failure(ErrorCode.INVALID_ARGUMENT, sentence);
    }

    static ByteBuffer document(Notification notification) {
        XmlOut out = XmlOut.document(ROOT, 128 + 512 * notification.rules().size());
        for (Notification.Rule rule : notification.rules()) {
            out.open(TOPIC).element("Id", rule.id()).element("Topic", rule.to().arn());
            rule.events().forEach(each -> out.element("Event", each));
            if (!(rule.prefix() + rule.suffix()).isEmpty()) {
                out.open("Filter").open("S3Key");
                filter(out, "prefix", rule.prefix());
                filter(out, "suffix", rule.suffix());
                out.close("S3Key").close("Filter");
            }
            out.close(TOPIC);
        }
        return out.done(ROOT);
    }

    private static void filter(XmlOut out, String name, String value) {
        if (!value.isEmpty()) {
            out.open("FilterRule")
                    .element("Name", name)
                    .element("Value", value)
                    .close("FilterRule");
        }
    }
}
