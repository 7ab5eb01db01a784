package org.domicile.events;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What can happen to an object here, as S3 names it (Amazon S3 User Guide, "Event notification
 * types and destinations"). What S3 names beside these (replication, other storage classes,
 * restoration from them) never happens here.
 */
public enum EventType {
    /** PutObject. */
    CREATED_PUT("s3:ObjectCreated:Put"),
    /** A form that a page posted. */
    CREATED_POST("s3:ObjectCreated:Post"),
    /** CopyObject. */
    CREATED_COPY("s3:ObjectCreated:Copy"),
    /** An upload in parts was completed. */
    CREATED_PARTS("s3:ObjectCreated:CompleteMultipartUpload"),
    /** A version, or the object of a bucket without versions, was removed. */
    REMOVED("s3:ObjectRemoved:Delete"),
    /** A delete marker was made. */
    MARKED("s3:ObjectRemoved:DeleteMarkerCreated"),
    /** Tags were set. */
    TAGGED("s3:ObjectTagging:Put"),
    /** Tags were removed. */
    UNTAGGED("s3:ObjectTagging:Delete"),
    /** An ACL was set. */
    LISTED("s3:ObjectAcl:Put"),
    /** A rule removed it. */
    EXPIRED("s3:LifecycleExpiration:Delete"),
    /** A rule made a delete marker. */
    EXPIRED_MARKED("s3:LifecycleExpiration:DeleteMarkerCreated"),
    /** Nothing happened: a destination is told that it will be told. No rule can name it. */
    TEST("s3:TestEvent");

    private static final Map<String, Set<EventType>> BY_NAME = byName();

    private final String code;

    EventType(String code) {
        this.code = code;
    }

    /** S3's name of it. */
    public String code() {
        return code;
    }

    /**
     * What a rule means by a name: one type, or with {@code *} all of a family; nothing when
     * nothing here is called so.
     */
    public static Set<EventType> named(String name) {
        return BY_NAME.getOrDefault(name, Set.of());
    }

    private static Map<String, Set<EventType>> byName() {
        Map<String, Set<EventType>> all = new TreeMap<>();
        Arrays.stream(values())
                .filter(each -> each != TEST)
                .forEach(each -> {
                    all.put(each.code, Set.of(each));
                    if (each != LISTED) { // a family of one has no star in S3
                        String family = each.code.substring(0, each.code.lastIndexOf(':')) + ":*";
                        all.computeIfAbsent(family, _ -> EnumSet.noneOf(EventType.class)).add(each);
                    }
                });
        return all;
    }
}
