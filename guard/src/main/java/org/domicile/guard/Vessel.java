package org.domicile.guard;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.domicile.bytes.Budget;
import org.domicile.keys.KeyId;
import org.domicile.keys.Keys;
import org.domicile.keys.Sealer;
import org.domicile.keys.SecondKey;
import org.domicile.objects.Bucket;
import org.domicile.objects.Content;
import org.domicile.objects.Objects;
import org.domicile.objects.Staging;
import org.domicile.objects.Upload;
import org.domicile.objects.Version;
import org.domicile.policy.Marks;
import org.domicile.request.Outcome;

/**
 * Carries plain bytes from a door into sealed storage. Shared by all requests; buffers of large
 * bodies are pooled.
 */
final class Vessel {
    private static final int SMALL = 128 << 10;
    private static final int STEP = 1 << 20;
    private static final int SMALL_STEP = 128 << 10;
    private static final int POOLED = 8;

    /** What a large body holds while it comes: its buffers here, and the blob writer's. */
    private static final int HELD = 768 << 10;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /**
     * A body that is staged but not committed. @param content staged bytes @param id its content id
     */
    record Poured(Content content, byte[] id, Upstream.Digests digests) {}

    private record Buffers(byte[] plain, ByteBuffer sealed) {}

    private final Keys keys;
    private final Objects objects;
    private final SecureRandom random;
    private final BlockingQueue<Buffers> pool = new ArrayBlockingQueue<>(POOLED);
    private final AtomicInteger made = new AtomicInteger();
    private final Budget memory = Budget.ofHeap(4);

    Vessel(Keys keys, Objects objects, SecureRandom random) {
        this.keys = keys;
        this.objects = objects;
        this.random = random;
    }

    /** Whether a body would be written to the disk before its commit, known before it comes. */
    static boolean large(Upstream upstream) {
        return upstream.expected() > SMALL;
    }

    Sealer sealer(Bucket bucket) {
        return keys.sealer(key(bucket));
    }

    /**
     * The answer when a bucket was removed, and its key destroyed, while it was in use.
     *
     * @throws Unopenable when the bucket is still there: its folder is older than the key's death
     */
    <T> T removed(Optional<Bucket> used, T answer) {
        Optional<String> present =
                used.flatMap(bucket -> objects.buckets().bucket(bucket.name())).map(Bucket::id);
        if (present.isPresent() && present.equals(used.map(Bucket::id))) {
            throw new Unopenable(used.get().name());
        }
        return answer;
    }

    static KeyId key(Bucket bucket) {
        return new KeyId(KeyId.Kind.BUCKET, bucket.key());
    }

    /** What a sealed value of an object is bound to: its bucket for ever, and its name. */
    static byte[] context(Bucket bucket, String name) {
        return context(place(bucket), name);
    }

    /** What the contexts of all objects of a bucket begin with. */
    static byte[] place(Bucket bucket) {
        byte[] id = bucket.id().getBytes(StandardCharsets.US_ASCII);
        return Arrays.copyOf(id, id.length + 1);
    }

    /** The context of a name in a {@link #place}. */
    static byte[] context(byte[] place, String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        byte[] context = Arrays.copyOf(place, place.length + text.length);
        System.arraycopy(text, 0, context, place.length, text.length);
        return context;
    }

    /** What the data of a version carry from what they were derived from. */
    Marks marks(Bucket bucket, Version version) {
        return state(bucket, version).marks();
    }

    State state(Bucket bucket, Version version) {
        if (version.state().length == 0 && !Marked.is(version.attributes())) {
            return State.NONE;
        }
        Sealer sealer = sealer(bucket);
        byte[] context = context(bucket, version.name());
        State state = State.open(sealer, context, version.state());
        return Marked.with(state, sealer, context, version.attributes());
    }

    /** What an upload began with. */
    AttributesCodec.Begun begun(Bucket bucket, Upload upload) {
        return AttributesCodec.begun(
                sealer(bucket).openState(context(bucket, upload.name()), upload.attributes()));
    }

    /**
     * Seals a body into staging, hands what was staged to {@code onward} for the commit, if the use
     * is still allowed when all of it has arrived, and closes staging.
     */
    <T> T pour(
            Admitted use,
            Sealer sealer,
            SecondKey second,
            Upstream upstream,
            Function<Poured, T> onward) {
        byte[] id = new byte[AttributesCodec.CONTENT_ID];
        random.nextBytes(id);
        long expected = upstream.expected();
        long sealedLength = expected < 0 ? -1 : Sealer.sealedLength(expected);
        try (Staging staging = objects.stage(sealedLength)) {
            Sealer.BodySealer body = sealer.body(id, second);
            long size =
                    expected >= 0 && expected <= SMALL
                            ? pourSmall(upstream.body(), (int) expected, body, staging)
                            : pourLarge(upstream.body(), expected, body, staging);
            Upstream.Digests digests = upstream.finish();
            Poured poured = new Poured(staging.finish(size), id, digests);
            use.confirm();
            return onward.apply(poured);
        } catch (Upstream.Invalid e) {
            use.onFailure(Outcome.INVALID);
            throw e;
        } catch (Keys.KeyGone e) {
            if (e.kind() == KeyId.Kind.NAMED) {
                use.onFailure(Outcome.INVALID);
                throw SecondKeys.destroyed();
            }
            use.onFailure(Outcome.ABSENT);
            throw e;
        } catch (IOException e) {
            use.onFailure(Outcome.INVALID);
            throw new UncheckedIOException("the body did not arrive", e);
        }
    }

    private static long pourSmall(
            InputStream in, int expected, Sealer.BodySealer body, Staging staging)
            throws IOException {
        byte[] plain = in.readNBytes(expected);
        if (plain.length < expected) {
            throw new EOFException(
                    "the body ends after " + plain.length + " of " + expected + " bytes");
        }
        if (in.read() >= 0) {
            throw new IOException("the body is longer than " + expected + " bytes");
        }
        ByteBuffer sealed = ByteBuffer.allocate((int) Sealer.sealedLength(expected));
        body.update(ByteBuffer.wrap(plain), sealed);
        body.finish(sealed);
        staging.write(sealed.flip());
        return expected;
    }

    private long pourLarge(InputStream in, long expected, Sealer.BodySealer body, Staging staging)
            throws IOException {
        memory.take(HELD, PATIENCE);
        Buffers buffers = buffers();
        int step = buffers.plain().length;
        try {
            long size = 0;
            while (true) {
                int count = in.readNBytes(buffers.plain(), 0, step);
                size += count;
                if (expected >= 0 && (size > expected || (count < step && size < expected))) {
                    throw new EOFException(
                            "the body has " + size + " bytes so far, not " + expected);
                }
                buffers.sealed().clear();
                body.update(ByteBuffer.wrap(buffers.plain(), 0, count), buffers.sealed());
                if (count < step) {
                    body.finish(buffers.sealed());
                    staging.write(buffers.sealed().flip());
                    return size;
                }
                staging.write(buffers.sealed().flip());
            }
        } finally {
            give(buffers);
            memory.give(HELD);
        }
    }

    /**
     * One of the few large pairs while there is one; who comes when all are out works in smaller
     * steps, so that slow bodies in any number hold little.
     */
    private Buffers buffers() {
        Buffers kept = pool.poll();
        if (kept != null) {
            return kept;
        }
        if (made.getAndUpdate(count -> Math.min(count + 1, POOLED)) < POOLED) {
            return fresh(STEP);
        }
        return fresh(SMALL_STEP);
    }

    private static Buffers fresh(int step) {
        return new Buffers(new byte[step], ByteBuffer.allocate(Sealer.room(step)));
    }

    @SuppressWarnings("ReturnValueIgnored") // there are no more large ones than have room
    private void give(Buffers buffers) {
        if (buffers.plain().length == STEP) {
            pool.offer(buffers);
        }
    }
}
