package org.domicile.guard;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.Keys;
import org.domicile.lifecycle.Lifecycle;
import org.domicile.objects.Bucket;
import org.domicile.objects.Changed;
import org.domicile.objects.Listing;
import org.domicile.objects.Lock;
import org.domicile.objects.Objects;
import org.domicile.objects.Upload;
import org.domicile.objects.Version;
import org.domicile.policy.Policy;
import org.domicile.policy.Resource;

/**
 * Ends what buckets' rules end. A turn walks the buckets that have rules, in the order of their
 * names, page by page; what is over on a page ends at once, several at a time, because ends that
 * wait together are synced together. Each end depends on what was seen ({@link Objects#expire}), so
 * what a client changed meanwhile is left to the next turn, and nothing has to be remembered over a
 * restart: what ended is gone. Owned by the thread of the job.
 */
final class LifecycleRun {
    private static final System.Logger LOG = System.getLogger("org.domicile.lifecycle");

    private static final int AT_ONCE = 16;

    private final Policy policy;
    private final Objects objects;
    private final LifecycleRules rules;
    private final Vessel vessel;
    private final Announcements announcements;
    private final InstantSource clock;
    private final Supplier<Uses> uses;
    private final int most;

    // Where the next turn goes on: behind a bucket that was seen whole, and within one that was not
    // behind a name.
    private String wholeBefore = "";
    private String within = "";
    private String nameBefore = "";

    /**
     * @param uses a view of the job's uses for each thread
     * @param most ends of one turn, nearly: a turn stops at the end of the page that passes it
     */
    LifecycleRun(
            Policy policy,
            Objects objects,
            LifecycleRules rules,
            Vessel vessel,
            Announcements announcements,
            InstantSource clock,
            Supplier<Uses> uses,
            int most) {
        this.policy = policy;
        this.objects = objects;
        this.rules = rules;
        this.vessel = vessel;
        this.announcements = announcements;
        this.clock = clock;
        this.uses = uses;
        this.most = most;
    }

    /** One thing that is over. */
    private interface Ending {
        /** Whether it ended. */
        boolean end(Uses uses);
    }

    long turn(Duration day) {
        Instant now = clock.instant();
        long ended = 0;
        for (Bucket bucket : buckets()) {
            if (bucket.name().compareTo(wholeBefore) <= 0) {
                continue;
            }
            String after = bucket.name().equals(within) ? nameBefore : "";
            within = "";
            ended += bucket(bucket, after, now, day, most - ended);
            if (within.isEmpty()) {
                wholeBefore = bucket.name();
            }
            if (ended >= most || Thread.currentThread().isInterrupted()) {
                return ended;
            }
        }
        wholeBefore = "";
        return ended;
    }

    /** Those with rules, by name. */
    private List<Bucket> buckets() {
        return policy.register().organisations().keySet().stream()
                .flatMap(each -> objects.buckets().buckets(each).stream())
                .filter(each -> each.settings().containsKey(BucketSetting.LIFECYCLE.key()))
                .sorted(Comparator.comparing(Bucket::name))
                .toList();
    }

    private long bucket(Bucket bucket, String after, Instant now, Duration day, long most) {
        try {
            Optional<Lifecycle> found = rules.of(bucket);
            if (found.isEmpty()) {
                return 0;
            }
            long ended = uploads(bucket, found.get(), now, day);
            return ended + versions(bucket, found.get(), after, now, day, most - ended);
        } catch (Keys.KeyGone e) {
            return 0; // a bucket of an older folder, which nobody can open any more
        } catch (StorageFailure e) {
            passOver(e, "the rules of bucket " + bucket.name());
            return 0;
        }
    }

    /** One bad record, or one busy name, does not keep the rules from everything behind it. */
    private static void passOver(StorageFailure e, String what) {
        switch (e.kind()) {
            case CORRUPT, FOREIGN, OVERLOADED ->
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "{0} are not carried out this time: {1}",
                            what,
                            e.getMessage());
            case FULL, FENCED, CLOSED -> throw e;
        }
    }

    private long versions(
            Bucket bucket, Lifecycle rules, String after, Instant now, Duration day, long most) {
        VersionWalk walk = new VersionWalk(rules, version -> vessel.state(bucket, version).tags());
        Optional<Listing.Place> next = Optional.of(new Listing.Place(after, ""));
        long ended = 0;
        while (next.isPresent()) {
            Listing.Place place = next.get();
            Listing.Page page =
                    objects.listVersions(
                            bucket,
                            new Listing.Query("", "", place.name(), place.version(), Listing.MAX));
            next = page.next();
            List<Ending> over = new ArrayList<>();
            for (Version version : walk.over(page.versions(), next.isEmpty(), now, day)) {
                if (mayEnd(bucket, version, now)) {
                    over.add(uses -> asked(bucket) && end(uses, bucket, version));
                }
            }
            ended += all(over);
            if (next.isPresent() && (ended >= most || Thread.currentThread().isInterrupted())) {
                within = bucket.name();
                nameBefore = walk.whole(after);
                return ended;
            }
        }
        return ended;
    }

    /** Whether the rules are still those that were read: a client may have taken them back. */
    private boolean asked(Bucket bucket) {
        String rules = BucketSetting.LIFECYCLE.key();
        return objects.buckets()
                .bucket(bucket.name())
                .filter(now -> now.id().equals(bucket.id()))
                .filter(now ->
                        Arrays.equals(now.settings().get(rules), bucket.settings().get(rules)))
                .isPresent();
    }

    /** What is locked is not even asked to end, except where it only gets a marker before it. */
    private static boolean mayEnd(Bucket bucket, Version version, Instant now) {
        boolean hidden =
                version.latest()
                        && version.kind() == Version.Kind.OBJECT
                        && bucket.versioning() == Bucket.Versioning.ENABLED;
        return hidden || version.lock().opens(now, Lock.Bypass.NO);
    }

    private boolean end(Uses uses, Bucket bucket, Version version) {
        boolean newest = version.latest() && version.kind() == Version.Kind.OBJECT;
        String action = newest ? "lifecycle:ExpireObject" : "lifecycle:ExpireVersion";
        Tags tags = Tags.of(() -> vessel.state(bucket, version).tags());
        try (Admitted use = admit(uses, action, bucket, version.name(), tags)) {
            return announcements
                            .telling(
                                    uses,
                                    use,
                                    bucket,
                                    version.name(),
                                    new Announcements.Told(Cause.EXPIRY))
                            .expire(use.carrying(() -> 0), bucket, version)
                    instanceof Changed.Deleted;
        }
    }

    private long uploads(Bucket bucket, Lifecycle rules, Instant now, Duration day) {
        Optional<Listing.Place> next = Optional.of(new Listing.Place("", ""));
        long ended = 0;
        while (next.isPresent() && !Thread.currentThread().isInterrupted()) {
            Listing.Place place = next.get();
            Objects.Uploads.UploadPage page =
                    objects.uploads()
                            .list(
                                    bucket,
                                    new Listing.Query(
                                            "", "", place.name(), place.version(), Listing.MAX));
            next = page.next();
            List<Ending> over = new ArrayList<>();
            for (Upload upload : page.uploads()) {
                if (rules.expiry(upload.name(), upload.initiated(), day).due(now)) {
                    over.add(uses -> asked(bucket) && abort(uses, bucket, upload));
                }
            }
            ended += all(over);
        }
        return ended;
    }

    private boolean abort(Uses uses, Bucket bucket, Upload upload) {
        Tags tags = Tags.of(() -> vessel.begun(bucket, upload).draft().tags());
        try (Admitted use = admit(uses, "lifecycle:AbortUpload", bucket, upload.name(), tags)) {
            if (use.readsTags()) {
                use.about(List.of(vessel.begun(bucket, upload).draft().tags()));
            }
            return objects.uploads()
                    .abort(use.carrying(() -> 0), bucket, upload.name(), upload.id());
        }
    }

    private static Admitted admit(Uses uses, String action, Bucket bucket, String name, Tags tags) {
        Resource resource = uses.data(Optional.of(bucket), bucket.name(), name);
        return uses.admitFor(
                bucket.organisation(),
                action,
                resource,
                ObjectUses.object(bucket.name(), name),
                tags);
    }

    /** Ends one; 0 when it did not end. */
    private static int end(Ending ending, Uses uses) {
        try {
            return ending.end(uses) ? 1 : 0;
        } catch (Refused e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "something that is over does not end: {0}",
                    e.getMessage());
        } catch (StorageFailure e) {
            passOver(e, "some rules");
        }
        return 0;
    }

    /** Ends them, several at once; the first failure is thrown when all threads have stopped. */
    private long all(List<Ending> over) {
        AtomicInteger next = new AtomicInteger();
        AtomicLong ended = new AtomicLong();
        List<Future<?>> workers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < Math.min(AT_ONCE, over.size()); i++) {
                workers.add(
                        threads.submit(() -> {
                            Uses own = uses.get();
                            for (int at = next.getAndIncrement();
                                    at < over.size();
                                    at = next.getAndIncrement()) {
                                ended.addAndGet(end(over.get(at), own));
                            }
                        }));
            }
        }
        for (Future<?> worker : workers) {
            if (worker.state() == Future.State.FAILED) {
                switch (worker.exceptionNow()) {
                    case RuntimeException e -> throw e;
                    case Throwable e -> throw new IllegalStateException("an end failed", e);
                }
            }
        }
        return ended.get();
    }
}
