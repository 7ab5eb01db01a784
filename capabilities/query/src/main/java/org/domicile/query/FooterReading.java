package org.domicile.query;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Reads the metadata of a Parquet file. Numbers of fields: parquet.thrift. */
final class FooterReading {
    /** What a bloom filter may have whose length nobody wrote down. */
    private static final long MOST_BLOOM = 4 << 20;

    private static final int END = 8;
    private static final int MOST_DEPTH = 200;
    private static final int REPEATED = 2;
    private static final int TYPE_INT96 = 3;
    private static final int TYPE_FIXED = 7;
    private static final int LOGICAL_UUID = 14;

    private final long length;
    private final byte[] tail;
    private final Compact in;
    private final List<Footer.Node> nodes = new ArrayList<>();
    private final List<Element> elements = new ArrayList<>();

    /** Each takes a hundred times what it takes in the file, where it says nothing. */
    private static final int MOST_ELEMENTS = 20_000;

    private static final int MOST_CHUNKS = 200_000;

    private final List<Footer.Chunk> chunks = new ArrayList<>();
    private String schema = "";
    private long rows;

    private FooterReading(long length, byte[] tail) {
        this.length = length;
        this.tail = tail;
        this.in = new Compact(tail, tail.length - END);
    }

    static Footer of(long length, byte[] tail) throws NotParquet {
        FooterReading reading = new FooterReading(length, tail);
        reading.file();
        if (reading.nodes.isEmpty() || reading.rows < 0) {
            throw Compact.broken();
        }
        return new Footer(
                length, reading.rows, tail, reading.nodes, reading.schema, reading.chunks);
    }

    private interface OnField {
        /** Whether it was read. */
        boolean read(int id, int type) throws NotParquet;
    }

    private void struct(OnField on) throws NotParquet {
        Compact.Field field = in.field(0);
        while (field.type() != Compact.STOP) {
            if (!on.read(field.id(), field.type())) {
                in.skip(field.type());
            }
            field = in.field(field.id());
        }
    }

    private void file() throws NotParquet {
        struct((id, type) -> {
            switch (id) {
                case 2 -> schema();
                case 3 -> rows = in.whole();
                case 4 -> {
                    int count = in.list(Compact.STRUCT);
                    for (int i = 0; i < count; i++) {
                        struct(this::group);
                    }
                }
                default -> {
                    return false;
                }
            }
            return true;
        });
    }

    /** One of the schema's list. */
    private record Element(
            String name, int id, long children, boolean repeated, Footer.Holds holds) {}

    /** A tree, depth first: those right below the root are the columns. */
    private void schema() throws NotParquet {
        int from = in.place();
        int count = in.list(Compact.STRUCT);
        if (count > MOST_ELEMENTS) {
            throw new NotParquet("it has more than " + MOST_ELEMENTS + " columns");
        }
        for (int i = 0; i < count; i++) {
            elements.add(element(count));
        }
        if (elements.isEmpty()) {
            throw Compact.broken();
        }
        schema = digest(Arrays.copyOfRange(tail, from, in.place()));
        int[] next = {1};
        for (long i = 0; i < elements.getFirst().children(); i++) {
            nodes.add(node(next, 1));
        }
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private Footer.Node node(int[] next, int depth) throws NotParquet {
        if (next[0] >= elements.size() || depth > MOST_DEPTH) {
            throw Compact.broken();
        }
        Element element = elements.get(next[0]++);
        List<Footer.Node> children = new ArrayList<>();
        for (long i = 0; i < element.children(); i++) {
            children.add(node(next, depth + 1));
        }
        return new Footer.Node(
                element.name(), element.id(), element.holds(), element.repeated(), children);
    }

    private Element element(int count) throws NotParquet {
        String[] name = {""};
        long[] found = {0, -1, -1, 0}; // children, id, physical type, repetition
        boolean[] uuid = {false};
        struct((id, type) -> {
            switch (id) {
                case 1 -> found[2] = in.whole();
                case 3 -> found[3] = in.whole();
                case 4 -> name[0] = in.text();
                case 5 -> found[0] = in.whole();
                case 9 -> found[1] = in.whole();
                case 10 ->
                        struct((kind, _) -> {
                            uuid[0] |= kind == LOGICAL_UUID;
                            return false;
                        });
                default -> {
                    return false;
                }
            }
            return true;
        });
        if (found[0] < 0 || found[0] > count) {
            throw Compact.broken();
        }
        Footer.Holds holds =
                found[0] > 0
                        ? Footer.Holds.GROUP
                        : uuid[0]
                                ? Footer.Holds.UUID
                                : found[2] == TYPE_INT96
                                        ? Footer.Holds.INT96
                                        : found[2] == TYPE_FIXED
                                                ? Footer.Holds.FIXED
                                                : Footer.Holds.OTHER;
        return new Element(name[0], (int) found[1], found[0], found[3] == REPEATED, holds);
    }

    private boolean group(int id, int type) throws NotParquet {
        if (id != 1) {
            return false;
        }
        int count = in.list(Compact.STRUCT);
        for (int i = 0; i < count; i++) {
            struct(this::column);
        }
        return true;
    }

    private boolean column(int id, int type) throws NotParquet {
        if (id == 1) {
            throw new NotParquet("its columns lie in other files");
        }
        if (id != 3) {
            return false;
        }
        String[] name = {""};
        long[] found = {-1, -1, 0, -1, -1}; // data page, dictionary, bytes, bloom, its bytes
        struct((each, kind) -> {
            switch (each) {
                case 3 -> {
                    int parts = in.list(8);
                    for (int i = 0; i < parts; i++) {
                        String part = in.text();
                        name[0] = i == 0 ? part : name[0];
                    }
                }
                case 7 -> found[2] = in.whole();
                case 9 -> found[0] = in.whole();
                case 11 -> found[1] = in.whole();
                case 14 -> found[3] = in.whole();
                case 15 -> found[4] = in.whole();
                default -> {
                    return false;
                }
            }
            return true;
        });
        // Some writers say 0 where there is no dictionary.
        long start = found[1] > 0 && found[1] < found[0] ? found[1] : found[0];
        add(name[0], start, found[2]);
        if (found[3] > 0) {
            long most = Math.min(MOST_BLOOM, length - tail.length - found[3]);
            add(name[0], found[3], found[4] > 0 ? found[4] : Math.max(0, most));
        }
        return true;
    }

    private void add(String column, long start, long size) throws NotParquet {
        if (start < 4 || size < 0 || start > length - tail.length - size) {
            throw new NotParquet("a column of it would lie outside the file: it is cut off");
        }
        if (chunks.size() >= MOST_CHUNKS) {
            throw new NotParquet("it has more than " + MOST_CHUNKS + " pieces of columns");
        }
        chunks.add(new Footer.Chunk(column, start, size));
    }
}
