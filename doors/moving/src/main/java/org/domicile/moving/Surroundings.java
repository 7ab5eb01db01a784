package org.domicile.moving;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.domicile.moves.Line;
import org.domicile.s3client.RemoteFailure;
import org.domicile.s3client.RemoteXml;

/** Carries what is set for a bucket, and lists what cannot be carried. */
final class Surroundings {
    /** What a bucket may have over there that has no counterpart here, or means somebody there. */
    private static final List<String> STRANGE =
            List.of(
                    "notification",
                    "replication",
                    "website",
                    "logging",
                    "accelerate",
                    "ownershipControls",
                    "publicAccessBlock");

    private final Here here;
    private final Documents documents;

    Surroundings(Here here, Documents documents) {
        this.here = here;
        this.documents = documents;
    }

    List<Line> in(There there) {
        List<Line> lines = new ArrayList<>();
        for (String resource : documents.resources()) {
            try {
                Optional<byte[]> document = there.remote().setting(resource);
                if (document.isPresent()) {
                    byte[] own =
                            renamed(resource, document.get(), there.remote().name(), here.bucket());
                    lines.add(setHere(resource, own));
                }
            } catch (RemoteFailure e) {
                unreadable(resource, e).ifPresent(lines::add);
            }
        }
        for (String resource : STRANGE) {
            if (documents.resources().contains(resource)) {
                continue;
            }
            try {
                Optional<byte[]> document = there.remote().setting(resource);
                if (document.isPresent() && !RemoteXml.parse(document.get()).children().isEmpty()) {
                    lines.add(Line.left("", resource, 0, "it is set there, and is not carried"));
                }
            } catch (RemoteFailure e) {
                unreadable(resource, e).ifPresent(lines::add);
            }
        }
        return lines;
    }

    /** A server that does not know what is asked for has nothing to be carried. */
    private static Optional<Line> unreadable(String resource, RemoteFailure e) {
        return e.status() == 403 || e.passing() && e.status() != 500
                ? Optional.of(Line.left("", resource, 0, "it cannot be read: " + e.getMessage()))
                : Optional.empty();
    }

    private Line setHere(String resource, byte[] document) {
        Optional<byte[]> present = documents.of(here.objects(), here.bucket(), resource);
        if (present.isPresent() && same(present.get(), document)) {
            return present(resource);
        }
        String why = documents.set(here.objects(), here.bucket(), resource, document);
        return why.isEmpty() ? carried(resource) : Line.left("", resource, 0, why);
    }

    List<Line> out(There there) {
        List<Line> lines = new ArrayList<>();
        for (String resource : documents.resources()) {
            Optional<byte[]> document = documents.of(here.objects(), here.bucket(), resource);
            if (document.isPresent()) {
                try {
                    byte[] theirs =
                            renamed(resource, document.get(), here.bucket(), there.remote().name());
                    lines.add(setThere(there, resource, theirs));
                } catch (RemoteFailure e) {
                    lines.add(Line.left("", resource, 0, e.said()));
                }
            }
        }
        return lines;
    }

    private static Line setThere(There there, String resource, byte[] document)
            throws RemoteFailure {
        Optional<byte[]> present = there.remote().setting(resource);
        if (present.isPresent() && same(present.get(), document)) {
            return present(resource);
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

    private static Line carried(String resource) {
        return new Line("", resource, resource, 0, Line.Fate.CARRIED, "set");
    }
}
