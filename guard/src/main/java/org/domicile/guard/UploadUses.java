package org.domicile.guard;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.domicile.keys.Keys;
import org.domicile.keys.Opener;
import org.domicile.keys.Pass;
import org.domicile.keys.Sealer;
import org.domicile.keys.SecondKey;
import org.domicile.objects.Bucket;
import org.domicile.objects.Changed;
import org.domicile.objects.Excess;
import org.domicile.objects.Listing;
import org.domicile.objects.Lock;
import org.domicile.objects.Objects;
import org.domicile.objects.Part;
import org.domicile.objects.Upload;
import org.domicile.objects.Version;
import org.domicile.policy.Marks;
import org.domicile.policy.Ownership;
import org.domicile.policy.Resource;
import org.domicile.request.Outcome;
import org.jspecify.annotations.Nullable;

/** Guarded uploads in parts. */
final class UploadUses {
    /** S3: "Amazon S3 multipart upload limits": every part but the last. */
    static final long LEAST_PART = 5L << 20;

    private static final String DEFAULT_ALGORITHM = "crc64nvme";
    private static final int MOST_PARTS = 10_000;

    private final Uses uses;
    private final Objects objects;
    private final Keys keys;
    private final Vessel vessel;
    private final Locks locks;
    private final LifecycleRules rules;
    private final SecondKeys second;
    private final Announcements announcements;

    UploadUses(
            Uses uses,
            Objects objects,
            Keys keys,
            Vessel vessel,
            Locks locks,
            LifecycleRules rules,
            SecondKeys second,
            Announcements announcements) {
        this.announcements = announcements;
        this.rules = rules;
        this.locks = locks;
        this.uses = uses;
        this.objects = objects;
        this.keys = keys;
        this.vessel = vessel;
        this.second = second;
    }

    Optional<GuardedObjects.Begun> create(
            String bucketName, String name, GuardedObjects.Draft draft) {
        Optional<Bucket> found = objects.buckets().bucket(bucketName);
        Resource.Data resource = uses.data(found, bucketName, name);
        Tags tags = Tags.bringing(draft.tags());
        Tagging.check(uses, draft.tags(), resource, ObjectUses.object(bucketName, name));
        Locks.check(uses, draft.lock(), resource, ObjectUses.object(bucketName, name), tags);
        try (Admitted use = admit("s3:PutObject", found, bucketName, name, tags)) {
            if (found.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                return Optional.empty();
            }
            Bucket bucket = found.get();
            if (!draft.lock().equals(Lock.OPEN)) {
                Locks.demand(use, bucket);
            }
            SealedUnder sealing = second.choose(use, bucket, draft.encryption()).sealing();
            use.onFailure(Outcome.INVALID);
            GuardedObjects.Draft listed = draft.listed(Listed.written(uses, bucket));
            use.onFailure(Outcome.FAILED);
            byte[] state =
                    vessel.sealer(bucket)
                            .sealState(
                                    Vessel.context(bucket, name),
                                    AttributesCodec.encode(
                                            new AttributesCodec.Begun(listed, sealing)));
            return objects.uploads()
                    .create(use.carrying(() -> 0), bucket, name, state, uses.initiator())
                    .map(upload -> new GuardedObjects.Begun(upload.id(), sealing.shown()));
        } catch (Keys.KeyGone _) {
            return vessel.removed(found, Optional.empty());
        }
    }

    /** Stores a part. @param marks what the data bring along from what they were derived from */
    Stored putPart(
            String bucketName,
            String name,
            String uploadId,
            int number,
            Upstream upstream,
            Encryption encryption,
            Marks marks) {
        Optional<Bucket> found = objects.buckets().bucket(bucketName);
        try (Admitted use =
                admit("s3:PutObject", found, bucketName, name, tags(found, name, uploadId))) {
            if (found.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                return new Stored.NoSuchBucket();
            }
            Bucket bucket = found.get();
            Optional<Upload> upload = objects.uploads().upload(bucket, name, uploadId);
            if (upload.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                return new Stored.NoSuchUpload();
            }
            about(use, bucket, upload.get());
            demandInitiator(use, bucket, upload.get());
            Optional<Excess> excess =
                    Vessel.large(upstream)
                            ? objects.uploads()
                                    .foreseen(bucket, upload.get(), number, upstream.expected())
                            : Optional.empty();
            if (excess.isPresent()) {
                use.record(Outcome.CONFLICT, 0);
                return new Stored.OverQuota(excess.get());
            }
            use.keep(marks);
            Sealer sealer = vessel.sealer(bucket);
            AttributesCodec.Begun begun = begun(bucket, upload.get());
            String wanted = begun.draft().checksumAlgorithm();
            if (!wanted.isEmpty() && !wanted.equals(upstream.algorithm())) {
                use.onFailure(Outcome.INVALID);
                throw otherAlgorithm(wanted, upstream.algorithm());
            }
            use.onFailure(Outcome.INVALID);
            SecondKey key = second.ofPart(bucket, begun.sealing(), encryption);
            use.onFailure(Outcome.FAILED);
            return vessel.pour(
                    use,
                    sealer,
                    key,
                    upstream,
                    poured -> {
                        byte[] context = partContext(uploadId);
                        Upstream.Digests digests =
                                second.shown(bucket, context, key, poured.digests());
                        byte[] state =
                                sealer.sealState(
                                        context,
                                        AttributesCodec.encode(
                                                new AttributesCodec.PartState(
                                                        digests, poured.id(), marks)));
                        byte[] token = ObjectUses.token(sealer, context, digests.etag());
                        long size = poured.content().size();
                        Objects.PartChanged changed =
                                objects.uploads()
                                        .put(
                                                use.carrying(() -> size),
                                                bucket,
                                                upload.get(),
                                                number,
                                                poured.content(),
                                                token,
                                                state);
                        return switch (changed) {
                            case Objects.PartChanged.Stored(Part part) ->
                                    new Stored.PartDone(
                                            number,
                                            digests,
                                            part.modified(),
                                            begun.sealing().shown());
                            case Objects.PartChanged.NoSuchUpload absent ->
                                    new Stored.NoSuchUpload();
                            case Objects.PartChanged.OverQuota(Excess over) ->
                                    new Stored.OverQuota(over);
                        };
                    });
        } catch (Keys.KeyGone _) {
            return vessel.removed(found, new Stored.NoSuchBucket());
        }
    }

    /**
     * Where an object belongs to whoever writes it, it would belong to those who began the upload,
     * whoever fills it: so only they do (Amazon S3 User Guide, "Multipart upload API and
     * permissions": the initiator, who has to be allowed s3:PutObject).
     */
    private void demandInitiator(Admitted use, Bucket bucket, Upload upload) {
        if (uses.sharing(bucket).ownership() != Ownership.ENFORCED
                && !uses.began(upload.initiator())) {
            use.refuse(Sentences.OTHER_INITIATOR);
        }
    }

    private static Upstream.Invalid otherAlgorithm(String wanted, String sent) {
        return new Upstream.Invalid(
                "InvalidRequest",
                "Checksum Type mismatch occurred, expected checksum Type: "
                        + wanted
                        + ", actual checksum Type: "
                        + (sent.isEmpty() ? "none" : sent)
                        + ". The parts of an upload carry the checksum that it began with.");
    }

    /** The checksum algorithm that parts of an upload carry. */
    String algorithm(String bucketName, String name, String uploadId) {
        Optional<Bucket> found = objects.buckets().bucket(bucketName);
        try {
            return found.flatMap(bucket ->
                            objects.uploads()
                                    .upload(bucket, name, uploadId)
                                    .map(upload -> draft(bucket, upload)))
                    .map(GuardedObjects.Draft::checksumAlgorithm)
                    .filter(named -> !named.isEmpty())
                    .orElse(DEFAULT_ALGORITHM);
        } catch (Keys.KeyGone _) {
            return vessel.removed(found, DEFAULT_ALGORITHM);
        }
    }

    Stored complete(
            String bucketName,
            String name,
            String uploadId,
            List<GuardedObjects.ChosenPart> chosen,
            GuardedObjects.Completion completion,
            Match match) {
        Optional<Bucket> found = objects.buckets().bucket(bucketName);
        try (Admitted use =
                admit("s3:PutObject", found, bucketName, name, tags(found, name, uploadId))) {
            if (found.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                return new Stored.NoSuchBucket();
            }
            Bucket bucket = found.get();
            Optional<Upload> upload = objects.uploads().upload(bucket, name, uploadId);
            if (upload.isEmpty()) {
                return finished(use, bucket, name, uploadId, chosen);
            }
            about(use, bucket, upload.get());
            demandInitiator(use, bucket, upload.get());
            return complete(use, bucket, upload.get(), chosen, completion, match);
        } catch (Keys.KeyGone _) {
            return vessel.removed(found, new Stored.NoSuchBucket());
        }
    }

    private Stored complete(
            Admitted use,
            Bucket bucket,
            Upload upload,
            List<GuardedObjects.ChosenPart> chosen,
            GuardedObjects.Completion completion,
            Match match) {
        Sealer sealer = vessel.sealer(bucket);
        byte[] partContext = partContext(upload.id());
        Map<Integer, Part> present = new HashMap<>();
        for (Part part : objects.uploads().parts(upload, 0, MOST_PARTS)) {
            present.put(part.number(), part);
        }
        List<PartsDigest.Share> shares = new ArrayList<>(chosen.size());
        List<Objects.Uploads.Chosen> tokens = new ArrayList<>(chosen.size());
        byte[] contents = new byte[chosen.size() * AttributesCodec.CONTENT_ID];
        long total = 0;
        Marks marks = Marks.NONE;
        for (int i = 0; i < chosen.size(); i++) {
            GuardedObjects.ChosenPart each = chosen.get(i);
            Part part = present.get(each.number());
            if (part == null) {
                use.record(Outcome.INVALID, 0);
                return new Stored.InvalidPart(each.number());
            }
            AttributesCodec.PartState state =
                    AttributesCodec.part(sealer.openState(partContext, part.state()));
            if (!state.digests().etag().equals(each.etag())
                    || !agree(each.checksums(), state.digests().checksums())) {
                use.record(Outcome.INVALID, 0);
                return new Stored.InvalidPart(each.number());
            }
            if (part.size() < LEAST_PART && i < chosen.size() - 1) {
                use.record(Outcome.INVALID, 0);
                return new Stored.PartTooSmall(each.number(), part.size());
            }
            total += part.size();
            marks = marks.and(state.marks());
            shares.add(new PartsDigest.Share(part.size(), state.digests()));
            tokens.add(new Objects.Uploads.Chosen(each.number(), part.token()));
            System.arraycopy(
                    state.content(),
                    0,
                    contents,
                    i * AttributesCodec.CONTENT_ID,
                    AttributesCodec.CONTENT_ID);
        }
        AttributesCodec.Begun begun = begun(bucket, upload);
        GuardedObjects.Draft draft = begun.draft();
        use.onFailure(Outcome.INVALID);
        second.ofPart(bucket, begun.sealing(), completion.encryption());
        use.onFailure(Outcome.FAILED);
        Attributes attributes = attributes(draft, shares);
        checkPromises(use, completion, total, attributes.checksums());
        byte[] context = Vessel.context(bucket, upload.name());
        byte[] sealed =
                sealer.seal(
                        context,
                        AttributesCodec.encode(
                                new AttributesCodec.Sealed(
                                        attributes,
                                        Found.Origin.PARTS,
                                        contents,
                                        PartsDigest.sums(attributes, shares))));
        State state = new State(marks, draft.tags(), begun.sealing(), draft.acl());
        use.confirm();
        use.keep(marks);
        Lock lock = locks.on(use, bucket, draft.lock());
        Objects.Draft made =
                new Objects.Draft(
                        ObjectUses.token(sealer, context, attributes.etag()),
                        sealed,
                        state.seal(sealer, context),
                        lock);
        Objects telling =
                announcements.telling(
                        uses,
                        use,
                        List.of(draft.tags()),
                        bucket,
                        upload.name(),
                        new Announcements.Told(Cause.PARTS, attributes.etag(), total));
        Changed changed =
                locks.holding(
                        use,
                        second,
                        begun.sealing(),
                        lock,
                        () ->
                                telling.uploads()
                                        .complete(
                                                use.carrying(() -> 0),
                                                bucket,
                                                upload,
                                                tokens,
                                                made,
                                                ObjectUses.condition(match, sealer, context)));
        return ObjectUses.stored(rules, bucket, changed, attributes, state, Found.Origin.PARTS);
    }

    /** What a completion says of the whole has to be what its parts make. */
    private static void checkPromises(
            Admitted use,
            GuardedObjects.Completion completion,
            long size,
            Map<String, String> checksums) {
        use.onFailure(Outcome.INVALID);
        if (completion.size() >= 0 && completion.size() != size) {
            throw new Upstream.Invalid(
                    "InvalidRequest",
                    "The provided 'x-amz-mp-object-size' header value "
                            + completion.size()
                            + " does not match what was computed: "
                            + size);
        }
        for (String algorithm : completion.checksums().keySet()) {
            if (!checksums.containsKey(algorithm)) {
                throw new Upstream.Invalid(
                        "InvalidRequest",
                        "The object has no "
                                + algorithm
                                + " checksum to compare with: its parts were not uploaded with"
                                + " one.");
            }
        }
        Map<String, String> said = new HashMap<>(completion.checksums());
        // A composite one is also said without the count of parts behind it: minio-go does.
        said.replaceAll((algorithm, value) ->
                isComposite(checksums.get(algorithm), value)
                        ? String.valueOf(checksums.get(algorithm))
                        : value);
        if (!agree(said, checksums)) {
            throw new Upstream.Invalid(
                    "BadDigest", "The checksum of the whole object is not what its parts make.");
        }
        use.onFailure(Outcome.FAILED);
    }

    /**
     * A completion that is repeated, because its answer got lost, is answered as the first was; one
     * that names other parts finds no upload.
     */
    private Stored finished(
            Admitted use,
            Bucket bucket,
            String name,
            String uploadId,
            List<GuardedObjects.ChosenPart> chosen) {
        Sealer sealer = vessel.sealer(bucket);
        byte[] partContext = partContext(uploadId);
        List<Objects.Uploads.Chosen> tokens =
                chosen.stream()
                        .map(each ->
                                new Objects.Uploads.Chosen(
                                        each.number(),
                                        ObjectUses.token(sealer, partContext, each.etag())))
                        .toList();
        Optional<Version> version = objects.uploads().finished(bucket, name, uploadId, tokens);
        if (version.isEmpty()) {
            use.record(Outcome.ABSENT, 0);
            return new Stored.NoSuchUpload();
        }
        use.about(List.of(vessel.state(bucket, version.get()).tags()));
        Pass pass = use.record(Outcome.DONE, 0);
        Opener opener = keys.opener(Vessel.key(bucket), pass);
        AttributesCodec.Sealed sealed =
                AttributesCodec.attributes(
                        opener.open(
                                Vessel.context(bucket, name),
                                Marked.attributes(version.get().attributes())));
        return new Stored.Done(
                ObjectUses.found(
                        rules,
                        bucket,
                        version.get(),
                        sealed.attributes(),
                        vessel.state(bucket, version.get()),
                        sealed.origin()));
    }

    private static Attributes attributes(
            GuardedObjects.Draft draft, List<PartsDigest.Share> shares) {
        String algorithm =
                draft.checksumAlgorithm().isEmpty() ? DEFAULT_ALGORITHM : draft.checksumAlgorithm();
        Map<String, String> checksums =
                PartsDigest.checksum(algorithm, draft.checksumType(), shares)
                        .map(value -> Map.of(algorithm, value))
                        .orElse(Map.of());
        return new Attributes(
                PartsDigest.etag(shares),
                draft.headers(),
                draft.user(),
                checksums,
                draft.checksumType());
    }

    GuardedObjects.Aborted abort(String bucketName, String name, String uploadId) {
        Optional<Bucket> found = objects.buckets().bucket(bucketName);
        try (Admitted use =
                admit(
                        "s3:AbortMultipartUpload",
                        found,
                        bucketName,
                        name,
                        tags(found, name, uploadId))) {
            if (found.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                return GuardedObjects.Aborted.NO_SUCH_BUCKET;
            }
            Bucket bucket = found.get();
            objects.uploads()
                    .upload(bucket, name, uploadId)
                    .ifPresent(upload -> about(use, bucket, upload));
            return objects.uploads().abort(use.carrying(() -> 0), found.get(), name, uploadId)
                    ? GuardedObjects.Aborted.ABORTED
                    : GuardedObjects.Aborted.NO_SUCH_UPLOAD;
        } catch (Keys.KeyGone _) {
            return vessel.removed(found, GuardedObjects.Aborted.NO_SUCH_BUCKET);
        }
    }

    GuardedObjects.Parts parts(
            String bucketName, String name, String uploadId, int after, int limit) {
        Optional<Bucket> found = objects.buckets().bucket(bucketName);
        try (Admitted use =
                admit(
                        "s3:ListMultipartUploadParts",
                        found,
                        bucketName,
                        name,
                        tags(found, name, uploadId))) {
            Optional<Upload> upload =
                    found.flatMap(bucket -> objects.uploads().upload(bucket, name, uploadId));
            upload.ifPresent(each -> about(use, found.get(), each));
            use.record(upload.isPresent() ? Outcome.DONE : Outcome.ABSENT, 0);
            if (found.isEmpty()) {
                return new GuardedObjects.Parts.NoSuchBucket();
            }
            if (upload.isEmpty()) {
                return new GuardedObjects.Parts.NoSuchUpload();
            }
            Bucket bucket = found.get();
            Sealer sealer = vessel.sealer(bucket);
            List<GuardedObjects.PartShown> shown = new ArrayList<>();
            for (Part part : objects.uploads().parts(upload.get(), after, limit)) {
                Upstream.Digests digests =
                        AttributesCodec.part(sealer.openState(partContext(uploadId), part.state()))
                                .digests();
                shown.add(
                        new GuardedObjects.PartShown(
                                part.number(),
                                part.size(),
                                digests.etag(),
                                digests.checksums(),
                                part.modified()));
            }
            return new GuardedObjects.Parts.Shown(
                    shown, owned(bucket, upload.get()), upload.get().initiator());
        } catch (Keys.KeyGone _) {
            return vessel.removed(found, new GuardedObjects.Parts.NoSuchBucket());
        }
    }

    Optional<GuardedObjects.UploadPage> list(String bucketName, Listing.Query query) {
        Optional<Bucket> found = objects.buckets().bucket(bucketName);
        try (Admitted use =
                uses.admit(
                        "s3:ListBucketMultipartUploads",
                        uses.listing(found, bucketName, query.prefix()),
                        ObjectUses.object(bucketName, query.prefix()))) {
            if (found.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                return Optional.empty();
            }
            Objects.Uploads.UploadPage page = objects.uploads().list(found.get(), query);
            use.record(Outcome.DONE, 0);
            List<GuardedObjects.UploadShown> shown = new ArrayList<>();
            for (Upload upload : page.uploads()) {
                shown.add(
                        new GuardedObjects.UploadShown(
                                upload.id(),
                                upload.name(),
                                upload.initiator(),
                                upload.initiated(),
                                owned(found.get(), upload)));
            }
            return Optional.of(new GuardedObjects.UploadPage(shown, page.prefixes(), page.next()));
        } catch (Keys.KeyGone _) {
            return vessel.removed(found, Optional.empty());
        }
    }

    /** With the owner that the object will have. */
    private GuardedObjects.Draft owned(Bucket bucket, Upload upload) {
        GuardedObjects.Draft draft = draft(bucket, upload);
        return draft.listed(draft.acl().in(bucket.organisation()));
    }

    private GuardedObjects.Draft draft(Bucket bucket, Upload upload) {
        return begun(bucket, upload).draft();
    }

    private AttributesCodec.Begun begun(Bucket bucket, Upload upload) {
        return vessel.begun(bucket, upload);
    }

    private Admitted admit(
            String action, Optional<Bucket> bucket, String bucketName, String name, Tags tags) {
        return uses.admit(
                action,
                uses.data(bucket, bucketName, name),
                ObjectUses.object(bucketName, name),
                tags);
    }

    /** The tags that the object of an upload will have. */
    private Tags tags(Optional<Bucket> found, String name, String uploadId) {
        return Tags.of(() ->
                found.flatMap(bucket ->
                                objects.uploads()
                                        .upload(bucket, name, uploadId)
                                        .map(upload -> draft(bucket, upload).tags()))
                        .orElse(Map.of()));
    }

    /** What is done with an upload concerns those whom the tags of its object will name. */
    private void about(Admitted use, Bucket bucket, Upload upload) {
        if (use.readsTags()) {
            use.about(List.of(draft(bucket, upload).tags()));
        }
    }

    private static boolean isComposite(@Nullable String known, String said) {
        return known != null
                && known.startsWith(said + "-")
                && known.substring(said.length() + 1).chars().allMatch(Character::isDigit);
    }

    private static boolean agree(Map<String, String> said, Map<String, String> known) {
        for (Map.Entry<String, String> each : said.entrySet()) {
            // One that nobody computed agrees with nothing: silence would look like a check.
            if (!each.getValue().equals(known.get(each.getKey()))) {
                return false;
            }
        }
        return true;
    }

    private static byte[] partContext(String uploadId) {
        return ("part/" + uploadId).getBytes(StandardCharsets.US_ASCII);
    }
}
