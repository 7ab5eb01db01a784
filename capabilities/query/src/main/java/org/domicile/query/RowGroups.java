package org.domicile.query;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The row groups of a Parquet file, and the footers of files that have only some of them: the same
 * schema, the same places of bytes, fewer rows. So a file that is larger than the staging is read
 * in parts. Source: parquet.thrift, {@code FileMetaData} and {@code RowGroup}.
 */
final class RowGroups {
    private static final int END = 8;

    /** Where a list's count does not fit into its first byte any more. */
    private static final int SHORT = 15;

    private final Footer whole;
    private final List<Group> groups = new ArrayList<>();
    private final Span rows;
    private final Span list;

    /** Bytes of the tail. */
    private record Span(int from, int to) {}

    /** A row group: where it is said, and how many rows it has. */
    private record Group(Span span, long rows) {}

    private RowGroups(Footer whole) throws NotParquet {
        this.whole = whole;
        byte[] tail = whole.tail();
        Compact in = new Compact(tail, tail.length - END);
        Span count = new Span(0, 0);
        Span all = new Span(0, 0);
        Compact.Field field = in.field(0);
        while (field.type() != Compact.STOP) {
            int from = in.place();
            switch (field.id()) {
                case 3 -> {
                    in.whole();
                    count = new Span(from, in.place());
                }
                case 4 -> {
                    int size = in.list(Compact.STRUCT);
                    for (int i = 0; i < size; i++) {
                        groups.add(group(in));
                    }
                    all = new Span(from, in.place());
                }
                default -> in.skip(field.type());
            }
            field = in.field(field.id());
        }
        if (count.to() == 0 || all.to() == 0) {
            throw Compact.broken();
        }
        this.rows = count;
        this.list = all;
    }

    /** Of a file. @throws NotParquet when its footer is broken */
    static RowGroups of(Footer footer) throws NotParquet {
        return new RowGroups(footer);
    }

    private static Group group(Compact in) throws NotParquet {
        int from = in.place();
        long rows = -1;
        Compact.Field field = in.field(0);
        while (field.type() != Compact.STOP) {
            if (field.id() == 3) {
                rows = in.whole();
            } else {
                in.skip(field.type());
            }
            field = in.field(field.id());
        }
        if (rows < 0) {
            throw Compact.broken();
        }
        return new Group(new Span(from, in.place()), rows);
    }

    int count() {
        return groups.size();
    }

    /** Rows of those before one. */
    long before(int group) {
        return groups.subList(0, group).stream().mapToLong(Group::rows).sum();
    }

    /**
     * Of a file that has some of them alone. Its length is another: what follows its last byte of
     * data is its footer.
     *
     * @param from the first @param to behind the last
     */
    Footer part(int from, int to) throws NotParquet {
        byte[] tail = whole.tail();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = 0;
        for (Span span :
                List.of(rows, list).stream().sorted(Comparator.comparing(Span::from)).toList()) {
            out.write(tail, at, span.from() - at);
            if (span.equals(rows)) {
                long count = before(to) - before(from);
                varint(out, (count << 1) ^ (count >> 63));
            } else {
                head(out, to - from);
                for (Group group : groups.subList(from, to)) {
                    Span each = group.span();
                    out.write(tail, each.from(), each.to() - each.from());
                }
            }
            at = span.to();
        }
        out.write(tail, at, tail.length - END - at);
        out.writeBytes(
                ByteBuffer.allocate(Integer.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(out.size())
                        .array());
        out.writeBytes(Footer.MAGIC);
        return FooterReading.of(whole.tailStart() + out.size(), out.toByteArray());
    }

    private static void head(ByteArrayOutputStream out, int count) {
        if (count < SHORT) {
            out.write(count << 4 | Compact.STRUCT);
        } else {
            out.write(SHORT << 4 | Compact.STRUCT);
            varint(out, count);
        }
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~127L) != 0) {
            out.write((int) (rest & 127) | 128);
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
