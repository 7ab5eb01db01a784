package org.domicile.query;

import java.util.ArrayList;
import java.util.List;

/**
 * What a Parquet file that was written here says of its leaves, for who keeps it. Source: Apache
 * Parquet format 2, {@code FileMetaData} and {@code Statistics}.
 *
 * @param rows of the file
 * @param leaves in the order of the schema
 * @param offsets where its row groups begin
 */
public record Measures(long rows, List<Leaf> leaves, List<Long> offsets) {
    /** Of a file that is not Parquet. */
    public static final Measures NONE = new Measures(0, List.of(), List.of());

    /** They are the record's own. */
    public Measures {
        leaves = List.copyOf(leaves);
        offsets = List.copyOf(offsets);
    }

    /**
     * A leaf.
     *
     * @param field id that the file has for it; -1 for none
     * @param stored Parquet's number of its physical type
     * @param groups one for each row group
     */
    public record Leaf(int field, int stored, List<Group> groups) {}

    /**
     * Of one row group.
     *
     * @param bytes that it takes
     * @param values of it, nulls among them
     * @param nulls -1 where nobody counted
     * @param least empty where it is not known
     * @param most empty where it is not known
     */
    public record Group(long bytes, long values, long nulls, byte[] least, byte[] most) {}

    /**
     * Reads them.
     *
     * @param footer of the file
     * @throws NotParquet when it is none
     */
    static Measures of(Footer footer) throws NotParquet {
        return new Reading(footer.tail()).file();
    }

    /** Reads once. Numbers of fields: parquet.thrift. */
    private static final class Reading {
        private static final int END = 8;
        private static final byte[] UNKNOWN = {};

        private final Compact in;
        private final List<Integer> fields = new ArrayList<>();
        private final List<Integer> types = new ArrayList<>();
        private final List<List<Group>> groups = new ArrayList<>();
        private final List<Long> offsets = new ArrayList<>();
        private long rows;

        Reading(byte[] tail) {
            this.in = new Compact(tail, tail.length - END);
        }

        private interface OnField {
            /** Whether it was read. */
            boolean read(int id) throws NotParquet;
        }

        private void struct(OnField on) throws NotParquet {
            Compact.Field field = in.field(0);
            while (field.type() != Compact.STOP) {
                if (!on.read(field.id())) {
                    in.skip(field.type());
                }
                field = in.field(field.id());
            }
        }

        Measures file() throws NotParquet {
            struct(id -> {
                switch (id) {
                    case 2 -> each(this::element);
                    case 3 -> rows = in.whole();
                    case 4 -> each(this::group);
                    default -> {
                        return false;
                    }
                }
                return true;
            });
            List<Leaf> leaves = new ArrayList<>();
            for (int i = 0; i < fields.size(); i++) {
                leaves.add(new Leaf(fields.get(i), types.get(i), List.copyOf(groups.get(i))));
            }
            return new Measures(rows, leaves, offsets);
        }

        private interface Each {
            void read() throws NotParquet;
        }

        private void each(Each each) throws NotParquet {
            int count = in.list(Compact.STRUCT);
            for (int i = 0; i < count; i++) {
                each.read();
            }
        }

        private void element() throws NotParquet {
            long[] found = {-1, 0, -1}; // type, children, field id
            struct(id -> {
                switch (id) {
                    case 1 -> found[0] = in.whole();
                    case 5 -> found[1] = in.whole();
                    case 9 -> found[2] = in.whole();
                    default -> {
                        return false;
                    }
                }
                return true;
            });
            if (found[1] == 0 && found[0] >= 0) {
                fields.add((int) found[2]);
                types.add((int) found[0]);
                groups.add(new ArrayList<>());
            }
        }

        private void group() throws NotParquet {
            int[] leaf = {0};
            long[] begin = {Long.MAX_VALUE};
            struct(id -> {
                if (id != 1) {
                    return false;
                }
                each(() -> {
                    if (leaf[0] >= groups.size()) {
                        throw Compact.broken();
                    }
                    begin[0] = Math.min(begin[0], column(groups.get(leaf[0]++)));
                });
                return true;
            });
            if (leaf[0] != groups.size()) {
                throw Compact.broken();
            }
            offsets.add(begin[0]);
        }

        /** Where its bytes begin. */
        private long column(List<Group> into) throws NotParquet {
            long[] found = {0, 0, Long.MAX_VALUE, -1}; // values, bytes, begin, nulls
            byte[][] bounds = {UNKNOWN, UNKNOWN};
            struct(chunk -> {
                if (chunk != 3) {
                    return false;
                }
                struct(id -> {
                    switch (id) {
                        case 5 -> found[0] = in.whole();
                        case 7 -> found[1] = in.whole();
                        case 9 -> found[2] = Math.min(found[2], in.whole());
                        case 11 -> {
                            long dictionary = in.whole();
                            found[2] = dictionary > 0 ? Math.min(found[2], dictionary) : found[2];
                        }
                        case 12 -> statistics(found, bounds);
                        default -> {
                            return false;
                        }
                    }
                    return true;
                });
                return true;
            });
            if (found[0] < 0 || found[1] < 0 || found[2] < 4) {
                throw Compact.broken();
            }
            into.add(new Group(found[1], found[0], found[3], bounds[0], bounds[1]));
            return found[2];
        }

        private void statistics(long[] found, byte[][] bounds) throws NotParquet {
            struct(id -> {
                switch (id) {
                    case 3 -> found[3] = in.whole();
                    case 5 -> bounds[1] = in.octets();
                    case 6 -> bounds[0] = in.octets();
                    default -> {
                        return false;
                    }
                }
                return true;
            });
        }
    }
}
