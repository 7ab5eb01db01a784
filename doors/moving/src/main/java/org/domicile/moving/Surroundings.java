package org.domicile.moving;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
                            resource.equals("policy")
                                    ? renamed(
                                            document.get(), there.remote().name(), here.bucket())
                                    : document.get();
                    String why = documents.set(here.objects(), here.bucket(), resource, own);
                    lines.add(
                            why.isEmpty()
                                    ? carried(resource)
                                    : Line.left("", resource, 0, why));
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
                if (document.isPresent()
                        && !RemoteXml.parse(document.get()).children().isEmpty()) {
                    lines.add(
                            Line.left("", resource, 0, "it is set there, and is not carried"));
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

    List<Line> out(There there) {
        List<Line> lines = new ArrayList<>();
        for (String resource : documents.resources()) {
            Optional<byte[]> document = documents.of(here.objects(), here.bucket(), resource);
            if (document.isPresent()) {
                try {
                    there.remote()
                            .set(
                                    resource,
                                    resource.equals("policy")
                                            ? renamed(
                                                    document.get(),
                                                    here.bucket(),
                                                    there.remote().name())
                                            : document.get());
                    lines.add(carried(resource));
                } catch (RemoteFailure e) {
                    lines.add(Line.left("", resource, 0, e.getMessage()));
                }
            }
        }
        return lines;
    }

    /** A policy names its bucket, which may be called otherwise where it goes. */
    private static byte[] renamed(byte[] policy, String from, String to) {
        String text = new String(policy, StandardCharsets.UTF_8);
        return text.replaceAll(
                        "arn:aws:s3:::" + Pattern.quote(from) + "(?=[\"/])",
                        Matcher.quoteReplacement("arn:aws:s3:::" + to))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static Line carried(String resource) {
        return new Line("", resource, resource, 0, Line.Fate.CARRIED, "set");
    }
}
