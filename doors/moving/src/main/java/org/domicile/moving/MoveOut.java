package org.domicile.moving;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import org.domicile.guard.Found;
import org.domicile.guard.GuardedObjects;
import org.domicile.moves.Line;
import org.domicile.objects.Lock;
import org.domicile.outbound.Call.Sending;
import org.domicile.s3client.Pauses;
import org.domicile.s3client.RemoteBucket;
import org.domicile.s3client.RemoteFailure;
import org.domicile.s3client.RemoteVersion;

/** Carries the versions of one name out. */
final class MoveOut {
    private static final int ATTEMPTS = 3;

    /** S3: the longest body of one PUT, and what longer ones are cut into. */
    private static final long LONGEST = 5L << 30;

    private static final long PART = 1L << 30;

    private final Here here;
    private final Kept kept;
    private final Pauses pauses;

    MoveOut(Here here, Kept kept, Pauses pauses) {
        this.here = here;
        this.kept = kept;
        this.pauses = pauses;
    }

    /** A write whose answer was lost may have been done: only a look at the other side tells. */
    private static final class Unclear extends Exception {
        private static final long serialVersionUID = 1L;

        Unclear(RemoteFailure cause) {
            super(cause);
        }
    }

    /** The same where it is not known yet what is over there. */
    List<Line> carry(There there, List<Found> from) {
        try {
            return carry(there, from, there.versions(from.getFirst().name()));
        } catch (RemoteFailure e) {
            return from.stream().map(each -> left(each, MoveIn.PASSING + e.getMessage())).toList();
        }
    }

    /**
     * @param from versions here, oldest first
     * @param to versions over there, oldest first
     */
    List<Line> carry(There there, List<Found> from, List<RemoteVersion> to) {
        List<RemoteVersion> known = to;
        String said = "";
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            try {
                return carried(there, from, known);
            } catch (Unclear e) {
                said = String.valueOf(e.getCause() == null ? e : e.getCause().getMessage());
            }
            try {
                pauses.pause(attempt);
                known = there.versions(from.getFirst().name());
            } catch (RemoteFailure e) {
                said = e.getMessage();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Ended("interrupted");
            }
        }
        String why = MoveIn.PASSING + said;
        return from.stream().map(each -> left(each, why)).toList();
    }

    private List<Line> carried(There there, List<Found> from, List<RemoteVersion> to)
            throws Unclear {
        List<Seen> ours = from.stream().map(Seen::of).toList();
        List<Seen> theirs = to.stream().map(Seen::of).toList();
        List<Course.Step> steps =
                kept == Kept.ONE
                        ? List.of(Course.ofOne(ours.getLast(), theirs, Course.Dates.GIVEN_ANEW))
                        : Course.ofVersions(ours, theirs, Course.Dates.GIVEN_ANEW);
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            Found found = from.get(i);
            lines.add(
                    switch (steps.get(i)) {
                        case Course.Step.Carry _, Course.Step.Replace _ -> written(there, found);
                        case Course.Step.Present(int at) -> present(found, to.get(at));
                        case Course.Step.Leave(String why) -> left(found, why);
                    });
        }
        return lines;
    }

    private static Line present(Found found, RemoteVersion version) {
        return new Line(
                found.name(),
                found.version(),
                version.id(),
                found.size(),
                Line.Fate.PRESENT,
                found.attributes().etag().equals(version.etag())
                        ? "ETag and size"
                        : "size and place");
    }

    private static Line left(Found found, String why) {
        return Line.left(found.name(), found.version(), found.size(), why);
    }

    private Line written(There there, Found found) throws Unclear {
        try {
            return switch (found.shown()) {
                case LATEST_MARKER, OLDER_MARKER ->
                        line(found, there.remote().delete(found.name()), "a delete marker");
                case LATEST, OLDER -> object(there.remote(), found);
            };
        } catch (RemoteFailure e) {
            if (e.passing()) {
                throw new Unclear(e);
            }
            return left(found, e.said());
        }
    }

    private static Line line(Found found, RemoteBucket.Written written, String by) {
        return new Line(
                found.name(),
                found.version(),
                written.version(),
                found.size(),
                Line.Fate.CARRIED,
                by);
    }

    private Line object(RemoteBucket remote, Found listed) throws RemoteFailure {
        GuardedObjects.Got got =
                here.objects().get(here.bucket(), listed.name(), Optional.of(listed.version()));
        return switch (got) {
            case GuardedObjects.Got.Object(Found found, GuardedObjects.Content content) -> {
                try (content) {
                    yield sent(remote, found, content);
                }
            }
            case GuardedObjects.Got.KeyRefused _ ->
                    left(listed, "a key that a customer keeps seals it, or its key was destroyed");
            case GuardedObjects.Got other -> left(listed, "it is gone meanwhile");
        };
    }

    private Line sent(RemoteBucket remote, Found found, GuardedObjects.Content content)
            throws RemoteFailure {
        Map<String, String> fields = fields(found);
        String etag = found.attributes().etag();
        List<Long> parts = parts(found);
        if (parts.size() > 1) {
            RemoteBucket.Written written = inParts(remote, found, content, fields, parts);
            return line(
                    found,
                    written,
                    etag.equals(written.etag())
                            ? "MD5 of " + parts.size() + " parts"
                            : "size alone: it has another ETag there");
        }
        boolean whole = Seen.of(found).whole();
        if (whole) {
            fields.put(
                    "content-md5",
                    Base64.getEncoder().encodeToString(HexFormat.of().parseHex(etag)));
        }
        RemoteBucket.Written written =
                remote.put(found.name(), fields, body(content, 0, found.size()));
        return line(
                found,
                written,
                whole
                        ? "MD5, checked by the other side"
                        : "size alone: its ETag here is of parts that are not kept");
    }

    /**
     * The parts that it came in, so that it has the same ETag there. One that moved in has an ETag
     * of parts whose size nobody kept: then a usual one is tried that makes as many.
     */
    private static List<Long> parts(Found found) {
        if (found.parts().size() > 1) {
            return found.parts();
        }
        Matcher etag = Expected.PARTS.matcher(found.attributes().etag());
        if (etag.matches()) {
            int count = Integer.parseInt(etag.group(1));
            List<Long> usual = Expected.sizes(found.size(), count, -1);
            if (count > 1 && !usual.isEmpty()) {
                return cut(found.size(), usual.getFirst());
            }
        }
        return found.size() > LONGEST ? cut(found.size(), PART) : List.of(found.size());
    }

    private static RemoteBucket.Written inParts(
            RemoteBucket remote,
            Found found,
            GuardedObjects.Content content,
            Map<String, String> fields,
            List<Long> sizes)
            throws RemoteFailure {
        String upload = remote.begin(found.name(), fields);
        boolean done = false;
        try {
            List<String> etags = new ArrayList<>();
            long at = 0;
            for (long size : sizes) {
                etags.add(
                        remote.part(
                                found.name(), upload, etags.size() + 1, body(content, at, size)));
                at += size;
            }
            RemoteBucket.Written written = remote.complete(found.name(), upload, etags);
            done = true;
            return written;
        } finally {
            if (!done) {
                giveUp(remote, found, upload);
            }
        }
    }

    private static void giveUp(RemoteBucket remote, Found found, String upload) {
        try {
            remote.abort(found.name(), upload);
        } catch (RemoteFailure e) {
            // What made it fail is on its way to the report; the other side's own rules end it.
        }
    }

    private static List<Long> cut(long size, long part) {
        List<Long> sizes = new ArrayList<>();
        for (long left = size; left > 0; left -= Math.min(left, part)) {
            sizes.add(Math.min(left, part));
        }
        return sizes;
    }

    private static Map<String, String> fields(Found found) {
        Map<String, String> fields = new LinkedHashMap<>(found.attributes().headers());
        found.attributes().user().forEach((name, value) -> fields.put("x-amz-meta-" + name, value));
        if (!found.tags().isEmpty()) {
            fields.put(
                    "x-amz-tagging",
                    found.tags().entrySet().stream()
                            .map(tag -> encoded(tag.getKey()) + "=" + encoded(tag.getValue()))
                            .collect(Collectors.joining("&")));
        }
        Lock lock = found.lock();
        if (lock.mode() != Lock.Mode.NONE) {
            fields.put("x-amz-object-lock-mode", lock.mode().name());
            fields.put("x-amz-object-lock-retain-until-date", lock.until().toString());
        }
        if (lock.hold() == Lock.Hold.ON) {
            fields.put("x-amz-object-lock-legal-hold", "ON");
        }
        return fields;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static Sending body(GuardedObjects.Content content, long offset, long length) {
        return new Sending() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public void to(OutputStream out) throws IOException {
                if (length > 0) {
                    try (InputStream in = content.read(offset, length)) {
                        in.transferTo(out);
                    }
                }
            }
        };
    }
}
