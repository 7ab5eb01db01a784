package org.domicile.policy;

import java.util.List;

/** What a request wants to act on. */
public sealed interface Resource {
    /**
     * A bucket or something in it.
     *
     * @param organisation the bucket's
     * @param bucket its name
     * @param name the object's name, empty for the bucket itself
     * @param zones the bucket's zones
     * @param dataZone where the data lie or will lie
     */
    record Data(
            String organisation, String bucket, String name, List<String> zones, String dataZone)
            implements Resource {}

    /** An organisation's own list of things (its buckets). */
    record Own(String organisation) implements Resource {}

    /** The installation: administration. */
    record Installation() implements Resource {}
}
