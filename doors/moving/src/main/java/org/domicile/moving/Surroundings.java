package org.domicile.moving;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.moves.Line;
import org.domicile.moves.Move;
import org.domicile.s3client.RemoteFailure;
import org.domicile.s3client.RemoteXml;

/** Carries what is set for a bucket, and lists what cannot be carried. */
final class Surroundings {
    /** What a bucket may have over there that has no counterpart here, or means somebody there. */
    private static final List<String> STRANGE =
            List.of(
                    "replication",
                    "website",
                    "logging",
                    "accelerate",
                    "ownershipControls",
                    "publicAccessBlock");

    private final Here here;
    private final Documents documents;
    private final Move.Settings settings;

    Surroundings(Here here, Documents documents, Move.Settings settings) {
        this.here = here;
        this.documents = documents;
        this.settings = settings;
    }

    List<Line> in(There there) {
        if (settings == Move.Settings.NONE) {
            return List.of();
        }
        List<Line> lines = new ArrayList<>();
        for (String resource : documents.resources()) {
            try {
                Optional<byte[]> document = setting(there, resource);
                if (document.isPresent() && !blank(resource, document.get())) {
                    byte[] own =
                            renamed(resource, document.get(), there.remote().name(), here.bucket());
                    lines.add(setHere(resource, own));
                }
            } catch (RemoteFailure e) {
                unreadable(resource, e).ifPresent(lines::add);
            }
        }
        for (String resource : STRANGE) {
            try {
                Optional<byte[]> document = setting(there, resource);
                if (document.isPresent() && !RemoteXml.parse(document.get()).children().isEmpty()) {
                    lines.add(left(resource, "it is set there, and is not carried"));
                }
            } catch (RemoteFailure e) {
                unreadable(resource, e).ifPresent(lines::add);
            }
        }
        return lines;
    }

    private static Optional<byte[]> setting(There there, String resource) throws RemoteFailure {
        return there.remote().setting(resource).filter(document -> document.length > 0);
    }

    /** Whether anything is to be carried. */
    boolean any() {
        return settings != Move.Settings.NONE;
    }

    /** Whether a document says what holds where nothing is set. */
    private static boolean blank(String resource, byte[] document) throws RemoteFailure {
        return switch (resource) {
            case "notification" -> RemoteXml.parse(document).children().isEmpty();
            // That objects can be locked is carried with the bucket itself.
            case "object-lock" -> Retention.of(document).length() == 0;
            // Some servers show it for every bucket: their own keys, as here.
            case "encryption" ->
                    RemoteXml.parse(document)
                            .first("Rule")
                            .flatMap(rule -> rule.first("ApplyServerSideEncryptionByDefault"))
                            .filter(rule -> !rule.child("SSEAlgorithm").strip().equals("AES256"))
                            .isEmpty();
            default -> false;
        };
    }

    /** The default retention of a bucket. @param length in days; 0 for none */
    record Retention(String mode, long length) {
        private static final long YEAR = 365;

        static Retention of(byte[] document) throws RemoteFailure {
            Optional<RemoteXml> rule =
                    RemoteXml.parse(document)
                            .first("Rule")
                            .flatMap(each -> each.first("DefaultRetention"));
            if (rule.isEmpty()) {
                return new Retention("", 0);
            }
            try {
                String days = rule.get().child("Days").strip();
                long length =
                        days.isEmpty()
                                ? YEAR * Integer.parseInt(rule.get().child("Years").strip())
                                : Integer.parseInt(days);
                return new Retention(rule.get().child("Mode").strip(), length);
            } catch (NumberFormatException e) {
                throw RemoteFailure.unreadable("a default retention has no length");
            }
        }

        boolean weaker(Retention other) {
            return length < other.length
                    || other.mode.equals("COMPLIANCE") && !mode.equals("COMPLIANCE");
        }
    }

    /** A server that does not know what is asked for has nothing to be carried. */
    private static Optional<Line> unreadable(String resource, RemoteFailure e) {
        return e.status() == 403 || e.status() == 200 || e.passing() && e.status() != 500
                ? Optional.of(left(resource, "it cannot be read: " + e.getMessage()))
                : Optional.empty();
    }

    private Line setHere(String resource, byte[] document) throws RemoteFailure {
        Optional<byte[]> present = documents.of(here.objects(), here.bucket(), resource);
        if (present.isPresent() && same(present.get(), document)) {
            return present(resource);
        }
        String objection = objection(resource, here.bucket(), document, present, "here");
        if (!objection.isEmpty()) {
            return left(resource, objection);
        }
        String why = documents.set(here.objects(), here.bucket(), resource, document);
        return why.isEmpty() ? carried(resource) : left(resource, why + advice(resource));
    }

    private static String advice(String resource) {
        return resource.equals("notification")
                ? " (make a target of whoever is told, 'target create', and set the notification"
                        + " again with its ARN)"
                : "";
    }

    /**
     * Why something is not set: what is set already was set by somebody who is asked first, and
     * what another server says is no reason to let everybody in, or to keep things for less long.
     *
     * @return empty when it can be
     */
    private String objection(
            String resource, String bucket, byte[] document, Optional<byte[]> present, String where)
            throws RemoteFailure {
        boolean replace = settings == Move.Settings.REPLACE;
        if (present.isPresent() && !blank(resource, present.get())) {
            if (!replace) {
                return "it is set otherwise "
                        + where
                        + ", which stays; '--settings replace' takes the other one";
            }
            if (resource.equals("object-lock")
                    && Retention.of(document).weaker(Retention.of(present.get()))) {
                return "the default retention "
                        + where
                        + " is longer or firmer, and no move makes it less";
            }
        }
        return !replace && documents.opens(bucket, resource, document)
                ? "it would let everybody in; set it yourself, or take it with '--settings replace'"
                : "";
    }

    List<Line> out(There there) {
        if (settings == Move.Settings.NONE) {
            return List.of();
        }
        List<Line> lines = new ArrayList<>();
        for (String resource : documents.resources()) {
            Optional<byte[]> document = documents.of(here.objects(), here.bucket(), resource);
            try {
                if (document.isPresent() && !blank(resource, document.get())) {
                    byte[] theirs =
                            renamed(resource, document.get(), here.bucket(), there.remote().name());
                    lines.add(setThere(there, resource, theirs));
                }
            } catch (RemoteFailure e) {
                lines.add(left(resource, e.said()));
            }
        }
        return lines;
    }

    private Line setThere(There there, String resource, byte[] document) throws RemoteFailure {
        Optional<byte[]> present = setting(there, resource);
        if (present.isPresent() && same(present.get(), document)) {
            return present(resource);
        }
        String objection = objection(resource, there.remote().name(), document, present, "there");
        if (!objection.isEmpty()) {
            return left(resource, objection);
        }
        there.remote().set(resource, document);
        return carried(resource);
    }

    /** Whether two documents say the same; those that are no XML do when they are the same. */
    private static boolean same(byte[] one, byte[] other) {
        try {
            return Arrays.equals(one, other) || RemoteXml.parse(one).equals(RemoteXml.parse(other));
        } catch (RemoteFailure e) {
            return false;
        }
    }

    /** A policy names its bucket, which may be called otherwise where it goes. */
    private static byte[] renamed(String resource, byte[] document, String from, String to) {
        if (!resource.equals("policy")) {
            return document;
        }
        String text = new String(document, StandardCharsets.UTF_8);
        return text.replaceAll(
                        "arn:aws:s3:::" + Pattern.quote(from) + "(?=[\"/])",
                        Matcher.quoteReplacement("arn:aws:s3:::" + to))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static Line present(String resource) {
        return new Line("", resource, resource, 0, Line.Fate.PRESENT, "it is set so already");
    }

    private static Line left(String resource, String why) {
        return Line.left("", resource, 0, why);
    }

    private static Line carried(String resource) {
        return new Line("", resource, resource, 0, Line.Fate.CARRIED, "set");
    }
}
