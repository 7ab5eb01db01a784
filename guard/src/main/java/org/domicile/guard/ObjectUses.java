package org.domicile.guard;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.Keys;
import org.domicile.keys.Opener;
import org.domicile.keys.Pass;
import org.domicile.keys.Sealer;
import org.domicile.keys.SecondKey;
import org.domicile.lifecycle.Expiry;
import org.domicile.objects.Body;
import org.domicile.objects.Bucket;
import org.domicile.objects.Changed;
import org.domicile.objects.Condition;
import org.domicile.objects.Excess;
import org.domicile.objects.Listing;
import org.domicile.objects.Lock;
import org.domicile.objects.Objects;
import org.domicile.objects.Piece;
import org.domicile.objects.Version;
import org.domicile.policy.Acl;
import org.domicile.policy.Marks;
import org.domicile.policy.Resource;
import org.domicile.request.Outcome;

/** Guarded whole objects: put, get, delete, list. */
final class ObjectUses {
    private static final int MOST_TRIES = 100;

    private final Uses uses;
    private final Objects objects;
    private final Keys keys;
    private final Vessel vessel;
    private final Locks locks;
    private final LifecycleRules rules;
    private final SecondKeys second;
    private final Announcements announcements;

    ObjectUses(
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

    Stored put(
            String bucketName,
            String name,
            GuardedObjects.Draft draft,
            Upstream upstream,
            Match match) {
        Arriving arriving = Arriving.fresh(Cause.of(uses.asking().arrival()));
        if (!draft.tags()
                .isEmpty()) { // few bring any, and each would look how the bucket is shared
            Tagging.check(
                    uses,
                    draft.tags(),
                    uses.data(objects.buckets().bucket(bucketName), bucketName, name),
                    object(bucketName, name));
        }
        return put(bucketName, name, draft, upstream, match, arriving);
    }

    /** The same with what the data bring along. */
    Stored put(
            String bucketName,
            String name,
            GuardedObjects.Draft draft,
            Upstream upstream,
            Match match,
            Arriving arriving) {
        Marks marks = arriving.marks();
        Optional<Bucket> found = objects.buckets().bucket(bucketName);
        Resource resource = uses.data(found, bucketName, name);
        Tags tags = Tags.bringing(draft.tags());
        Locks.check(uses, draft.lock(), resource, object(bucketName, name), tags);
        try (Admitted use = uses.admit("s3:PutObject", resource, object(bucketName, name), tags)) {
            if (found.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                return new Stored.NoSuchBucket();
            }
            Bucket bucket = found.get();
            Optional<Excess> excess =
                    Vessel.large(upstream)
                            ? objects.quotas().foreseen(bucket, name, upstream.expected())
                            : Optional.empty();
            if (excess.isPresent()) {
                use.record(Outcome.CONFLICT, 0);
                return new Stored.OverQuota(excess.get());
            }
            use.keep(marks);
            locks.on(use, bucket, draft.lock()); // before the body comes
            SecondKeys.Chosen chosen = second.choose(use, bucket, draft.encryption());
            use.onFailure(Outcome.INVALID);
            Acl acl = Listed.written(uses, bucket);
            use.onFailure(Outcome.FAILED);
            Sealer sealer = vessel.sealer(bucket);
            return vessel.pour(
                    use,
                    sealer,
                    chosen.key(),
                    upstream,
                    poured -> {
                        use.keep(marks);
                        byte[] context = Vessel.context(bucket, name);
                        Upstream.Digests digests =
                                second.shown(bucket, context, chosen.key(), poured.digests());
                        Attributes attributes =
                                new Attributes(
                                        digests.etag(),
                                        draft.headers(),
                                        draft.user(),
                                        digests.checksums(),
                                        Attributes.ChecksumType.FULL_OBJECT);
                        byte[] sealed =
                                sealer.seal(
                                        context,
                                        AttributesCodec.encode(
                                                new AttributesCodec.Sealed(
                                                        attributes,
                                                        Found.Origin.WHOLE,
                                                        poured.id())));
                        State state = new State(marks, draft.tags(), chosen.sealing(), acl);
                        Lock lock = locks.on(use, bucket, draft.lock());
                        Objects.Draft written =
                                new Objects.Draft(
                                        token(sealer, context, attributes.etag()),
                                        sealed,
                                        state.seal(sealer, context),
                                        lock,
                                        arriving.written());
                        long size = poured.content().size();
                        Objects telling =
                                announcements.telling(
                                        uses,
                                        use,
                                        bucket,
                                        name,
                                        new Announcements.Told(
                                                arriving.cause(), attributes.etag(), size));
                        Changed changed =
                                locks.holding(
                                        use,
                                        second,
                                        chosen.sealing(),
                                        lock,
                                        () ->
                                                telling.put(
                                                        use.carrying(() -> size),
                                                        bucket,
                                                        name,
                                                        poured.content(),
                                                        written,
                                                        condition(match, sealer, context)));
                        return stored(
                                rules, bucket, changed, attributes, state, Found.Origin.WHOLE);
                    });
        } catch (Keys.KeyGone _) {
            return vessel.removed(found, new Stored.NoSuchBucket());
        }
    }

    /**
     * Reads, with the body held readable: the object stays whole for this reader whatever happens
     * to it.
     */
    GuardedObjects.Got get(
            String bucketName,
            String name,
            Optional<String> versionId,
            CustomerKey brought,
            ToLongFunction<GuardedObjects.Glimpse> share) {
        Optional<Bucket> found = objects.buckets().bucket(bucketName);
        if (looksInVain(readAction(versionId), found, name, versionId)) {
            return new GuardedObjects.Got.NoSuchName();
        }
        try (Admitted use =
                uses.admit(
                        readAction(versionId),
                        uses.object(found, bucketName, name, versionId),
                        object(bucketName, name),
                        uses.tags(found, name, versionId))) {
            return read(use, found, name, versionId, brought, share).got();
        } catch (Keys.KeyGone _) {
            return vessel.removed(found, new GuardedObjects.Got.NoSuchBucket());
        }
    }

    /** Whether somebody who may list and not read asks for what is not there; it is on record. */
    private boolean looksInVain(
            String action, Optional<Bucket> found, String name, Optional<String> versionId) {
        if (found.isEmpty()
                || versionId.isPresent()
                || !uses.sharing(found.get()).asks()
                || objects.version(found.get(), name, versionId).isPresent()) {
            return false;
        }
        Optional<Admitted> looking = uses.admitLooking(action, found, found.get().name(), name);
        looking.ifPresent(each -> {
            try (each) {
                each.record(Outcome.ABSENT, 0);
            }
        });
        return looking.isPresent();
    }

    /** The same without the body, for HEAD. */
    GuardedObjects.Got head(
            String action,
            String bucketName,
            String name,
            Optional<String> versionId,
            CustomerKey brought) {
        return look(
                action,
                bucketName,
                name,
                versionId,
                (use, bucket) -> {},
                (bucket, sealing) -> second.refusal(bucket, sealing, brought));
    }

    /** What is known of an object beside its bytes, for which no second key is needed. */
    GuardedObjects.Got facts(
            String action, String bucketName, String name, Optional<String> versionId) {
        return facts(action, bucketName, name, versionId, (use, bucket) -> {});
    }

    /** The same where a bucket has to be right for it. */
    GuardedObjects.Got facts(
            String action,
            String bucketName,
            String name,
            Optional<String> versionId,
            BiConsumer<Admitted, Bucket> right) {
        return look(
                action, bucketName, name, versionId, right, (bucket, sealing) -> Optional.empty());
    }

    /** Whether a caller's key is refused. */
    private interface Demand {
        Optional<GuardedObjects.Got.KeyRefused> of(Bucket bucket, SealedUnder sealing);
    }

    private GuardedObjects.Got look(
            String action,
            String bucketName,
            String name,
            Optional<String> versionId,
            BiConsumer<Admitted, Bucket> right,
            Demand demand) {
        Optional<Bucket> found = objects.buckets().bucket(bucketName);
        if (looksInVain(action, found, name, versionId)) {
            return new GuardedObjects.Got.NoSuchName();
        }
        try (Admitted use =
                uses.admit(
                        action,
                        uses.object(found, bucketName, name, versionId),
                        object(bucketName, name),
                        uses.tags(found, name, versionId))) {
            if (found.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                return new GuardedObjects.Got.NoSuchBucket();
            }
            right.accept(use, found.get());
            use.tellAbsent(name);
            Optional<Version> version = objects.version(found.get(), name, versionId);
            if (version.isEmpty()) {
                return absent(use, versionId);
            }
            State state = vessel.state(found.get(), version.get());
            use.confirm(state);
            Optional<GuardedObjects.Got.KeyRefused> refused =
                    refused(found.get(), version.get(), state, demand);
            if (refused.isPresent()) {
                use.record(Outcome.INVALID, 0);
                return refused.get();
            }
            Pass pass = use.record(outcome(version.get()), 0);
            return opened(found.get(), version.get(), state, List.of(), pass, CustomerKey.NONE);
        } catch (Keys.KeyGone _) {
            return vessel.removed(found, new GuardedObjects.Got.NoSuchBucket());
        }
    }

    private static Optional<GuardedObjects.Got.KeyRefused> refused(
            Bucket bucket, Version version, State state, Demand demand) {
        return version.kind() == Version.Kind.DELETE_MARKER
                ? Optional.empty()
                : demand.of(bucket, state.sealing());
    }

    /**
     * What a read found. @param marks what the version carries; what labels say of its place is not
     * in there
     */
    record Opened(GuardedObjects.Got got, Marks marks) {}

    Opened read(
            Admitted use,
            Optional<Bucket> found,
            String name,
            Optional<String> versionId,
            CustomerKey brought,
            ToLongFunction<GuardedObjects.Glimpse> share) {
        if (found.isEmpty()) {
            use.record(Outcome.ABSENT, 0);
            return new Opened(new GuardedObjects.Got.NoSuchBucket(), Marks.NONE);
        }
        Bucket bucket = found.get();
        use.tellAbsent(name);
        for (int attempt = 0; attempt < MOST_TRIES; attempt++) {
            Optional<Version> version = objects.version(bucket, name, versionId);
            if (version.isEmpty()) {
                return new Opened(absent(use, versionId), Marks.NONE);
            }
            State state = vessel.state(bucket, version.get());
            use.confirm(state);
            // Before the key is asked for: what is wrong with the request itself comes first.
            long size = share.applyAsLong(glimpse(bucket, version.get()));
            Optional<GuardedObjects.Got.KeyRefused> refused =
                    refused(
                            bucket,
                            version.get(),
                            state,
                            (at, sealing) -> second.refusal(at, sealing, brought));
            if (refused.isPresent()) {
                use.record(Outcome.INVALID, 0);
                return new Opened(refused.get(), Marks.NONE);
            }
            Optional<List<Body>> pieces = PlainContent.hold(objects, bucket, version.get());
            if (pieces.isEmpty()) {
                continue; // replaced between the two look-ups
            }
            boolean handedOn = false;
            try {
                Pass pass = use.record(outcome(version.get()), size);
                GuardedObjects.Got got =
                        opened(bucket, version.get(), state, pieces.get(), pass, brought);
                handedOn = true;
                return new Opened(got, state.marks());
            } finally {
                if (!handedOn) {
                    pieces.get().forEach(Body::close);
                }
            }
        }
        throw new StorageFailure(
                StorageFailure.Kind.OVERLOADED,
                "the object is replaced faster than it can be opened; try again");
    }

    private GuardedObjects.Glimpse glimpse(Bucket bucket, Version version) {
        return new GuardedObjects.Glimpse(
                version.size(),
                version.modified(),
                sizes(version.pieces()),
                etag ->
                        MessageDigest.isEqual(
                                version.token(),
                                token(
                                        vessel.sealer(bucket),
                                        Vessel.context(bucket, version.name()),
                                        etag)));
    }

    private GuardedObjects.Got opened(
            Bucket bucket,
            Version version,
            State state,
            List<Body> pieces,
            Pass pass,
            CustomerKey brought) {
        if (version.kind() == Version.Kind.DELETE_MARKER) {
            return new GuardedObjects.Got.Marker(marker(bucket, version));
        }
        Opener opener = keys.opener(Vessel.key(bucket), pass);
        AttributesCodec.Sealed sealed =
                AttributesCodec.attributes(
                        opener.open(
                                Vessel.context(bucket, version.name()),
                                Marked.attributes(version.attributes())));
        // What is known of an object beside its bytes needs no second key.
        SecondKey other =
                pieces.isEmpty() ? SecondKey.NONE : second.opening(state.sealing(), brought);
        return new GuardedObjects.Got.Object(
                found(
                        bucket,
                        version,
                        sealed,
                        state,
                        Locks.shown(uses, bucket, version),
                        rules.expiry(bucket, version, state)),
                PlainContent.of(pieces, version, sealed.contents(), opener, other));
    }

    private static GuardedObjects.Got absent(Admitted use, Optional<String> versionId) {
        use.record(Outcome.ABSENT, 0);
        return versionId.isPresent()
                ? new GuardedObjects.Got.NoSuchVersion()
                : new GuardedObjects.Got.NoSuchName();
    }

    Stored delete(
            String bucketName,
            String name,
            Optional<String> version,
            Match match,
            Lock.Bypass asked) {
        Optional<Bucket> found = objects.buckets().bucket(bucketName);
        Resource resource = uses.data(found, bucketName, name);
        String object = object(bucketName, name);
        Lock.Bypass bypass = locks.bypassToDelete(uses, asked, found, name, version);
        String plain = version.isPresent() ? "s3:DeleteObjectVersion" : "s3:DeleteObject";
        Tags tags = uses.tags(found, name, version);
        String action = Locks.action(uses, plain, bypass, resource, object, tags);
        try (Admitted use = uses.admit(action, resource, object, tags)) {
            if (found.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                return new Stored.NoSuchBucket();
            }
            Bucket bucket = found.get();
            // Without a condition no key is needed: what nobody can open any more can be deleted.
            Condition condition =
                    condition(
                            match,
                            etag ->
                                    token(
                                            vessel.sealer(bucket),
                                            Vessel.context(bucket, name),
                                            etag));
            Objects telling =
                    announcements.telling(
                            uses, use, bucket, name, new Announcements.Told(Cause.DELETE));
            Changed changed =
                    telling.delete(use.carrying(() -> 0), bucket, name, version, condition, bypass);
            return refused(changed);
        } catch (Keys.KeyGone _) {
            return vessel.removed(found, new Stored.NoSuchBucket());
        }
    }

    Optional<GuardedObjects.Page> list(String bucketName, Listing.Query query, String action) {
        Optional<Bucket> found = objects.buckets().bucket(bucketName);
        try (Admitted use =
                uses.admit(
                        action,
                        uses.listing(found, bucketName, query.prefix()),
                        object(bucketName, query.prefix()))) {
            if (found.isEmpty()) {
                use.record(Outcome.ABSENT, 0);
                return Optional.empty();
            }
            Bucket bucket = found.get();
            Listing.Page page =
                    action.equals("s3:ListBucket")
                            ? objects.list(bucket, query)
                            : objects.listVersions(bucket, query);
            Pass pass = use.record(Outcome.DONE, 0);
            List<Found> shown = new ArrayList<>(page.versions().size());
            byte[] place = Vessel.place(bucket);
            try (Opener.Values opener = keys.opener(Vessel.key(bucket), pass).values()) {
                for (Version version : page.versions()) {
                    shown.add(shown(bucket, place, opener, version));
                }
            }
            return Optional.of(new GuardedObjects.Page(shown, page.prefixes(), page.next()));
        } catch (Keys.KeyGone _) {
            return vessel.removed(found, Optional.empty());
        }
    }

    private static Found shown(Bucket bucket, byte[] place, Opener.Values opener, Version version) {
        if (version.kind() == Version.Kind.DELETE_MARKER) {
            return marker(bucket, version);
        }
        AttributesCodec.Sealed sealed =
                AttributesCodec.listed(
                        opener.open(
                                Vessel.context(place, version.name()),
                                Marked.attributes(version.attributes())));
        return found(bucket, version, sealed, State.NONE, version.lock(), Expiry.NEVER);
    }

    private static final Attributes NO_ATTRIBUTES =
            new Attributes("", Map.of(), Map.of(), Map.of(), Attributes.ChecksumType.FULL_OBJECT);

    static Found marker(Bucket bucket, Version version) {
        return new Found(
                version.name(),
                version.id(),
                version.latest() ? Found.Shown.LATEST_MARKER : Found.Shown.OLDER_MARKER,
                0,
                version.modified(),
                NO_ATTRIBUTES,
                Map.of(),
                version.lock(),
                List.of(),
                List.of(),
                Found.Origin.WHOLE,
                bucket.versioning(),
                Expiry.NEVER,
                Encrypted.OWN);
    }

    /** What a write made. */
    static Found found(
            LifecycleRules rules,
            Bucket bucket,
            Version version,
            Attributes attributes,
            State state,
            Found.Origin origin) {
        return found(
                bucket,
                version,
                new AttributesCodec.Sealed(attributes, origin, new byte[0]),
                state,
                version.lock(),
                rules.expiry(bucket, version, state));
    }

    static Found found(
            Bucket bucket,
            Version version,
            AttributesCodec.Sealed sealed,
            State state,
            Lock lock,
            Expiry expiry) {
        return new Found(
                version.name(),
                version.id(),
                version.latest() ? Found.Shown.LATEST : Found.Shown.OLDER,
                version.size(),
                version.modified(),
                sealed.attributes(),
                state.tags(),
                lock,
                sizes(version.pieces()),
                sums(sealed.sums(), version.pieces().size()),
                sealed.origin(),
                bucket.versioning(),
                expiry,
                state.sealing().shown());
    }

    private static List<String> sums(byte[] sums, int pieces) {
        List<String> texts = new ArrayList<>();
        int width = sums.length / Math.max(1, pieces);
        for (int at = 0; width > 0 && at < sums.length; at += width) {
            texts.add(Base64.getEncoder().encodeToString(Arrays.copyOfRange(sums, at, at + width)));
        }
        return texts;
    }

    static List<Long> sizes(List<Piece> pieces) {
        return pieces.size() == 1
                ? List.of(pieces.getFirst().size())
                : pieces.stream().map(Piece::size).toList();
    }

    static Stored stored(
            LifecycleRules rules,
            Bucket bucket,
            Changed changed,
            Attributes attributes,
            State state,
            Found.Origin origin) {
        return changed instanceof Changed.Stored(Version version)
                ? new Stored.Done(found(rules, bucket, version, attributes, state, origin))
                : refused(changed);
    }

    /** What became of a change that made no version. */
    static Stored refused(Changed changed) {
        return switch (changed) {
            case Changed.Stored(Version version) ->
                    throw new IllegalStateException("a version was made: " + version.id());
            case Changed.Deleted(Optional<Version> marker, Optional<String> removed) ->
                    new Stored.Deleted(marker.map(Version::id), removed);
            case Changed.ConditionFailed failed -> new Stored.ConditionFailed();
            case Changed.Locked locked -> new Stored.Locked();
            case Changed.OverQuota(Excess excess) -> new Stored.OverQuota(excess);
            case Changed.OnMarker(Version marker) -> new Stored.OnMarker(marker.id());
            case Changed.NoSuchName absent -> new Stored.NoSuchName();
            case Changed.NoSuchBucket absent -> new Stored.NoSuchBucket();
            case Changed.NoSuchUpload absent -> new Stored.NoSuchUpload();
            case Changed.NoSuchPart(int number) -> new Stored.InvalidPart(number);
        };
    }

    static Condition condition(Match match, Sealer sealer, byte[] context) {
        return condition(match, etag -> token(sealer, context, etag));
    }

    private static Condition condition(Match match, Function<String, byte[]> token) {
        return switch (match) {
            case Match.Any() -> new Condition.None();
            case Match.Absent() -> new Condition.Absent();
            case Match.Present() -> new Condition.Present();
            case Match.Etag(String etag) -> new Condition.Matches(token.apply(etag));
            case Match.Size(long bytes) -> new Condition.Size(bytes);
            case Match.Second(Instant at) -> new Condition.Second(at);
            case Match.Vacant() -> new Condition.Vacant();
            case Match.Still(Found seen) ->
                    new Condition.Still(
                            seen.version(),
                            seen.modified(),
                            seen.attributes().etag().isEmpty()
                                    ? new byte[0]
                                    : token.apply(seen.attributes().etag()));
            case Match.All(List<Match> all) ->
                    new Condition.All(all.stream().map(each -> condition(each, token)).toList());
        };
    }

    static byte[] token(Sealer sealer, byte[] context, String etag) {
        return sealer.token(context, etag.getBytes(StandardCharsets.US_ASCII));
    }

    static String object(String bucket, String name) {
        return name.isEmpty() ? bucket : bucket + "/" + name;
    }

    static String readAction(Optional<String> version) {
        return version.isPresent() ? "s3:GetObjectVersion" : "s3:GetObject";
    }

    private static Outcome outcome(Version version) {
        return version.kind() == Version.Kind.OBJECT ? Outcome.DONE : Outcome.ABSENT;
    }
}
