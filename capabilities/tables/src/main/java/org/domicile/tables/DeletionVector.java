package org.domicile.tables;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.iceberg.FileMetadata;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.deletes.PositionDeleteIndex;

/**
 * Reads what says which rows of a file are deleted. Source: Puffin's {@code deletion-vector-v1}.
 */
public final class DeletionVector {
    /** Deleted rows of one file: a bitmap of a few bytes may hold any number. */
    private static final long MOST = 5_000_000;

    private DeletionVector() {}

    /**
     * Numbers of rows, from 0, rising.
     *
     * @param bytes of the vector, as they lie in its file
     * @param count how many rows its metadata say that it deletes
     * @throws Refusal UNREADABLE when it is none
     */
    public static long[] rows(byte[] bytes, long count) {
        if (count > MOST) {
            throw many();
        }
        try {
            PositionDeleteIndex index =
                    PositionDeleteIndex.deserialize(
                            bytes,
                            FileMetadata.deleteFileBuilder(PartitionSpec.unpartitioned())
                                    .ofPositionDeletes()
                                    .withFormat(org.apache.iceberg.FileFormat.PUFFIN)
                                    .withPath("vector")
                                    .withFileSizeInBytes(bytes.length)
                                    .withRecordCount(count)
                                    .withReferencedDataFile("data")
                                    .withContentOffset(0)
                                    .withContentSizeInBytes(bytes.length)
                                    .build());
            if (index.cardinality() > MOST) {
                throw many();
            }
            long[] rows = new long[Math.toIntExact(index.cardinality())];
            AtomicInteger next = new AtomicInteger();
            index.forEach(row -> rows[next.getAndIncrement()] = row);
            Arrays.sort(rows);
            return rows;
        } catch (Refusal e) {
            throw e;
        } catch (RuntimeException e) {
            throw new Refusal(
                    Refusal.Kind.UNREADABLE, "A deletion vector cannot be read: " + e.getMessage());
        }
    }

    private static Refusal many() {
        return new Refusal(
                Refusal.Kind.TOO_LARGE,
                "A file has more than %,d deleted rows: let the table be compacted."
                        .formatted(MOST));
    }
}
