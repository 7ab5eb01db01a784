package org.domicile.guard;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.domicile.keys.Keys;
import org.domicile.keys.Opener;
import org.domicile.keys.Pass;
import org.domicile.keys.Sealer;
import org.domicile.keys.SecondKey;
import org.domicile.objects.Body;
import org.domicile.objects.Bucket;
import org.domicile.objects.Changed;
import org.domicile.objects.Condition;
import org.domicile.objects.Listing;
import org.domicile.objects.Lock;
import org.domicile.objects.Objects;
import org.domicile.objects.Staging;
import org.domicile.objects.Version;
import org.domicile.policy.Marks;
import org.domicile.request.Request;
import org.domicile.tables.Refusal;
import org.domicile.tables.Warehouse;

/**
 * An organisation's warehouse for one use. What it does to objects is a part of that use: it
 * carries no record, and opens only with the pass that the use's record gave.
 */
final class OpenedWarehouse implements Warehouse {
    private static final int STEP = 1 << 20;
    private static final int MOST_TRIES = 100;
    private static final int PAGE = 1_000;

    private final Parts parts;
    private final Request request;
    private final Bucket bucket;
    private final Supplier<Pass> pass;
    private final Sealer sealer;

    /** What it works with. */
    record Parts(Keys keys, Objects objects, Vessel vessel, java.security.SecureRandom random) {}

    /**
     * @param pass that the use's record gave; fails while there is none
     */
    OpenedWarehouse(Parts parts, Request request, Bucket bucket, Supplier<Pass> pass) {
        this.parts = parts;
        this.request = request.nested();
        this.bucket = bucket;
        this.pass = pass;
        this.sealer = parts.vessel().sealer(bucket);
    }

    /** The bucket itself. */
    Bucket source() {
        return bucket;
    }

    @Override
    public String organisation() {
        return bucket.organisation();
    }

    @Override
    public String bucket() {
        return bucket.name();
    }

    @Override
    public byte[] seal(String place, byte[] plain) {
        return sealer.sealState(context(place), plain);
    }

    @Override
    public byte[] open(String place, byte[] sealed) {
        return sealer.openState(context(place), sealed);
    }

    private byte[] context(String place) {
        return (place + "/" + bucket.id()).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void write(String name, byte[] bytes) {
        try {
            write(
                    name,
                    new ByteArrayInputStream(bytes),
                    bytes.length,
                    "application/json",
                    Marks.NONE);
        } catch (IOException e) {
            throw new UncheckedIOException("bytes in memory can be read", e);
        }
    }

    /**
     * Writes a file of so many bytes, as they come.
     *
     * @param marks of what the data were derived from, which stand with the file
     * @throws IOException when they do not come
     */
    void write(String name, InputStream in, long size, String type, Marks marks)
            throws IOException {
        try (Coming coming = coming(name, size)) {
            byte[] plain = new byte[(int) Math.min(size, STEP)];
            long left = size;
            while (left > 0) {
                int count = in.readNBytes(plain, 0, (int) Math.min(plain.length, left));
                if (count == 0) {
                    throw new EOFException("the file ends before its length");
                }
                coming.write(plain, count);
                left -= count;
            }
            coming.finish(request, type, marks);
        }
    }

    /** A file that comes bit by bit. @param expected its size; -1 when that is not known */
    Coming coming(String name, long expected) {
        return new Coming(name, expected);
    }

    /** A file on its way: it is there once it is finished, else nothing is. Owned by one thread. */
    final class Coming implements AutoCloseable {
        private final String name;
        private final byte[] content = new byte[AttributesCodec.CONTENT_ID];
        private final MessageDigest md5 = PartsDigest.digest("MD5");
        private final Staging staging;
        private final Sealer.BodySealer body;
        private ByteBuffer sealed = ByteBuffer.allocate(Sealer.room(0));
        private long size;

        private Coming(String name, long expected) {
            this.name = name;
            parts.random().nextBytes(content);
            this.body = sealer.body(content, SecondKey.NONE);
            this.staging = parts.objects().stage(expected < 0 ? -1 : Sealer.sealedLength(expected));
        }

        void write(byte[] plain, int count) {
            size += count;
            md5.update(plain, 0, count);
            if (sealed.capacity() < Sealer.room(count)) {
                sealed = ByteBuffer.allocate(Sealer.room(count));
            }
            sealed.clear();
            body.update(ByteBuffer.wrap(plain, 0, count), sealed);
            staging.write(sealed.flip());
        }

        /** Plain bytes so far. */
        long size() {
            return size;
        }

        /**
         * It takes the place of what was there under its name.
         *
         * @param carrying carries a record, or is nested
         * @param marks of what the data were derived from, which stand with the file
         */
        void finish(Request carrying, String type, Marks marks) {
            sealed.clear();
            body.finish(sealed);
            staging.write(sealed.flip());
            byte[] context = Vessel.context(bucket, name);
            Attributes attributes =
                    new Attributes(
                            HexFormat.of().formatHex(md5.digest()),
                            Map.of("content-type", type),
                            Map.of(),
                            Map.of(),
                            Attributes.ChecksumType.FULL_OBJECT);
            Objects.Draft draft =
                    new Objects.Draft(
                            ObjectUses.token(sealer, context, attributes.etag()),
                            sealer.seal(
                                    context,
                                    AttributesCodec.encode(
                                            new AttributesCodec.Sealed(
                                                    attributes, Found.Origin.WHOLE, content))),
                            State.NONE.carrying(marks).seal(sealer, context),
                            Lock.OPEN);
            Changed changed =
                    parts.objects()
                            .put(
                                    carrying,
                                    bucket,
                                    name,
                                    staging.finish(size),
                                    draft,
                                    new Condition.None());
            if (changed instanceof Changed.OverQuota) {
                throw new Refusal(
                        Refusal.Kind.OVER_QUOTA,
                        "There is no room left: a quota of the organisation or of its warehouse is"
                                + " reached");
            }
            if (!(changed instanceof Changed.Stored)) {
                throw new IllegalStateException("a file was not stored: " + changed);
            }
        }

        @Override
        public void close() {
            staging.close();
        }
    }

    @Override
    public void remove(String name) {
        parts.objects()
                .delete(
                        request,
                        bucket,
                        name,
                        Optional.empty(),
                        new Condition.None(),
                        Lock.Bypass.NO);
    }

    /** Whether a file is there. */
    boolean has(String name) {
        return parts.objects()
                .version(bucket, name, Optional.empty())
                .filter(each -> each.kind() == Version.Kind.OBJECT)
                .isPresent();
    }

    /** Removes all files of a table. */
    void purge(String id) {
        while (true) {
            List<Version> page =
                    parts.objects()
                            .list(bucket, new Listing.Query(id + "/", "", "", "", PAGE))
                            .versions();
            if (page.isEmpty()) {
                return;
            }
            page.forEach(each -> remove(each.name()));
        }
    }

    @Override
    public Readable read(String name) {
        Pass given = pass.get();
        for (int attempt = 0; attempt < MOST_TRIES; attempt++) {
            Optional<Version> version =
                    parts.objects()
                            .version(bucket, name, Optional.empty())
                            .filter(each -> each.kind() == Version.Kind.OBJECT);
            if (version.isEmpty()) {
                throw new Refusal(Refusal.Kind.UNREADABLE, "There is no file " + name);
            }
            Optional<List<Body>> held = PlainContent.hold(parts.objects(), bucket, version.get());
            if (held.isEmpty()) {
                continue; // replaced between the two look-ups
            }
            boolean handedOn = false;
            try {
                Readable file = file(version.get(), held.get(), given);
                handedOn = true;
                return file;
            } finally {
                if (!handedOn) {
                    held.get().forEach(Body::close);
                }
            }
        }
        throw new Refusal(Refusal.Kind.UNREADABLE, "It is replaced faster than it opens: " + name);
    }

    private Readable file(Version version, List<Body> held, Pass given) {
        Opener opener = parts.keys().opener(Vessel.key(bucket), given);
        AttributesCodec.Sealed sealed =
                AttributesCodec.attributes(
                        opener.open(
                                Vessel.context(bucket, version.name()),
                                Marked.attributes(version.attributes())));
        PlainContent content =
                PlainContent.of(held, version, sealed.contents(), opener, SecondKey.NONE);
        return new Readable() {
            @Override
            public long size() {
                return version.size();
            }

            @Override
            public InputStream read(long offset, long length) throws IOException {
                return content.read(offset, length);
            }

            @Override
            public void close() {
                content.close();
            }
        };
    }
}
