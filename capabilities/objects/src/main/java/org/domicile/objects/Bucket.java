package org.domicile.objects;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A bucket.
 *
 * @param name unique in the installation
 * @param id 16 random bytes in hexadecimal; names are used again, ids never
 * @param organisation whose it is
 * @param owner the principal that made it, a random id
 * @param zones where its data may lie and go; at least one
 * @param key id of its key in the key store
 * @param versioning its versioning state
 * @param created when it was made
 * @param settings what else was set for it, sealed by the guard, by names that the guard gives
 * @param keeping whom it is for; it never changes
 */
public record Bucket(
        String name,
        String id,
        String organisation,
        String owner,
        List<String> zones,
        String key,
        Versioning versioning,
        Instant created,
        Map<String, byte[]> settings,
        Keeping keeping) {
    /** One that is for everybody whom policy lets. */
    public Bucket(
            String name,
            String id,
            String organisation,
            String owner,
            List<String> zones,
            String key,
            Versioning versioning,
            Instant created,
            Map<String, byte[]> settings) {
        this(
                name,
                id,
                organisation,
                owner,
                zones,
                key,
                versioning,
                created,
                settings,
                Keeping.ORDINARY);
    }

    /** Whom a bucket is for. */
    public enum Keeping {
        /** Whoever policy lets. */
        ORDINARY,
        /** The program, for files of tables. */
        TABLES
    }

    /** As S3 names the states; a bucket starts unversioned and never returns to it. */
    public enum Versioning {
        /** One version for each name: the null version. */
        UNVERSIONED,
        /** Every put makes a version; a delete without a version makes a marker. */
        ENABLED,
        /** Puts and deletes replace the null version; older versions stay. */
        SUSPENDED
    }

    /** The settings, in no order that means anything, are the bucket's own. */
    public Bucket {
        zones = List.copyOf(zones);
        settings = Map.copyOf(settings);
        created = Instant.ofEpochMilli(created.toEpochMilli());
    }

    /** With another versioning state. */
    public Bucket versioned(Versioning state) {
        return new Bucket(
                name, id, organisation, owner, zones, key, state, created, settings, keeping);
    }

    Bucket settings(Map<String, byte[]> all) {
        return new Bucket(
                name, id, organisation, owner, zones, key, versioning, created, all, keeping);
    }

    /** With a setting as given, or without it. */
    public Bucket set(String setting, Optional<byte[]> value) {
        Map<String, byte[]> next = new LinkedHashMap<>(settings);
        value.ifPresentOrElse(bytes -> next.put(setting, bytes), () -> next.remove(setting));
        return new Bucket(
                name, id, organisation, owner, zones, key, versioning, created, next, keeping);
    }
}
