package org.domicile.guard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.domicile.bytes.StorageFailure;
import org.domicile.keys.KeyId;
import org.domicile.keys.Keys;
import org.domicile.keys.Opener;
import org.domicile.keys.Pass;
import org.domicile.keys.SecondKey;
import org.domicile.objects.Body;
import org.domicile.objects.Bucket;
import org.domicile.objects.Finding;
import org.domicile.objects.Inspection;
import org.domicile.objects.Objects;
import org.domicile.objects.Part;
import org.domicile.objects.Version;
import org.domicile.policy.Policy;
import org.jspecify.annotations.Nullable;

/** See {@link GuardedCheck}. Owned by one thread. */
final class StoredCheck implements GuardedCheck {
    private static final int STEP = 256 << 10;

    private final Policy policy;
    private final Objects objects;
    private final Keys keys;
    private final Vessel vessel;
    private final Supplier<Pass> recorded;
    private final byte[] scratch = new byte[STEP];
    private @Nullable Pass pass;

    /**
     * @param recorded puts on record that bodies are opened
     */
    StoredCheck(Policy policy, Objects objects, Keys keys, Vessel vessel, Supplier<Pass> recorded) {
        this.policy = policy;
        this.objects = objects;
        this.keys = keys;
        this.vessel = vessel;
        this.recorded = recorded;
    }

    @Override
    public void records(Inspection.Findings findings) {
        objects.inspection().records(findings);
        policy.register().keys().values().stream()
                .filter(key -> !key.destroyed())
                .filter(key -> !keys.exists(new KeyId(KeyId.Kind.NAMED, key.key())))
                .forEach(key -> findings.found(missing("", "the named key " + key.id())));
        policy.register()
                .organisations()
                .values()
                .forEach(organisation -> {
                    if (!keys.exists(new KeyId(KeyId.Kind.ORGANISATION, organisation.key()))) {
                        findings.found(
                                missing("", "the key of the organisation " + organisation.name()));
                    }
                    for (Bucket bucket : objects.buckets().buckets(organisation.name())) {
                        if (!keys.exists(Vessel.key(bucket)) && isThere(bucket)) {
                            findings.found(missing(bucket.name(), "the bucket's key"));
                        }
                    }
                });
    }

    private static Finding missing(String bucket, String what) {
        return new Finding(
                Finding.Kind.MISSING_KEY,
                bucket,
                "",
                "",
                what + " is not in the key store, so nobody can open what lies under it");
    }

    /** The key of a bucket that is removed just now may go first. */
    private boolean isThere(Bucket bucket) {
        return objects.buckets()
                .bucket(bucket.name())
                .filter(present -> present.id().equals(bucket.id()))
                .isPresent();
    }

    @Override
    public Optional<byte[]> bodies(byte[] from, Pace pace, Inspection.Findings findings) {
        return objects.inspection().bodies(from, new Reading(pace), findings);
    }

    /** Of what holds nothing that could be opened, nothing is put on record. */
    private Pass pass() {
        Pass known = pass;
        if (known == null) {
            known = recorded.get();
            pass = known;
        }
        return known;
    }

    private final class Reading implements Inspection.Reader {
        private final Pace pace;

        Reading(Pace pace) {
            this.pace = pace;
        }

        @Override
        public boolean part(Part part, Body piece) {
            return told(sealed(piece), part.size());
        }

        private boolean told(boolean whole, long bytes) {
            if (whole) {
                pace.verified(bytes);
            }
            return whole;
        }

        @Override
        public boolean version(Bucket bucket, Version version, List<Body> pieces) {
            return told(read(bucket, version, pieces), version.size());
        }

        private boolean read(Bucket bucket, Version version, List<Body> pieces) {
            try {
                Opener opener = keys.opener(Vessel.key(bucket), pass());
                State state = vessel.state(bucket, version);
                Optional<SecondKey> second = second(state.sealing());
                AttributesCodec.Sealed attributes =
                        AttributesCodec.attributes(
                                opener.open(
                                        Vessel.context(bucket, version.name()),
                                        Marked.attributes(version.attributes())));
                if (second.isPresent()) {
                    return opened(version, pieces, attributes, state, opener, second.get());
                }
            } catch (Keys.KeyGone e) {
                // Nobody opens it any more; that it lies there unharmed can still be seen.
            }
            for (Body piece : pieces) {
                if (!sealed(piece)) {
                    return false;
                }
            }
            return true;
        }

        /** Reads what lies there; every page of it is verified. */
        private boolean sealed(Body body) {
            ByteBuffer target = ByteBuffer.wrap(scratch);
            for (long at = 0; at < body.length(); ) {
                int count = body.read(target.clear(), at);
                if (count <= 0) {
                    throw corrupt("it ends at " + at + " of " + body.length() + " sealed bytes");
                }
                at += count;
                if (!pace.read(count)) {
                    return false;
                }
            }
            return true;
        }

        private boolean opened(
                Version version,
                List<Body> pieces,
                AttributesCodec.Sealed sealed,
                State state,
                Opener opener,
                SecondKey second) {
            if (sealed.contents().length != pieces.size() * AttributesCodec.CONTENT_ID) {
                throw corrupt("it has other pieces than when it was sealed");
            }
            Expected expected = Expected.of(sealed, state.sealing());
            PlainContent content =
                    PlainContent.of(pieces, version, sealed.contents(), opener, second);
            for (int piece = 0; piece < pieces.size(); piece++) {
                long size = version.pieces().get(piece).size();
                try (InputStream in = content.piece(piece, 0, size)) {
                    long left = size;
                    while (left > 0) {
                        int count = in.read(scratch, 0, (int) Math.min(left, STEP));
                        if (count < 0) {
                            throw corrupt("it ends " + left + " bytes too early");
                        }
                        expected.update(scratch, count);
                        left -= count;
                        if (!pace.read(count)) {
                            return false;
                        }
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException("a body in memory or on disk", e);
                }
            }
            expected.compare();
            return true;
        }
    }

    /** Empty for a key that is not here. */
    private Optional<SecondKey> second(SealedUnder sealing) {
        return switch (sealing.shown().kind()) {
            case OWN -> Optional.of(SecondKey.NONE);
            case NAMED -> {
                try {
                    yield Optional.of(keys.second(new KeyId(KeyId.Kind.NAMED, sealing.proof())));
                } catch (Keys.KeyGone e) {
                    yield Optional.empty();
                }
            }
            case CUSTOMER -> Optional.empty();
        };
    }

    private static StorageFailure corrupt(String what) {
        return new StorageFailure(StorageFailure.Kind.CORRUPT, what);
    }

    /** The digest that a body must have: its ETag where that is one, else a checksum of it all. */
    private record Expected(
            @Nullable MessageDigest md5, @Nullable StreamDigest other, String value) {
        private static final Expected NOTHING = new Expected(null, null, "");

        /** Under a second key what is shown is no digest of the content. */
        static Expected of(AttributesCodec.Sealed sealed, SealedUnder sealing) {
            Attributes attributes = sealed.attributes();
            if (sealing.shown().kind() != Encrypted.Kind.OWN) {
                return NOTHING;
            }
            if (sealed.origin() == Found.Origin.WHOLE
                    && attributes.etag().matches("[0-9a-f]{32}")) {
                return new Expected(PartsDigest.digest("MD5"), null, attributes.etag());
            }
            return attributes.checksumType() == Attributes.ChecksumType.FULL_OBJECT
                    ? attributes.checksums().entrySet().stream()
                            .findFirst()
                            .map(each ->
                                    new Expected(
                                            null, StreamDigest.of(each.getKey()), each.getValue()))
                            .orElse(NOTHING)
                    : NOTHING;
        }

        void update(byte[] bytes, int count) {
            if (md5 != null) {
                md5.update(bytes, 0, count);
            } else if (other != null) {
                other.update(bytes, 0, count);
            }
        }

        void compare() {
            String found =
                    md5 != null
                            ? HexFormat.of().formatHex(md5.digest())
                            : other != null ? other.base64() : value;
            if (!found.equals(value)) {
                throw corrupt("its content is not what its digest was made of");
            }
        }
    }
}
