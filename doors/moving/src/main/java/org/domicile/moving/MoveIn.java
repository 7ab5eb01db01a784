package org.domicile.moving;

import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.domicile.bytes.StorageFailure;
import org.domicile.guard.Attributes;
import org.domicile.guard.Found;
import org.domicile.guard.GuardedObjects;
import org.domicile.guard.Match;
import org.domicile.guard.Stored;
import org.domicile.guard.Upstream;
import org.domicile.moves.Line;
import org.domicile.objects.Lock;
import org.domicile.s3client.Pauses;
import org.domicile.s3client.RemoteBucket;
import org.domicile.s3client.RemoteFailure;
import org.domicile.s3client.RemoteVersion;
import org.domicile.s3client.RemoteXml;

/** Carries the versions of one name in. */
final class MoveIn {
    private static final String META = "x-amz-meta-";
    private static final List<String> KEPT =
            List.of(
                    "cache-control",
                    "content-disposition",
                    "content-encoding",
                    "content-language",
                    "content-type",
                    "expires",
                    Attributes.REDIRECT);
    private static final int MOST_TAGS = 50;
    private static final int MOST_SAID = 64 << 10;
    private static final int ATTEMPTS = 3;
    static final String PASSING = "not now: ";

    private final Here here;
    private final Kept kept;
    private final Pauses pauses;

    MoveIn(Here here, Kept kept, Pauses pauses) {
        this.here = here;
        this.kept = kept;
        this.pauses = pauses;
    }

    /**
     * @param from versions over there, oldest first
     * @param to versions here, oldest first
     */
    List<Line> carry(There there, List<RemoteVersion> from, List<Found> to) {
        List<Seen> theirs = from.stream().map(Seen::of).toList();
        List<Seen> ours = to.stream().map(Seen::of).toList();
        List<Course.Step> steps =
                kept == Kept.ONE
                        ? List.of(Course.ofOne(theirs.getLast(), ours, Course.Dates.KEPT))
                        : Course.ofVersions(theirs, ours, Course.Dates.KEPT);
        List<Line> lines = new ArrayList<>(steps.size());
        boolean broken = false;
        for (int i = 0; i < steps.size(); i++) {
            RemoteVersion version = kept == Kept.ONE ? from.getLast() : from.get(i);
            Line line =
                    switch (steps.get(i)) {
                        case Course.Step.Carry _ ->
                                broken
                                        ? left(version, PASSING + "one before it was not carried")
                                        : carried(there, version, new Match.Any());
                        case Course.Step.Replace(Seen old) ->
                                carried(there, version, new Match.Etag(old.etag()));
                        case Course.Step.Present(int at) -> present(there, version, to.get(at));
                        case Course.Step.Leave(String why) -> left(version, why);
                    };
            lines.add(line);
            broken |= mayStillCome(line);
        }
        return lines;
    }

    /**
     * What failed for now and may be carried when the move goes on keeps its place free: whatever
     * comes after it waits. What can never be carried keeps nothing.
     */
    static boolean mayStillCome(Line line) {
        return line.fate() == Line.Fate.LEFT && line.by().startsWith(PASSING);
    }

    private static Line left(RemoteVersion version, String why) {
        return Line.left(version.name(), version.id(), version.size(), why);
    }

    private Line present(There there, RemoteVersion version, Found found) {
        String by =
                version.etag().equals(found.attributes().etag())
                        ? "ETag and size"
                        : "size and date";
        String lock = "";
        if (kept == Kept.LOCKED_VERSIONS && version.kind() == RemoteVersion.Kind.OBJECT) {
            try {
                lock = lengthened(version, found, lock(there.remote(), version));
            } catch (RemoteFailure e) {
                return left(version, "it is here, and its lock cannot be read: " + e.getMessage());
            }
        }
        return new Line(
                version.name(),
                version.id(),
                found.version(),
                version.size(),
                Line.Fate.PRESENT,
                by + lock);
    }

    /** A retention that became longer over there becomes so here; nothing becomes shorter. */
    private String lengthened(RemoteVersion version, Found found, Lock theirs) {
        Lock ours = found.lock();
        String said = "";
        boolean longer =
                theirs.mode() != Lock.Mode.NONE
                        && theirs.until().isAfter(ours.until())
                        && (ours.mode() == Lock.Mode.NONE || ours.mode() == theirs.mode());
        Optional<String> id = Optional.of(found.version());
        if (longer) {
            Stored done =
                    here.objects()
                            .retain(here.bucket(), version.name(), id, theirs, Lock.Bypass.NO);
            said =
                    done instanceof Stored.Amended
                            ? "; its retention was made longer"
                            : "; its retention could not be made longer";
        }
        if (theirs.hold() == Lock.Hold.ON && ours.hold() != Lock.Hold.ON) {
            here.objects().hold(here.bucket(), version.name(), id, Lock.Hold.ON);
            said += "; it is held now";
        }
        return said;
    }

    private Line carried(There there, RemoteVersion version, Match match) {
        for (int attempt = 1; ; attempt++) {
            try {
                return version.kind() == RemoteVersion.Kind.MARKER
                        ? marked(version)
                        : stored(there.remote(), version, match);
            } catch (RemoteFailure e) {
                return left(version, (e.passing() ? PASSING : "") + e.getMessage());
            } catch (UncheckedIOException e) {
                if (attempt == ATTEMPTS) {
                    return left(version, PASSING + "its bytes broke off on the way");
                }
            } catch (StorageFailure e) {
                if (e.kind() != StorageFailure.Kind.OVERLOADED) {
                    throw e;
                }
                if (attempt == ATTEMPTS) {
                    return left(version, PASSING + e.getMessage());
                }
            } catch (Upstream.Invalid e) {
                if (attempt == ATTEMPTS || !e.code().equals("BadDigest")) {
                    return left(version, e.code() + ": " + e.getMessage());
                }
            }
            try {
                pauses.pause(attempt);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Ended("interrupted");
            }
        }
    }

    private Line marked(RemoteVersion version) {
        Stored stored = here.arrivals().mark(here.bucket(), version.name(), version.modified());
        return stored instanceof Stored.Deleted(Optional<String> marker, _)
                ? line(version, marker.orElse(""), "a delete marker")
                : left(version, refusal(stored));
    }

    private static Map<String, String> tags(RemoteBucket remote, RemoteVersion version)
            throws RemoteFailure {
        Map<String, String> tags = new LinkedHashMap<>();
        remote.detail(version, "tagging", "Tagging")
                .flatMap(document -> document.first("TagSet"))
                .map(RemoteXml::children)
                .orElse(List.of())
                .forEach(tag -> tags.put(tag.child("Key"), tag.child("Value")));
        return tags;
    }

    private Line stored(RemoteBucket remote, RemoteVersion version, Match match)
            throws RemoteFailure {
        Map<String, String> tags = tags(remote, version);
        Lock lock = Lock.OPEN;
        if (kept == Kept.LOCKED_VERSIONS) {
            lock = lock(remote, version);
        }
        long first = version.etag().indexOf('-') > 0 ? remote.firstPart(version) : -1;
        try (RemoteBucket.Reading reading = remote.read(version)) {
            if (reading.length() >= 0 && reading.length() != version.size()) {
                return left(version, "it has another size than the listing says");
            }
            GuardedObjects.Draft draft = draft(reading.fields(), tags).locked(lock);
            if (said(draft) > MOST_SAID || tags.size() > MOST_TAGS) {
                return left(version, "what is said of it beside its bytes is too long");
            }
            Comparison comparison =
                    new Comparison(
                            Expected.of(reading, version.size(), () -> first), reading.body());
            Stored stored =
                    here.arrivals()
                            .put(
                                    here.bucket(),
                                    version.name(),
                                    draft,
                                    version.modified(),
                                    comparison,
                                    match);
            return stored instanceof Stored.Done(Found found)
                    ? line(version, found.version(), comparison.by())
                    : left(version, refusal(stored));
        }
    }

    private static Line line(RemoteVersion version, String to, String by) {
        return new Line(version.name(), version.id(), to, version.size(), Line.Fate.CARRIED, by);
    }

    private static GuardedObjects.Draft draft(
            Map<String, String> fields, Map<String, String> tags) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (String name : KEPT) {
            String value = fields.getOrDefault(name, "");
            if (!value.isEmpty()) {
                headers.put(name, value);
            }
        }
        Map<String, String> user = new LinkedHashMap<>();
        fields.forEach((name, value) -> {
            if (name.startsWith(META)) {
                user.put(name.substring(META.length()), value);
            }
        });
        return new GuardedObjects.Draft(
                headers, user, tags, Lock.OPEN, "", Attributes.ChecksumType.FULL_OBJECT);
    }

    private static int said(GuardedObjects.Draft draft) {
        return Stream.of(draft.headers(), draft.user(), draft.tags())
                .flatMap(each -> each.entrySet().stream())
                .mapToInt(each -> each.getKey().length() + each.getValue().length())
                .sum();
    }

    /**
     * What keeps a version over there. Where its fields do not show it, it is asked for: they are
     * missing too when the credential may not see them, and a lock must not get lost.
     */
    private static Lock lock(RemoteBucket remote, RemoteVersion version) throws RemoteFailure {
        Map<String, String> fields = remote.head(version);
        String mode = fields.getOrDefault("x-amz-object-lock-mode", "");
        String until = fields.getOrDefault("x-amz-object-lock-retain-until-date", "");
        String hold = fields.getOrDefault("x-amz-object-lock-legal-hold", "");
        if (mode.isEmpty()) {
            Optional<RemoteXml> document = remote.detail(version, "retention", "Retention");
            mode = document.map(each -> each.child("Mode")).orElse("");
            until = document.map(each -> each.child("RetainUntilDate")).orElse("");
        }
        if (hold.isEmpty()) {
            hold =
                    remote.detail(version, "legal-hold", "LegalHold")
                            .map(each -> each.child("Status"))
                            .orElse("");
        }
        Lock lock = retained(Lock.OPEN, mode, until);
        return hold.equals("ON") ? lock.holding(Lock.Hold.ON) : lock;
    }

    private static Lock retained(Lock lock, String mode, String until) throws RemoteFailure {
        if (mode.isEmpty()) {
            return lock;
        }
        try {
            return lock.retained(
                    Lock.Mode.valueOf(mode.toUpperCase(Locale.ROOT)), Instant.parse(until));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw RemoteFailure.unreadable("its retention is '" + mode + " " + until + "'");
        }
    }

    private static String refusal(Stored stored) {
        return switch (stored) {
            case Stored.Locked _ -> "a retention or a legal hold keeps what is there";
            case Stored.ConditionFailed _, Stored.NoSuchName _ -> "it changed meanwhile";
            case Stored.NoSuchBucket _ -> throw new Ended("there is no such bucket any more");
            case Stored other -> "it was not stored: " + other;
        };
    }
}
