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
import org.domicile.guard.Refused;
import org.domicile.guard.Stored;
import org.domicile.guard.Upstream;
import org.domicile.moves.Line;
import org.domicile.objects.Excess;
import org.domicile.objects.Lock;
import org.domicile.s3client.Pauses;
import org.domicile.s3client.RemoteBucket;
import org.domicile.s3client.RemoteFailure;
import org.domicile.s3client.RemoteVersion;
import org.domicile.s3client.RemoteXml;
import org.jspecify.annotations.Nullable;

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
    static final String REFUSED = "refused: ";
    static final String BEFORE = "one before it was not carried";

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
        List<RemoteVersion> all = kept == Kept.ONE ? List.of(from.getLast()) : from;
        List<Course.Step> steps;
        try {
            steps = steps(there, all, to);
        } catch (RemoteFailure e) {
            return all.stream().map(each -> failed(each, e)).toList();
        }
        List<Line> lines = new ArrayList<>(steps.size());
        // Nobody holds the name meanwhile: what comes is put on what was seen, or on nothing else.
        Match on = to.isEmpty() ? new Match.Vacant() : new Match.Still(to.getLast());
        String broken = "";
        for (int i = 0; i < steps.size(); i++) {
            RemoteVersion version = all.get(i);
            Made made =
                    switch (steps.get(i)) {
                        case Course.Step.Carry _, Course.Step.Replace _ ->
                                broken.isEmpty()
                                        ? carried(there, version, on)
                                        : Made.not(held(version, broken));
                        case Course.Step.Present(int at) ->
                                Made.not(present(there, version, to.get(at)));
                        case Course.Step.Leave(String why) -> Made.not(left(version, why));
                    };
            lines.add(made.line());
            if (made.found() != null) {
                on = new Match.Still(made.found());
            }
            broken = broken.isEmpty() ? breaking(made.line()) : broken;
        }
        return lines;
    }

    private List<Course.Step> steps(There there, List<RemoteVersion> from, List<Found> to)
            throws RemoteFailure {
        Course.Dates dates = Course.Dates.KEPT;
        List<Seen> theirs = from.stream().map(Seen::of).toList();
        List<Seen> ours =
                Doubts.cleared(
                        to.stream().map(Seen::of).toList(),
                        theirs,
                        (own, other) -> Course.doubtful(other, own, dates),
                        at -> here.opaque(to.get(at)));
        theirs =
                Doubts.cleared(
                        theirs,
                        ours,
                        (other, own) -> Course.doubtful(other, own, dates),
                        at -> there.opaque(from.get(at)));
        return kept == Kept.ONE
                ? List.of(Course.ofOne(theirs.getLast(), ours, dates))
                : Course.ofVersions(theirs, ours, dates);
    }

    /** What became of a version. @param found what it is here, if it was stored */
    private record Made(Line line, @Nullable Found found) {
        static Made not(Line line) {
            return new Made(line, null);
        }
    }

    /**
     * What failed for now and may be carried when the move goes on keeps its place free: whatever
     * comes after it waits. What can never be carried keeps nothing.
     *
     * @return what is said of those behind; empty when they can go on
     */
    static String breaking(Line line) {
        return switch (line.fate()) {
            case WAITING -> BEFORE;
            case LEFT -> line.by().startsWith(REFUSED) ? REFUSED + BEFORE : "";
            case CARRIED, PRESENT -> "";
        };
    }

    /** One behind a version that broke off. */
    private static Line held(RemoteVersion version, String why) {
        return why.startsWith(REFUSED) ? left(version, why) : waiting(version, why);
    }

    private static Line left(RemoteVersion version, String why) {
        return Line.left(version.name(), version.id(), version.size(), why);
    }

    private static Line waiting(RemoteVersion version, String why) {
        return Line.waiting(version.name(), version.id(), version.size(), why);
    }

    private static Line failed(RemoteVersion version, RemoteFailure e) {
        return e.passing() ? waiting(version, e.said()) : left(version, e.said());
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
                String why = "it is here, and its lock cannot be read: " + e.said();
                return e.passing() ? waiting(version, why) : left(version, why);
            } catch (NotLocked | Upstream.Invalid e) {
                return left(version, "it is here, and its lock there is not: " + e.getMessage());
            } catch (Refused e) {
                return left(version, REFUSED + e.getMessage());
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

    /** A lock that could not be made as firm as it is over there. */
    private static final class NotLocked extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotLocked(String sentence) {
            super(sentence, null, false, false);
        }
    }

    /**
     * A retention that became longer or firmer over there becomes so here; nothing becomes shorter
     * or weaker.
     */
    private String lengthened(RemoteVersion version, Found found, Lock theirs) {
        Lock ours = found.lock();
        String said = "";
        Lock wanted = firmer(ours, theirs, here.now());
        Optional<String> id = Optional.of(found.version());
        if (!wanted.equals(ours)) {
            Lock.Bypass bypass =
                    wanted.mode() == ours.mode() ? Lock.Bypass.NO : Lock.Bypass.GOVERNANCE;
            Stored done = here.objects().retain(here.bucket(), version.name(), id, wanted, bypass);
            if (!(done instanceof Stored.Amended)) {
                throw new NotLocked(
                        "the retention here could not become "
                                + wanted.mode()
                                + " until "
                                + wanted.until()
                                + (bypass == Lock.Bypass.NO
                                        ? ""
                                        : "; that takes s3:BypassGovernanceRetention"));
            }
            said = "; its retention was made longer";
        }
        if (theirs.hold() == Lock.Hold.ON && ours.hold() != Lock.Hold.ON) {
            Stored done = here.objects().hold(here.bucket(), version.name(), id, Lock.Hold.ON);
            if (!(done instanceof Stored.Amended)) {
                throw new NotLocked("it could not be held here");
            }
            said += "; it is held now";
        }
        if (theirs.mode() == Lock.Mode.GOVERNANCE
                && ours.mode() == Lock.Mode.COMPLIANCE
                && theirs.until().isAfter(ours.until())) {
            throw new NotLocked(
                    "it is kept under compliance here until "
                            + ours.until()
                            + ", which does not become governance until "
                            + theirs.until());
        }
        return said;
    }

    /** Ours, at least as long and as firm as theirs wherever one can be made of the other. */
    static Lock firmer(Lock ours, Lock theirs, Instant now) {
        if (theirs.mode() == Lock.Mode.NONE || !theirs.until().isAfter(now)) {
            return ours;
        }
        boolean open = ours.mode() == Lock.Mode.NONE || !ours.until().isAfter(now);
        if (open || ours.mode() == theirs.mode() && theirs.until().isAfter(ours.until())) {
            return ours.retained(theirs.mode(), theirs.until());
        }
        return ours.mode() == Lock.Mode.GOVERNANCE && theirs.mode() == Lock.Mode.COMPLIANCE
                ? ours.retained(
                        theirs.mode(),
                        theirs.until().isAfter(ours.until()) ? theirs.until() : ours.until())
                : ours;
    }

    private Made carried(There there, RemoteVersion version, Match on) {
        for (int attempt = 1; ; attempt++) {
            try {
                return version.kind() == RemoteVersion.Kind.MARKER
                        ? marked(version, on)
                        : stored(there.remote(), version, on);
            } catch (RemoteFailure e) {
                return Made.not(failed(version, e));
            } catch (Refused e) {
                return Made.not(left(version, REFUSED + e.getMessage()));
            } catch (UncheckedIOException e) {
                if (attempt == ATTEMPTS) {
                    return Made.not(waiting(version, "its bytes broke off on the way"));
                }
            } catch (StorageFailure e) {
                if (e.kind() != StorageFailure.Kind.OVERLOADED) {
                    throw e;
                }
                if (attempt == ATTEMPTS) {
                    return Made.not(waiting(version, Work.said(e)));
                }
            } catch (Upstream.Invalid e) {
                if (attempt == ATTEMPTS || !e.code().equals("BadDigest")) {
                    return Made.not(left(version, e.code() + ": " + e.getMessage()));
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

    private Made marked(RemoteVersion version, Match on) {
        Stored stored = here.arrivals().mark(here.bucket(), version.name(), version.modified(), on);
        return stored instanceof Stored.Done(Found found)
                ? made(version, found, "a delete marker")
                : Made.not(refusal(version, stored));
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

    private Made stored(RemoteBucket remote, RemoteVersion version, Match on) throws RemoteFailure {
        Map<String, String> tags = tags(remote, version);
        Lock lock = Lock.OPEN;
        if (kept == Kept.LOCKED_VERSIONS) {
            lock = lock(remote, version);
        }
        long first = version.etag().indexOf('-') > 0 ? remote.firstPart(version) : -1;
        try (RemoteBucket.Reading reading = remote.read(version)) {
            if (reading.length() >= 0 && reading.length() != version.size()) {
                return Made.not(left(version, "it has another size than the listing says"));
            }
            GuardedObjects.Draft draft = draft(reading.fields(), tags).locked(lock);
            if (said(draft) > MOST_SAID || tags.size() > MOST_TAGS) {
                return Made.not(left(version, "what is said of it beside its bytes is too long"));
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
                                    on);
            return stored instanceof Stored.Done(Found found)
                    ? made(version, found, comparison.by())
                    : Made.not(refusal(version, stored));
        }
    }

    private static Made made(RemoteVersion version, Found found, String by) {
        return new Made(
                new Line(
                        version.name(),
                        version.id(),
                        found.version(),
                        version.size(),
                        Line.Fate.CARRIED,
                        by),
                found);
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

    private static Line refusal(RemoteVersion version, Stored stored) {
        return switch (stored) {
            case Stored.Locked _ ->
                    left(version, "a retention or a legal hold keeps what is there");
            case Stored.ConditionFailed _, Stored.NoSuchName _ ->
                    waiting(version, "somebody changed what is here meanwhile");
            case Stored.NoSuchBucket _ -> throw new Ended("there is no such bucket any more");
            case Stored.OverQuota(Excess excess) -> throw full(excess);
            case Stored other -> left(version, "it was not stored: " + other);
        };
    }

    private static Ended full(Excess excess) {
        String whose =
                switch (excess.of()) {
                    case BUCKET -> "the bucket ";
                    case ORGANISATION -> "the organisation ";
                };
        return new Ended(
                "the quota of "
                        + whose
                        + excess.name()
                        + " has no room left: give it more, or make room");
    }
}
