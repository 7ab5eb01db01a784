package org.domicile.events;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who is told. It has a name as AWS names things (IAM User Guide, "Amazon Resource Names"), with
 * the zone where AWS has a region and the organisation where AWS has an account.
 */
public sealed interface Destination {
    /** Where it stands. */
    String zone();

    /** Whose it is: that of the buckets that may name it. */
    String organisation();

    /** Unique in its organisation and kind. */
    String name();

    /** Its ARN. */
    String arn();

    /**
     * Something that is sent a request: an outbound target that has a secret. Where S3 has a topic:
     * {@code arn:aws:sns:ZONE:ORGANISATION:TARGET}.
     */
    record Webhook(String zone, String organisation, String name) implements Destination {
        private static final Pattern ARN =
                Pattern.compile(
                        "arn:aws:sns:([a-z0-9-]{1,63}):([a-z0-9-]{1,63}):([a-z0-9-]{1,63})");

        @Override
        public String arn() {
            return "arn:aws:sns:" + zone + ":" + organisation + ":" + name;
        }

        /** Full name of the target, as the register has it. */
        public String target() {
            return organisation + "/" + name;
        }
    }

    /**
     * A stream of the organisation's: {@code arn:aws:kafka:ZONE:ORGANISATION:topic/STREAM}. AWS has
     * such names for topics of its Kafka service, where S3 itself tells nothing to.
     */
    record Stream(String zone, String organisation, String name) implements Destination {
        private static final Pattern ARN =
                Pattern.compile(
                        "arn:aws:kafka:([a-z0-9-]{1,63}):([a-z0-9-]{1,63}):"
                                + "topic/([a-zA-Z0-9._-]{1,249})");

        @Override
        public String arn() {
            return "arn:aws:kafka:" + zone + ":" + organisation + ":topic/" + name;
        }
    }

    /** From an ARN; empty when nothing here is called so. */
    static Optional<Destination> of(String arn) {
        Matcher webhook = Webhook.ARN.matcher(arn);
        if (webhook.matches()) {
            return Optional.of(new Webhook(webhook.group(1), webhook.group(2), webhook.group(3)));
        }
        Matcher stream = Stream.ARN.matcher(arn);
        return stream.matches()
                ? Optional.of(new Stream(stream.group(1), stream.group(2), stream.group(3)))
                : Optional.empty();
    }
}
