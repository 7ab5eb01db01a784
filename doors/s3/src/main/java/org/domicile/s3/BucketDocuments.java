package org.domicile.s3;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.domicile.guard.BucketSetting;
import org.domicile.guard.GuardedObjects.Setting;

/** Settings of buckets, as the documents that this door keeps of them. */
final class BucketDocuments {
    private BucketDocuments() {}

    /**
     * What was set.
     *
     * @param absent the code for a bucket where nothing was
     * @throws Failure that code, or NO_SUCH_BUCKET
     */
    static byte[] of(Call call, BucketSetting which, ErrorCode absent, String sentence) {
        return find(call, which).orElseThrow(() -> new Failure(absent, sentence));
    }

    /**
     * What was set; empty when nothing was.
     *
     * @throws Failure NO_SUCH_BUCKET
     */
    static Optional<byte[]> find(Call call, BucketSetting which) {
        return switch (call.guarded().setting(call.bucket(), which)) {
            case Setting.Is(byte[] document) -> Optional.of(document);
            case Setting.Unset() -> Optional.empty();
            case Setting.NoSuchBucket() -> throw Call.noSuchBucket();
        };
    }

    static void set(Call call, BucketSetting which, ByteBuffer document) {
        put(call, which, Optional.of(bytes(document)));
    }

    /** As it is kept. */
    static byte[] bytes(ByteBuffer document) {
        byte[] bytes = new byte[document.remaining()];
        document.get(bytes);
        return bytes;
    }

    static void remove(Call call, BucketSetting which) {
        put(call, which, Optional.empty());
    }

    private static void put(Call call, BucketSetting which, Optional<byte[]> document) {
        if (!call.guarded().set(call.bucket(), which, document)) {
            throw Call.noSuchBucket();
        }
    }
}
