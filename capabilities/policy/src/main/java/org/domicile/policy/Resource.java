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
     * @param carried what the data bring along from what they were derived from, beside what labels
     *     say of the place
     * @param access what its policy and its ACLs say, and of whom
     * @param table of a bucket that is reserved for tables, the id of the table whose files are
     *     meant, or {@link #NO_TABLE}; empty in any other bucket
     */
    record Data(
            String organisation,
            String bucket,
            String name,
            List<String> zones,
            String dataZone,
            Marks carried,
            Access access,
            String table)
            implements Resource {
        /** In a reserved bucket: nothing of any table. */
        public static final String NO_TABLE = "/";

        /** Data of an ordinary bucket. */
        public Data(
                String organisation,
                String bucket,
                String name,
                List<String> zones,
                String dataZone,
                Marks carried,
                Access access) {
            this(organisation, bucket, name, zones, dataZone, carried, access, "");
        }

        /** Data that bring nothing along and are shared with nobody. */
        public Data(
                String organisation,
                String bucket,
                String name,
                List<String> zones,
                String dataZone) {
            this(organisation, bucket, name, zones, dataZone, Marks.NONE, Access.NONE);
        }

        /** Data that are shared with nobody. */
        public Data(
                String organisation,
                String bucket,
                String name,
                List<String> zones,
                String dataZone,
                Marks carried) {
            this(organisation, bucket, name, zones, dataZone, carried, Access.NONE);
        }

        /** Another name in the same bucket; empty for the bucket itself. */
        public Data named(String other) {
            return new Data(
                    organisation,
                    bucket,
                    other,
                    zones,
                    dataZone,
                    carried,
                    access,
                    table.isEmpty() ? "" : tableOf(other));
        }

        /** The same data with what they bring along. */
        public Data carrying(Marks marks) {
            return new Data(organisation, bucket, name, zones, dataZone, marks, access, table);
        }

        /** The same data as they are shared. */
        public Data shared(Access other) {
            return new Data(organisation, bucket, name, zones, dataZone, carried, other, table);
        }

        /** The same in a bucket that is reserved for tables. */
        public Data reserved() {
            return about(tableOf(name));
        }

        /** The bucket, for who looks at what begins so, in a reserved one. */
        public Data looking(String prefix) {
            return table.isEmpty() ? this : about(tableOf(prefix));
        }

        private Data about(String id) {
            return new Data(organisation, bucket, name, zones, dataZone, carried, access, id);
        }

        /** Files of a table lie below its id. */
        private static String tableOf(String name) {
            int end = name.indexOf('/');
            return end <= 0 ? NO_TABLE : name.substring(0, end);
        }
    }

    /** An organisation's own list of things (its buckets). */
    record Own(String organisation) implements Resource {}

    /** A role of an organisation that somebody wants to act in, whether there is one or not. */
    record Assumed(String organisation, String name) implements Resource {
        /** Its full name. */
        public String full() {
            return organisation + "/" + name;
        }
    }

    /** The installation: administration. */
    record Installation() implements Resource {}
}
