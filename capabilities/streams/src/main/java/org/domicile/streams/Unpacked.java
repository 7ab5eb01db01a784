package org.domicile.streams;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.Records;
import org.apache.kafka.common.utils.internals.BufferSupplier;

/**
 * To how much a compressed batch unpacks, before Kafka looks at it: a few KiB can be gigabytes, and
 * all who read them would have to hold or to pass over these. Unpacking is itself work of the
 * thread that handles the request, so it stops at the limit, and is not done at all where the form
 * of compression cannot reach it.
 */
final class Unpacked {
    /** Of a batch. One of 2 MiB may shrink to a sixteenth. */
    static final long MOST = 32L << 20;

    /** Of all compressed batches of one request. */
    static final long MOST_OF_A_REQUEST = 4 * MOST;

    /** Deflate (RFC 1951): 258 bytes of two bits. */
    private static final long GZIP_RATIO = 1_032;

    /** LZ4's block format: 255 bytes of one. */
    private static final long LZ4_RATIO = 255;

    /** What snappy-java writes before its blocks: eight bytes of magic, two numbers. */
    private static final int SNAPPY_HEAD = 16;

    private static final long SNAPPY_MAGIC = 0x82534E4150505900L;

    /** Where the next block would have its size, all of that comes again. */
    private static final int SNAPPY_AGAIN = (int) (SNAPPY_MAGIC >>> Integer.SIZE);

    private static final int SCRATCH = 16 << 10;

    private Unpacked() {}

    /**
     * How many bytes a partition's part of a request is, unpacked; at least so many.
     *
     * @param left how many it may be at most, beside {@link #MOST}
     * @param buffers of the thread that asks
     * @return empty for too many; what cannot be unpacked is Kafka's to refuse
     */
    static OptionalLong of(MemoryRecords records, long left, BufferSupplier buffers) {
        long limit = Math.min(left, MOST);
        long bytes = 0;
        ByteBuffer all = records.buffer();
        try {
            for (MutableRecordBatch each : records.batches()) {
                int size = each.sizeInBytes();
                if (each instanceof DefaultRecordBatch batch && batch.isCompressed()) {
                    ByteBuffer body =
                            all.slice(
                                    all.position() + DefaultRecordBatch.RECORD_BATCH_OVERHEAD,
                                    size - DefaultRecordBatch.RECORD_BATCH_OVERHEAD);
                    bytes += of(batch, body, limit - bytes, buffers);
                    if (bytes > limit) {
                        return OptionalLong.empty();
                    }
                }
                all.position(all.position() + size);
            }
        } catch (KafkaException | IOException e) {
            return OptionalLong.of(bytes); // it says so itself
        }
        return OptionalLong.of(bytes);
    }

    private static long of(
            DefaultRecordBatch batch, ByteBuffer body, long limit, BufferSupplier buffers)
            throws IOException {
        long packed = body.remaining();
        return switch (batch.compressionType()) {
            case NONE -> packed;
            case SNAPPY -> snappy(body);
            case GZIP -> packed * GZIP_RATIO <= limit ? packed : counted(batch, limit, buffers);
            case LZ4 -> packed * LZ4_RATIO <= limit ? packed : counted(batch, limit, buffers);
            case ZSTD -> counted(batch, limit, buffers);
        };
    }

    private static long counted(DefaultRecordBatch batch, long limit, BufferSupplier buffers)
            throws IOException {
        byte[] scratch = new byte[SCRATCH];
        long bytes = 0;
        try (InputStream in = batch.recordInputStream(buffers)) {
            int read = in.read(scratch);
            while (read >= 0 && bytes <= limit) {
                bytes += read;
                read = in.read(scratch);
            }
        }
        return bytes;
    }

    /**
     * What its blocks say that they are: who reads them makes arrays of that size before it looks
     * further.
     */
    private static long snappy(ByteBuffer body) {
        if (body.remaining() < SNAPPY_HEAD || body.getLong(0) != SNAPPY_MAGIC) {
            return length(body); // one block alone
        }
        long bytes = 0;
        body.position(SNAPPY_HEAD);
        while (body.remaining() >= Integer.BYTES) {
            int size = body.getInt();
            if (size == SNAPPY_AGAIN && body.remaining() >= SNAPPY_HEAD - Integer.BYTES) {
                body.position(body.position() + SNAPPY_HEAD - Integer.BYTES);
            } else if (size < 0) {
                return bytes; // it says so itself
            } else if (size > body.remaining()) {
                return Long.MAX_VALUE / 2;
            } else {
                bytes += length(body.slice(body.position(), size));
                body.position(body.position() + size);
            }
        }
        return bytes;
    }

    /** The number that a block begins with, seven bits a byte. */
    private static long length(ByteBuffer block) {
        long length = 0;
        for (int bits = 0; bits <= 28 && block.hasRemaining(); bits += 7) {
            byte each = block.get();
            length |= (each & 0x7FL) << bits;
            if (each >= 0) {
                break;
            }
        }
        return length;
    }

    /** Records that Kafka refuses as too large, whatever else is wrong with them. */
    static MemoryRecords tooLarge() {
        return TooLarge.RECORDS;
    }

    /** Not there before the first is refused. */
    private static final class TooLarge {
        static final MemoryRecords RECORDS = made();

        private static MemoryRecords made() {
            ByteBuffer batch = ByteBuffer.allocate(KafkaLog.LARGEST_BATCH + 1);
            batch.putInt(Records.SIZE_OFFSET, KafkaLog.LARGEST_BATCH + 1 - Records.LOG_OVERHEAD);
            batch.put(Records.MAGIC_OFFSET, RecordBatch.CURRENT_MAGIC_VALUE);
            return MemoryRecords.readableRecords(batch);
        }
    }
}
