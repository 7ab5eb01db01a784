package org.domicile.moving;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.domicile.guard.BucketSetting;
import org.domicile.guard.Found;
import org.domicile.guard.GuardedObjects;
import org.domicile.moves.Line;
import org.domicile.objects.Bucket;
import org.domicile.s3client.Pauses;
import org.domicile.s3client.RemoteFailure;
import org.domicile.s3client.RemoteVersion;

/** A bucket on its way out: made ready over there, its names, and what is set for it. */
final class Outward implements Way {
    private static final String LOCKS = "x-amz-bucket-object-lock-enabled";

    private final Here here;
    private final There there;
    private final Surroundings surroundings;
    private final MoveOut moveOut;
    private final Unfinished unfinished;
    private final String region;
    private final Bucket bucket;
    private final Kept kept;

    Outward(
            Here here,
            There there,
            Surroundings surroundings,
            Pauses pauses,
            Unfinished unfinished,
            String region) {
        this.here = here;
        this.there = there;
        this.surroundings = surroundings;
        this.unfinished = unfinished;
        this.region = region;
        this.bucket =
                here.facts().orElseThrow(() -> new Ended("there is no bucket " + here.bucket()));
        boolean locks =
                here.objects().setting(here.bucket(), BucketSetting.OBJECT_LOCK)
                        instanceof GuardedObjects.Setting.Is;
        this.kept =
                bucket.versioning() == Bucket.Versioning.UNVERSIONED
                        ? Kept.ONE
                        : locks ? Kept.LOCKED_VERSIONS : Kept.VERSIONS;
        this.moveOut = new MoveOut(here, kept, pauses, unfinished);
    }

    @Override
    public void prepare() throws RemoteFailure {
        String versioning;
        try {
            versioning = there.versioning();
        } catch (RemoteFailure e) {
            if (!e.code().equals("NoSuchBucket")) {
                throw e;
            }
            there.remote()
                    .create(
                            kept == Kept.LOCKED_VERSIONS ? Map.of(LOCKS, "true") : Map.of(),
                            region);
            versioning = there.versioning();
        }
        if (kept == Kept.LOCKED_VERSIONS && there.lock().isEmpty()) {
            throw new Ended(
                    "objects of "
                            + here.bucket()
                            + " can be locked, and not over there: name a"
                            + " bucket that is not there yet, or one with object lock");
        }
        if (kept != Kept.ONE && !versioning.equals("Enabled")) {
            setVersioning("Enabled");
        }
        unfinished.giveUp(there.remote());
    }

    private void setVersioning(String state) throws RemoteFailure {
        there.remote()
                .set(
                        "versioning",
                        ("<VersioningConfiguration"
                             + " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>"
                                        + state
                                        + "</Status></VersioningConfiguration>")
                                .getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public Work.Source names(String after) {
        Names<Found> ours = here.names(after);
        Names<RemoteVersion> theirs = there.names(after);
        return () ->
                ours.next()
                        .map(group -> {
                            Found newest = group.versions().getLast();
                            if (group.many()) {
                                Line left =
                                        Line.left(
                                                group.name(),
                                                newest.version(),
                                                newest.size(),
                                                Names.MANY);
                                return named(group, newest, _ -> List.of(left));
                            }
                            List<RemoteVersion> to = theirs.of(group.name()).orElse(null);
                            return named(
                                    group,
                                    newest,
                                    side ->
                                            to == null
                                                    ? moveOut.carry(side, group.versions())
                                                    : moveOut.carry(side, group.versions(), to));
                        });
    }

    @Override
    public List<Line> again(There side, String name) {
        List<Found> from = here.versions(name);
        return from.isEmpty() ? List.of() : moveOut.carry(side, from);
    }

    private static Work.Named named(Names.Group<Found> group, Found newest, Work.Task task) {
        return new Work.Named(
                group.name(), group.versions().size(), newest.version(), newest.size(), task);
    }

    @Override
    public List<Line> surroundings() throws RemoteFailure {
        List<Line> lines = surroundings.out(there);
        if (bucket.versioning() == Bucket.Versioning.SUSPENDED && surroundings.any()) {
            setVersioning("Suspended");
        }
        return lines;
    }

    @Override
    public void close() {
        there.remote().close();
    }
}
