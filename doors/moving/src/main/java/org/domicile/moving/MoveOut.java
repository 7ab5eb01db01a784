package org.domicile.moving;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ObjIntConsumer;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.Encrypted;
import org.domicile.guard.Found;
import org.domicile.guard.GuardedObjects;
import org.domicile.guard.Refused;
import org.domicile.moves.Line;
import org.domicile.objects.Lock;
import org.domicile.outbound.Call.Sending;
import org.domicile.s3client.Pauses;
import org.domicile.s3client.RemoteBucket;
import org.domicile.s3client.RemoteFailure;
import org.domicile.s3client.RemoteVersion;
import org.domicile.s3client.S3Signature;

/** Carries the versions of one name out. */
final class MoveOut {
    private static final int ATTEMPTS = 3;

    /** S3: the longest body of one PUT, and what longer ones are cut into. */
    private static final long LONGEST = 5L << 30;

    private static final long PART = 1L << 30;

    private final Here here;
    private final Kept kept;
    private final Pauses pauses;
    private final Uploads uploads;

    /** Where uploads on the other side are remembered while they are under way. */
    interface Uploads {
        void began(String name, String upload);

        void over(String name, String upload);
    }

    MoveOut(Here here, Kept kept, Pauses pauses, Uploads uploads) {
        this.here = here;
        this.kept = kept;
        this.pauses = pauses;
        this.uploads = uploads;
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
            return moved(from).stream().map(each -> failed(each, e)).toList();
        }
    }

    private List<Found> moved(List<Found> from) {
        return kept == Kept.ONE ? List.of(from.getLast()) : from;
    }

    /**
     * @param from versions here, oldest first
     * @param to versions over there, oldest first
     */
    List<Line> carry(There there, List<Found> from, List<RemoteVersion> to) {
        List<Found> all = moved(from);
        List<RemoteVersion> known = to;
        // What was carried before an answer was lost is over there at the next look.
        Map<String, Line> made = new HashMap<>();
        RemoteFailure said = null;
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            try {
                return carried(there, all, known, made);
            } catch (Unclear e) {
                said = (RemoteFailure) e.getCause();
            } catch (RemoteFailure e) {
                said = e;
            }
            try {
                pauses.pause(attempt);
                known = there.versions(from.getFirst().name());
            } catch (RemoteFailure e) {
                said = e;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Ended("interrupted");
            }
        }
        List<Line> lines = new ArrayList<>(all.size());
        for (Found each : all) {
            Line line = made.get(each.version());
            lines.add(line != null ? line : waiting(each, said == null ? "" : said.said()));
        }
        return lines;
    }

    private List<Line> carried(
            There there, List<Found> from, List<RemoteVersion> to, Map<String, Line> made)
            throws Unclear, RemoteFailure {
        List<Course.Step> steps = steps(there, from, to);
        List<Line> lines = new ArrayList<>(steps.size());
        String broken = "";
        for (int i = 0; i < steps.size(); i++) {
            Found found = from.get(i);
            Line line =
                    switch (steps.get(i)) {
                        case Course.Step.Carry _, Course.Step.Replace _ ->
                                broken.isEmpty() ? written(there, found) : held(found, broken);
                        case Course.Step.Present(int at) ->
                                made.getOrDefault(found.version(), present(found, to.get(at)));
                        case Course.Step.Leave(String why) -> left(found, why);
                    };
            if (line.fate() == Line.Fate.CARRIED) {
                made.put(found.version(), line);
            }
            lines.add(line);
            broken = broken.isEmpty() ? MoveIn.breaking(line) : broken;
        }
        return lines;
    }

    private List<Course.Step> steps(There there, List<Found> from, List<RemoteVersion> to)
            throws RemoteFailure {
        Course.Dates dates = Course.Dates.GIVEN_ANEW;
        List<Seen> theirs = to.stream().map(Seen::of).toList();
        List<Seen> ours =
                Doubts.cleared(
                        from.stream().map(Seen::of).toList(),
                        theirs,
                        (own, other) -> Course.doubtful(own, other, dates),
                        at -> here.opaque(from.get(at)));
        theirs =
                Doubts.cleared(
                        theirs,
                        ours,
                        (other, own) -> Course.doubtful(own, other, dates),
                        at -> there.opaque(to.get(at)));
        return kept == Kept.ONE
                ? List.of(Course.ofOne(ours.getLast(), theirs, dates))
                : Course.ofVersions(ours, theirs, dates);
    }

    private static Line held(Found found, String why) {
        return why.startsWith(MoveIn.REFUSED) ? left(found, why) : waiting(found, why);
    }

    private static Line failed(Found found, RemoteFailure e) {
        return e.passing() ? waiting(found, e.said()) : left(found, e.said());
    }

    private static Line waiting(Found found, String why) {
        return Line.waiting(found.name(), found.version(), found.size(), why);
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
        } catch (Refused e) {
            return left(found, MoveIn.REFUSED + e.getMessage());
        } catch (StorageFailure e) {
            return switch (e.kind()) {
                case CORRUPT -> left(found, "what is stored of it is damaged: " + e.getMessage());
                case OVERLOADED -> waiting(found, Work.said(e));
                case FULL, FENCED, FOREIGN, CLOSED -> throw e;
            };
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
        Map<String, String> fields = fields(found, here.now());
        String etag = found.attributes().etag();
        List<Long> parts = parts(found, content);
        if (parts.size() > 1) {
            RemoteBucket.Written written = inParts(remote, found, content, fields, parts);
            return line(
                    found,
                    written,
                    "MD5 of "
                            + parts.size()
                            + " parts"
                            + (etag.equals(written.etag()) ? "" : ", checked by the other side"));
        }
        // Under a named key the ETag only looks like one.
        boolean own = found.encrypted().kind() == Encrypted.Kind.OWN && Seen.of(found).parts() == 0;
        fields.put("content-md5", own ? base64(etag) : md5(content, 0, found.size()));
        RemoteBucket.Written written =
                remote.put(found.name(), fields, body(content, 0, found.size()));
        return line(found, written, "MD5, checked by the other side");
    }

    private static String base64(String hex) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex));
    }

    /** Read once for this, so that what is damaged here is found before anything is sent. */
    private static String md5(GuardedObjects.Content content, long offset, long length) {
        MessageDigest md5 = S3Signature.digest("MD5");
        read(content, offset, length, (bytes, count) -> md5.update(bytes, 0, count));
        return Base64.getEncoder().encodeToString(md5.digest());
    }

    private static void read(
            GuardedObjects.Content content,
            long offset,
            long length,
            ObjIntConsumer<byte[]> taking) {
        if (length == 0) {
            return;
        }
        byte[] buffer = new byte[64 << 10];
        try (InputStream in = content.read(offset, length)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                taking.accept(buffer, count);
            }
        } catch (IOException e) {
            throw new StorageFailure(
                    StorageFailure.Kind.CORRUPT, String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * The parts that it came in, so that it has the same ETag there. One that moved in has an ETag
     * of parts whose size nobody kept: then it is read to see which of the usual sizes makes that
     * ETag. Where none does, it never goes in as many parts: that other ETag would be taken for
     * that of other bytes.
     */
    private static List<Long> parts(Found found, GuardedObjects.Content content) {
        if (found.parts().size() > 1) {
            return found.parts();
        }
        Matcher etag = Expected.PARTS.matcher(found.attributes().etag());
        int count = etag.matches() ? Integer.parseInt(etag.group(1)) : 1;
        if (count > 1) {
            List<PartSum> usual =
                    Expected.sizes(found.size(), count, -1).stream().map(PartSum::new).toList();
            if (!usual.isEmpty()) {
                read(
                        content,
                        0,
                        found.size(),
                        (bytes, length) -> usual.forEach(each -> each.update(bytes, 0, length)));
            }
            for (PartSum each : usual) {
                if (each.etag(count).equals(found.attributes().etag())) {
                    return cut(found.size(), each.size());
                }
            }
        }
        if (found.size() <= LONGEST) {
            return List.of(found.size());
        }
        List<Long> parts = cut(found.size(), PART);
        return parts.size() == count ? cut(found.size(), PART / 2) : parts;
    }

    private RemoteBucket.Written inParts(
            RemoteBucket remote,
            Found found,
            GuardedObjects.Content content,
            Map<String, String> fields,
            List<Long> sizes)
            throws RemoteFailure {
        String upload = remote.begin(found.name(), fields);
        boolean done = false;
        try {
            uploads.began(found.name(), upload);
            List<String> etags = new ArrayList<>();
            long at = 0;
            for (long size : sizes) {
                // Some servers want one of what they lock.
                Map<String, String> sum = Map.of("content-md5", md5(content, at, size));
                etags.add(
                        remote.part(
                                found.name(),
                                upload,
                                etags.size() + 1,
                                sum,
                                body(content, at, size)));
                at += size;
            }
            RemoteBucket.Written written = remote.complete(found.name(), upload, etags);
            done = true;
            uploads.over(found.name(), upload);
            return written;
        } finally {
            if (!done) {
                giveUp(remote, found.name(), upload, uploads);
            }
        }
    }

    /** One that does not go stays remembered, and is given up when the move goes on. */
    static void giveUp(RemoteBucket remote, String name, String upload, Uploads uploads) {
        try {
            remote.abort(name, upload);
        } catch (RemoteFailure e) {
            if (e.status() != 404) {
                return; // what made it fail is on its way to the report
            }
        }
        uploads.over(name, upload);
    }

    private static List<Long> cut(long size, long part) {
        List<Long> sizes = new ArrayList<>();
        for (long left = size; left > 0; left -= Math.min(left, part)) {
            sizes.add(Math.min(left, part));
        }
        return sizes;
    }

    private static Map<String, String> fields(Found found, Instant now) {
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
        // A date that is over keeps nothing any more, and S3 refuses it.
        if (lock.mode() != Lock.Mode.NONE && lock.until().isAfter(now)) {
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
