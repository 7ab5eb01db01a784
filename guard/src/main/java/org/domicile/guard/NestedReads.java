package org.domicile.guard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.Keys;
import org.domicile.keys.Opener;
import org.domicile.keys.Pass;
import org.domicile.objects.Body;
import org.domicile.objects.Bucket;
import org.domicile.objects.Objects;
import org.domicile.objects.Version;
import org.domicile.policy.Resource;

/**
 * Objects that are read inside another use. Each is decided about by itself, as if it were read by
 * S3, when it is held; none has an entry of its own but a refusal. They open with the pass of the
 * use around them, which names them all: so they are held first, that use is recorded, and then
 * they are opened. Owned by the request's thread.
 *
 * <p>Only data of the caller's own organisation: the use around them has one log, and it is that of
 * those whose data they are.
 */
final class NestedReads implements AutoCloseable {
    static final String READING = "s3:GetObject";
    private static final int MOST_TRIES = 100;

    private final Uses uses;
    private final Objects objects;
    private final Keys keys;
    private final Vessel vessel;
    private final SecondKeys second;
    private final List<Held> held = new ArrayList<>();

    NestedReads(Uses uses, Objects objects, Keys keys, Vessel vessel, SecondKeys second) {
        this.uses = uses;
        this.objects = objects;
        this.keys = keys;
        this.vessel = vessel;
        this.second = second;
    }

    /** What came of asking for an object. */
    sealed interface Asked {
        /** It is there and may be read, and stays whole while it is held. */
        record There(Held held) implements Asked {}

        /** It is not there. @param sentence what to tell the caller */
        record Absent(String sentence) implements Asked {}

        /** It is there and cannot be read so. */
        record Unreadable(String sentence) implements Asked {}
    }

    /**
     * One object that may be read once the use around it is on record.
     *
     * @param resource as it was decided about
     */
    record Held(
            Bucket bucket,
            Version version,
            State state,
            Resource.Data resource,
            List<Body> pieces) {
        /** How it is called on record. */
        String place() {
            return ObjectUses.object(bucket.name(), version.name());
        }

        /** Another one for other bytes. */
        String id() {
            return String.join(
                    "\n",
                    bucket.id(),
                    version.name(),
                    version.id(),
                    Long.toString(version.size()),
                    Long.toString(version.modified().toEpochMilli()),
                    HexFormat.of().formatHex(version.token()));
        }
    }

    /** What is held. */
    List<Held> held() {
        return held;
    }

    /**
     * Decides about an object and holds it.
     *
     * @throws Refused when it may not be read; that is on record then
     */
    Asked hold(String bucketName, String name) {
        Optional<Bucket> found = objects.buckets().bucket(bucketName);
        String place = ObjectUses.object(bucketName, name);
        Resource.Data resource = uses.object(found, bucketName, name, Optional.empty());
        uses.check(READING, resource, place);
        if (found.isEmpty()) {
            return new Asked.Absent("There is no bucket " + bucketName + ".");
        }
        Bucket bucket = found.get();
        if (!bucket.organisation().equals(uses.organisation())) {
            return new Asked.Unreadable(
                    "The bucket "
                            + bucketName
                            + " is another organisation's, and SQL reads the data of one's own"
                            + " alone: read it by S3.");
        }
        return hold(bucket, resource, READING, name);
    }

    /**
     * Holds an object of what was decided about already.
     *
     * @param resource as it was decided about @param action by which
     * @throws Refused when what the object brings along forbids it; that is on record then
     */
    Asked hold(Bucket bucket, Resource.Data resource, String action, String name) {
        String place = ObjectUses.object(bucket.name(), name);
        for (int attempt = 0; attempt < MOST_TRIES; attempt++) {
            Optional<Version> version = objects.version(bucket, name, Optional.empty());
            if (version.isEmpty() || version.get().kind() == Version.Kind.DELETE_MARKER) {
                return new Asked.Absent("There is no object s3://" + place + ".");
            }
            State state = vessel.state(bucket, version.get());
            uses.checkVersion(action, resource, state, place);
            if (second.refusal(bucket, state.sealing(), CustomerKey.NONE).isPresent()) {
                return new Asked.Unreadable(
                        "s3://" + place + " is sealed under a key that SQL does not have.");
            }
            Optional<List<Body>> pieces = PlainContent.hold(objects, bucket, version.get());
            if (pieces.isPresent()) {
                Held one = new Held(bucket, version.get(), state, resource, pieces.get());
                held.add(one);
                return new Asked.There(one);
            }
        }
        throw new StorageFailure(
                StorageFailure.Kind.OVERLOADED,
                "the object is replaced faster than it can be opened; try again");
    }

    /** Opens one, with the pass of the use around it. The body stays held. */
    PlainContent open(Held one, Pass pass) {
        Opener opener = keys.opener(Vessel.key(one.bucket()), pass);
        AttributesCodec.Sealed sealed =
                AttributesCodec.attributes(
                        opener.open(
                                Vessel.context(one.bucket(), one.version().name()),
                                Marked.attributes(one.version().attributes())));
        return PlainContent.of(
                one.pieces(),
                one.version(),
                sealed.contents(),
                opener,
                second.opening(one.state().sealing(), CustomerKey.NONE));
    }

    /** Reads bytes; what storage says goes on as it is. */
    static InputStream read(PlainContent content, long offset, long length) throws IOException {
        try {
            return content.read(offset, length);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @Override
    public void close() {
        held.forEach(one -> one.pieces().forEach(Body::close));
        held.clear();
    }
}
