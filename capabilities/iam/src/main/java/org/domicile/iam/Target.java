package org.domicile.iam;

import java.util.Map;

/** What is asked for. */
public sealed interface Target {
    /** What has no bucket: the list of all buckets. */
    record Service() implements Target {}

    /** A bucket. */
    record Bucket(String name) implements Target {}

    /**
     * An object, which need not exist.
     *
     * @param tags that it has now; none if it does not exist
     */
    record ObjectIn(String bucket, String key, Map<String, String> tags) implements Target {
        public ObjectIn {
            tags = Map.copyOf(tags);
        }
    }

    /** Its Amazon resource name. */
    default String arn() {
        return switch (this) {
            case Service _ -> "arn:aws:s3:::*";
            case Bucket(String name) -> "arn:aws:s3:::" + name;
            case ObjectIn(String bucket, String key, _) -> "arn:aws:s3:::" + bucket + "/" + key;
        };
    }
}
