package org.domicile.query;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * What a Parquet file says of itself at its end, as far as staging needs it. Source: Apache Parquet
 * format 2, {@code FileMetaData}.
 *
 * @param length of the file
 * @param rows in it
 * @param tail its last bytes: the metadata, their length and {@code PAR1}
 * @param nodes top-level columns, in order, with what is nested in them
 * @param schema a digest of the schema: files that have the same have the same columns and types
 * @param chunks where their bytes lie
 */
public record Footer(
        long length, long rows, byte[] tail, List<Node> nodes, String schema, List<Chunk> chunks) {
    /** Bytes of the file's begin and end: {@code PAR1}. */
    static final byte[] MAGIC = {'P', 'A', 'R', '1'};

    private static final int END = 8;
    private static final int FIRST_READ = 64 << 10;

    /** Bytes of the largest metadata. */
    public static final int MOST = 16 << 20;

    /** They are the record's own. */
    public Footer {
        nodes = List.copyOf(nodes);
        chunks = List.copyOf(chunks);
    }

    /**
     * A column, or what is nested in one.
     *
     * @param id of the field, as a table's schema has it; -1 where there is none
     * @param holds what it is
     * @param children of a group
     */
    public record Node(String name, int id, Holds holds, boolean repeated, List<Node> children) {
        /** They are the record's own. */
        public Node {
            children = List.copyOf(children);
        }
    }

    /** What a node is, as far as that decides how it is read. */
    public enum Holds {
        GROUP,
        /** A moment in 12 bytes, as Hive and Impala wrote it: without a zone, and UTC is meant. */
        INT96,
        /** 16 bytes that are said to be an UUID. */
        UUID,
        /** So many bytes, of which nothing is said. */
        FIXED,
        OTHER
    }

    /** Names of the top-level columns, in order. */
    public List<String> columns() {
        return nodes.stream().map(Node::name).toList();
    }

    /** Bytes of a column in one row group, or of what finds values in it. */
    public record Chunk(String column, long start, long length) {}

    /** Reads bytes of a file. */
    public interface Bytes {
        /** From a place, so many. */
        InputStream read(long offset, long length) throws IOException;
    }

    /**
     * Reads it.
     *
     * @throws NotParquet when there is none
     * @throws IOException from reading
     */
    public static Footer read(long length, Bytes file) throws IOException {
        if (length < MAGIC.length + END) {
            throw new NotParquet("it has " + length + " bytes, and no Parquet file is that small");
        }
        byte[] end = read(file, length, (int) Math.min(FIRST_READ, length));
        if (!Arrays.equals(end, end.length - 4, end.length, MAGIC, 0, 4)) {
            boolean sealed =
                    Arrays.equals(
                            end,
                            end.length - 4,
                            end.length,
                            "PARE".getBytes(java.nio.charset.StandardCharsets.US_ASCII),
                            0,
                            4);
            throw new NotParquet(
                    sealed
                            ? "its footer is encrypted by Parquet's own encryption"
                            : "it does not end as a Parquet file does: it is cut off, or another"
                                    + " format");
        }
        long metadata =
                ByteBuffer.wrap(end).order(ByteOrder.LITTLE_ENDIAN).getInt(end.length - END);
        if (metadata <= 0 || metadata > MOST || metadata + END + MAGIC.length > length) {
            throw new NotParquet("its footer would have " + metadata + " bytes");
        }
        int tail = (int) metadata + END;
        byte[] bytes =
                tail <= end.length
                        ? Arrays.copyOfRange(end, end.length - tail, end.length)
                        : read(file, length, tail);
        return FooterReading.of(length, bytes);
    }

    private static byte[] read(Bytes file, long length, int last) throws IOException {
        try (InputStream in = file.read(length - last, last)) {
            byte[] bytes = in.readNBytes(last);
            if (bytes.length < last) {
                throw new NotParquet("it ends before its length");
            }
            return bytes;
        }
    }

    /** Where the tail begins. */
    long tailStart() {
        return length - tail.length;
    }

    /** Bytes of some columns. */
    public long bytes(List<String> wanted) {
        return chunks.stream()
                .filter(chunk -> wanted.contains(chunk.column()))
                .mapToLong(Chunk::length)
                .sum();
    }
}
