package org.domicile.moving;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.guard.BucketSetting;
import org.domicile.guard.Found;
import org.domicile.guard.GuardedObjects;
import org.domicile.guard.LockRule;
import org.domicile.moves.Line;
import org.domicile.objects.Bucket;
import org.domicile.objects.Buckets;
import org.domicile.s3client.Pauses;
import org.domicile.s3client.RemoteFailure;
import org.domicile.s3client.RemoteVersion;

/** A bucket on its way in: made ready, its names, and what is set for it. */
final class Inward implements Way {
    private static final int LONGEST_NAME = 1_024;

    private final Here here;
    private final There there;
    private final Surroundings surroundings;
    private final String versioning;
    private final Kept kept;
    private final MoveIn moveIn;

    /**
     * @throws RemoteFailure when the other side does not say how it keeps versions
     */
    Inward(Here here, There there, Surroundings surroundings, Pauses pauses) throws RemoteFailure {
        this.here = here;
        this.there = there;
        this.surroundings = surroundings;
        this.versioning = there.versioning();
        this.kept =
                versioning.isEmpty()
                        ? Kept.ONE
                        : there.lock().isPresent() ? Kept.LOCKED_VERSIONS : Kept.VERSIONS;
        this.moveIn = new MoveIn(here, kept, pauses);
    }

    @Override
    public void prepare() {
        if (here.facts().isEmpty()) {
            create();
        }
        if (kept == Kept.ONE) {
            return;
        }
        Bucket bucket = present();
        boolean empty = here.names("").next().isEmpty();
        if (bucket.versioning() == Bucket.Versioning.UNVERSIONED && !empty) {
            throw new Ended(
                    "the bucket "
                            + here.bucket()
                            + " holds objects and keeps no versions, and the other one does: switch"
                            + " versions on, or name another bucket");
        }
        if (bucket.versioning() != Bucket.Versioning.ENABLED) {
            here.objects().version(here.bucket(), Bucket.Versioning.ENABLED);
        }
        if (kept == Kept.LOCKED_VERSIONS && !locks()) {
            if (!empty
                    || here.objects().lock(here.bucket(), LockRule.PLAIN) != Buckets.Revised.DONE) {
                throw new Ended(
                        "objects can be locked over there, and not in the bucket "
                                + here.bucket()
                                + ": switch object lock on, or name another bucket");
            }
        }
    }

    private void create() {
        Map<BucketSetting, byte[]> settings =
                kept == Kept.LOCKED_VERSIONS
                        ? Map.of(BucketSetting.OBJECT_LOCK, LockRule.PLAIN.document())
                        : Map.of();
        switch (here.objects().createBucket(here.bucket(), "", settings)) {
            case CREATED, YOURS -> {}
            case TAKEN ->
                    throw new Ended(
                            "another organisation has the bucket "
                                    + here.bucket()
                                    + "; name another one");
            case NO_SUCH_ZONE -> throw new Ended("the organisation's zone is gone");
        }
    }

    private Bucket present() {
        return here.facts()
                .orElseThrow(() -> new Ended("the bucket " + here.bucket() + " is gone"));
    }

    private boolean locks() {
        return here.objects().setting(here.bucket(), BucketSetting.OBJECT_LOCK)
                instanceof GuardedObjects.Setting.Is;
    }

    @Override
    public Work.Source names(String after) {
        Names<RemoteVersion> theirs = there.names(after);
        Names<Found> ours = here.names(after);
        return () ->
                behind(theirs, after)
                        .map(group -> {
                            String objection = objection(group);
                            List<Found> to =
                                    objection.isEmpty()
                                            ? ours.of(group.name())
                                                    .orElseGet(() -> here.versions(group.name()))
                                            : List.of();
                            RemoteVersion newest = group.versions().getLast();
                            return new Work.Named(
                                    group.name(),
                                    group.versions().size(),
                                    newest.id(),
                                    newest.size(),
                                    side ->
                                            objection.isEmpty()
                                                    ? moveIn.carry(side, group.versions(), to)
                                                    : left(group, objection));
                        });
    }

    /** Some servers repeat versions of the very name that a listing was to go on behind. */
    private static Optional<Names.Group<RemoteVersion>> behind(
            Names<RemoteVersion> theirs, String after) {
        Optional<Names.Group<RemoteVersion>> next = theirs.next();
        return next.filter(group -> group.name().equals(after)).isPresent() ? theirs.next() : next;
    }

    private static String objection(Names.Group<RemoteVersion> group) {
        int length = group.name().getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > LONGEST_NAME) {
            return "a name has 1 to 1,024 bytes";
        }
        return group.many() ? Names.MANY : "";
    }

    @Override
    public List<Line> again(There side, String name) {
        List<RemoteVersion> from;
        try {
            from = side.versions(name);
        } catch (RemoteFailure e) {
            return List.of(Line.waiting(name, "", 0, e.said()));
        }
        return from.isEmpty() ? List.of() : moveIn.carry(side, from, here.versions(name));
    }

    private static List<Line> left(Names.Group<RemoteVersion> group, String why) {
        RemoteVersion newest = group.versions().getLast();
        String name = group.name();
        String shown = name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name;
        return List.of(Line.left(shown, newest.id(), newest.size(), why));
    }

    @Override
    public List<Line> surroundings() {
        List<Line> lines = surroundings.in(there);
        if (versioning.equals("Suspended") && kept == Kept.VERSIONS && surroundings.any()) {
            here.objects().version(here.bucket(), Bucket.Versioning.SUSPENDED);
        }
        return lines;
    }

    @Override
    public void close() {
        there.remote().close();
    }
}
