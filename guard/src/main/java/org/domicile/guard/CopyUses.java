package org.domicile.guard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.domicile.keys.Keys;
import org.domicile.objects.Bucket;
import org.domicile.objects.Lock;
import org.domicile.objects.Objects;
import org.domicile.policy.Marks;
import org.domicile.policy.Resource;

/**
 * Guarded copies. The target is judged first (a caller who may not write there must not cause a
 * read), then the source is read toward the target's zone, which is one use, and then the target is
 * written, which is another. What labels say of the source, and what it carries itself, travels
 * with the data: the target's version carries it, or the copy is refused.
 */
final class CopyUses {
    private static final String DEFAULT_ALGORITHM = "crc64nvme";

    private final Uses uses;
    private final Objects objects;
    private final ObjectUses whole;
    private final UploadUses uploads;
    private final Vessel vessel;

    CopyUses(Uses uses, Objects objects, ObjectUses whole, UploadUses uploads, Vessel vessel) {
        this.uses = uses;
        this.objects = objects;
        this.whole = whole;
        this.uploads = uploads;
        this.vessel = vessel;
    }

    GuardedObjects.Copied copy(
            GuardedObjects.Source source,
            String bucket,
            String name,
            GuardedObjects.Directive directive,
            Match match) {
        Tags tags = Tags.bringing(directive.tags().orElse(Map.of()));
        judgeTarget(bucket, name, tags);
        demand(
                switch (directive) {
                    case GuardedObjects.Directive.Keep keep -> keep.encryption();
                    case GuardedObjects.Directive.Replace(GuardedObjects.Draft draft, _) ->
                            draft.encryption();
                });
        Resource.Data resource = uses.data(objects.buckets().bucket(bucket), bucket, name);
        String object = ObjectUses.object(bucket, name);
        Tagging.check(uses, directive.tags().orElse(Map.of()), resource, object);
        Locks.check(uses, directive.lock(), resource, object, tags);
        Optional<Bucket> from = objects.buckets().bucket(source.bucket());
        try {
            return copied(source, from, bucket, name, directive, match);
        } catch (Keys.KeyGone _) {
            return noSource(from);
        }
    }

    private GuardedObjects.Copied copied(
            GuardedObjects.Source source,
            Optional<Bucket> from,
            String bucket,
            String name,
            GuardedObjects.Directive directive,
            Match match) {
        ObjectUses.Opened opened = readSource(source, from, GuardedObjects.Glimpse::size);
        return switch (opened.got()) {
            case GuardedObjects.Got.Object(Found found, GuardedObjects.Content content) -> {
                try (content) {
                    source.check().accept(found);
                    GuardedObjects.Draft kept =
                            switch (directive) {
                                case GuardedObjects.Directive.Keep(
                                                String algorithm,
                                                _,
                                                Lock lock,
                                                Encryption encryption) ->
                                        kept(found, algorithm).locked(lock).sealed(encryption);
                                case GuardedObjects.Directive.Replace(
                                                GuardedObjects.Draft draft,
                                                _) ->
                                        draft;
                            };
                    if (directive.tags().isEmpty() && !found.tags().isEmpty()) {
                        judgeTags(source, from, bucket, name, found.tags());
                    }
                    Map<String, String> tags = directive.tags().orElse(found.tags());
                    String algorithm = algorithm(kept, found);
                    Upstream replay = replay(content, 0, found.size(), algorithm);
                    yield new GuardedObjects.Copied.Done(
                            whole.put(
                                    bucket,
                                    name,
                                    kept.tagged(tags),
                                    replay,
                                    match,
                                    Arriving.copied(marks(source, from, opened))),
                            found);
                }
            }
            case GuardedObjects.Got other -> new GuardedObjects.Copied.NoSource(other);
        };
    }

    /**
     * Tags that come along are read there and given here, each of which has an action of its own
     * (Amazon S3 API Reference, CopyObject, x-amz-tagging-directive).
     */
    private void judgeTags(
            GuardedObjects.Source source,
            Optional<Bucket> from,
            String bucket,
            String name,
            Map<String, String> tags) {
        uses.checkToward(
                uses.dataZone(),
                source.version().isPresent() ? "s3:GetObjectVersionTagging" : "s3:GetObjectTagging",
                uses.object(from, source.bucket(), source.name(), source.version()),
                ObjectUses.object(source.bucket(), source.name()),
                uses.tags(from, source.name(), source.version()));
        Resource.Data target = uses.data(objects.buckets().bucket(bucket), bucket, name);
        Tagging.check(uses, tags, target, ObjectUses.object(bucket, name));
    }

    GuardedObjects.Copied copyPart(
            GuardedObjects.Source source,
            Optional<GuardedObjects.ByteRange> range,
            String bucket,
            String name,
            String upload,
            int number,
            Encryption encryption) {
        judgeTarget(bucket, name, Tags.NONE);
        demand(encryption);
        Optional<Bucket> from = objects.buckets().bucket(source.bucket());
        try {
            return copiedPart(source, from, range, bucket, name, upload, number, encryption);
        } catch (Keys.KeyGone _) {
            return noSource(from);
        }
    }

    private GuardedObjects.Copied copiedPart(
            GuardedObjects.Source source,
            Optional<Bucket> from,
            Optional<GuardedObjects.ByteRange> range,
            String bucket,
            String name,
            String upload,
            int number,
            Encryption encryption) {
        ObjectUses.Opened opened =
                readSource(source, from, glimpse -> length(range, glimpse.size()));
        return switch (opened.got()) {
            case GuardedObjects.Got.Object(Found found, GuardedObjects.Content content) -> {
                try (content) {
                    source.check().accept(found);
                    long first = range.map(GuardedObjects.ByteRange::first).orElse(0L);
                    long length = length(range, found.size());
                    Upstream replay =
                            replay(content, first, length, uploads.algorithm(bucket, name, upload));
                    yield new GuardedObjects.Copied.Done(
                            uploads.putPart(
                                    bucket,
                                    name,
                                    upload,
                                    number,
                                    replay,
                                    encryption,
                                    marks(source, from, opened)),
                            found);
                }
            }
            case GuardedObjects.Got other -> new GuardedObjects.Copied.NoSource(other);
        };
    }

    /** The writing side answers for its own bucket's key, so one that is gone is the source's. */
    private GuardedObjects.Copied noSource(Optional<Bucket> from) {
        return vessel.removed(
                from, new GuardedObjects.Copied.NoSource(new GuardedObjects.Got.NoSuchBucket()));
    }

    private static long length(Optional<GuardedObjects.ByteRange> range, long size) {
        return range.map(each -> each.last() - each.first() + 1).orElse(size);
    }

    /** Nothing is read for a copy that cannot be made. */
    private static void demand(Encryption encryption) {
        if (encryption instanceof Encryption.Wrong wrong) {
            throw wrong.refusal();
        }
    }

    private void judgeTarget(String bucketName, String name, Tags tags) {
        Optional<Bucket> bucket = objects.buckets().bucket(bucketName);
        uses.check(
                "s3:PutObject",
                uses.data(bucket, bucketName, name),
                ObjectUses.object(bucketName, name),
                tags);
    }

    /** What labels say of the source, and what it was itself derived from: both travel. */
    private Marks marks(
            GuardedObjects.Source source, Optional<Bucket> from, ObjectUses.Opened opened) {
        return opened.marks().and(uses.labels(from, source.bucket(), source.name()));
    }

    private ObjectUses.Opened readSource(
            GuardedObjects.Source source,
            Optional<Bucket> bucket,
            ToLongFunction<GuardedObjects.Glimpse> share) {
        String action = source.version().isPresent() ? "s3:GetObjectVersion" : "s3:GetObject";
        try (Admitted use =
                uses.admitToward(
                        uses.dataZone(),
                        action,
                        uses.object(bucket, source.bucket(), source.name(), source.version()),
                        ObjectUses.object(source.bucket(), source.name()),
                        uses.tags(bucket, source.name(), source.version()))) {
            return whole.read(
                    use, bucket, source.name(), source.version(), source.brought(), share);
        }
    }

    private static GuardedObjects.Draft kept(Found found, String algorithm) {
        Map<String, String> headers = new LinkedHashMap<>(found.attributes().headers());
        headers.remove(Attributes.REDIRECT);
        return new GuardedObjects.Draft(
                headers, found.attributes().user(), algorithm, Attributes.ChecksumType.FULL_OBJECT);
    }

    /** The algorithm that was asked for, else the source's own, else S3's default. */
    private static String algorithm(GuardedObjects.Draft draft, Found found) {
        if (!draft.checksumAlgorithm().isEmpty()) {
            return draft.checksumAlgorithm();
        }
        return found.attributes().checksums().keySet().stream()
                .findFirst()
                .orElse(DEFAULT_ALGORITHM);
    }

    private static Upstream replay(
            GuardedObjects.Content content, long offset, long length, String algorithm) {
        try {
            InputStream plain =
                    length == 0 ? InputStream.nullInputStream() : content.read(offset, length);
            return new Replay(plain, length, algorithm);
        } catch (IOException e) {
            throw new UncheckedIOException("the source cannot be read", e);
        }
    }
}
